"""The calibration pulse: found by its shape, wherever the baseline is."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.rows import Row, vertical_runs

PULSE_WIDTHS_MM = (1.6, 11.0)
MAX_STROKES = 40
"""Print, not the end of a trace, has more upright strokes than this."""
STROKE_MM = 1.7
"""The strokes of a pulse, widened for those a little aslant, are no thicker."""
PULSE_REACH_MM = 16.0
"""A calibration pulse stands this close to an end of the trace."""


@dataclass(frozen=True)
class Pulse:
    """Calibration pulse common to the rows: its sides and height in mm of the picture."""

    left_mm: float
    right_mm: float
    height_mm: float
    rows: int


def find_pulse(
    ink: np.ndarray, rows: tuple[Row, ...], left_mm: float, right_mm: float
) -> Pulse | None:
    """Calibration pulse that stands at the same place in at least half of the rows.

    A pulse is two upright strokes with a flat top between them and no baseline below it.
    """
    found: list[tuple[float, float, float]] = []
    for row in rows:
        found.extend(_row_pulses(ink, row, left_mm, right_mm))
    best: list[tuple[float, float, float]] = []
    for candidate in found:
        alike = [o for o in found if np.abs(np.subtract(o, candidate)).max() < 1.5]
        best = max(best, alike, key=len)
    if not best or 2 * len(best) < len(rows):
        return None
    left, right, height = np.median(np.array(best), axis=0)
    return Pulse(float(left), float(right), float(height), len(best))


def _row_pulses(
    ink: np.ndarray, row: Row, left_mm: float, right_mm: float
) -> list[tuple[float, float, float]]:
    """Pulses near the ends of one row: left and right side, height (mm)."""
    found = []
    top = max(round(row.baseline_px - 28 * RASTER), 0)
    bottom = round(row.baseline_px + 10 * RASTER)
    for end in (left_mm, right_mm):
        x0 = max(round((end - PULSE_REACH_MM) * RASTER), 0)
        x1 = round((end + PULSE_REACH_MM) * RASTER)
        found += [
            ((x0 + left) / RASTER, (x0 + right) / RASTER, (foot - head) / RASTER)
            for left, right, head, foot in _pulses_in(ink[top:bottom, x0:x1])
            if abs(top + foot - row.baseline_px) < 8 * RASTER
        ]
    return found


def _pulses_in(window: np.ndarray) -> list[tuple[float, float, float, float]]:
    """Pulses in a window: left and right stroke, top and foot, all in px.

    Two upright strokes of the same height, ink along their tops, none between them.
    """
    slack = round(0.8 * RASTER)
    # A stroke a little aslant passes through several columns: widened, each shows all of it.
    wide = cv2.dilate(window.astype(np.uint8), np.ones((1, 5), np.uint8))
    column, top, bottom = vertical_runs(wide)
    tall = bottom - top >= 4 * RASTER
    strokes = _stroke_groups(column[tall], top[tall], bottom[tall])
    found: list[tuple[float, float, float, float]] = []
    if len(strokes) > MAX_STROKES:
        return found
    for x, high, low in strokes:
        for other, other_high, other_low in strokes:
            apart = (other - x) / RASTER
            if not PULSE_WIDTHS_MM[0] <= apart <= PULSE_WIDTHS_MM[1]:
                continue
            if abs(other_high - high) > slack or abs(other_low - low) > 1.5 * slack:
                continue
            level, base = (high + other_high) // 2, (low + other_low) // 2
            inner = slice(x + slack // 2 + 1, other - slack // 2)
            flat = window[max(level - slack, 0) : level + slack, inner].any(axis=0)
            hollow = window[level + slack : base - slack, inner]
            floor = window[base - slack : base + slack, inner].any(axis=0)
            if flat.size and flat.mean() > 0.9 and hollow.mean() < 0.1 and floor.mean() < 0.4:
                found.append((float(x), float(other), float(level), float(base)))
    return found


def _stroke_groups(
    column: np.ndarray, top: np.ndarray, bottom: np.ndarray
) -> list[tuple[int, int, int]]:
    """Neighbouring tall runs as one stroke: middle, top and bottom."""
    groups: list[list[int]] = []
    for index in np.argsort(column, kind="stable"):
        for group in reversed(groups):
            last = group[-1]
            if column[index] - column[last] <= 1 and abs(top[index] - top[last]) <= RASTER:
                group.append(int(index))
                break
        else:
            groups.append([int(index)])
    return [
        (int(column[g].mean()), int(np.median(top[g])), int(np.median(bottom[g])))
        for g in groups
        if np.ptp(column[g]) <= STROKE_MM * RASTER
    ]


def _gaps(rows: tuple[Row, ...], pulse: Pulse) -> list[float]:
    """Where each row resumes right of a pulse, for rows that pause there."""
    after = round(pulse.right_mm * RASTER) + 2
    resumed = []
    for row in rows:
        absent = ~row.drawn[after : after + 8 * RASTER]
        edge = np.diff(np.pad(absent, 1).astype(np.int8))
        starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        # The first pause; later ones are steep strokes of the trace itself.
        pauses = ends[(ends - starts >= RASTER // 2) & (ends < len(absent))]
        if len(pauses):
            resumed.append((after + int(pauses[0])) / RASTER)
    return resumed


def trace_end(rows: tuple[Row, ...], pulse: Pulse) -> float:
    """Where the trace ends left of a pulse: before the gap that leads to its foot, if any."""
    before = round(pulse.left_mm * RASTER) - 2
    ended = []
    for row in rows:
        first = max(before - 8 * RASTER, 0)
        edge = np.diff(np.pad(~row.drawn[first:before], 1).astype(np.int8))
        starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        pauses = starts[(ends - starts >= RASTER // 2) & (starts > 0)]
        if len(pauses):
            ended.append((first + int(pauses[-1])) / RASTER)
    return float(np.median(ended)) if 2 * len(ended) >= len(rows) else pulse.left_mm - 1.5


def has_gap(rows: tuple[Row, ...], pulse: Pulse) -> bool:
    """Whether most rows pause between the pulse and their trace."""
    return 2 * len(_gaps(rows, pulse)) >= len(rows)


def trace_start(rows: tuple[Row, ...], pulse: Pulse) -> float:
    """Where the trace begins right of a pulse: after the gap behind its foot, if there is one."""
    if has_gap(rows, pulse):
        return float(np.median(_gaps(rows, pulse)))
    return pulse.right_mm + 1.0
