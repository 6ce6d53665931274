"""Macro-AUC on the six tasks of PTB-XL's benchmark, under its names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecg_core.evidence import evidence_file
from ecg_core.evidence.figures import rates
from ecg_core.evidence.values import CaseSet, Kind, Question

FILE_NAME = "six_tasks_fold-10.jsonl"
"""Beside the evidence files of the model that was asked."""


@dataclass(frozen=True)
class TaskFigure:
    """One task. told: classes the model has an output for, of `classes` with cases of both kinds.

    value, low, high: macro-AUC over the classes told, with a 95 % interval by patient.
    with_untold: the same where a class without an output counts as 0.5.
    """

    task: str
    n: int
    told: int
    classes: int
    value: float
    low: float
    high: float
    with_untold: float
    model: str
    weights_sha256: str

    def line(self) -> str:
        """As one line of JSON."""
        return evidence_file.line(self)


def figure(
    cases: CaseSet, task: str, parts: Mapping[str, tuple[str, ...]], truth: np.ndarray
) -> TaskFigure:
    """Macro-AUC of one task among the cases that have at least one of its labels.

    parts: statements of each class; a class of several is scored as probable as any of its
    statements being there, were they independent. truth: bool, n × classes, as `parts` are ordered.
    A superclass is scored by its own output.
    """
    takes_part = np.asarray(truth.any(axis=1))
    scores = {question.code: question.score for question in cases.of_kind(Kind.STATEMENT)}
    supers = {question.code: question.score for question in cases.of_kind(Kind.SUPERCLASS)}
    asked, possible = [], 0
    for k, (name, codes) in enumerate(parts.items()):
        label = truth[:, k]
        if not 0 < int((label & takes_part).sum()) < int(takes_part.sum()):
            continue
        possible += 1
        told = [scores[code] for code in codes if code in scores]
        if task == "superdiagnostic":
            told = [supers[name]]
        if told:
            absent = np.prod([1.0 - score for score in told], axis=0)
            asked.append(
                Question(name, name, label, 1.0 - absent, takes_part, float("nan"), Kind.STATEMENT)
            )
    area = rates.macro_area(asked, cases.patients)
    untold = possible - len(asked)
    return TaskFigure(
        task,
        int(takes_part.sum()),
        len(asked),
        possible,
        area.value,
        area.low,
        area.high,
        (area.value * len(asked) + 0.5 * untold) / possible,
        cases.model,
        cases.weights_sha256,
    )


def load(model_name: str, weights_sha256: str) -> tuple[TaskFigure, ...]:
    """The figures shipped with a model; none where there are none or they are of other weights."""
    rows = evidence_file.lines(model_name, FILE_NAME, weights_sha256)
    return tuple(TaskFigure(**row) for row in rows)
