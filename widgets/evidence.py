"""Evidence of a shipped model, as the Performance page shows it: figures, once computed, kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from ecg_core.learning import evidence, metrics
from ecg_core.learning.evidence import EvidenceSet
from ecg_core.learning.metrics import Interval, OperatingFigures
from ecg_core.network.card import Figure, ModelCard
from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES


@dataclass(frozen=True, eq=False)
class Question:
    """One family of yes/no questions on one evidence set: names, truth and scores (n × K)."""

    names: tuple[str, ...]
    truth: np.ndarray
    scores: np.ndarray
    thresholds: tuple[float, ...]
    areas: tuple[Interval, ...]


@st.cache_resource(max_entries=4, show_spinner="Reading the evidence")
def load(model_name: str, weights_sha256: str) -> tuple[EvidenceSet, ...]:
    """Evidence shipped with a model; files of other weights are left out."""
    return tuple(e for e in evidence.load(model_name) if e.weights_sha256 == weights_sha256)


def figures(card: ModelCard, key: str, found: EvidenceSet) -> tuple[Figure, ...]:
    """Headline figures of one evidence set: as the card carries them, else computed.

    key: file name of the evidence and hash of the model.
    """
    carried = tuple(figure for figure in card.figures if evidence.same_source(figure, found))
    return carried or _computed(key, found)


@st.cache_data(max_entries=32, show_spinner="Computing confidence intervals")
def _computed(key: str, _found: EvidenceSet) -> tuple[Figure, ...]:
    return evidence.figures(_found)


@st.cache_resource(max_entries=32, show_spinner="Computing confidence intervals")
def superclass_question(
    key: str, _found: EvidenceSet, names: tuple[str, ...], thresholds: tuple[float, ...]
) -> Question:
    """The five superclasses, each against the rest."""
    truth, scores = _found.superclass_labels.astype(bool), _found.superclass_scores
    return Question(names, truth, scores, thresholds, _areas(truth, scores, _found.patients))


def _areas(truth: np.ndarray, scores: np.ndarray, patients: np.ndarray) -> tuple[Interval, ...]:
    return tuple(metrics.auc(truth[:, k], scores[:, k], patients) for k in range(truth.shape[1]))


def triage_counts(found: EvidenceSet) -> np.ndarray:
    """Confusion matrix of the triage classes, over the cases that have a label."""
    known = found.triage_labels >= 0
    predicted = found.triage_scores[known].argmax(axis=1)
    return metrics.confusion(found.triage_labels[known], predicted, len(TRIAGE_CLASSES))


def triage_points(found: EvidenceSet) -> list[OperatingFigures]:
    """Each triage class against the rest, the likeliest class being the answer."""
    known = found.triage_labels >= 0
    predicted = found.triage_scores[known].argmax(axis=1)
    return [
        metrics.at_threshold(found.triage_labels[known] == k, predicted == k, 1.0)
        for k in range(len(TRIAGE_CLASSES))
    ]


def table(
    names: Sequence[str], points: Sequence[OperatingFigures], with_threshold: bool
) -> pd.DataFrame:
    """Rates per class as a table for display."""
    rows = {
        "Class": list(names),
        "Cases": [p.true_positive + p.false_negative for p in points],
        "Threshold": [p.threshold for p in points],
        "Sensitivity": [p.sensitivity for p in points],
        "Specificity": [p.specificity for p in points],
        "PPV": [p.ppv for p in points],
        "NPV": [p.npv for p in points],
        "F1": [p.f1 for p in points],
    }
    if not with_threshold:
        del rows["Threshold"]
    return pd.DataFrame(rows)


def triage_names() -> tuple[str, ...]:
    """Plain names in softmax order."""
    return tuple(TRIAGE_NAMES[name] for name in TRIAGE_CLASSES)
