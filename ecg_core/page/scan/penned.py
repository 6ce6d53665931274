"""Ink as if one pen had drawn it, whatever a page was printed with."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.values import PEN_MM

THINNER = 0.3
"""So much of a stroke's darkness is lost to a pen that does not fit into it."""


def penned(cover: np.ndarray, upright: bool = False) -> np.ndarray:
    """Ink with its pen brought near `PEN_MM`; upright: where only heights were rescaled."""
    columns = cover[:, ::3]
    column, start, end = vertical_runs(columns > 0.2)
    short = (end - start > 0) & (end - start < 2 * RASTER)
    if not short.any():
        return cover
    # Columns one behind the other.
    before = np.append(0.0, np.cumsum(cv2.transpose(columns), dtype=float))
    first = column * len(columns)
    amount = before[first + end] - before[first + start]
    # Where mains hum thickens a trace, its thin parts say how wide the pen is.
    width = float(np.percentile(amount[short], 30))
    change = round(PEN_MM * RASTER - width)
    if -2 < change < 1:
        return cover
    size = (1 if upright else abs(change) + 1, abs(change) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)
    if change > 0:
        return np.asarray(cv2.dilate(cover, kernel))
    # Steep strokes that are thinner than the line between them stay as they are.
    thin = cover - cv2.morphologyEx(cover, cv2.MORPH_OPEN, kernel) > THINNER
    return np.asarray(np.maximum(cv2.erode(cover, kernel), np.where(thin, cover, 0.0)))
