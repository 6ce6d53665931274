"""What reading only the surest ECGs would gain: risk against coverage.

ECGs are ordered by the model's own uncertainty and the least sure are left to a person. Coverage is
the share that the model still answers, risk the share of those answers that are wrong (Geifman and
El-Yaniv 2017). The area under that curve (AURC) is the mean risk over all coverages: 0 is best, and
an uncertainty that tells nothing gives the overall error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.values import CaseSet

COVERAGES = np.arange(1, 101) / 100


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """Risk at every one of `COVERAGES`, with 95 % intervals by patient.

    name: what counts as wrong. n: ECGs. risk, low, high: float, one per coverage.
    aurc: area under the curve. random: risk whatever the coverage, if the order told nothing.
    """

    name: str
    n: int
    risk: np.ndarray
    low: np.ndarray
    high: np.ndarray
    aurc: Interval

    @property
    def random(self) -> float:
        """Risk of answering everything, which a random order has at every coverage."""
        return float(self.risk[-1])

    def at(self, coverage: float) -> Interval:
        """Risk when the surest `coverage` of the ECGs (0.01 to 1) are answered."""
        place = int(np.argmin(np.abs(COVERAGES - coverage)))
        return Interval(float(self.risk[place]), float(self.low[place]), float(self.high[place]))


def choice_curve(cases: CaseSet) -> RiskCoverage:
    """Likeliest class against the label; unsure is a low probability of that class.

    Raises ValueError when no case has a label.
    """
    choice = cases.choice
    if choice is None or not choice.known.any():
        raise ValueError("no case has a triage label")
    known = choice.known
    scores, labels = choice.scores[known], choice.truth[known]
    wrong = scores.argmax(axis=1) != labels
    return curve("triage class", wrong, 1.0 - scores.max(axis=1), cases.patients[known])


def questions_curve(cases: CaseSet) -> RiskCoverage:
    """All questions right at their operating points, or the answer is wrong.

    Unsure is a probability close to its operating point, on the scale of log odds. Cases without
    a label for every question are left out. Raises ValueError when none is left.
    """
    known = np.all([q.known for q in cases.questions], axis=0) & bool(cases.questions)
    if not np.any(known):
        raise ValueError("no case has a label for every class")
    cut = np.array([q.threshold for q in cases.questions])
    scores = np.stack([q.score[known] for q in cases.questions], axis=1)
    labels = np.stack([q.truth[known] for q in cases.questions], axis=1)
    scores = np.clip(scores.astype(float), 1e-6, 1 - 1e-6)
    wrong = ((scores >= cut) != labels).any(axis=1)
    apart = np.abs(np.log(scores / (1 - scores)) - np.log(cut / (1 - cut)))
    return curve("diagnostic classes", wrong, -apart.min(axis=1), cases.patients[known])


def curve(
    name: str, wrong: np.ndarray, uncertainty: np.ndarray, patients: np.ndarray
) -> RiskCoverage:
    """Risk over coverage. wrong: bool, n. uncertainty: float, n, only its order matters.

    Equally uncertain ECGs are answered or left together in proportion, whatever their order.
    """
    weights = np.vstack([np.ones((1, len(wrong))), metrics.patient_weights(patients)])
    risks, areas = _risks(wrong, uncertainty, weights)
    low, high = np.percentile(risks[1:], (2.5, 97.5), axis=0)
    bounds = np.percentile(areas[1:], (2.5, 97.5))
    aurc = Interval(float(areas[0]), float(bounds[0]), float(bounds[1]))
    return RiskCoverage(name, len(wrong), risks[0], low, high, aurc)


def _risks(
    wrong: np.ndarray, uncertainty: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Risk at `COVERAGES` (R × 100) and area under the curve (R) for R weightings of n cases."""
    order = np.argsort(uncertainty, kind="stable")
    _, group = np.unique(uncertainty[order], return_inverse=True)
    starts = np.flatnonzero(np.r_[True, np.diff(group) > 0])
    answered = np.cumsum(np.add.reduceat(weights[:, order], starts, axis=1), axis=1)
    errors = np.cumsum(np.add.reduceat(weights[:, order] * wrong[order], starts, axis=1), axis=1)
    risks, areas = [], []
    for count, error in zip(answered, errors, strict=True):
        total = count[-1]
        # Whole cases one after another: within a tie errors come evenly.
        each = np.arange(1, round(total) + 1)
        one_by_one = np.interp(each, np.r_[0.0, count], np.r_[0.0, error]) / each
        areas.append(one_by_one.mean())
        risks.append(one_by_one[np.maximum(np.rint(COVERAGES * total).astype(int), 1) - 1])
    return np.array(risks), np.array(areas)
