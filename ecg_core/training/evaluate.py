"""Answer labelled ECGs through the same way every ECG takes, and keep them as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecg_core.answer import answer_page
from ecg_core.evidence import forms
from ecg_core.evidence.values import CaseSet
from ecg_core.intake.values import EcgRecord
from ecg_core.network.classifier import Classifier
from ecg_core.network.values import Finding, Prediction
from ecg_core.network.who_answers import OneModel
from ecg_core.page.values import EcgPage


@dataclass(frozen=True, eq=False)
class Answers:
    """Calibrated answers to the pages that were read.

    kept: their places among all. superclasses, statements: n × outputs of the card. triage: n × 4.
    abstained: bool, n.
    """

    kept: np.ndarray
    superclasses: np.ndarray
    statements: np.ndarray
    triage: np.ndarray
    abstained: np.ndarray


def answer(classifier: Classifier, read: Iterable[tuple[EcgRecord, EcgPage | None]]) -> Answers:
    """Answer records, each with its page or None where there is none.

    Every statement that the model tells is kept, also those that readers are not shown.
    """
    models = OneModel(classifier)
    kept: list[int] = []
    said: list[Prediction] = []
    for place, (record, page) in enumerate(read):
        if page is not None:
            kept.append(place)
            said.append(answer_page(record, page, models, every_statement=True).prediction)
    return Answers(
        np.array(kept),
        _probabilities(one.superclasses for one in said),
        _probabilities(one.findings for one in said),
        np.array([one.triage for one in said], np.float32),
        np.array([one.abstained for one in said]),
    )


def _probabilities(findings: Iterable[Sequence[Finding]]) -> np.ndarray:
    """One row an ECG, one column a finding, float32."""
    return np.array([[one.probability for one in row] for row in findings], np.float32)


def write_all(classifier: Classifier, sets: Iterable[CaseSet], folder: Path) -> None:
    """Keep evidence in a folder, a file each set as soon as it is there."""
    for cases in sets:
        forms.write(cases, classifier.card, folder)
