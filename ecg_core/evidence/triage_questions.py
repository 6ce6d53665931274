"""What every case set asks of triage: the class, and whether an acute infarction is flagged."""

from __future__ import annotations

import numpy as np

from ecg_core.evidence.values import Choice, Kind, Question
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES, Triage

ACUTE = "acute_mi"
ACUTE_NAME = "Acute infarction (triage)"
ACUTE_CLASS = TRIAGE_CLASSES.index(Triage.ACUTE_MI)


def triage_class(truth: np.ndarray, scores: np.ndarray) -> Choice:
    """Which triage class. truth: n, index into `TRIAGE_CLASSES`, −1 unknown. scores: n × 4.

    >>> scores = np.array([[0.1, 0.7, 0.1, 0.1], [0.7, 0.1, 0.1, 0.1]])
    >>> one = triage_class(np.array([1, -1]), scores)
    >>> one.known.tolist(), [one.names[k] for k in one.said]
    ([True, False], ['Acute or recent infarction', 'Normal'])
    """
    names = tuple(TRIAGE_NAMES[name] for name in TRIAGE_CLASSES)
    return Choice(names, truth.astype(int), scores.astype(float))


def acute(truth: np.ndarray, scores: np.ndarray, card: ModelCard) -> Question:
    """Whether it is an acute infarction, asked at the card's operating point."""
    return Question(
        ACUTE,
        ACUTE_NAME,
        truth == ACUTE_CLASS,
        scores[:, ACUTE_CLASS].astype(float),
        truth >= 0,
        card.triage.acute_threshold,
        Kind.CLASS,
    )
