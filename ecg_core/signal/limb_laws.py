"""Whether the limb leads of a record are each what their name says: any two determine the others.

Each lead is predicted from the rest (leave one out). Where that fails, every single sign and every
exchange of two names is tried: one that mends it, and none other nearly as well, is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ecg_core.leads import LIMB_MIXTURE

BROKEN_MV, MENDED_MV = 0.1, 0.03
"""A lead may differ from what the others say by this much (root mean square); by less where one
change of names mends it, as it does in files whose leads were computed from two."""
MENDED_SHARE, RIVAL_TIMES, NOISE_MV = 0.25, 3.0, 0.01
"""A candidate mends the laws when it leaves so little of the error, and every other this many times
as much, or as rounding and noise."""
LEAST_S = 1.5


@dataclass(frozen=True)
class Broken:
    """Limb leads that do not fit one another.

    leads: one whose sign is wrong, two that are exchanged, or the one that fits least where no
    single change mends it (`mended` False). measured_mv: the error as the leads are named.
    """

    leads: tuple[str, ...]
    measured_mv: float
    mended: bool


def broken(waves: Mapping[str, np.ndarray], fs_hz: float) -> Broken | None:
    """What breaks Einthoven's or Goldberger's laws in these leads (mV by name), or None.

    At least three limb leads must be known at the same time.
    """
    leads = [lead for lead in LIMB_MIXTURE if lead in waves]
    if len(leads) < 3:
        return None
    heights = np.stack([waves[lead] for lead in leads]).astype(float)
    leads = [lead for lead, row in zip(leads, heights, strict=True) if np.isfinite(row).any()]
    heights = heights[np.isfinite(heights).any(axis=1)]
    heights = heights[:, np.isfinite(heights).all(axis=0)]
    if len(leads) < 3 or heights.shape[1] < LEAST_S * fs_hz:
        return None
    heights -= np.median(heights, axis=1, keepdims=True)
    mixture = np.array([LIMB_MIXTURE[lead] for lead in leads])
    errors = _errors(mixture, heights)
    worst = float(errors.max())
    if worst <= MENDED_MV:
        return None
    tried = sorted(
        (float(_errors(changed, heights).max()), named)
        for changed, named in _changes(mixture, leads)
    )
    (least, named), (rival, _) = tried[0], tried[1]
    if least < MENDED_SHARE * worst and rival > RIVAL_TIMES * max(least, NOISE_MV):
        return Broken(named, worst, mended=True)
    if worst <= BROKEN_MV:
        return None
    return Broken((leads[int(errors.argmax())],), worst, mended=False)


def _errors(mixture: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """By how much each lead differs from its prediction by the others, in mV."""
    onto = mixture @ np.linalg.pinv(mixture)
    left = heights - onto @ heights
    # The part of a lead's error that it explains itself is divided out.
    own = np.maximum(1.0 - np.diag(onto), 1e-6)
    return np.asarray(np.sqrt((left**2).mean(axis=1)) / own)


def _changes(mixture: np.ndarray, leads: list[str]) -> Iterator[tuple[np.ndarray, tuple[str, ...]]]:
    for place, lead in enumerate(leads):
        changed = mixture.copy()
        changed[place] *= -1
        yield changed, (lead,)
    for one, other in combinations(range(len(leads)), 2):
        changed = mixture.copy()
        changed[[one, other]] = changed[[other, one]]
        yield changed, (leads[one], leads[other])
