"""ROC, precision–recall, reliability and decision curves with 95 % bands by patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import areas, interval, weights_of
from ecg_core.evidence.values import Question

GRID = np.linspace(0.0, 1.0, 101)
"""Where bands are worked out: false-positive rate of a ROC curve, recall of the other."""
BAND_RESAMPLES = 200
RELIABILITY_BINS = 10
THRESHOLDS = np.linspace(0.01, 0.99, 99)


@dataclass(frozen=True, eq=False)
class Curve:
    """A curve with its band.

    x, y: the curve itself. cuts: threshold at each of its points. low, high: band over `GRID`.
    area: area under it, with its interval.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    cuts: np.ndarray
    low: np.ndarray
    high: np.ndarray
    area: Interval


def roc(question: Question, patients: np.ndarray) -> Curve:
    """Sensitivity over 1 − specificity. Raises ValueError without cases of both kinds."""
    truth, score, weights = _known(question, patients)
    cuts, flagged_ill, flagged_well = _cumulative(truth, score, weights[: 1 + BAND_RESAMPLES])
    with np.errstate(invalid="ignore", divide="ignore"):
        sensitivity = flagged_ill / flagged_ill[:, -1:]
        fall_out = flagged_well / flagged_well[:, -1:]
    low, high = _band([np.interp(GRID, f, s) for f, s in zip(fall_out, sensitivity, strict=True)])
    return Curve(
        question.name,
        fall_out[0],
        sensitivity[0],
        cuts,
        low,
        high,
        areas(question, patients).auc,
    )


def precision_recall(question: Question, patients: np.ndarray) -> Curve:
    """Precision over recall. Raises ValueError without cases of both kinds."""
    truth, score, weights = _known(question, patients)
    cuts, hits, alarms = _cumulative(truth, score, weights[: 1 + BAND_RESAMPLES])
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = hits / hits[:, -1:]
        precision = hits / (hits + alarms)
    # Before anything is flagged there is no precision: the first flagged group's is carried back.
    recall, precision = recall[:, 1:], precision[:, 1:]
    low, high = _band([np.interp(GRID, r, p) for r, p in zip(recall, precision, strict=True)])
    return Curve(
        question.name,
        recall[0],
        precision[0],
        cuts[1:],
        low,
        high,
        areas(question, patients).auprc,
    )


def _known(question: Question, patients: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    if not question.answerable:
        raise ValueError(f"{question.name}: no labelled cases of both kinds")
    known = question.known
    return question.truth[known], question.score[known], weights_of(patients[known])


def _cumulative(
    truth: np.ndarray, score: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Thresholds from high to low with the weight of flagged ill and well: R × (groups + 1)."""
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    cuts = np.r_[np.inf, score[order][starts]]
    drawn, ill = weights[:, order], truth[order]
    sums = [
        np.cumsum(np.add.reduceat(drawn * kind, starts, axis=1), axis=1) for kind in (ill, ~ill)
    ]
    flagged_ill, flagged_well = (np.pad(total, ((0, 0), (1, 0))) for total in sums)
    return cuts, flagged_ill, flagged_well


def _band(rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    resampled = np.array(rows[1:])
    resampled = resampled[np.isfinite(resampled).all(axis=1)]
    if not len(resampled):
        return np.full(len(GRID), np.nan), np.full(len(GRID), np.nan)
    low, high = np.percentile(resampled, (2.5, 97.5), axis=0)
    return low, high


@dataclass(frozen=True)
class ReliabilityBin:
    """Cases of about the same probability: how often what was said came true (Wilson's 95 %)."""

    said: float
    observed: Interval
    n: int


@dataclass(frozen=True)
class Reliability:
    """Whether 30 % means thirty of a hundred.

    bins: filled ones only. ece: expected calibration error in 15 equal bins (Naeini et al. 2015).
    by_chance: the same of a model whose probabilities are right, on as many cases. brier: mean
    squared difference of probability and truth (Brier 1950).
    """

    name: str
    n: int
    bins: tuple[ReliabilityBin, ...]
    ece: Interval
    by_chance: Interval
    brier: Interval


def reliability(question: Question, patients: np.ndarray) -> Reliability:
    """Reliability of one question. ECE's interval is freed of the bootstrap's upward bias."""
    known = question.known
    truth, score = question.truth[known], question.score[known].astype(float)
    weights = weights_of(patients[known])[: 1 + BAND_RESAMPLES]
    bins = []
    place = np.minimum((score * RELIABILITY_BINS).astype(int), RELIABILITY_BINS - 1)
    for number in range(RELIABILITY_BINS):
        here = place == number
        if not here.any():
            continue
        hits, n = int(truth[here].sum()), int(here.sum())
        bounds = binomtest(hits, n).proportion_ci(0.95, method="wilson")
        observed = Interval(hits / n, float(bounds.low), float(bounds.high))
        bins.append(ReliabilityBin(float(score[here].mean()), observed, n))
    squares = (score - truth) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        brier = interval((weights @ squares) / weights.sum(axis=1))
    error = calibration_error((question,), patients)
    by_chance = metrics.calibration_error_by_chance(score)
    return Reliability(question.name, int(known.sum()), tuple(bins), error, by_chance, brier)


def calibration_error(questions: Sequence[Question], patients: np.ndarray) -> Interval:
    """Mean expected calibration error of questions, over the cases that all have a label for."""
    known, truth, score = _labelled(questions)
    found = metrics.resampled(
        lambda rows: metrics.calibration_error(truth[rows], score[rows]), patients[known]
    )
    return Interval(found.value, max(found.low, 0.0), found.high)


def calibration_error_by_chance(questions: Sequence[Question]) -> Interval:
    """The `calibration_error` that right probabilities would show on the very same cases."""
    return metrics.calibration_error_by_chance(_labelled(questions)[2])


def _labelled(questions: Sequence[Question]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which cases all questions have a label for (bool, n), and their labels and probabilities."""
    known = np.logical_and.reduce([question.known for question in questions])
    truth = np.column_stack([question.truth[known] for question in questions])
    score = np.column_stack([question.score[known] for question in questions])
    return known, truth, score


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """Net benefit of acting on the model, on everyone and on no one (Vickers and Elkin 2006).

    thresholds: probabilities from which one would act. model, low, high, everyone: net benefit,
    true positives per patient less false ones weighed by the odds of the threshold.
    """

    name: str
    thresholds: np.ndarray
    model: np.ndarray
    low: np.ndarray
    high: np.ndarray
    everyone: np.ndarray


def decision_curve(question: Question, patients: np.ndarray) -> DecisionCurve:
    """Net benefit at every one of `THRESHOLDS`, at the prevalence of these cases."""
    truth, score, weights = _known(question, patients)
    odds = THRESHOLDS / (1 - THRESHOLDS)
    flagged = score[:, None] >= THRESHOLDS[None]
    total = np.maximum(weights.sum(axis=1, keepdims=True), 1)
    hits = weights @ (flagged & truth[:, None]) / total
    alarms = weights @ (flagged & ~truth[:, None]) / total
    benefit = hits - alarms * odds
    low, high = np.percentile(benefit[1:], (2.5, 97.5), axis=0)
    share = truth.mean()
    everyone = share - (1 - share) * odds
    return DecisionCurve(question.name, THRESHOLDS, benefit[0], low, high, everyone)
