"""Figures from per-case predictions, with confidence intervals by patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import confusion_matrix

RESAMPLES = 500
"""Bootstrap resamples behind every confidence interval."""
BIASED_RESAMPLES = 200
"""Of measures that are worked out anew for every resample."""
CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class OperatingFigures:
    """Counts and rates of one yes/no question at one threshold. Undefined rates are NaN."""

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def sensitivity(self) -> float:
        """Share of the ill that are flagged."""
        return _ratio(self.true_positive, self.true_positive + self.false_negative)

    @property
    def specificity(self) -> float:
        """Share of the well that are not flagged."""
        return _ratio(self.true_negative, self.true_negative + self.false_positive)

    @property
    def ppv(self) -> float:
        """Share of the flagged that are ill, at this prevalence."""
        return _ratio(self.true_positive, self.true_positive + self.false_positive)

    @property
    def npv(self) -> float:
        """Share of the unflagged that are well, at this prevalence."""
        return _ratio(self.true_negative, self.true_negative + self.false_negative)

    @property
    def f1(self) -> float:
        """Harmonic mean of sensitivity and PPV."""
        return _ratio(
            2 * self.true_positive,
            2 * self.true_positive + self.false_positive + self.false_negative,
        )


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def at_threshold(truth: np.ndarray, score: np.ndarray, threshold: float) -> OperatingFigures:
    """Counts when every score ≥ threshold is flagged. truth: bool, n. score: float, n."""
    flagged = score >= threshold
    truth = truth.astype(bool)
    return OperatingFigures(
        float(threshold),
        int((flagged & truth).sum()),
        int((flagged & ~truth).sum()),
        int((~flagged & ~truth).sum()),
        int((~flagged & truth).sum()),
    )


def weighted_aucs(truth: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Areas under the ROC curve for R weightings of the same cases at once.

    truth: bool, n. score: float, n. weights: R × n, for example how often a resample drew each
    case. Ties count half. NaN where a weighting holds only one kind of case.
    """
    ill = truth.astype(bool)
    well = np.flatnonzero(~ill)[np.argsort(score[~ill], kind="stable")]
    ranked, ill_scores = score[well], score[ill]
    # Weight of the well cases below each place in their order: every ill case wins over those.
    below = np.zeros((len(weights), len(well) + 1))
    np.cumsum(weights[:, well], axis=1, out=below[:, 1:])
    first = np.searchsorted(ranked, ill_scores, "left")
    last = np.searchsorted(ranked, ill_scores, "right")
    beaten = below[:, first]
    if (first != last).any():
        beaten = 0.5 * (beaten + below[:, last])
    drawn = weights[:, ill]
    pairs = drawn.sum(axis=1) * below[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(pairs > 0, np.einsum("rp,rp->r", drawn, beaten) / pairs, np.nan)


def patient_weights(patients: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """How often each case is drawn when whole patients are drawn with replacement: R × n."""
    _, index = np.unique(patients, return_inverse=True)
    count = index.max() + 1
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    return drawn[:, index].astype(np.float64)


def auc(truth: np.ndarray, score: np.ndarray, patients: np.ndarray) -> Interval:
    """Area under the ROC curve with a bootstrap interval by patient."""
    return macro_auc(truth[:, None], score[:, None], patients)


def macro_auc(truth: np.ndarray, score: np.ndarray, patients: np.ndarray) -> Interval:
    """Mean of the columns' areas (n × K) with a bootstrap interval by patient."""
    return _interval(_macro_aucs(truth, score, patients))


def _macro_aucs(truth: np.ndarray, score: np.ndarray, patients: np.ndarray) -> np.ndarray:
    """Of everyone, then of every resample."""
    weights = np.vstack([np.ones((1, len(truth))), patient_weights(patients)])
    columns = range(truth.shape[1])
    return np.mean([weighted_aucs(truth[:, k], score[:, k], weights) for k in columns], axis=0)


def _interval(values: np.ndarray) -> Interval:
    low, high = np.nanpercentile(values[1:], (2.5, 97.5))
    return Interval(float(values[0]), float(low), float(high))


def resampled(measure: Callable[[np.ndarray], float], patients: np.ndarray) -> Interval:
    """A measure over row indices, with a bootstrap interval by patient, less the bootstrap's bias.

    Resampled cases repeat, which inflates a calibration error: the spread is moved so that its
    mean is the value itself (Efron and Tibshirani 1993, chapter 10).
    """
    rows = np.arange(len(patients))
    spread = [
        measure(np.repeat(rows, weights.astype(int)))
        for weights in patient_weights(patients, resamples=BIASED_RESAMPLES)
    ]
    value = measure(rows)
    low, high = np.nanpercentile(spread, (2.5, 97.5)) - (np.nanmean(spread) - value)
    return Interval(float(value), float(low), float(high))


def calibration_error(truth: np.ndarray, score: np.ndarray) -> float:
    """Expected calibration error in equal-width bins (Naeini et al. 2015), mean over columns.

    >>> calibration_error(np.array([[True], [False]]), np.array([[0.75], [0.75]]))
    0.25
    """
    truth, score = np.atleast_2d(truth.T), np.atleast_2d(score.T)
    errors = []
    for labels, probabilities in zip(truth, score, strict=True):
        bins = np.minimum((probabilities * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
        gap = np.bincount(bins, labels.astype(float) - probabilities, CALIBRATION_BINS)
        errors.append(np.abs(gap).sum() / len(labels))
    return float(np.mean(errors))


def calibration_error_by_chance(score: np.ndarray, draws: int = BIASED_RESAMPLES) -> Interval:
    """The `calibration_error` that right probabilities would show on as many cases: mean and 95 %
    of draws of labels from them.

    Few cases never come out exactly as probable as they are, so the error of a perfect model is not
    zero. score: n, or n × K.

    >>> calibration_error_by_chance(np.ones(4)).value
    0.0
    """
    rng = np.random.default_rng(0)
    told = score.astype(float)
    found = [calibration_error(rng.random(told.shape) < told, told) for _ in range(draws)]
    low, high = np.percentile(found, (2.5, 97.5))
    return Interval(float(np.mean(found)), float(low), float(high))


def confusion(truth: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts, true class by row, predicted class by column."""
    return np.asarray(confusion_matrix(truth, predicted, labels=range(classes)))


def threshold_at_specificity(truth: np.ndarray, score: np.ndarray, specificity: float) -> float:
    """Lowest threshold that leaves at least `specificity` of the well unflagged."""
    well = np.sort(score[~truth.astype(bool)])
    return float(np.nextafter(well[min(int(np.ceil(specificity * len(well))), len(well)) - 1], 2))


def best_f1_threshold(truth: np.ndarray, score: np.ndarray) -> float:
    """Threshold with the highest F1 on these cases, half-way to the next lower score."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(order) + 1) + truth.sum())
    # Only cut where the score really changes.
    changes = np.r_[np.diff(score[order]) != 0, True]
    best = int(np.argmax(np.where(changes, f1, -1)))
    here = score[order[best]]
    below = score[order[best + 1]] if best + 1 < len(order) else 0.0
    return float((here + below) / 2)
