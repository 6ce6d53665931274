"""The recorder's own calibration pulse at the start of a record: it is no beat of the heart."""

from __future__ import annotations

import numpy as np

WITHIN_S = 1.0
"""The pulse has ended by then."""
HEIGHT_MV = (0.45, 1.1)
"""Half or the whole of a millivolt, as carts write it."""
SHORTEST_S, LONGEST_S = 0.08, 0.5
EDGE_S = 0.012
"""A pulse rises and falls this fast: faster than any wave of the heart returns to level."""
LEVEL_MV = 0.02
"""What noise may leave of its levels."""
AFTER_S = 0.04
"""The edge of its end rings on."""
LEAST_LEADS = 0.8
"""Share of the leads that show it at the same time: the heart's waves differ between leads."""


def calibration_end(signals_mv: np.ndarray, fs_hz: float) -> int | None:
    """The first sample after a calibration pulse in the first second, or None without one.

    signals_mv: leads × samples, at least three leads; of fewer nobody can tell.
    """
    head = signals_mv[:, : round(WITHIN_S * fs_hz)]
    if len(head) < 3 or head.shape[1] < round(WITHIN_S * fs_hz):
        return None
    ends = [_end(row, fs_hz) for row in head]
    found = [end for end in ends if end is not None]
    if len(found) < LEAST_LEADS * len(ends) or max(found) - min(found) > 2 * EDGE_S * fs_hz:
        return None
    return min(max(found) + round(AFTER_S * fs_hz), signals_mv.shape[1] - 1)


def _end(mv: np.ndarray, fs_hz: float) -> int | None:
    """Where a level of the pulse's height falls back to the level before it."""
    if not np.isfinite(mv).all():
        return None
    edge = max(round(EDGE_S * fs_hz), 1)
    rise = mv[edge:] - mv[:-edge]
    up = np.flatnonzero((rise > HEIGHT_MV[0]) & (rise < HEIGHT_MV[1]))
    if len(up) == 0:
        return None
    # The steepest place near the first rise.
    top = int(up[0]) + edge
    high = float(np.median(mv[top : top + max(round(SHORTEST_S / 2 * fs_hz), 1)]))
    away = np.flatnonzero(np.abs(mv[top:] - high) > LEVEL_MV * 2)
    if len(away) == 0:
        return None
    fall = top + int(away[0])
    after = min(fall + edge, len(mv) - 1)
    low = float(np.median(mv[: max(int(up[0]), 1)]))
    level = mv[top + edge // 2 : fall]
    if not SHORTEST_S <= (fall - int(up[0])) / fs_hz <= LONGEST_S or len(level) < 3:
        return None
    flat = float(np.ptp(level)) < 2 * LEVEL_MV
    return after if flat and abs(float(mv[after]) - low) < 5 * LEVEL_MV else None
