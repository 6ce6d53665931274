"""What stands on a sheet where a column may end and the next begin; where rows begin and end."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from ecg_core.page.scan.sheets.pulses import Pulse
from ecg_core.page.scan.sheets.rows import Row

FOOT_MM = 0.4
"""Behind a pulse's foot the trace is looked at from here."""
TOGETHER_MM = 0.8
"""Blanks beside pulses end within this of one another."""
SHARED_MM = 3.0
"""Two rows that begin, or end, as near to each other do so together."""
NEAR_MM, FARTHER = 1.5, 0.5
"""A mark this near tells that a column begins, and so much less the farther off it is."""
MARK = {"rule": 1.6, "bars": 2.0, "dashes": 1.2, "ticks": 1.3, "break": 1.0, "gap": 0.7}
"""How much each kind of mark says where it stands alone and whole."""
ON_LINE_MM, BESIDE_LINE = 1.2, 0.45
"""Ticks that stand on the line of their row count whole, others less."""
BEAT_MM, AT_BEAT = 1.5, 0.4
"""So near a beat marks that QRS complexes can feign count less."""
RULED, LEANS_ROWS, LEANS_MM = 0.85, 4, 0.8
"""A line inks so much between two rows; through so many rows or more it may lean by so much to
either side: without a grid nothing tells how a sheet lies."""
UNBROKEN = 0.55
"""A leap of which more is inked is a stroke of the trace."""
BAR_MM, BAR, FULL, BAR_WIDE_MM = 3.0, 0.8, 1.7, 0.5
"""Bars are so tall at least, hardly taller in one row than in all, do not fill what is looked at
above and below their row, and are so wide, as strokes are seen: wider than they are printed."""
THICK_MM = 1.9
"""Nothing as thick is a stroke; ticks are up to 1 mm thick, and blurred."""
MOST_PLACES = 20
"""So many places of marks are kept, the strongest first."""


@dataclass(frozen=True, eq=False)
class Marks:
    """What stands in each column of the picture that may mark the beginning of a lead.

    strength: columns of the picture, 0 to about 2. kinds: the same by kind.
    """

    kinds: dict[str, np.ndarray]
    px_per_mm: float

    @cached_property
    def strength(self) -> np.ndarray:
        """The strongest kind counts."""
        return np.max(list(self.kinds.values()), axis=0)

    @cached_property
    def near(self) -> np.ndarray:
        """The strongest mark within `NEAR_MM` of each column; farther off it counts less."""
        reach = round(NEAR_MM * self.px_per_mm)
        padded = np.pad(self.strength, reach)
        beside = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
        off = np.arange(-reach, reach + 1) / reach
        return np.asarray((beside * (1.0 - FARTHER * off**2)).max(axis=1))

    @cached_property
    def places_mm(self) -> np.ndarray:
        """Where marks stand, the strongest first."""
        return _peaks(self.strength, self.px_per_mm)


def ends_of(rows: tuple[Row, ...], pulses: tuple[Pulse, ...]) -> tuple[float, float, str]:
    """Begin and end (mm) of the waves of some rows, pulses excluded, and how the begin is known:
    "ink", "pulse" (the trace goes on from its foot) or "gap" (after a gap)."""
    px = rows[0].px_per_mm
    spans = np.array([row.span_px for row in rows]) / px
    left, right = _shared(spans[:, 0], 1), _shared(spans[:, 1], -1)
    middle = (left + right) / 2
    known = "ink"
    before = [p.right_mm for p in pulses if p.right_mm < middle]
    after = [p.left_mm for p in pulses if p.left_mm > middle]
    if before:
        foot = float(np.median(before))
        if foot > left - 1.0:
            resumed = _agreed([_resumes(row, foot) for row in rows])
            left, known = (foot + FOOT_MM, "pulse") if resumed is None else (resumed, "gap")
    if after:
        foot = float(np.median(after))
        if foot < right + 1.0:
            stopped = _agreed([_stops(row, foot) for row in rows])
            right = foot - 0.8 if stopped is None else stopped
    return left, right, known


def _shared(ends: np.ndarray, sign: int) -> float:
    """The outermost end that two rows share, their median where no two do."""
    ordered = np.sort(ends * sign)
    alike = np.flatnonzero(np.diff(ordered) < SHARED_MM)
    at = float(np.mean(ordered[alike[0] : alike[0] + 2])) if len(alike) else np.median(ordered)
    return float(at) * sign


def _agreed(places_mm: list[float | None]) -> float | None:
    """Where half of the rows or more resume or stop: printers leave blanks below one another, worn
    ink does not."""
    some = np.array([at for at in places_mm if at is not None])
    if not len(some):
        return None
    alike = some[np.abs(some - np.median(some)) <= TOGETHER_MM]
    return float(np.median(alike)) if 2 * len(alike) >= len(places_mm) else None


def _resumes(row: Row, foot_mm: float) -> float | None:
    px = row.px_per_mm
    after = round(foot_mm * px) + 2
    absent = ~row.drawn[after : after + round(9 * px)]
    edge = np.diff(np.pad(absent, 1).astype(np.int8))
    starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    pauses = ends[(ends - starts >= 0.5 * px) & (ends < len(absent))]
    return (after + int(pauses[0])) / px if len(pauses) else None


def _stops(row: Row, foot_mm: float) -> float | None:
    px = row.px_per_mm
    before = round(foot_mm * px) - 2
    first = max(before - round(9 * px), 0)
    absent = ~row.drawn[first:before]
    edge = np.diff(np.pad(absent, 1).astype(np.int8))
    starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    pauses = starts[(ends - starts >= 0.5 * px) & (starts > 0)]
    return (first + int(pauses[-1])) / px if len(pauses) else None


class Dividers:
    """What stands upright between and through rows, told for any number of the first of them.

    ink, trace: bool, all ink of the picture, and that of the traces.
    """

    def __init__(self, ink: np.ndarray, trace: np.ndarray, rows: tuple[Row, ...]) -> None:
        self.rows, self.px = rows, rows[0].px_per_mm
        self.wide = cv2.dilate(ink.view(np.uint8), np.ones((1, 3), np.uint8))
        self.trace = trace

    def marks(self, main: int, beats_px: np.ndarray) -> Marks:
        """Marks between the columns of the first rows. beats_px: where they beat together."""
        rows, px = self.rows[:main], self.px
        # Tall QRS complexes line up like ticks, and leap like beginnings.
        calm = np.ones(self.wide.shape[1])
        reach = round(BEAT_MM * px)
        for beat in beats_px:
            calm[max(beat - reach, 0) : beat + reach + 1] = AT_BEAT
        kinds = {
            "rule": MARK["rule"] * self._ruled(main),
            "dashes": MARK["dashes"] * (self._between(main, 1) > 0.7),
            **self._ticks(rows, calm),
            "break": MARK["break"] * self._breaks(main) * calm,
            "gap": MARK["gap"] * _gaps(rows, px),
        }
        return Marks({k: v.astype(float) for k, v in kinds.items()}, px)

    def _ruled(self, main: int) -> np.ndarray:
        """Where a line runs through all rows; one that leans counts where it stands on average."""
        upright = self._between(main, 0) > RULED
        if upright.any() or main < LEANS_ROWS:
            return upright
        reach = np.ones((1, 2 * round(LEANS_MM * self.px) + 1), np.uint8)
        near = cv2.dilate(self._shares[0, : main - 1], reach).min(axis=0)
        return np.asarray(near > RULED)

    def _between(self, main: int, dashed: int) -> np.ndarray:
        """The least share inked between two neighbouring rows, in every column."""
        shares = self._shares[dashed, : main - 1]
        return np.asarray(shares.min(axis=0)) if main > 1 else np.zeros(self.wide.shape[1])

    @cached_property
    def _shares(self) -> np.ndarray:
        """Share inked between each row and the next, without and with gaps closed: 2 × rows - 1 ×
        columns; none anywhere between rows too close to tell."""
        px = self.px
        dash = np.ones((round(2.2 * px) | 1, 1), np.uint8)
        found = np.zeros((2, len(self.rows) - 1, self.wide.shape[1]))
        for place, picture in enumerate((self.wide, None)):
            for number, (upper, lower) in enumerate(itertools.pairwise(self.rows)):
                top, bottom = (
                    round(upper.baseline_px + 1.5 * px),
                    round(lower.baseline_px - 1.5 * px),
                )
                if bottom - top < 2 * px:
                    continue
                if picture is None:
                    around = slice(max(top - len(dash), 0), bottom + len(dash))
                    closed = cv2.morphologyEx(self.wide[around], cv2.MORPH_CLOSE, dash)
                    part = closed[top - around.start : bottom - around.start]
                else:
                    part = picture[top:bottom]
                found[place, number] = cv2.reduce(part, 0, cv2.REDUCE_AVG, dtype=cv2.CV_64F)[0]
        return found

    def _ticks(self, rows: tuple[Row, ...], calm: np.ndarray) -> dict[str, np.ndarray]:
        """Where a short upright stroke stands in most rows, at the same height in all; and bars:
        such that are nothing else than that in any of them. calm: how much strokes count."""
        px, width = self.px, self._upright.shape[1]
        reach = round(min(7.0 * px, 0.45 * _pitch(rows, px)))
        near = np.ones((round(0.8 * px) | 1, 3), np.uint8)
        together = np.zeros((2 * reach, width), np.float32)
        alone = np.zeros(width)
        for row in rows:
            level = round(row.baseline_px)
            top, bottom = max(level - reach, 0), min(level + reach, len(self._upright))
            if bottom > top:
                band = cv2.dilate(self._upright[top:bottom], near)
                together[top - level + reach : bottom - level + reach] += band
                alone = np.maximum(alone, band.sum(axis=0))
        together /= len(rows)
        least = max(2.0 / len(rows), 0.74) if len(rows) > 1 else 1.1
        seen = together >= least - 1e-6
        tick = seen.sum(axis=0) / px
        line = slice(reach - round(ON_LINE_MM * px), reach + round(ON_LINE_MM * px) + 1)
        # Letters of names stand alike behind every beginning, too, but beside the line.
        on_line = seen[line].any(axis=0)
        worth = np.where(on_line, 1.0, BESIDE_LINE)
        ticks = np.asarray(np.clip(tick / 3.0, 0.0, 1.0) * (tick > 1.5) * worth)
        # QRS complexes are not as tall in every lead.
        alike = on_line & (tick > BAR_MM) & (tick * px > BAR * alone) & (alone < FULL * reach)
        wide = np.ones((1, max(round(BAR_WIDE_MM * px), 2)), np.uint8)
        bars = np.asarray(cv2.morphologyEx(alike.astype(np.uint8)[None], cv2.MORPH_OPEN, wide))[0]
        return {"ticks": MARK["ticks"] * ticks * calm, "bars": MARK["bars"] * bars}

    @cached_property
    def _upright(self) -> np.ndarray:
        """Thin strokes: uint8, of the picture's size."""
        tall = np.ones((max(round(1.6 * self.px), 3), 1), np.uint8)
        strokes = np.asarray(cv2.morphologyEx(self.wide, cv2.MORPH_OPEN, tall))
        flat = np.ones((1, round(THICK_MM * self.px)), np.uint8)
        strokes[np.asarray(cv2.morphologyEx(strokes, cv2.MORPH_OPEN, flat)) > 0] = 0
        return strokes

    def _breaks(self, main: int) -> np.ndarray:
        """How much of the rows leaps without a stroke, or rests at another level, in each
        column."""
        return np.clip(self._leaps[:main].sum(axis=0) / main * 1.5, 0.0, 1.0)

    @cached_property
    def _leaps(self) -> np.ndarray:
        """Whether each row leaps without a stroke: rows × columns."""
        px, (height, width) = self.px, self.trace.shape
        near = max(round(0.5 * px), 2)
        beside = cv2.dilate(self.trace.view(np.uint8), np.ones((1, 2 * near + 1), np.uint8))
        inked = cv2.integral(beside)
        found = np.zeros((len(self.rows), width))
        for number, row in enumerate(self.rows):
            before, after = np.roll(row.curve_px, near), np.roll(row.curve_px, -near)
            leap = np.flatnonzero((np.abs(after - before) > 1.5 * px) & row.filled)
            x = leap[(leap > near) & (leap < width - near)]
            ends = np.rint(np.sort([before[x], after[x]], axis=0)).astype(int)
            top, bottom = ends[0], np.minimum(ends[1] + 1, height)
            stroke = inked[bottom, x + 1] - inked[bottom, x] - inked[top, x + 1] + inked[top, x]
            found[number, x] = stroke < UNBROKEN * (bottom - top)
        return found


def _gaps(rows: tuple[Row, ...], px: float) -> np.ndarray:
    """Whether nearly all rows pause."""
    absent = np.mean([~row.drawn for row in rows], axis=0)
    return (absent > 0.8).astype(float)


def _pitch(rows: tuple[Row, ...], px: float) -> float:
    if len(rows) < 2:
        return 30.0 * px
    return float(np.median(np.diff([row.baseline_px for row in rows])))


def _peaks(strength: np.ndarray, px: float) -> np.ndarray:
    """Where marks stand (mm), the strongest first."""
    marked = np.flatnonzero(strength > 0.3)
    groups: list[list[int]] = []
    for x in marked:
        if groups and x - groups[-1][-1] <= 0.6 * px:
            groups[-1].append(int(x))
        else:
            groups.append([int(x)])
    thin = [g for g in groups if g[-1] - g[0] < 3 * px]
    places = np.array([(np.mean(g) + 0.5) / px for g in thin])
    weight = np.array([strength[g].max() for g in thin])
    return places[np.argsort(-weight)[:MOST_PLACES]]
