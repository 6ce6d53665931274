"""PTB-XL judged as every ECG is: what is said of it, beside its own statements."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from ecg_core.answer import Answer, answer
from ecg_core.evidence.coherence import CONTRADICTIONS, EverythingSaid, shown
from ecg_core.evidence.serious import Labelled, firing, shares
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.network.classifier import Classifier
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.network.who_answers import OneModel
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.training.data import ptbxl
from ecg_core.training.data.recordings import record_of
from ecg_core.triage.limits import Person, Sex
from ecg_core.triage.verdict import fired

OLDEST_YEARS = 120.0
"""PTB-XL writes 300 for everybody older than 89."""


def coherence(
    classifier: Classifier,
    data: ptbxl.PtbXl,
    root: Path,
    fold: int,
    limit: int | None = None,
    printed: bool = False,
) -> list[dict[str, object]]:
    """Rows for an evidence file: each contradiction, each serious label, each line that fired.

    printed: from end to end, off a printed page.
    """
    found: list[tuple[EverythingSaid, Labelled]] = list(
        judged(classifier, data, root, fold, limit, printed)
    )
    return summed_up(found, fold, classifier.card.weights_sha256)


def summed_up(
    found: Sequence[tuple[EverythingSaid, Labelled]], fold: int, weights_sha256: str
) -> list[dict[str, object]]:
    """The same rows, of ECGs that were judged already."""
    head: dict[str, object] = {"dataset": "PTB-XL", "split": f"fold {fold}"}
    head |= {"n": len(found), "weights_sha256": weights_sha256}
    counted = Counter(kind for said, _ in found for kind in shown(said))
    levels = Counter(str(said.verdict.level) for said, _ in found)
    normal = Counter(str(said.verdict.level) for said, case in found if case.normal)
    cases = [case for _, case in found]
    rows: list[dict[str, object]] = [
        head | {"contradiction": kind.code, "words": kind.words, "count": counted[kind.code]}
        for kind in CONTRADICTIONS
    ]
    rows += [
        head | {"level": level, "count": levels[level], "normal": normal[level]}
        for level in sorted(levels)
    ]
    rows += [head | {"of_label": row["n"]} | row | {"n": len(found)} for row in shares(cases)]
    return rows + [head | row for row in firing(cases)]


BEFORE = "before_"
"""Begins the name of a figure that was measured once, before there were verdicts."""


def with_before(
    rows: list[dict[str, object]], kept: Sequence[Mapping[str, object]]
) -> list[dict[str, object]]:
    """The rows, with what kept rows of the same labels, on as many ECGs, tell of before.

    >>> new, old = {"label": "svt", "of_label": 5}, {"label": "svt", "of_label": 5, "before_all": 1}
    >>> with_before([new], [old])
    [{'label': 'svt', 'of_label': 5, 'before_all': 1}]
    """
    known = {
        (row["label"], row["of_label"]): {
            name: value for name, value in row.items() if name.startswith(BEFORE)
        }
        for row in kept
        if "label" in row
    }
    return [
        row | known.get((row["label"], row["of_label"]), {}) if "label" in row else row
        for row in rows
    ]


def judged(
    classifier: Classifier,
    data: ptbxl.PtbXl,
    root: Path,
    fold: int,
    limit: int | None = None,
    printed: bool = False,
) -> Iterator[tuple[EverythingSaid, Labelled]]:
    """Recordings of a fold, answered from record or print with the age and sex of the patient.

    A page that is refused is left out.
    """
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id")
    models = OneModel(classifier)
    rows = data.rows((fold,))
    if limit is not None and limit < len(rows):
        rows = rows[np.linspace(0, len(rows) - 1, limit).astype(int)]
    for row in tqdm(rows, f"fold {fold} judged", mininterval=5):
        ecg_id = int(data.ecg_ids[row])
        record = record_of(np.array(data.signals_uv[row]), ecg_id)
        ecg = _print_of(record) if printed else record
        said = answer(ecg, models, person=person_of(data, int(row)))
        if isinstance(said, Answer):
            whole = EverythingSaid(said.facts, said.verdict, said.draft)
            yield whole, labelled(whole, table.loc[ecg_id], int(data.triage[row]))


def _print_of(record: EcgRecord) -> EcgScan:
    return EcgScan(record.name, record.sha256, print_record(record, DEFAULT_LAYOUT).pixels)


def person_of(data: ptbxl.PtbXl, row: int) -> Person:
    """Age and sex of a recording's patient; 0 is male in PTB-XL."""
    age = float(data.age[row])
    known = np.isfinite(age) and age < OLDEST_YEARS
    return Person(age if known else None, Sex.MALE if data.sex[row] == 0 else Sex.FEMALE)


def labelled(said: EverythingSaid, row: pd.Series, triage: int) -> Labelled:
    """What the data set says of a recording, beside its verdict."""
    stages = (row["infarction_stadium1"], row["infarction_stadium2"])
    return Labelled(
        codes=frozenset(ast.literal_eval(row["scp_codes"])),
        stages=tuple(str(stage) for stage in stages),
        normal=triage == TRIAGE_CLASSES.index(Triage.NORMAL),
        rate_bpm=said.facts.value("rate"),
        priority=said.verdict.priority,
        fired=frozenset(one.rule.id for one in fired(said.facts)),
    )
