"""Evidence on rhythm strips: answers and labels by strip, of a recording or a patient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ecg_core.evidence.forms.form import Form
from ecg_core.evidence.values import CaseSet, Dimension, Kind, Origin, Question
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import STRIP_TRIAGE_NAMES, Triage
from ecg_core.network.strip_statements import STRIP_STATEMENTS

ABNORMAL = "ABN"
NAMES = {ABNORMAL: STRIP_TRIAGE_NAMES[Triage.OTHER]} | {s.code: s.name for s in STRIP_STATEMENTS}
CODES = tuple(NAMES)
LIKELIER = 0.5
"""Abnormal is said when it is the likelier class."""
TWO = {"MIT-BIH": "two leads", "PTB-XL": "II V1"}
"""The strips of each data set that decide which findings are shown."""
LAYOUT = "strip "
"""Before the leads in the name of a layout."""


def case_set(
    card: ModelCard,
    where: Mapping[str, str],
    *,
    groups: np.ndarray,
    starts_s: np.ndarray,
    abstained: np.ndarray,
    labels: np.ndarray,
    scores: np.ndarray,
) -> CaseSet:
    """Labels and answers as a case set, asked at the operating points of the strip model's card.

    where: dataset, split, leads, and the model when it is not the card's. groups: recording or
    patient of each strip; intervals resample these. starts_s: where the strip begins in its
    recording. labels: float, n × len(CODES), NaN where the data set does not tell. scores: n ×
    len(CODES).
    """
    cuts = {ABNORMAL: LIKELIER} | {output.code: output.threshold for output in card.statements}
    groups = groups.astype(str)
    questions = []
    for k, code in enumerate(CODES):
        known, score = np.isfinite(labels[:, k]), scores[:, k].astype(float)
        kind = Kind.CLASS if code == ABNORMAL else Kind.STATEMENT
        questions.append(
            Question(code, NAMES[code], labels[:, k] == 1, score, known, cuts[code], kind)
        )
    names = [f"{group} {start:g} s" for group, start in zip(groups, starts_s, strict=True)]
    leads = where["leads"]
    return CaseSet(
        title=f"{where['dataset']} {where['split']}, strips of {leads.replace(' ', ', ')}",
        origin=Origin.SHIPPED,
        dataset=where["dataset"],
        split=where["split"],
        condition="clean",
        layout=LAYOUT + leads,
        model=where.get("model", card.name),
        version=where.get("version", card.version),
        weights_sha256=where.get("weights_sha256", card.weights_sha256),
        refused=0,
        case_ids=np.array(names, str),
        patients=groups,
        abstained=abstained.astype(bool),
        questions=tuple(questions),
        dimensions=(Dimension("recording", groups),),
        facts={"starts_s": starts_s.astype(np.float32)},
    )


def leads_of(cases: CaseSet) -> str:
    """The leads of the strips, as the file names them."""
    return cases.layout.removeprefix(LAYOUT)


def _cases(frame: pd.DataFrame, shared: Mapping[str, str], card: ModelCard) -> CaseSet:
    return case_set(
        card,
        shared,
        groups=frame["groups"].to_numpy(str),
        starts_s=frame["starts_s"].to_numpy(),
        abstained=frame["abstained"].to_numpy(),
        labels=frame[[f"label_{code}" for code in CODES]].to_numpy(float),
        scores=frame[[f"p_{code}" for code in CODES]].to_numpy(float),
    )


def _columns(cases: CaseSet) -> dict[str, np.ndarray]:
    columns: dict[str, np.ndarray] = {
        "groups": cases.patients,
        "starts_s": cases.facts["starts_s"],
        "abstained": cases.abstained,
    }
    for question in cases.questions:
        told = np.where(question.known, question.truth.astype(np.float32), np.float32("nan"))
        columns[f"label_{question.code}"] = told
        columns[f"p_{question.code}"] = question.score.astype(np.float32)
    return columns


def _shared(cases: CaseSet) -> dict[str, object]:
    names = ("model", "version", "weights_sha256", "dataset", "split")
    return {**{name: getattr(cases, name) for name in names}, "leads": leads_of(cases)}


FORM = Form(
    below="strips",
    cases=_cases,
    columns=_columns,
    shared=_shared,
    named_by=lambda cases: (cases.dataset, cases.split, leads_of(cases)),
    order=lambda cases: (cases.dataset != "MIT-BIH", leads_of(cases) != TWO[cases.dataset]),
    least=0,
)
