"""Two models, or two conditions, on the same cases: McNemar, DeLong and a paired bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, norm, rankdata

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import interval, weights_of
from ecg_core.evidence.values import CaseSet, Question


@dataclass(frozen=True)
class Comparison:
    """One question, first against second, over the cases that both answered.

    difference: AUC of the first less that of the second, bootstrap by patient. delong_p: two-sided
    p of equal AUC (DeLong et al. 1988), which takes every ECG for a patient of its own.
    only_first, only_second: cases that only one got right at its operating point; mcnemar_p: exact
    two-sided p that both err equally often (McNemar 1947).
    """

    name: str
    n: int
    first: float
    second: float
    difference: Interval
    delong_p: float
    only_first: int
    only_second: int
    mcnemar_p: float


def paired(first: CaseSet, second: CaseSet) -> tuple[Comparison, ...]:
    """Every question that both sets ask with cases of both kinds, over their common cases."""
    at = {case: row for row, case in enumerate(second.case_ids.tolist())}
    here = np.array([row for row, case in enumerate(first.case_ids.tolist()) if case in at], int)
    if not len(here):
        return ()
    there = np.array([at[case] for case in first.case_ids[here].tolist()])
    one, two = first.take(here), second.take(there)
    asked = {question.code: question for question in two.questions}
    found = []
    for question in one.questions:
        other = asked.get(question.code)
        if other is None:
            continue
        both = question.known & other.known
        if (question.truth != other.truth)[both].any():
            raise ValueError(f"{question.name}: the two sets label the same cases differently")
        truth = question.truth[both]
        if truth.any() and not truth.all():
            found.append(_compare(question, other, both, one.patients))
    return tuple(found)


def _compare(one: Question, two: Question, both: np.ndarray, patients: np.ndarray) -> Comparison:
    truth, a, b = one.truth[both], one.score[both], two.score[both]
    weights = weights_of(patients[both])
    areas = [metrics.weighted_aucs(truth, score, weights) for score in (a, b)]
    right_a = (a >= one.threshold) == truth
    right_b = (b >= two.threshold) == truth
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return Comparison(
        one.name,
        int(both.sum()),
        float(areas[0][0]),
        float(areas[1][0]),
        interval(areas[0] - areas[1]),
        delong(truth, a, b),
        only_a,
        only_b,
        mcnemar(only_a, only_b),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Exact two-sided p-value of McNemar's test from the discordant pairs."""
    pairs = only_first + only_second
    return float(binomtest(only_first, pairs).pvalue) if pairs else 1.0


def delong(truth: np.ndarray, first: np.ndarray, second: np.ndarray) -> float:
    """Two-sided p-value of equal areas under two correlated ROC curves.

    truth: bool, n. DeLong, DeLong and Clarke-Pearson 1988, by mid-ranks (Sun and Xu 2014).
    1.0 when the two scores order all pairs alike.
    """
    ill, well = truth.astype(bool), ~truth.astype(bool)
    m, n = int(ill.sum()), int(well.sum())
    areas, of_ill, of_well = [], [], []
    for score in (first, second):
        everyone = rankdata(score)
        among_ill, among_well = rankdata(score[ill]), rankdata(score[well])
        areas.append((everyone[ill].sum() - m * (m + 1) / 2) / (m * n))
        of_ill.append((everyone[ill] - among_ill) / n)
        of_well.append(1 - (everyone[well] - among_well) / m)
    spread = np.cov(of_ill) / m + np.cov(of_well) / n
    variance = spread[0, 0] + spread[1, 1] - 2 * spread[0, 1]
    if variance <= 1e-18:
        return 1.0
    z = (areas[0] - areas[1]) / np.sqrt(variance)
    return float(2 * norm.sf(abs(z)))
