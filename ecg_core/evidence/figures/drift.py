"""Whether this month's ECGs and answers still look like those of the reference."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import chi2

BINS = 10
FLOOR = 1e-3
"""An empty bin counts as this share, so that the index stays finite."""
MIN_CASES = 50
"""Fewer cases are too few to say."""
SURE = 0.99
"""A shift counts that chance would exceed in one month of a hundred."""


class Shift(StrEnum):
    """What a population stability index says, by the usual limits of 0.1 and 0.25."""

    TOO_FEW = "too few cases"
    NONE = "stable"
    CHANCE = "within chance"
    SOME = "some shift"
    LARGE = "large shift"


@dataclass(frozen=True)
class Drift:
    """One quantity in one period against the reference. chance: what the index may reach by it."""

    name: str
    period: str
    n: int
    psi: float
    shift: Shift
    chance: float = float("nan")


def psi(reference: np.ndarray, current: np.ndarray) -> float:
    """Population stability index of `current` against `reference` (float arrays).

    Ten bins at the reference's deciles; Σ (q − p) ln(q / p). 0 when the shares are the same.
    Raises ValueError when either is empty.
    """
    if not len(reference) or not len(current):
        raise ValueError("no values to compare")
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, BINS + 1)[1:-1]))
    shares = []
    for values in (reference, current):
        counts = np.bincount(np.searchsorted(edges, values, "right"), minlength=len(edges) + 1)
        shares.append(np.maximum(counts / len(values), FLOOR))
    expected, found = shares
    return float(((found - expected) * np.log(found / expected)).sum())


def by_chance(reference: int, current: int, bins: int = BINS) -> float:
    """What the index stays below in `SURE` of all periods in which nothing has changed.

    Without a shift it is distributed as χ² with one degree of freedom fewer than bins, times
    1/n + 1/m (Yurdakul and Naranjo 2020). reference, current: how many values.
    """
    return float(chi2.ppf(SURE, bins - 1) * (1 / reference + 1 / current))


def drift(name: str, period: str, reference: np.ndarray, current: np.ndarray) -> Drift:
    """The index of one period, and what it says."""
    if len(current) < MIN_CASES or len(reference) < MIN_CASES:
        return Drift(name, period, len(current), float("nan"), Shift.TOO_FEW)
    value = psi(reference, current)
    chance = by_chance(len(reference), len(current))
    shift = Shift.LARGE if value >= 0.25 else Shift.SOME if value >= 0.1 else Shift.NONE
    if shift is not Shift.NONE and value <= chance:
        shift = Shift.CHANCE
    return Drift(name, period, len(current), value, shift, chance)
