"""PTB-XL judged as every ECG is: what is said of it, beside its own statements."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from ecg_core.answer import Answer, OneModel, answer
from ecg_core.evidence.coherence import CONTRADICTIONS, EverythingSaid, shown
from ecg_core.evidence.serious import Labelled, firing, shares
from ecg_core.network.classifier import Classifier
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.training.data import ptbxl
from ecg_core.training.data.recordings import record_of
from ecg_core.triage.limits import Person, Sex
from ecg_core.triage.verdict import fired

OLDEST_YEARS = 120.0
"""PTB-XL writes 300 for everybody older than 89."""


def coherence(
    classifier: Classifier, data: ptbxl.PtbXl, root: Path, fold: int, limit: int | None = None
) -> list[dict[str, object]]:
    """Rows for an evidence file: each contradiction, each serious label, each line that fired."""
    found: list[tuple[EverythingSaid, Labelled]] = list(judged(classifier, data, root, fold, limit))
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


def judged(
    classifier: Classifier, data: ptbxl.PtbXl, root: Path, fold: int, limit: int | None = None
) -> Iterator[tuple[EverythingSaid, Labelled]]:
    """Every recording of a fold, answered from its record with the age and sex of its patient."""
    table = pd.read_csv(root / "ptbxl_database.csv", index_col="ecg_id")
    models = OneModel(classifier)
    rows = data.rows((fold,))
    if limit is not None and limit < len(rows):
        rows = rows[np.linspace(0, len(rows) - 1, limit).astype(int)]
    for row in tqdm(rows, f"fold {fold} judged", mininterval=5):
        ecg_id = int(data.ecg_ids[row])
        record = record_of(np.array(data.signals_uv[row]), ecg_id)
        said = answer(record, models, person=person_of(data, int(row)))
        if isinstance(said, Answer):
            whole = EverythingSaid(said.facts, said.verdict, said.draft)
            yield whole, labelled(whole, table.loc[ecg_id], int(data.triage[row]))


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
