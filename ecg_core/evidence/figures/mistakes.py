"""Which cases to look at first: the surest mistakes and the most doubtful answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.evidence.values import CaseSet, Question


@dataclass(frozen=True)
class Doubtful:
    """One case with what was said and what is true of one question.

    sureness: distance of the probability from the operating point on the scale of log odds.
    """

    row: int
    case_id: str
    score: float
    truth: bool
    flagged: bool
    sureness: float

    @property
    def wrong(self) -> bool:
        """Whether the flag contradicts the label."""
        return self.truth != self.flagged


def surest_mistakes(cases: CaseSet, question: Question, count: int) -> tuple[Doubtful, ...]:
    """Cases where the machine was wrong, the surest first."""
    wrong = question.known & (question.flagged != question.truth)
    return _listed(cases, question, np.flatnonzero(wrong), -_sureness(question), count)


def most_doubtful(cases: CaseSet, question: Question, count: int) -> tuple[Doubtful, ...]:
    """Labelled cases nearest to the operating point, right or wrong."""
    known = np.flatnonzero(question.known)
    return _listed(cases, question, known, _sureness(question), count)


def _sureness(question: Question) -> np.ndarray:
    score = np.clip(question.score.astype(float), 1e-6, 1 - 1e-6)
    cut = float(np.clip(question.threshold, 1e-6, 1 - 1e-6))
    return np.abs(np.log(score / (1 - score)) - np.log(cut / (1 - cut)))


def _listed(
    cases: CaseSet, question: Question, rows: np.ndarray, order: np.ndarray, count: int
) -> tuple[Doubtful, ...]:
    sureness = _sureness(question)
    chosen = rows[np.argsort(order[rows], kind="stable")][:count]
    return tuple(
        Doubtful(
            int(row),
            str(cases.case_ids[row]),
            float(question.score[row]),
            bool(question.truth[row]),
            bool(question.flagged[row]),
            float(sureness[row]),
        )
        for row in chosen
    )
