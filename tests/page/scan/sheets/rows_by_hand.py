"""Rows whose waves are worked out by hand."""

from __future__ import annotations

import numpy as np

from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.sheets.rows import Row


def spikes(width: int, level: int, every: int = 120) -> np.ndarray:
    """Heights of a level line with a spike of 8 mm every so many pixels."""
    y = np.full(width, float(level))
    for x in range(40, width - 10, every):
        y[x : x + 6] -= 8 * RASTER * np.array([0.3, 0.7, 1.0, 0.7, 0.3, 0.1])
    return y


def drawn(heights: np.ndarray, into: np.ndarray) -> None:
    """Draw a line, two pixels thick."""
    for x, (one, other) in enumerate(zip(heights, np.roll(heights, 1), strict=True)):
        low, high = sorted((one, other if x else one))
        into[round(low) : round(high) + 2, x] = 1.0


def row_of(curve: np.ndarray, drawn: np.ndarray) -> Row:
    """A row with its curve and pen."""
    return Row(curve, drawn, drawn, float(RASTER))


EVERYWHERE = np.ones(900, bool)
