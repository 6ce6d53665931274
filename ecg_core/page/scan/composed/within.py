"""Calibration pulses that stand within a column, before what a book left of it: no lead's waves."""

from __future__ import annotations

import numpy as np

from ecg_core.page.scan.sheets.sheet import Draft

STROKE_MM = 0.7
"""The pen of a pulse reaches so far beyond its sides, its top and its foot."""


def without_pulses(trace: np.ndarray, draft: Draft) -> np.ndarray:
    """Ink of traces less the pulses that stand where the first column is, or the last.

    trace: float, height × width, of the flat picture; it is not changed. Pulses before and behind
    the columns stay: no lead is cut from there.
    """
    division, px = draft.division, draft.seen.px_per_mm
    within = [
        pulse
        for pulse in draft.seen.pulses
        if pulse.left_mm > division.start_mm and pulse.right_mm < division.end_mm
    ]
    if not within:
        return trace
    cleaned = trace.copy()
    for pulse in within:
        top, foot = pulse.foot_mm - pulse.height_mm - STROKE_MM, pulse.foot_mm + STROKE_MM
        left, right = pulse.left_mm - STROKE_MM, pulse.right_mm + STROKE_MM
        part = np.s_[
            max(round(top * px), 0) : max(round(foot * px), 0),
            max(round(left * px), 0) : max(round(right * px), 0),
        ]
        cleaned[part] = 0.0
    return cleaned
