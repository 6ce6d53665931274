"""How the model does in groups of cases, each against everyone else, whatever they are grouped by.

A group's gap is its value less that of the rest. Both are resampled together by patient, so that a
patient on both sides does not pass for two. Many groups are compared: some intervals leave zero out
by chance alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.evidence.dimensions import ORDERS
from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import interval, weights_of
from ecg_core.evidence.values import CaseSet, Dimension, Question

MIN_ECGS, MIN_OF_EACH = 50, 10
"""Groups with fewer ECGs, or fewer with or without the target, are too few to say."""


@dataclass(frozen=True)
class GroupRow:
    """One group and one question, or the mean of several.

    positives: the fewest over the questions. auc, sensitivity, specificity: None when the group is
    too small to say. gaps: their difference from everyone else, None when there is no one else.
    """

    group: str
    n: int
    positives: int
    auc: Interval | None = None
    sensitivity: Interval | None = None
    specificity: Interval | None = None
    auc_gap: Interval | None = None
    sensitivity_gap: Interval | None = None
    specificity_gap: Interval | None = None

    @property
    def too_few(self) -> bool:
        """Whether nothing can be said."""
        return self.auc is None


def rows(cases: CaseSet, dimension: Dimension, codes: tuple[str, ...]) -> tuple[GroupRow, ...]:
    """Every group of a dimension: in its own order (ages), else in order of size.

    codes: the question asked, or several for their mean. Groups with fewer than `MIN_ECGS` cases,
    or fewer than `MIN_OF_EACH` with or without any of the questions, have no figures.
    """
    weights = weights_of(cases.patients)
    questions = [cases.question(code) for code in codes]
    names, counts = np.unique(dimension.values, return_counts=True)
    listed = []
    for name in in_order(dimension.name, names, counts):
        inside = dimension.values == name
        positives = min(int((q.truth & q.known)[inside].sum()) for q in questions)
        scarce = any(_scarce(q, inside) for q in questions)
        if inside.sum() < MIN_ECGS or scarce:
            listed.append(GroupRow(str(name), int(inside.sum()), positives))
            continue
        here = _measures(questions, weights, inside)
        there = _measures(questions, weights, ~inside) if not inside.all() else None
        gaps = (
            [None] * 3 if there is None else [_gap(a, b) for a, b in zip(here, there, strict=True)]
        )
        listed.append(
            GroupRow(
                str(name),
                int(inside.sum()),
                positives,
                interval(here[0]),
                interval(here[1]),
                interval(here[2]),
                gaps[0],
                gaps[1],
                gaps[2],
            )
        )
    return tuple(listed)


def in_order(dimension: str, names: np.ndarray, counts: np.ndarray) -> list[str]:
    """Values of a dimension in their own order where they have one, else the commonest first.

    >>> in_order("age", np.array(["60–74", "not recorded", "under 40"]), np.array([2, 9, 1]))
    ['under 40', '60–74', 'not recorded']
    """
    by_size = [str(names[k]) for k in np.argsort(-counts, kind="stable")]
    own = ORDERS.get(dimension, ())
    return sorted(by_size, key=lambda name: own.index(name) if name in own else len(own))


def _scarce(question: Question, inside: np.ndarray) -> bool:
    known = question.known & inside
    with_it = int((question.truth & known).sum())
    return min(with_it, int(known.sum()) - with_it) < MIN_OF_EACH


def _gap(here: np.ndarray, there: np.ndarray) -> Interval | None:
    return interval(here - there) if np.isfinite(there[0]) else None


def _measures(
    questions: list[Question], weights: np.ndarray, members: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean AUC, sensitivity and specificity over the questions, under every weighting."""
    found = []
    for question in questions:
        rows_in = members & question.known
        drawn = weights[:, rows_in]
        truth, score = question.truth[rows_in], question.score[rows_in]
        flagged = score >= question.threshold
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append(
                (
                    metrics.weighted_aucs(truth, score, drawn),
                    (drawn @ (truth & flagged)) / (drawn @ truth),
                    (drawn @ (~truth & ~flagged)) / (drawn @ ~truth),
                )
            )
    auc, sensitivity, specificity = (np.mean(each, axis=0) for each in zip(*found, strict=True))
    return auc, sensitivity, specificity
