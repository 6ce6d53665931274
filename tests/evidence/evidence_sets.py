"""A made-up evidence set whose columns a test sets itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ecg_core import network
from ecg_core.evidence.forms import twelve_leads
from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard

HALF = (0.5,) * 5


def card_with(thresholds: Sequence[float] = HALF) -> ModelCard:
    """The released model's card with these operating points of the superclasses."""
    card = network.card_of(network.default_model())
    pairs = zip(card.superclasses, thresholds, strict=True)
    return replace(card, superclasses=tuple(replace(o, threshold=cut) for o, cut in pairs))


def evidence_set(
    n: int,
    where: Mapping[str, str] = {},
    thresholds: Sequence[float] = HALF,
    facts: Mapping[str, np.ndarray] = {},
    **columns: Any,
) -> CaseSet:
    """`n` cases of as many patients, sixty-year-old men of one site, unless columns say else."""
    place = {"dataset": "Made up", "split": "test", "condition": "clean", "layout": "3x4+1R"}
    plain: dict[str, Any] = {
        "refused": 0,
        "case_ids": np.arange(n),
        "patients": np.arange(n),
        "abstained": np.zeros(n, bool),
        "superclasses": (np.zeros((n, 5), bool), np.zeros((n, 5))),
        "triage": (np.zeros(n, int), np.full((n, 4), 0.25)),
        "codes": (),
        "statements": (np.zeros((n, 0), bool), np.zeros((n, 0))),
    }
    told = {
        "age": np.full(n, 60.0),
        "sex": np.zeros(n, int),
        "device": np.full(n, "cart"),
        "site": np.zeros(n, int),
    }
    return twelve_leads.case_set(
        card_with(thresholds), place | dict(where), facts=told | dict(facts), **(plain | columns)
    )
