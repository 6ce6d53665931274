"""Scale of a page without a grid: from the calibration pulse, or from the length of its rows."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.grid import WORK_SIZE, Grid
from ecg_core.page.ink import RASTER, separate
from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.panels import find_pulse
from ecg_core.page.quality import refuse
from ecg_core.page.traces import Row, find_rows, keep_traces

MAX_TILT_DEG = 4.0
MIN_ROWS = 3
"""Fewer rows without grid or pulse could be any line chart."""


def scale_without_grid(pixels: np.ndarray) -> tuple[Grid, str]:
    """Geometry of a page without a grid, and what its scale was taken from.

    Takes the rows of traces for ten seconds at 25 mm/s, then asks the calibration pulse.
    Raises PageError when there are no such rows, or when the pulse contradicts them.
    """
    height, width = pixels.shape[:2]
    angle = _tilt(pixels)
    guess = width / 285.0
    grid, rows, ink, span = _measure(pixels, angle, guess)
    for _ in range(2):
        guess *= span / PAGE_WIDTH_MM
        grid, rows, ink, span = _measure(pixels, angle, guess)
        pulse = find_pulse(ink, rows, *_ends(rows))
        if pulse is not None:
            left, right = _ends(rows)
            inside = right - left
            if pulse.left_mm < left + 20 and pulse.right_mm > left:
                inside = right - pulse.right_mm - 2.0
            elif pulse.right_mm > right - 20 and pulse.left_mm < right:
                inside = pulse.left_mm - left - 1.0
            span = inside
    if abs(span / PAGE_WIDTH_MM - 1.0) > 0.03:
        guess *= span / PAGE_WIDTH_MM
        grid, rows, ink, span = _measure(pixels, angle, guess)
    pulse = find_pulse(ink, rows, *_ends(rows))
    if pulse is None and len(rows) < MIN_ROWS:
        raise refuse("no_grid_no_trace")
    source = (
        "the calibration pulse and the length of the rows"
        if pulse
        else ("the length of the rows, taken for ten seconds")
    )
    return grid, source


def _ends(rows: tuple[Row, ...]) -> tuple[float, float]:
    spans = np.array([row.span_px() for row in rows]) / RASTER
    return float(np.median(spans[:, 0])), float(np.median(spans[:, 1]))


def _measure(
    pixels: np.ndarray, angle: float, px_per_mm: float
) -> tuple[Grid, tuple[Row, ...], np.ndarray, float]:
    """Rows under an assumed scale: geometry, rows, ink and length of the rows in mm."""
    from ecg_core.page.ink import straighten

    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0 / px_per_mm)
    to_mm = np.vstack([turn, [0.0, 0.0, 1.0]])
    centre = (width - 1) / 2, (height - 1) / 2
    area = (
        centre[0] - width / px_per_mm / 2,
        centre[1] - height / px_per_mm / 2,
        centre[0] + width / px_per_mm / 2,
        centre[1] + height / px_per_mm / 2,
    )
    picture, shown = straighten(pixels, to_mm, px_per_mm, area)
    cover = separate(picture, shown).cover
    rows, _ = find_rows(keep_traces(cover))
    if not rows:
        raise refuse("no_grid_no_trace")
    left, right = _ends(rows)
    grid = Grid(to_mm, (px_per_mm, px_per_mm), -angle, 0.0, 0.0, 0.0, area)
    return grid, rows, cover > 0.5, right - left


def _tilt(pixels: np.ndarray) -> float:
    """Rotation (degrees) that makes the rows of ink sharpest when summed across."""
    scale = min(1.0, WORK_SIZE / 2 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = 255.0 - small.min(axis=2).astype(np.float32)
    height, width = grey.shape
    best, answer = -1.0, 0.0
    for angle in np.arange(-MAX_TILT_DEG, MAX_TILT_DEG + 0.01, 0.1):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
        profile = cv2.warpAffine(grey, turn, (width, height)).sum(axis=1)
        sharpness = float((np.diff(profile) ** 2).sum())
        if sharpness > best:
            best, answer = sharpness, float(angle)
    return answer
