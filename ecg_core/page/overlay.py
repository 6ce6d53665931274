"""Laying one ECG over another: by how much to shift it so that beats meet beats."""

from __future__ import annotations

import numpy as np

from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.viewed import Waves

CLOCK_HZ = 100.0
REACH_S = 0.6
"""Shifts are looked for this far both ways: half a beat of a slow heart."""
STROKE_S = 0.08
"""About the width of a QRS complex."""


def beat_shift_s(fixed: Waves, moved: Waves) -> float:
    """Seconds by which `moved` has to go later so that its QRS complexes meet those of `fixed`.

    The slopes of the leads that both have are compared at every shift within `REACH_S`; at
    different rates as many beats meet as can. 0 when they share no lead.
    """
    common = [lead for lead in fixed.leads if lead in moved.leads]
    if not common:
        return 0.0
    here, there = _strokes(fixed, common), _strokes(moved, common)
    steps = round(REACH_S * CLOCK_HZ)
    padded = np.pad(there, steps)
    scores = [here @ padded[steps - by : steps - by + len(here)] for by in range(-steps, steps + 1)]
    # Of equally good shifts the smallest.
    nearest = -np.abs(np.arange(-steps, steps + 1)) * 1e-9
    return float((np.argmax(np.array(scores) + nearest) - steps) / CLOCK_HZ)


def _strokes(waves: Waves, leads: list[str]) -> np.ndarray:
    """How steep the waves are at each hundredth of a second, all leads together, mean 0."""
    ticks = np.arange(round(PAGE_SECONDS * CLOCK_HZ)) / CLOCK_HZ
    total = np.zeros(len(ticks))
    for lead in leads:
        mv = waves.mv[waves.leads.index(lead)]
        known = np.isfinite(mv)
        if known.sum() < 2:
            continue
        at = np.flatnonzero(known) / waves.fs_hz
        level = np.interp(ticks, at, mv[known])
        total[1:] += np.abs(np.diff(level))
    width = round(STROKE_S * CLOCK_HZ)
    smooth = np.convolve(total, np.ones(width) / width, "same")
    spread = smooth.std()
    return (smooth - smooth.mean()) / spread if spread > 0 else smooth
