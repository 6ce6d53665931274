"""Bars between columns, and flanks of pulses beside them: ink under which a trace is not seen.

A printer draws the same bar wherever a column begins, so a bar is what most of these places have
in common. It is taken off before a row's ink is followed; what a wave leaves beside it stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.values import LeadBox

INKED = 0.5
BESIDE_MM, ABOVE_MM = 1.2, 8.0
"""So far beside a column's begin, and above and below the zero line, a bar is looked for."""
LEAST_MM, TALLEST_MM, PENS = 2.5, 15.0, 1.4
"""Bars are so tall and so many pens thick; those as tall as this may be as thin as they like."""
DOTS_MM = 0.8
"""Dots of a bar are no farther apart."""
MOSTLY, LEAST_PLACES = 0.5, 2
"""So many places of all, and at least so many, must show one."""
FLANK_MM, FLANKED, UPRIGHT = 7.0, 0.25, 0.6
"""A pulse beside the first or last column is as tall as this, and so much of its flank is so
dark."""
FAR_PX = 1e6
"""As good as endless, and still a number."""


@dataclass(frozen=True)
class ColumnBar:
    """Where a bar lies, px: columns from `first` on and before `last`, its top and its bottom."""

    first: int
    last: int
    top: float
    bottom: float


def bars_of(
    cover: np.ndarray, boxes: Sequence[LeadBox], zeros_mm: Sequence[float], scale: float
) -> dict[float, list[ColumnBar]]:
    """The bars of every row, by its zero line (mm).

    cover: ink, 0 to 1, height × width. zeros_mm: the zero line of each box. scale: px per mm.
    """
    bars: dict[float, list[ColumnBar]] = {zero: [] for zero in set(zeros_mm)}
    for zero, bar in _between(cover, boxes, zeros_mm, scale):
        bars[zero].append(bar)
    for margin in (0, cover.shape[1]):
        flanks = [_flank_at(cover, margin, zero, scale) for zero in bars]
        wide = [columns for columns in flanks if columns]
        if len(wide) >= max(LEAST_PLACES, MOSTLY * len(bars)):
            most = round(float(np.median(wide)))
            columns = (0, most) if margin == 0 else (margin - most, margin)
            for own in bars.values():
                own.append(ColumnBar(*columns, -np.inf, np.inf))
    return bars


def _between(
    cover: np.ndarray, boxes: Sequence[LeadBox], zeros_mm: Sequence[float], scale: float
) -> list[tuple[float, ColumnBar]]:
    """The bars between columns, each with the zero line of its row."""
    column, start, end = vertical_runs(cover > INKED)
    pen = float(np.percentile(end - start, 30)) if len(column) else 1.0
    width_mm = cover.shape[1] / scale
    inner = {
        (round(edge, 3), zero)
        for box, zero in zip(boxes, zeros_mm, strict=True)
        for edge in (box.x0_mm, box.x1_mm)
        if 1.0 < edge < width_mm - 1.0
    }
    found = {place: _bar_at(cover, place, scale, pen) for place in inner}
    seen = {place: bar for place, bar in found.items() if bar is not None}
    if len(seen) < max(LEAST_PLACES, MOSTLY * len(inner)):
        return []
    first, last, usual_top, usual_bottom = np.median(np.array(list(seen.values())), axis=0)
    rows = {zero: (box.y0_mm, box.y1_mm) for box, zero in zip(boxes, zeros_mm, strict=True)}
    bars = []
    for edge, zero in sorted(inner):
        own = np.array([bar for place, bar in seen.items() if place[1] == zero])
        top, bottom = usual_top, usual_bottom
        if len(own) >= LEAST_PLACES:
            top, bottom = np.median(own[:, 2:], axis=0)
        x, y = round(edge * scale), zero * scale
        # One that goes on through a row is taken off as far as the row goes.
        high, low = (mm * scale for mm in rows[zero])
        ends = (high if np.isinf(top) else y + top), (low if np.isinf(bottom) else y + bottom)
        bars.append((zero, ColumnBar(x + round(first), x + round(last), *map(float, ends))))
    return bars


def without(cover: np.ndarray, bars: Iterable[ColumnBar]) -> np.ndarray:
    """Ink less the bars: height × width."""
    left = cover.copy()
    for bar in bars:
        x0, x1 = max(bar.first - 1, 0), max(bar.last + 1, 0)
        y0, y1 = np.clip([bar.top - 1, bar.bottom + 1], 0, cover.shape[0])
        left[round(y0) : round(y1), x0:x1] = 0.0
    return left


def spans(bars: Iterable[ColumnBar], width: int) -> tuple[np.ndarray, np.ndarray]:
    """From where to where bars cover each column, px: width, NaN where none does."""
    top, bottom = np.full((2, width), np.nan)
    for bar in bars:
        part = slice(max(bar.first - 1, 0), max(bar.last + 1, 0))
        top[part], bottom[part] = max(bar.top, -FAR_PX), min(bar.bottom, FAR_PX)
    return top, bottom


def _bar_at(
    cover: np.ndarray, place: tuple[float, float], scale: float, pen: float
) -> tuple[float, float, float, float] | None:
    """First and last column, top and bottom of what may be a bar, px from its place."""
    x, y = round(place[0] * scale), round(place[1] * scale)
    beside, above = round(BESIDE_MM * scale), round(ABOVE_MM * scale)
    if y < above or x < beside:
        return None
    ink = (cover[y - above : y + above, x - beside : x + beside] > INKED).astype(np.uint8)
    # Some are dotted.
    mask = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((round(DOTS_MM * scale) | 1, 1)))
    thick = max(int(np.ceil(PENS * pen)), 3)
    broad = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((round(LEAST_MM * scale), thick)))
    tall = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((round(TALLEST_MM * scale), 1)))
    bar = np.asarray(broad) + np.asarray(tall) > 0
    if not bar.any():
        return None
    columns = np.flatnonzero(bar.any(axis=0))
    heights = np.flatnonzero(bar.any(axis=1))
    if columns[-1] - columns[0] > beside:
        return None
    top = -np.inf if heights[0] == 0 else float(heights[0] - above)
    bottom = np.inf if heights[-1] == len(bar) - 1 else float(heights[-1] + 1 - above)
    return float(columns[0] - beside), float(columns[-1] + 1 - beside), top, bottom


def _flank_at(cover: np.ndarray, margin: int, zero_mm: float, scale: float) -> int:
    """How many columns from a margin on a pulse's flank covers."""
    y, columns = round(zero_mm * scale), round(BESIDE_MM * scale)
    above = cover[max(y - round((FLANK_MM + 1) * scale), 0) : y - round(scale)]
    part = above[:, :columns] if margin == 0 else above[:, ::-1][:, :columns]
    return int(np.cumprod((part > FLANKED).mean(axis=0) > UPRIGHT).sum())
