"""Made-up case sets whose truth a test knows."""

from __future__ import annotations

import numpy as np

from ecg_core.evidence.values import CaseSet, Choice, Dimension, Origin, Question


def question(
    truth: np.ndarray, score: np.ndarray, code: str = "MI", threshold: float = 0.5
) -> Question:
    return Question(code, code, truth.astype(bool), score, np.ones(len(truth), bool), threshold)


def case_set(
    *questions: Question,
    patients: np.ndarray | None = None,
    choice: Choice | None = None,
    dimensions: tuple[Dimension, ...] = (),
) -> CaseSet:
    n = len(questions[0].truth) if questions else len(choice.truth) if choice else 0
    return CaseSet(
        title="Made up",
        origin=Origin.OWN,
        dataset="Made up",
        split="test",
        condition="clean",
        layout="3x4+1R",
        model="made-up",
        version="0",
        weights_sha256="0" * 64,
        refused=0,
        case_ids=np.arange(n).astype(str),
        patients=np.arange(n) if patients is None else patients,
        abstained=np.zeros(n, bool),
        questions=questions,
        choice=choice,
        dimensions=dimensions,
    )


def separable(n: int, shift: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Truth and a probability: two normal populations `shift` deviations apart, calibrated."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    value = rng.normal(size=n) + shift * truth
    logit = shift * value - shift**2 / 2 + np.log(0.4 / 0.6)
    return truth, 1 / (1 + np.exp(-logit))
