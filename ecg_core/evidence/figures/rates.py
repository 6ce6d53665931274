"""Rates of a question at an operating point, and areas under its curves, with 95 % intervals.

Intervals are percentile bootstraps by patient (`metrics.patient_weights`): a patient with many
ECGs counts once for chance, however often for the rate.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.stats import binomtest

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.values import CaseSet, Choice, Question

FEW = 20
"""With fewer cases on either side a figure is marked as resting on few."""


@dataclass(frozen=True)
class Rates:
    """One question at one threshold. Rates without cases are NaN.

    true_positive … false_negative: counts. few: fewer than `FEW` cases with or without it.
    """

    code: str
    name: str
    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    accuracy: Interval
    sensitivity: Interval
    specificity: Interval
    ppv: Interval
    npv: Interval
    f1: Interval

    @property
    def n(self) -> int:
        """Labelled cases."""
        return self.true_positive + self.false_positive + self.true_negative + self.false_negative

    @property
    def positives(self) -> int:
        """Labelled cases that have it."""
        return self.true_positive + self.false_negative

    @property
    def few(self) -> bool:
        """Whether the rates rest on few cases."""
        return min(self.positives, self.n - self.positives) < FEW


def at(question: Question, patients: np.ndarray, threshold: float | None = None) -> Rates:
    """Counts and rates when every probability from `threshold` on is flagged.

    threshold: the question's own operating point unless given.

    >>> truth, score = np.array([1, 1, 0, 0], bool), np.array([0.9, 0.2, 0.6, 0.1])
    >>> one = Question("AFIB", "Atrial fibrillation", truth, score, np.ones(4, bool), 0.5)
    >>> found = at(one, np.arange(4))
    >>> found.true_positive, found.false_positive, found.sensitivity.value
    (1, 1, 0.5)
    """
    cut = question.threshold if threshold is None else threshold
    known = question.known
    truth, flagged = question.truth[known], question.score[known] >= cut
    cells = np.stack([flagged & truth, flagged & ~truth, ~flagged & ~truth, ~flagged & truth])
    weights = weights_of(patients[known])
    tp, fp, tn, fn = (weights @ cells.T).T
    return Rates(
        question.code,
        question.name,
        float(cut),
        true_positive=int(cells[0].sum()),
        false_positive=int(cells[1].sum()),
        true_negative=int(cells[2].sum()),
        false_negative=int(cells[3].sum()),
        accuracy=_share(tp + tn, tp + fp + tn + fn, patients[known]),
        sensitivity=_share(tp, tp + fn, patients[known][truth]),
        specificity=_share(tn, tn + fp, patients[known][~truth]),
        ppv=_share(tp, tp + fp, patients[known][flagged]),
        npv=_share(tn, tn + fn, patients[known][~flagged]),
        f1=_interval(2 * tp, 2 * tp + fp + fn),
    )


def weights_of(patients: np.ndarray) -> np.ndarray:
    """The data themselves, then every resample: (1 + R) × n. Not to be written to."""
    if not len(patients):
        return np.ones((1, 0))
    _, index = np.unique(patients, return_inverse=True)
    return _weights(index.astype(np.int64).tobytes())


@lru_cache(maxsize=6)
def _weights(index: bytes) -> np.ndarray:
    """Every question of one set is resampled in the same way: drawn once."""
    patients = np.frombuffer(index, np.int64)
    weights = np.vstack([np.ones((1, len(patients))), metrics.patient_weights(patients)])
    weights.setflags(write=False)
    return weights


def _interval(part: np.ndarray, whole: np.ndarray) -> Interval:
    with np.errstate(invalid="ignore", divide="ignore"):
        return interval(part / whole)


def _share(part: np.ndarray, whole: np.ndarray, patients: np.ndarray) -> Interval:
    """A share with its interval. patients: of the cases that it is a share of.

    None or all: every resample says the same, though so many patients cannot tell for sure. The
    interval is then the exact one of as many patients.
    """
    found = _interval(part, whole)
    if found.value not in (0.0, 1.0):
        return found
    people = len(np.unique(patients))
    exact = binomtest(round(found.value * people), people).proportion_ci(0.95)
    return Interval(found.value, float(exact.low), float(exact.high))


def interval(values: np.ndarray) -> Interval:
    """Value of the data (first), 95 % range of the resamples (rest); NaN where undefined."""
    spread = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]) or not len(spread):
        return Interval(float(values[0]), float("nan"), float("nan"))
    low, high = np.percentile(spread, (2.5, 97.5))
    return Interval(float(values[0]), float(low), float(high))


@dataclass(frozen=True)
class Areas:
    """Areas under the ROC and the precision–recall curve of one question or an average."""

    name: str
    n: int
    positives: int
    auc: Interval
    auprc: Interval


def areas(question: Question, patients: np.ndarray) -> Areas:
    """Areas of one question over its labelled cases."""
    return Areas(
        question.name,
        int(question.known.sum()),
        question.positives,
        area(question, patients),
        _area(average_precisions, question, patients),
    )


def area(question: Question, patients: np.ndarray) -> Interval:
    """Area under the ROC curve of one question over its labelled cases.

    >>> truth, score = np.array([1, 1, 0, 0], bool), np.array([0.9, 0.2, 0.6, 0.1])
    >>> area(Question("X", "x", truth, score, np.ones(4, bool), 0.5), np.arange(4)).value
    0.75
    """
    return _area(metrics.weighted_aucs, question, patients)


def macro_area(questions: Sequence[Question], patients: np.ndarray) -> Interval:
    """Mean of the questions' areas under the ROC curve."""
    return interval(macro_areas(questions, weights_of(patients)))


def macro_areas(questions: Sequence[Question], weights: np.ndarray) -> np.ndarray:
    """Mean of the questions' areas under the ROC curve for each of R weightings (R × n)."""
    return _macro(metrics.weighted_aucs, questions, weights)


def share(right: np.ndarray, patients: np.ndarray) -> Interval:
    """Share of cases that are so (bool, n), with its interval by patient.

    >>> share(np.array([True, True, False, True]), np.arange(4)).value
    0.75
    """
    weights = weights_of(patients)
    return _interval((weights * right).sum(axis=1), weights.sum(axis=1))


def averages(cases: CaseSet) -> tuple[Areas, Areas]:
    """Macro average (mean over questions) and micro average (all answers in one pile).

    Questions without cases of both kinds are left out.
    """
    asked = [q for q in cases.questions if q.answerable]
    if not asked:
        nothing = Interval(float("nan"), float("nan"), float("nan"))
        return (Areas("Macro average", 0, 0, nothing, nothing),) * 2
    weights = weights_of(cases.patients)
    positives = sum(q.positives for q in asked)
    macro = [
        interval(_macro(measure, asked, weights))
        for measure in (metrics.weighted_aucs, average_precisions)
    ]
    rows = np.concatenate([np.flatnonzero(q.known) for q in asked])
    truth = np.concatenate([q.truth[q.known] for q in asked])
    score = np.concatenate([q.score[q.known] for q in asked])
    micro = [
        interval(_over(measure, truth, score, weights[:, rows]))
        for measure in (metrics.weighted_aucs, average_precisions)
    ]
    return (
        Areas("Macro average", cases.n, positives, *macro),
        Areas("Micro average", cases.n, positives, *micro),
    )


Measure = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
_BLOCK = 100


def _area(measure: Measure, question: Question, patients: np.ndarray) -> Interval:
    known = question.known
    weights = weights_of(patients[known])
    return interval(_over(measure, question.truth[known], question.score[known], weights))


def _macro(measure: Measure, questions: Sequence[Question], weights: np.ndarray) -> np.ndarray:
    per_question = [
        _over(measure, q.truth[q.known], q.score[q.known], weights[:, q.known]) for q in questions
    ]
    return np.asarray(np.mean(per_question, axis=0))


def _over(
    measure: Measure, truth: np.ndarray, score: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """A measure for every weighting, a hundred at a time: memory stays small."""
    if not len(truth):
        return np.full(len(weights), np.nan)
    blocks = range(0, len(weights), _BLOCK)
    return np.concatenate([measure(truth, score, weights[b : b + _BLOCK]) for b in blocks])


def average_precisions(truth: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Average precision for R weightings (R × n) of the same cases, as scikit-learn defines it.

    Equal scores are flagged together. NaN where a weighting holds no positive case.
    """
    order = np.argsort(-score, kind="stable")
    falling = -score[order]
    places = np.flatnonzero(truth[order])
    flagged = np.cumsum(weights[:, order], axis=1)
    drawn = weights[:, order[places]]
    hits = np.cumsum(drawn, axis=1)
    # Only where an ill case stands does precision count; a tie counts as a whole, at its end.
    found = falling[places]
    last = np.searchsorted(found, found, "right") - 1
    if (last != np.arange(len(found))).any():
        hits = hits[:, last]
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = hits / flagged[:, np.searchsorted(falling, found, "right") - 1]
        precision[drawn == 0] = 0.0
        return np.asarray(np.einsum("rp,rp->r", drawn, precision) / drawn.sum(axis=1))


def class_rates(choice: Choice, patients: np.ndarray) -> tuple[Rates, ...]:
    """Each class of a choice against the rest, the likeliest class being the answer."""
    known = choice.known
    return tuple(
        at(
            Question(name, name, choice.truth == k, (choice.said == k).astype(float), known, 1.0),
            patients,
        )
        for k, name in enumerate(choice.names)
    )


@dataclass(frozen=True)
class Cell:
    """One cell of a confusion matrix: so many of a class, and which share of it, were called so."""

    label: str
    said: str
    cases: int
    share: Interval


def confusion(choice: Choice, patients: np.ndarray) -> tuple[Cell, ...]:
    """Every cell of the confusion matrix, row by row; shares of the labelled class by patient."""
    known = choice.known
    truth, said = choice.truth[known], choice.said[known]
    weights = weights_of(patients[known])
    cells = []
    for i, label in enumerate(choice.names):
        labelled = weights @ (truth == i).astype(float)
        for j, called in enumerate(choice.names):
            both = (truth == i) & (said == j)
            share = _share(weights @ both.astype(float), labelled, patients[known][truth == i])
            cells.append(Cell(label, called, int(both.sum()), share))
    return tuple(cells)


def macro_f1(choice: Choice, patients: np.ndarray) -> Interval:
    """Mean F1 over the classes that occur, with its interval by patient."""
    known = choice.known
    weights = weights_of(patients[known])
    truth, said = choice.truth[known], choice.said[known]
    present = [k for k in range(len(choice.names)) if (truth == k).any()]
    scores = []
    for k in present:
        hits = weights @ ((truth == k) & (said == k))
        total = weights @ (truth == k).astype(float) + weights @ (said == k).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            scores.append(np.where(total > 0, 2 * hits / total, np.nan))
    return interval(np.nanmean(scores, axis=0))


def share_right(choice: Choice, patients: np.ndarray) -> Interval:
    """Accuracy of the likeliest class."""
    known = choice.known
    weights = weights_of(patients[known])
    right = (choice.truth[known] == choice.said[known]).astype(float)
    return _interval(weights @ right, weights.sum(axis=1))
