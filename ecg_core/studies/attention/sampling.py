"""Which ECGs are asked: true positives of every abnormal superclass, in equal numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ecg_core.network.classifier import Classifier, answer_all, calibrated
from ecg_core.network.explain import locate
from ecg_core.network.statements import SUPERCLASSES
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.values import EcgPage
from ecg_core.training.data import ptbxl
from ecg_core.training.data.recordings import record_of

TARGETS = tuple(code for code in SUPERCLASSES if code != "NORM")


@dataclass(frozen=True, eq=False)
class Asked:
    """One ECG that is asked about one superclass: its page and what the network reads of it."""

    ecg_id: int
    patient: int
    target: str
    page: EcgPage
    ink: np.ndarray


def page_of(data: ptbxl.PtbXl, row: int) -> EcgPage:
    """The clean page of one recording in the default layout."""
    return from_record(record_of(np.array(data.signals_uv[row]), int(data.ecg_ids[row])))


def probabilities(classifier: Classifier, ink: np.ndarray, target: str) -> np.ndarray:
    """Calibrated probability of a finding on a stack of pages (uint8, N×H×W): float, N.

    target: superclass or statement.
    """
    outputs, _ = answer_all(classifier, ink)
    head, place = locate(classifier, target)
    scores = calibrated(getattr(outputs, head), getattr(classifier.card, head))
    return np.asarray(scores[:, place].to(torch.float64).numpy())


def threshold(classifier: Classifier, target: str) -> float:
    """Operating point of a superclass or statement."""
    head, place = locate(classifier, target)
    return float(getattr(classifier.card, head)[place].threshold)


def true_positives(
    classifier: Classifier, data: ptbxl.PtbXl, fold: int, limit: int, seed: int = 0
) -> list[Asked]:
    """About `limit` ECGs of a fold, of as many patients, that carry a superclass and are flagged.

    Equally many for each of `TARGETS`, drawn at random.
    """
    rng = np.random.default_rng(seed)
    used: set[int] = set()
    found: list[Asked] = []
    for target in TARGETS:
        rows = rng.permutation(data.rows((fold,)))
        carriers = rows[data.superclasses[rows, SUPERCLASSES.index(target)]]
        wanted, cut = limit // len(TARGETS), threshold(classifier, target)
        for row in carriers:
            patient = int(data.patient_ids[row])
            if wanted == 0:
                break
            if patient in used:
                continue
            page = page_of(data, row)
            ink = classifier.read_ink(page)
            if probabilities(classifier, ink[None], target)[0] < cut:
                continue
            used.add(patient)
            found.append(Asked(int(data.ecg_ids[row]), patient, target, page, ink))
            wanted -= 1
    return found
