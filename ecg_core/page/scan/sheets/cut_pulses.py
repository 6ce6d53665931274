"""Calibration pulses of which the picture's left edge leaves a roof and one stroke."""

from __future__ import annotations

import numpy as np

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.scan.sheets.pulses import HEIGHTS_MM, Pulse
from ecg_core.page.scan.sheets.rows import Row

NEAR_MM, WIDEST_MM = 1.2, 7.0
"""The roof begins so near to the edge; the stroke stands no farther from it."""
ROOF_MM, LEAST_MM, ROOFED, BARE = 0.6, 0.8, 0.85, 0.25
"""The roof lies within so much of the stroke's top, is so long, inked over so much of its length;
so little is inked below it beside the row's line, where a trace would begin."""
FOOT_MM, AFTER_MM = 2.5, (2.0, 25.0)
"""The stroke ends so near to the line of its row, as that runs so far behind it."""
ALIKE_MM = 1.0
"""Pulses of one recorder differ by less, in place and height."""


def cut_pulses_of(ink: np.ndarray, shown: np.ndarray, rows: tuple[Row, ...]) -> tuple[Pulse, ...]:
    """Pulses cut by the left edge, alike in most of two or more rows; none otherwise.

    ink, shown: bool, all ink of the picture, and where it shows anything.
    """
    if len(rows) < 2:
        return ()
    found = [pulse for number, row in enumerate(rows) if (pulse := _cut(ink, shown, row, number))]
    best: list[Pulse] = []
    for one in found:
        alike = [
            other
            for other in found
            if abs(other.right_mm - one.right_mm) < ALIKE_MM
            and abs(other.height_mm - one.height_mm) < ALIKE_MM
        ]
        best = max(best, alike, key=len)
    return tuple(best) if len(best) >= max(2, (len(rows) + 1) // 2) else ()


def _cut(ink: np.ndarray, shown: np.ndarray, row: Row, number: int) -> Pulse | None:
    px = row.px_per_mm
    level = round(row.baseline_px)
    seen = np.flatnonzero(shown[min(max(level, 0), len(shown) - 1)])
    if not len(seen):
        return None
    edge = int(seen[0])
    reach = edge + round(WIDEST_MM * px)
    top = max(level - round((HEIGHTS_MM[1] + FOOT_MM) * px), 0)
    window = ink[top : level + round(4 * FOOT_MM * px), edge:reach]
    column, start, end = vertical_runs(window.view(np.uint8))
    tall = (end - start >= HEIGHTS_MM[0] * px) & (end - start <= HEIGHTS_MM[1] * px)
    runs = sorted(zip(*(one[tall].tolist() for one in (column, start, end)), strict=True))
    for at, head, foot in runs:
        behind = [edge + at + round(mm * px) for mm in AFTER_MM]
        line = row.curve_px[slice(*behind)]
        if not line.size or abs(top + foot - float(np.median(line))) > FOOT_MM * px:
            continue
        if at < LEAST_MM * px:
            continue
        slack = round(ROOF_MM * px)
        roof = np.asarray(window[max(head - slack, 0) : head + slack, : at - 1].any(axis=0))
        floor = np.asarray(
            window[foot - 2 * slack : foot + slack, : max(at - slack, 1)].any(axis=0)
        )
        first = int(np.argmax(roof)) if roof.any() else len(roof)
        if first > NEAR_MM * px or len(roof) - first < LEAST_MM * px:
            continue
        if roof[first:].mean() < ROOFED or floor.mean() > BARE:
            continue
        pen = max(float(np.median(window[max(head - slack, 0) : head + slack, :at].sum(axis=0))), 1)
        high = (foot - head - pen) / px
        right = (edge + at + 1) / px
        return Pulse(number, edge / px, right, high, (top + foot) / px, cut=True)
    return None
