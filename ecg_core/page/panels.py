"""From rows of traces to leads: where the ten seconds begin, which layout it is, which lead where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.page.ink import RASTER
from ecg_core.page.layouts import LAYOUTS, PAGE_WIDTH_MM, Layout, strip_layout
from ecg_core.page.traces import Row

PULSE_TOLERANCE_MM = 1.3
PULSE_WIDTHS_MM = (1.6, 7.0)
PULSE_REACH_MM = 16.0
"""A calibration pulse stands this close to an end of the trace."""
BREAKS_MM = (62.5, 125.0, 187.5)
"""Where columns may begin, after time zero."""
SEPARATOR_SHARE = 0.5
"""A separator covers this share of the height between the first and the last row it divides."""
MAX_SPEED_ERROR = 0.03
RHYTHM_CORRELATION = 0.85

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


def find_panels(ink: np.ndarray, rows: tuple[Row, ...], layout: str | None = None) -> Panels | None:
    """Place the leads of known rows; None when no layout has so many rows.

    ink: bool, every inked pixel of the picture, text and separators included. layout: its name,
    when it is known.
    """
    names = BY_ROWS.get(len(rows), ())
    if layout is not None:
        names = tuple(name for name in names if name == layout)
    if not names:
        return None
    spans = np.array([row.span_px() for row in rows]) / RASTER
    left, right = (float(np.median(spans[:, side])) for side in (0, 1))
    pulse = find_pulse(ink, rows, left, right)
    if pulse is not None and pulse.left_mm < (left + right) / 2:
        left = max(left, _foot(rows, pulse))
    elif pulse is not None:
        right = min(right, pulse.left_mm)
    separators = _separators(ink, rows)
    start, stretch, used = _time_axis(left, right, pulse, separators)
    breaks = _breaks(ink, rows, start, stretch, separators)
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
        alike = [
            other
            for other in found
            if abs(other[0] - candidate[0]) < 2.0 and abs(other[2] - candidate[2]) < 1.5
        ]
        best = max(best, alike, key=len)
    if not best or 2 * len(best) < len(rows):
        return None
    left, right, height = np.median(np.array(best), axis=0)
    return Pulse(float(left), float(right), float(height), len(best))


def _row_pulses(
    ink: np.ndarray, row: Row, left_mm: float, right_mm: float
) -> list[tuple[float, float, float]]:
    """Pulses of one row: left and right side, height (mm)."""
    found = []
    height, width = ink.shape
    for end in (left_mm, right_mm):
        x0 = max(round((end - PULSE_REACH_MM) * RASTER), 0)
        x1 = min(round((end + PULSE_REACH_MM) * RASTER), width)
        # The pulse rises from the baseline of the near end, wherever that has wandered to.
        near = slice(round(end * RASTER) - 12 * RASTER, round(end * RASTER) + 25 * RASTER)
        near = slice(max(near.start, 0), near.stop)
        base = row.baseline_px if not row.filled[near].any() else float(
            np.median(row.curve_px[near][row.filled[near]])
        )
        for tall in (10.0, 5.0, 20.0):
            hit = _pulse_at(ink[:, x0:x1], base, tall)
            if hit is not None:
                found.append(((x0 + hit[0]) / RASTER, (x0 + hit[1]) / RASTER, tall))
                break
    return found


def _pulse_at(ink: np.ndarray, base: float, tall_mm: float) -> tuple[int, int] | None:
    slack = round(PULSE_TOLERANCE_MM * RASTER)
    top = round(base - tall_mm * RASTER)
    if top - slack < 0:
        return None
    flat = ink[top - slack : top + slack + 1].any(axis=0)
    stroke = ink[top + slack : round(base) - slack].mean(axis=0) > 0.6
    below = ink[round(base) - slack : round(base) + slack].any(axis=0)
    starts = np.flatnonzero(stroke)
    for first in starts:
        for last in starts[::-1]:
            wide = (last - first) / RASTER
            if wide < PULSE_WIDTHS_MM[0] or wide > PULSE_WIDTHS_MM[1]:
                continue
            inner = slice(first + slack, last - slack + 1)
            if flat[first : last + 1].mean() > 0.9 and below[inner].mean() < 0.3:
                body = ink[top + slack : round(base) - slack, inner]
                if body.mean() < 0.15:
                    return int(first), int(last)
    return None


def _foot(rows: tuple[Row, ...], pulse: Pulse) -> float:
    """Where the trace begins right of a pulse: after the gap behind its foot, if there is one."""
    after = round(pulse.right_mm * RASTER) + 2
    starts = []
    for row in rows:
        gaps = np.flatnonzero(~row.filled[after : after + 8 * RASTER])
        if len(gaps):
            starts.append((after + int(gaps[-1]) + 1) / RASTER)
    return float(np.median(starts)) if starts else pulse.right_mm + 1.0


def _separators(ink: np.ndarray, rows: tuple[Row, ...]) -> np.ndarray:
    """Columns (mm) that are inked, solid or dotted, most of the way down the rows."""
    if len(rows) < 3:
        return np.zeros(0)
    deep = rows[max(2, len(rows) // 2) if len(rows) != 4 else 2].baseline_px
    body = ink[round(rows[0].baseline_px) : round(deep)]
    if len(body) < 20 * RASTER:
        return np.zeros(0)
    share = body.mean(axis=0)
    found = []
    for x in np.flatnonzero(share > SEPARATOR_SHARE):
        if not found or x - found[-1][-1] > 2 * RASTER:
            found.append([x])
        else:
            found[-1].append(x)
    return np.array([(np.mean(group) + 0.5) / RASTER for group in found])


def _time_axis(
    left: float, right: float, pulse: Pulse | None, separators: np.ndarray
) -> tuple[float, float, int]:
    """Time zero (mm), stretch of the time axis, and how many separators were used."""
    length = right - left
    start = left
    if pulse is not None and length > PAGE_WIDTH_MM + 4 and pulse.left_mm < left:
        start = right - PAGE_WIDTH_MM
    fits = []
    for first in separators:
        steps = np.rint((separators - first) / BREAKS_MM[0])
        exact = np.abs(separators - first - steps * BREAKS_MM[0]) < 2.0
        index = round((first - start) / BREAKS_MM[0])
        if index in (1, 2, 3) and abs(first - start - index * BREAKS_MM[0]) < 8.0:
            fits.append((int(exact.sum()), index, first, steps[exact], separators[exact]))
    if not fits:
        return start, 1.0, 0
    count, index, first, steps, places = max(fits, key=lambda fit: fit[0])
    if count >= 2:
        pitch = float(np.polyfit(steps, places, 1)[0])
        if abs(pitch / BREAKS_MM[0] - 1.0) < MAX_SPEED_ERROR:
            origin = float(np.mean(places - (steps + index) * pitch))
            return origin, pitch / BREAKS_MM[0], count
    return first - index * BREAKS_MM[0], 1.0, count


def _breaks(
    ink: np.ndarray,
    rows: tuple[Row, ...],
    start: float,
    stretch: float,
    separators: np.ndarray,
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
            [any(abs(at - PAGE_WIDTH_MM * k / len(leads)) < 1 for k in range(1, len(leads)))
             for at in BREAKS_MM]
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
    if likeness.get("II", 0.0) >= min(RHYTHM_CORRELATION, likeness.get(best, 1.0) - 0.05):
        return plan, ()
    if likeness.get(best, 0.0) < RHYTHM_CORRELATION:
        return plan, ("rhythm lead",)
    return Layout(plan.name, (*plan.rows[:-1], (best,)), plan.row_pitch_mm), ()
