"""From rows of traces to leads: where the ten seconds begin, and which layout it is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.layouts import PAGE_WIDTH_MM, SCANNED, Layout, strip_layout
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.pulse import Pulse, find_pulse, has_gap, trace_start
from ecg_core.page.scan.rows import Row

BREAKS_MM = (62.5, 125.0, 187.5)
"""Where columns may begin, after time zero."""
SOLID_SHARE, DASHED_SHARE = 0.85, 0.6
"""A separator covers this share of the height between two rows, the second with dashes joined."""
DASH_MM = 2.0
"""Dashes this far apart are joined."""
TICK_MM = 2.5
"""So far above and below a trace the short strokes between columns reach at least."""
MAX_SPEED_ERROR = 0.03
START_MM = 1.2
"""So far above and below a trace its thickness is looked at."""
PEN_END_MM = 0.11
"""A pen's round end stands so far beyond the first and the last sample: pens of 0.25 to 0.5 mm,
where their ink is dark enough to be taken for ink."""
BY_ROWS: dict[int, tuple[str, ...]] = {
    3: ("3x4", "strip"),
    4: ("3x4+1R",),
    5: ("3x4+2R",),
    6: ("6x2", "3x4+3R"),
    7: ("6x2+1R",),
    12: ("12x1",),
    1: ("strip",),
    2: ("strip",),
}
"""Layouts with that number of rows; the columns' breaks decide between them. The order of the leads
is settled later (`naming`)."""


@dataclass(frozen=True, eq=False)
class Panels:
    """What lies where.

    start_mm: time zero on the picture. stretch: mm of picture per mm of trace, from separators.
    seen_mm: how much of the ten seconds is drawn. plan: rows and leads. assumed: what had to be
    assumed because nothing on the page told ("rhythm lead", "lead names").
    """

    plan: Layout
    start_mm: float
    stretch: float
    seen_mm: float
    pulse: Pulse | None
    separators: int
    assumed: tuple[str, ...] = ()


def find_panels(
    cover: np.ndarray, rows: tuple[Row, ...], layout: str | None = None
) -> Panels | None:
    """Place the leads of known rows; None when no layout has so many rows.

    cover: all ink of the picture (0 to 1), text and separators included. layout: its name, when
    it is known.
    """
    ink, faint = cover > 0.5, cover > 0.25
    names = BY_ROWS.get(len(rows), ())
    if layout is not None:
        fits = layout in SCANNED and len(SCANNED[layout].rows) == len(rows)
        names = (layout,) if fits or (layout == "strip" and len(rows) <= 3) else ()
    if not names:
        return None
    spans = np.array([row.span_px() for row in rows]) / RASTER
    left, right = (float(np.median(spans[:, side])) for side in (0, 1))
    pulse = find_pulse(ink, rows, left, right)
    if pulse is not None and pulse.left_mm < (left + right) / 2:
        left = trace_start(rows, pulse)
    elif pulse is not None:
        right = min(right, pulse.left_mm)
    if pulse is not None and pulse.left_mm < left and not has_gap(rows, pulse):
        start = right - PEN_END_MM - PAGE_WIDTH_MM
    else:
        start = _time_zero(cover, rows, left)
    stretch, used = 1.0, 0
    columns = max(len(leads) for known in names for leads in _plan(known, len(rows)).rows)
    if columns > 1:
        solid = _separators(faint, rows, SOLID_SHARE)
        start, stretch, used = _time_axis(left, right, start, solid, 1)
    if columns > 1 and not used:
        dashed = _separators(_undashed(faint), rows, DASHED_SHARE)
        start, stretch, used = _time_axis(left, right, start, dashed, 2)
    if columns > 1 and not used:
        start, stretch, used = _time_axis(left, right, start, _ticks(ink, rows), 2)
    breaks = _breaks(ink, rows, start, stretch)
    name = max(names, key=lambda known: _agreement(_plan(known, len(rows)), breaks))
    plan = _plan(name, len(rows))
    return Panels(plan, start, stretch, right - left, pulse, used)


def _time_zero(cover: np.ndarray, rows: tuple[Row, ...], left_mm: float) -> float:
    """Where traces whose ink begins at `left_mm` have their first sample (mm).

    The first columns, which ink covers in part, tell the edge finer than a pixel.
    """
    reach = round(START_MM * RASTER)
    around = np.arange(-reach, reach + 1)[:, None]

    def thickness(row: Row, columns: np.ndarray) -> np.ndarray:
        heights = np.rint(row.curve_px[columns]).astype(int)[None] + around
        return np.asarray(cover[heights.clip(0, len(cover) - 1), columns].sum(axis=0))

    # Where a trace runs level it is as thick as the pen, where it is steep thicker.
    pens = np.concatenate([thickness(row, np.flatnonzero(row.drawn)[::5]) for row in rows])
    pen = float(np.percentile(pens, 30))
    first = np.arange(4) + max(round(left_mm * RASTER) - 2, 0)
    if pen <= 0.0 or first[-1] >= cover.shape[1]:
        return left_mm
    inked = [np.minimum(thickness(row, first) / pen, 1.0).sum() for row in rows]
    return float(first[-1] + 1 - np.median(inked)) / RASTER + PEN_END_MM


def _separators(ink: np.ndarray, rows: tuple[Row, ...], least: float) -> np.ndarray:
    """Columns (mm) of which at least a share is inked from the first row down to the third."""
    if len(rows) < 3:
        return np.zeros(0)
    heights = [round(row.baseline_px) for row in rows[:3]]
    if heights[1] - heights[0] < 9 * RASTER or heights[2] - heights[1] < 9 * RASTER:
        return np.zeros(0)
    # QRS complexes may fill a column, too, but not the middle between rows, and they are wide.
    spread = round(1.5 * RASTER)
    share = np.ones(ink.shape[1])
    for upper, lower in itertools.pairwise(heights):
        share = np.minimum(share, ink[upper + spread : lower - spread].mean(axis=0))
    return _thin(share > least)


def _undashed(ink: np.ndarray) -> np.ndarray:
    """Ink with dashed upright lines closed, a little aslant as they may be."""
    wide = cv2.dilate(ink.astype(np.uint8), np.ones((1, 3), np.uint8))
    dash = np.ones((round(DASH_MM * RASTER) | 1, 1), np.uint8)
    return cv2.morphologyEx(wide, cv2.MORPH_CLOSE, dash) > 0


def _ticks(ink: np.ndarray, rows: tuple[Row, ...]) -> np.ndarray:
    """Columns (mm) in which a stroke crosses each of the first three rows, on both sides."""
    if len(rows) < 3:
        return np.zeros(0)
    reach = round(TICK_MM * RASTER)
    wide = cv2.dilate(ink.astype(np.uint8), np.ones((1, 3), np.uint8))
    crossed = np.ones(ink.shape[1], bool)
    for row in rows[:3]:
        level = round(row.baseline_px)
        crossed &= wide[max(level - reach, 0) : level + reach].mean(axis=0) > SOLID_SHARE
    return _thin(crossed)


def _thin(columns: np.ndarray) -> np.ndarray:
    """Middles (mm) of runs of columns no wider than a line."""
    groups: list[list[int]] = []
    for x in np.flatnonzero(columns):
        if groups and x - groups[-1][-1] <= RASTER:
            groups[-1].append(int(x))
        else:
            groups.append([int(x)])
    thin = [group for group in groups if group[-1] - group[0] <= 1.5 * RASTER]
    return np.array([(np.mean(group) + 0.5) / RASTER for group in thin])


def _time_axis(
    left: float, right: float, start: float, separators: np.ndarray, least: int
) -> tuple[float, float, int]:
    """Time zero (mm), stretch of the time axis, and how many separators told.

    Tall QRS complexes can line up like separators, but never only where columns begin: most of
    the lines must be explained, and `least` of them there.
    """
    separators = separators[(separators > left + 30.0) & (separators < right - 20.0)]
    best: tuple[int, float, float, float] = (0, 0.0, start, 1.0)
    for place in separators:
        for index in (1, 2, 3):
            origin = place - index * BREAKS_MM[0]
            if not (left - 6.0 <= origin <= left + 20.0 and origin + PAGE_WIDTH_MM <= right + 12.0):
                continue
            steps = np.rint((separators - origin) / BREAKS_MM[0])
            alike = (np.abs(separators - origin - steps * BREAKS_MM[0]) < 2.5) & (
                (steps >= 1) & (steps <= 3)
            )
            count, stretch = len(set(steps[alike])), 1.0
            if count < least or alike.sum() < 0.6 * len(separators):
                continue
            if count >= 2:
                pitch, origin = np.polyfit(steps[alike], separators[alike], 1)
                stretch = float(pitch) / BREAKS_MM[0]
                if abs(stretch - 1.0) > MAX_SPEED_ERROR:
                    continue
            elif abs(origin - start) > 5.0:
                continue
            best = max(best, (count, -abs(origin - start), float(origin), stretch))
    return best[2], best[3], best[0]


def _breaks(
    ink: np.ndarray,
    rows: tuple[Row, ...],
    start: float,
    stretch: float,
) -> np.ndarray:
    """How much each row looks as if a column began at each of `BREAKS_MM`: rows × 3, 0 to 1."""
    found = np.zeros((len(rows), len(BREAKS_MM)))
    pitch = np.diff([row.baseline_px for row in rows]).min() if len(rows) > 1 else 30 * RASTER
    for number, row in enumerate(rows):
        for column, at in enumerate(BREAKS_MM):
            x = round((start + at * stretch) * RASTER)
            if not 20 <= x < ink.shape[1] - 60:
                continue
            near = slice(x - round(1.2 * RASTER), x + round(1.2 * RASTER) + 1)
            level = row.curve_px[near].mean()
            reach = round(min(3.5 * RASTER, 0.4 * pitch))
            band = ink[max(round(level) - reach, 0) : round(level) + reach, near]
            tick = band.mean(axis=0).max() > 0.85 if band.size else False
            sides = ink[
                max(round(level - 0.45 * pitch), 0) : round(level + 0.45 * pitch),
                x + round(0.5 * RASTER) : x + round(9.0 * RASTER),
            ]
            before = ink[
                max(round(level - 0.45 * pitch), 0) : round(level + 0.45 * pitch),
                x - round(9.5 * RASTER) : x - round(1.0 * RASTER),
            ]
            label = _extra_ink(sides) > 0.25 and _extra_ink(before) < 0.15
            jump = abs(
                np.median(row.curve_px[x - 9 : x - 3]) - np.median(row.curve_px[x + 3 : x + 9])
            )
            found[number, column] = max(
                0.8 * tick, 1.0 * label, min(jump / (2.0 * RASTER), 1.0) * 0.5
            )
    return found


def _extra_ink(window: np.ndarray) -> float:
    """Share of columns that hold more than one run of ink: a trace and something beside it."""
    edge = np.diff(np.pad(window, ((1, 1), (0, 0))).astype(np.int8), axis=0) == 1
    return float((edge.sum(axis=0) > 1).mean()) if window.size else 0.0


def _plan(name: str, count: int) -> Layout:
    if name != "strip":
        return SCANNED[name]
    return strip_layout((("II",), ("II", "V1"), ("I", "II", "III"))[count - 1])


def _agreement(plan: Layout, breaks: np.ndarray) -> float:
    """How much better the breaks a layout expects are seen than those it does not expect."""
    expected = np.array(
        [
            [
                any(abs(at - PAGE_WIDTH_MM * k / len(leads)) < 1 for k in range(1, len(leads)))
                for at in BREAKS_MM
            ]
            for leads in plan.rows
        ]
    )
    seen = float(breaks[expected].mean()) if expected.any() else 0.2
    other = float(breaks[~expected].mean()) if (~expected).any() else 0.0
    return seen - other
