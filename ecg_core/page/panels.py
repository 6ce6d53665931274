"""From rows of traces to leads: where the ten seconds begin, which layout it is, which lead where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.page.ink import RASTER
from ecg_core.page.layouts import LAYOUTS, PAGE_WIDTH_MM, Layout, strip_layout
from ecg_core.page.traces import Row, vertical_runs

PULSE_WIDTHS_MM = (1.6, 7.0)
PULSE_REACH_MM = 16.0
"""A calibration pulse stands this close to an end of the trace."""
BREAKS_MM = (62.5, 125.0, 187.5)
"""Where columns may begin, after time zero."""
SOLID_SHARE, DOTTED_SHARE = 0.85, 0.4
"""A separator covers this share of the height between two rows."""
MAX_SPEED_ERROR = 0.03
RHYTHM_CORRELATION = 0.9

BY_ROWS: dict[int, tuple[str, ...]] = {
    3: ("3x4", "strip"),
    4: ("3x4+1R",),
    6: ("6x2", "3x4+3R"),
    7: ("6x2+1R",),
    12: ("12x1",),
    1: ("strip",),
    2: ("strip",),
}
"""Layouts with that number of rows; the columns' breaks decide between them."""


@dataclass(frozen=True)
class Pulse:
    """Calibration pulse common to the rows: its sides and height in mm of the picture."""

    left_mm: float
    right_mm: float
    height_mm: float
    rows: int


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
    assumed: tuple[str, ...]


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
        names = tuple(name for name in names if name == layout)
    if not names:
        return None
    spans = np.array([row.span_px() for row in rows]) / RASTER
    left, right = (float(np.median(spans[:, side])) for side in (0, 1))
    pulse = find_pulse(ink, rows, left, right)
    if pulse is not None and pulse.left_mm < (left + right) / 2:
        left = _foot(rows, pulse)
    elif pulse is not None:
        right = min(right, pulse.left_mm)
    start = left
    if pulse is not None and pulse.left_mm < left and not _has_gap(rows, pulse):
        start = right - PAGE_WIDTH_MM
    start, stretch, used = _time_axis(left, right, start, _separators(faint, rows, SOLID_SHARE), 1)
    if not used:
        dotted = _separators(faint, rows, DOTTED_SHARE)
        start, stretch, used = _time_axis(left, right, start, dotted, 2)
    breaks = _breaks(ink, rows, start, stretch)
    name = max(names, key=lambda known: _agreement(_plan(known, len(rows)), breaks))
    plan = _plan(name, len(rows))
    plan, assumed = _named(plan, rows, start, stretch)
    return Panels(plan, start, stretch, right - left, pulse, used, assumed)


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
    column, top, bottom = vertical_runs(window)
    tall = bottom - top >= 4 * RASTER
    strokes = _stroke_groups(column[tall], top[tall], bottom[tall])
    found = []
    for x, high, low in strokes:
        for other, other_high, other_low in strokes:
            wide = (other - x) / RASTER
            if not PULSE_WIDTHS_MM[0] <= wide <= PULSE_WIDTHS_MM[1]:
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
        if np.ptp(column[g]) <= RASTER
    ]


def _gaps(rows: tuple[Row, ...], pulse: Pulse) -> list[float]:
    """Where each row resumes right of a pulse, for rows that pause there."""
    after = round(pulse.right_mm * RASTER) + 2
    resumed = []
    for row in rows:
        gaps = np.flatnonzero(~row.drawn[after : after + 8 * RASTER])
        if len(gaps):
            resumed.append((after + int(gaps[-1]) + 1) / RASTER)
    return resumed


def _has_gap(rows: tuple[Row, ...], pulse: Pulse) -> bool:
    return 2 * len(_gaps(rows, pulse)) >= len(rows)


def _foot(rows: tuple[Row, ...], pulse: Pulse) -> float:
    """Where the trace begins right of a pulse: after the gap behind its foot, if there is one."""
    if _has_gap(rows, pulse):
        return float(np.median(_gaps(rows, pulse)))
    return pulse.right_mm + 1.0


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
    for upper, lower in zip(heights, heights[1:], strict=False):
        share = np.minimum(share, ink[upper + spread : lower - spread].mean(axis=0))
    groups: list[list[int]] = []
    for x in np.flatnonzero(share > least):
        if groups and x - groups[-1][-1] <= RASTER:
            groups[-1].append(int(x))
        else:
            groups.append([int(x)])
    thin = [group for group in groups if group[-1] - group[0] <= RASTER]
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
        return LAYOUTS[name]
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


def _named(
    plan: Layout, rows: tuple[Row, ...], start: float, stretch: float
) -> tuple[Layout, tuple[str, ...]]:
    """The layout with its single rhythm strip named after the lead whose waves it repeats."""
    if plan.name == "strip":
        return plan, ("lead names",)
    if not plan.name.endswith("+1R"):
        return plan, ()
    likeness: dict[str, float] = {}
    for box in plan.boxes():
        row = round(box.y0_mm / plan.row_pitch_mm)
        if row == len(rows) - 1:
            continue
        x0 = round((start + (box.x0_mm + 2.0) * stretch) * RASTER)
        x1 = round((start + (box.x1_mm - 2.0) * stretch) * RASTER)
        both = slice(max(x0, 0), max(x1, 1))
        one, two = rows[row].curve_px[both], rows[-1].curve_px[both]
        if len(one) > 60 and one.std() > 0 and two.std() > 0:
            likeness[box.lead] = float(np.corrcoef(one, two)[0, 1])
    best = max(likeness, key=lambda lead: likeness[lead], default="II")
    if likeness.get("II", 0.0) >= min(RHYTHM_CORRELATION, likeness.get(best, 1.0) - 0.1):
        return plan, ()
    if likeness.get(best, 0.0) < RHYTHM_CORRELATION:
        return plan, ("rhythm lead II",)
    return Layout(plan.name, (*plan.rows[:-1], (best,)), plan.row_pitch_mm), ()
