"""Triage on the same ECGs by two rules of what its classes hold, and infarctions by their stage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures import metrics, rates
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.triage_questions import ACUTE_CLASS, triage_class
from ecg_core.evidence.values import CaseSet

FILE_NAME = "definitions_fold-10.jsonl"
"""Beside the evidence files of the model that was asked."""
SPECIFICITY = 0.95


@dataclass(frozen=True)
class DefinitionFigure:
    """One figure. n: ECGs it is of; those with the stage, for a sensitivity."""

    what: str
    n: int
    value: float
    low: float
    high: float
    model: str
    weights_sha256: str

    def line(self) -> str:
        """As one line of JSON."""
        return evidence_file.line(self)


def figures(
    cases: CaseSet, triage: Mapping[str, np.ndarray], stages: Mapping[str, np.ndarray]
) -> Iterator[DefinitionFigure]:
    """Macro-F1 of triage by each rule, and how many infarctions of each stage are flagged acute.

    triage: class indices by rule, −1 unknown. stages: bool by stage. At 95 % specificity among the
    ECGs with none of these stages.
    """
    assert cases.choice is not None
    scores = cases.choice.scores
    for rule, truth in triage.items():
        asked = triage_class(truth, scores)
        area = rates.macro_f1(asked, cases.patients)
        yield _figure(cases, f"triage macro-F1, rule: {rule}", int(asked.known.sum()), area)
    acute = np.logical_or.reduce(list(stages.values()))
    score = scores[:, ACUTE_CLASS]
    for stage, has in stages.items():
        caught = _sensitivity(score, has, ~acute)
        name = f"{stage} flagged acute at {SPECIFICITY:.0%}".replace("%", " %")
        yield _figure(cases, f"{name} specificity", int(has.sum()), caught)


def _sensitivity(score: np.ndarray, has: np.ndarray, others: np.ndarray) -> Interval:
    """Share flagged among `has`, with Wilson's interval: they are few."""
    asked = has | others
    cut = metrics.threshold_at_specificity(has[asked], score[asked], SPECIFICITY)
    flagged, n = int((score[has] >= cut).sum()), int(has.sum())
    around = binomtest(flagged, n).proportion_ci(method="wilson")
    return Interval(flagged / n, float(around.low), float(around.high))


def _figure(cases: CaseSet, what: str, n: int, value: Interval) -> DefinitionFigure:
    return DefinitionFigure(
        what, n, value.value, value.low, value.high, cases.model, cases.weights_sha256
    )


def load(model_name: str, weights_sha256: str) -> tuple[DefinitionFigure, ...]:
    """The figures shipped with a model; none where there are none or they are of other weights."""
    rows = evidence_file.lines(model_name, FILE_NAME, weights_sha256)
    return tuple(DefinitionFigure(**row) for row in rows)
