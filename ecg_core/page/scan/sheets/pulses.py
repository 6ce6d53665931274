"""Calibration pulses anywhere beside the rows, whole or cut by the picture's edge."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.scan.sheets.rows import Row

WIDTHS_MM, SLIM_MM, SLIM_RATIO = (1.7, 11.5), 2.2, 3.5
"""Narrower than the second, a pulse is as many times as high as wide as the third says."""
MAX_STROKES = 60
STROKE_MM = 1.7
"""The strokes of a pulse, widened for those a little aslant, are no thicker."""
REACH_MM, INSIDE_MM = 18.0, 6.0
"""A pulse stands this close to an end of the trace, or beyond it; and no more of its row, foot and
all, lies on its outer side."""
LEVEL_MM = 3 * REACH_MM
USUAL_MM, GAINS_MM, USUALLY = 5.0, (5.0, 10.0, 20.0), 0.12
LOOK_MM = 40.0
"""Pulses within rows are looked for in parts so wide."""
HEIGHTS_MM = (4.2, 45.0)
OUTSIDE_MM, ABOUT_MM, RUNS_ON = (0.8, 3.0), 1.5, 0.85
"""Between two waves that point down the trace passes for a roof, but runs on outside: over so much
of what lies so far from a stroke, about as high."""
BROKEN_MM, INKED = 1.5, 0.75
"""Strokes are one pixel wide, and may be broken for so long; so much of them is inked still."""


@dataclass(frozen=True)
class Pulse:
    """One calibration pulse: sides, height and foot (mm). row: beside which it stands. cut: its
    left side lies beyond the picture, so that its width tells nothing."""

    row: int
    left_mm: float
    right_mm: float
    height_mm: float
    foot_mm: float
    cut: bool = False

    @property
    def width_mm(self) -> float:
        """From stroke to stroke."""
        return self.right_mm - self.left_mm

    @property
    def is_usual(self) -> bool:
        """Whether it is 0.2 s wide at 25 mm/s and as high as a usual gain says."""
        high = min(abs(self.height_mm / gain - 1.0) for gain in GAINS_MM)
        return abs(self.width_mm / USUAL_MM - 1.0) < USUALLY and high < USUALLY


def pulses_of(ink: np.ndarray, rows: tuple[Row, ...]) -> tuple[Pulse, ...]:
    """Every pulse left or right of a row's waves. ink: bool, all ink of the picture."""
    if not rows:
        return ()
    px = rows[0].px_per_mm
    width = ink.shape[1]
    left = float(np.median([row.span_px[0] for row in rows]))
    right = float(np.median([row.span_px[1] for row in rows]))
    reach = REACH_MM * px
    found: list[Pulse] = []
    spans = (
        (max(left - 2 * reach, 0), left + reach),
        (right - reach, min(right + 2 * reach, width)),
    )
    for x0, x1 in spans:
        for pulse in _in_span(ink, rows, round(max(x0, 0)), round(x1), px):
            first, end = (edge / px for edge in rows[pulse.row].span_px)
            if min(pulse.left_mm - first, end - pulse.right_mm) > INSIDE_MM:
                continue
            if not any(abs(pulse.left_mm - o.left_mm) < 1 and pulse.row == o.row for o in found):
                found.append(pulse)
    return tuple(found)


def pulses_within(ink: np.ndarray, rows: tuple[Row, ...]) -> tuple[Pulse, ...]:
    """Every pulse that stands farther inside its row: of another strip, or behind what only passes
    for the begin of this one. Waves are like one at times, but not as wide and as high as a usual
    one. ink: bool, all ink of the picture."""
    if not rows:
        return ()
    px = rows[0].px_per_mm
    found: list[Pulse] = []
    first = int(min(row.span_px[0] for row in rows))
    end = int(max(row.span_px[1] for row in rows))
    for x0 in range(first, end, round(LOOK_MM * px)):
        x1 = min(x0 + round((LOOK_MM + WIDTHS_MM[1]) * px), end)
        for pulse in _in_span(ink, rows, x0, x1, px):
            left, right = (edge / px for edge in rows[pulse.row].span_px)
            inside = min(pulse.left_mm - left, right - pulse.right_mm) > INSIDE_MM
            again = any(abs(pulse.left_mm - one.left_mm) < 1 for one in found)
            if inside and pulse.is_usual and not again:
                found.append(pulse)
    return tuple(found)


def _in_span(ink: np.ndarray, rows: tuple[Row, ...], x0: int, x1: int, px: float) -> list[Pulse]:
    feet = np.array([_level(row, x0, x1) for row in rows])
    found = []
    for number, foot in enumerate(feet):
        top = max(round(foot - 46 * px), 0)
        bottom = round(foot + 10 * px)
        for left, right, head, base in _pulses_in(ink[top:bottom, x0:x1], px):
            if abs(top + base - foot) < 8 * px:
                found.append(
                    Pulse(
                        number,
                        (x0 + left) / px,
                        (x0 + right) / px,
                        (base - head) / px,
                        (top + base) / px,
                    )
                )
    # A tall window sees the pulses of neighbours: each belongs to the row it stands nearest to.
    return [p for p in found if p.row == int(np.argmin(np.abs(feet / px - p.foot_mm)))]


def _level(row: Row, x0: int, x1: int) -> float:
    """Where a row's trace runs near two columns, by what lies between its ends.

    Beyond them there may be edges of paper. A row may begin with its pulse, so that enough of it
    is looked at for most of it to be waves.
    """
    first, end = row.span_px
    enough = round(LEVEL_MM * row.px_per_mm)
    x0, x1 = max(x0, first), min(x1, end)
    if first == x0:
        x1 = min(max(x1, first + enough), end)
    else:
        x0 = max(min(x0, end - enough), first)
    near = row.curve_px[x0:x1]
    return float(np.median(near)) if near.size else row.baseline_px


def _pulses_in(window: np.ndarray, px: float) -> list[tuple[float, float, float, float]]:
    """Two upright strokes of the same height, ink along their tops, none between them."""
    slack = max(round(0.8 * px), 2)
    wide = cv2.dilate(window.astype(np.uint8), np.ones((1, max(round(0.6 * px), 3)), np.uint8))
    whole = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((round(BROKEN_MM * px), 1), np.uint8))
    column, top, bottom = vertical_runs(whole)
    tall = (bottom - top >= HEIGHTS_MM[0] * px) & (bottom - top <= HEIGHTS_MM[1] * px)
    above = np.pad(np.cumsum(wide, axis=0, dtype=np.int32), ((1, 0), (0, 0)))
    tall &= above[bottom, column] - above[top, column] >= INKED * (bottom - top)
    strokes = _stroke_groups(column[tall], top[tall], bottom[tall], px)
    found: list[tuple[float, float, float, float]] = []
    if len(strokes) > MAX_STROKES:
        return found
    for x, high, low in strokes:
        for other, other_high, other_low in strokes:
            apart = (other - x) / px
            if not WIDTHS_MM[0] <= apart <= WIDTHS_MM[1]:
                continue
            if abs(other_high - high) > slack or abs(other_low - low) > 1.5 * slack:
                continue
            level, base = (high + other_high) // 2, (low + other_low) // 2
            least_mm = HEIGHTS_MM[0] if apart >= SLIM_MM else SLIM_RATIO * apart
            if base - level < least_mm * px:
                continue
            inner = slice(x + slack // 2 + 1, other - slack // 2)
            flat = window[max(level - slack, 0) : level + slack, inner].any(axis=0)
            hollow = window[level + slack : base - slack, inner]
            floor = window[base - slack : base + slack, inner].any(axis=0)
            if not flat.size or flat.mean() <= 0.9 or floor.mean() >= 0.4:
                continue
            # A name or a line of the grid may lie in a pulse, a wave never fills it.
            if hollow.mean() < 0.1 and not _runs_on(window, x, other, level, px):
                edge = _half_pen(window, inner, level, slack)
                found.append((float(x), float(other), level + edge, base - edge))
    return found


def _runs_on(window: np.ndarray, left: int, right: int, level: int, px: float) -> bool:
    """Whether the roof between two strokes goes on beyond one of them."""
    near, far, about = (round(mm * px) for mm in (*OUTSIDE_MM, ABOUT_MM))
    roof = np.any(window[max(level - about, 0) : level + about], axis=0)
    sides = (roof[max(left - far, 0) : max(left - near, 0)], roof[right + near : right + far])
    return any(len(side) >= far - near and side.mean() > RUNS_ON for side in sides)


def _half_pen(window: np.ndarray, inner: slice, level: int, slack: int) -> float:
    """Half the thickness of a pulse's roof (px): strokes reach that far beyond their middles."""
    roof = window[max(level - slack, 0) : level + 2 * slack, inner]
    return float(np.median(roof.sum(axis=0))) / 2 if roof.size else 0.0


def _stroke_groups(
    column: np.ndarray, top: np.ndarray, bottom: np.ndarray, px: float
) -> list[tuple[int, int, int]]:
    """Neighbouring tall runs as one stroke: middle, top and bottom."""
    groups: list[list[int]] = []
    for index in np.argsort(column, kind="stable"):
        for group in reversed(groups[-6:]):
            last = group[-1]
            if column[index] - column[last] <= 1 and abs(top[index] - top[last]) <= px:
                group.append(int(index))
                break
        else:
            groups.append([int(index)])
    return [
        (int(column[g].mean()), _middle(top[g]), _middle(bottom[g]))
        for g in groups
        if np.ptp(column[g]) <= STROKE_MM * px
    ]


def _middle(places: np.ndarray) -> int:
    """Their median: of a handful, sorting a list takes a tenth of `np.median`."""
    ranked = sorted(places.tolist())
    return int((ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2)
