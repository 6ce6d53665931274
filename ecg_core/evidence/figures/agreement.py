"""Agreement between two readers, or reader and machine, beyond chance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import interval, weights_of


def kappa(first: Sequence[str], second: Sequence[str], cases: Sequence[str]) -> Interval:
    """Cohen's kappa (1960) of two lists of answers to the same cases, bootstrap by case.

    cases: one identity per pair of answers; several pairs of one case are drawn together.
    NaN where chance agreement is complete (everyone always says the same).
    """
    names = sorted({*first, *second})
    index = {name: k for k, name in enumerate(names)}
    a = np.eye(len(names))[[index[name] for name in first]]
    b = np.eye(len(names))[[index[name] for name in second]]
    weights = weights_of(np.asarray(cases))
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = (weights @ (a * b).sum(axis=1)) / total
        by_chance = ((weights @ a) * (weights @ b)).sum(axis=1) / total**2
        values = (observed - by_chance) / (1 - by_chance)
    return interval(values)
