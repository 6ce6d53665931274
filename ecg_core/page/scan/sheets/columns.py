"""Where the columns of a sheet begin: every even division for which something speaks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from scipy.ndimage import maximum_filter1d

from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.sheets.pulses import Pulse
from ecg_core.page.scan.sheets.rows import Row
from ecg_core.page.scan.sheets.text import Name

GAP_REACH_MM, LEAST_GAP_MM = 3.0, 1.0
"""A blank between two columns is looked for so near to where one begins; shorter ones are none."""
FINE_MM = 0.12
"""A column is a usual one to within this when it is to be taken for just that."""
FOOT_MM = 0.4
"""Behind a pulse's foot the trace is looked at from here."""
SHARED_MM = 3.0
"""Two rows that begin, or end, as near to each other do so together."""
PEN_END_MM = 0.11
"""A pen's round end stands so far beyond the first and the last sample."""
USUAL_MM = (62.5, 125.0, 75.0, 60.0, 55.0, 83.3, 50.0, 250.0, 31.25)
USUAL = 0.015
WIDTHS_MM = (22.0, 260.0)
NEAR_MM = 1.5
"""A mark this near tells that a column begins."""
MARK = {"rule": 1.6, "dashes": 1.2, "ticks": 1.3, "break": 1.0, "gap": 0.7}
"""How much each kind of mark says where it stands alone and whole."""
ON_LINE_MM, BESIDE_LINE = 1.2, 0.6
"""Ticks that stand on the line of their row count whole, others less."""
BEAT_MM, AT_BEAT = 1.5, 0.4
"""So near a beat marks that QRS complexes can feign count less."""
NAMED = 0.45
"""How much a name that stands where a column begins says, for each row."""
ALIKE_MM = 1.2
"""Names stand so much alike behind the beginnings of their columns."""
LEFT_MM, RIGHT_MM = 4.0, 26.0
"""The first column begins so far before, or behind, the first ink of the rows."""
EXACT, EXACT_MM = 1.5, 0.5
"""What it says for a division that it ends, or begins, where the rows do."""
EXCUSED, UNTOLD = 0.8, 2.0
"""So much of `UNMARKED` is then forgiven; and what columns cost that no mark and no name tells."""
UNBROKEN = 0.55
"""A leap of which more is inked is a stroke of the trace."""
AGREED_MM, SNAP_MM = 1.0, 0.5
"""Where marks and the rows' ends tell the same columns to within this, the ends are the finer."""
UNMARKED = -1.0
"""What a beginning without any mark costs."""
MOST_PLACES, MOST = 20, 2
STRONG, MOST_NEAR, PLACE_MM, END_MM, FIRM = 0.5, 4, 0.3, 0.5, 0.012
"""Marks near a beginning are as strong as this, per the strongest; so many are tried; they stand
this exactly where it is, the ends of rows a little less so, and columns are so exactly as wide as
usual."""
FOOT_END_MM = 2.0
"""The first sample follows a pulse's foot so soon, where the trace runs on from it."""
SLACK_MM = {"ink": 1.0, "gap": 0.6, "pulse": 6.0}
"""So far behind the begin of the ink the first column may begin, by how that begin is known."""


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
        """The strongest mark within `NEAR_MM` of each column."""
        return maximum_filter1d(self.strength, 2 * round(NEAR_MM * self.px_per_mm) + 1)

    @cached_property
    def places_mm(self) -> np.ndarray:
        """Where marks stand, the strongest first."""
        return _peaks(self.strength, self.px_per_mm)


@dataclass(frozen=True)
class Division:
    """Equal columns: where the first begins, how far the next, how many, where the last ends.

    gap_mm: what is left blank between two of them.
    """

    start_mm: float
    width_mm: float
    count: int
    end_mm: float
    score: float
    marked: int = 0
    named: int = 0
    gap_mm: float = 0.0

    def edges(self) -> tuple[tuple[float, float], ...]:
        """Begin and end of every column (mm)."""
        begins = [self.start_mm + i * self.width_mm for i in range(self.count)]
        ends = [*(begin - self.gap_mm for begin in begins[1:]), self.end_mm]
        return tuple(zip(begins, ends, strict=True))


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
            resumed = [_resumes(row, foot) for row in rows]
            some = [at for at in resumed if at is not None]
            if 2 * len(some) >= len(rows):
                left, known = float(np.median(some)), "gap"
            else:
                left, known = foot + FOOT_MM, "pulse"
    if after:
        foot = float(np.median(after))
        if foot < right + 1.0:
            stopped = [_stops(row, foot) for row in rows]
            some = [at for at in stopped if at is not None]
            right = float(np.median(some)) if 2 * len(some) >= len(rows) else foot - 0.8
    return left, right, known


def _shared(ends: np.ndarray, sign: int) -> float:
    """The outermost end that two rows share, their median where no two do."""
    ordered = np.sort(ends * sign)
    alike = np.flatnonzero(np.diff(ordered) < SHARED_MM)
    at = float(np.mean(ordered[alike[0] : alike[0] + 2])) if len(alike) else np.median(ordered)
    return float(at) * sign


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
            "rule": MARK["rule"] * (self._between(main, 0) > 0.85),
            "dashes": MARK["dashes"] * (self._between(main, 1) > 0.7),
            "ticks": MARK["ticks"] * self._ticks(rows) * calm,
            "break": MARK["break"] * self._breaks(main) * calm,
            "gap": MARK["gap"] * _gaps(rows, px),
        }
        return Marks({k: v.astype(float) for k, v in kinds.items()}, px)

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

    def _ticks(self, rows: tuple[Row, ...]) -> np.ndarray:
        """Share of rows in which a short upright stroke stands, at the same height in all."""
        px = self.px
        reach = round(min(7.0 * px, 0.45 * _pitch(rows, px)))
        near = np.ones((round(0.8 * px) | 1, 3), np.uint8)
        together = np.zeros((2 * reach, self._upright.shape[1]), np.float32)
        for row in rows:
            level = round(row.baseline_px)
            top, bottom = max(level - reach, 0), min(level + reach, len(self._upright))
            if bottom > top:
                band = cv2.dilate(self._upright[top:bottom], near)
                together[top - level + reach : bottom - level + reach] += band
        together /= len(rows)
        least = max(2.0 / len(rows), 0.74) if len(rows) > 1 else 1.1
        seen = together >= least - 1e-6
        tick = seen.sum(axis=0) / px
        line = slice(reach - round(ON_LINE_MM * px), reach + round(ON_LINE_MM * px) + 1)
        # Letters of names stand alike behind every beginning, too, but beside the line.
        worth = np.where(seen[line].any(axis=0), 1.0, BESIDE_LINE)
        return np.asarray(np.clip(tick / 3.0, 0.0, 1.0) * (tick > 1.5) * worth)

    @cached_property
    def _upright(self) -> np.ndarray:
        """Thin strokes: uint8, of the picture's size."""
        tall = np.ones((max(round(1.6 * self.px), 3), 1), np.uint8)
        strokes = np.asarray(cv2.morphologyEx(self.wide, cv2.MORPH_OPEN, tall))
        flat = np.ones((1, round(1.4 * self.px)), np.uint8)
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


def single(ends: tuple[float, float, str]) -> Division:
    """Rows without columns. Behind a pulse into which the trace runs on, ten seconds that end where
    the rows end tell their begin."""
    left, right, known = ends
    ten = right - PEN_END_MM - PAGE_WIDTH_MM
    if known == "pulse" and 0.0 < ten - left < SLACK_MM["pulse"]:
        left = ten
    length = right - left
    usual = any(abs(length / mm - 1.0) < USUAL for mm in (PAGE_WIDTH_MM, 2 * PAGE_WIDTH_MM))
    return Division(left, length, 1, right, 2 * EXACT + 1.0 if usual else EXACT)


def divisions(
    count: int,
    rows: tuple[Row, ...],
    marks: Marks,
    names: tuple[Name, ...],
    ends: tuple[float, float, str],
    cut_right: bool,
) -> list[Division]:
    """The best ways to divide the rows of a block into `count` equal columns, best first.

    count: two at least. names: those that stand beside these rows. cut_right: the rows run to the
    picture's edge.
    """
    left, right, _ = ends
    px = marks.px_per_mm
    places = marks.places_mm
    places = places[(places > left + 8) & (places < right - 4)]
    named = np.array([n.x0_mm for n in names if n.lead != "I"])
    start, width = _candidates(count, places, named, left, right, cut_right)
    score, marked, hits = _judged(start, width, count, marks.near, px, named, ends, cut_right)
    best: list[Division] = []
    for at in np.argsort(-score):
        if len(best) == MOST or not np.isfinite(score[at]):
            break
        if all(abs(width[at] - d.width_mm) > 2 or abs(start[at] - d.start_mm) > 3 for d in best):
            end = min(float(start[at] + count * width[at]), right)
            found = Division(
                float(start[at]),
                float(width[at]),
                count,
                end,
                float(score[at]),
                int(marked[at]),
                int(hits[at]),
            )
            best.append(_parted(_refined(found, marks.strength, px, ends), rows))
    return best


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


def _candidates(
    count: int,
    places: np.ndarray,
    named: np.ndarray,
    left: float,
    right: float,
    cut_right: bool,
) -> tuple[np.ndarray, np.ndarray]:
    """Begins and widths to be judged: from the ends, from marks, from names."""
    whole = (right - left) / count
    usual = np.array([whole, *(w for w in USUAL_MM if 0.75 * whole < w < 1.35 * whole)])
    starts = [np.full(len(usual), left), right - count * usual]
    widths = [usual, usual]
    index = np.arange(count)
    if len(places):
        p, w, i = (a.ravel() for a in np.meshgrid(places, usual, index[1:]))
        starts.append(p - i * w)
        widths.append(w)
    for some, shifts in ((places, [0.0]), (np.unique(np.round(named, 1)), [0.0, 3.0, -3.0])):
        if len(some) < 2:
            continue
        a, b, n, i, s = (
            v.ravel() for v in np.meshgrid(some, some, index[1:], index, np.array(shifts))
        )
        w = (b - a) / n
        starts.append(a + s - i * w)
        widths.append(w)
    start, width = np.concatenate(starts), np.concatenate(widths)
    fits = (start >= left - LEFT_MM) & (start <= left + RIGHT_MM)
    fits &= (width >= WIDTHS_MM[0]) & (width <= WIDTHS_MM[1])
    end = start + count * width
    # So much of the last column may be missing.
    absent = 0.95 if cut_right else 0.75
    fits &= (right >= end - absent * width) & (right <= end + 14.0)
    # Half a millimetre apart is apart enough: what is chosen is moved to its marks.
    _, first = np.unique(
        np.round(start[fits] * 2) * 1e5 + np.round(end[fits] * 2), return_index=True
    )
    return start[fits][first], width[fits][first]


def _judged(
    start: np.ndarray,
    width: np.ndarray,
    count: int,
    near: np.ndarray,
    px: float,
    named: np.ndarray,
    ends: tuple[float, float, str],
    cut_right: bool,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score, marks and names of every candidate."""
    left, right, known = ends
    end = start + count * width
    score = np.zeros(len(start))
    marked = np.zeros(len(start), int)
    for index in range(1, count):
        x = np.rint((start + index * width) * px).astype(int)
        seen = near[np.clip(x, 0, len(near) - 1)]
        score += np.where(seen > 0.3, seen, UNMARKED)
        marked += seen > 0.3
    hits = _named(start, width, count, named)
    score += NAMED * hits
    early, late = start - left, right - end
    # Waves outside the columns, or columns without waves, must be explained.
    slack = SLACK_MM[known]
    score -= 0.35 * np.maximum(early - slack, 0.0) + 0.5 * np.maximum(-early - 0.8, 0.0)
    score -= 0.35 * np.maximum(late - 0.8, 0.0)
    score -= (0.0 if cut_right else 0.35) * np.maximum(-late - 0.8, 0.0)
    off = np.abs(width[:, None] / np.array(USUAL_MM) - 1.0).min(axis=1)
    score += 1.0 * (off < USUAL)
    # Nearly every printer prints whole columns, to the end of its rows.
    worth = EXACT * np.where(off < USUAL, 1.0, 0.5)
    ends_there, begins_there = np.abs(late) < EXACT_MM, np.abs(early) < EXACT_MM
    score += worth * ends_there
    score += worth * (known != "pulse") * begins_there
    # Where usual columns fill the rows from end to end, or are named, nothing need mark them.
    plain = ends_there & (early > -0.8) & (early < SLACK_MM["pulse"]) & (off < USUAL)
    score -= EXCUSED * plain * (count - 1 - marked) * UNMARKED
    score -= UNTOLD * (marked == 0) * (hits == 0)
    best = {2: 125.0, 4: 62.5}.get(count, 0.0)
    score += 0.5 * (np.abs(width - best) < USUAL * best)
    return score, marked, hits


def _named(start: np.ndarray, width: np.ndarray, count: int, named: np.ndarray) -> np.ndarray:
    """How many names stand alike behind the beginnings of columns but the first."""
    if not len(named):
        return np.zeros(len(start), int)
    index = np.floor((named[None] + 6.0 - start[:, None]) / width[:, None])
    offset = named[None] - start[:, None] - index * width[:, None]
    offset[(index < 1) | (index >= count) | (offset < -6.0) | (offset > 30.0)] = np.nan
    alike = np.abs(offset[:, :, None] - offset[:, None, :]) < ALIKE_MM
    return np.asarray(alike.sum(axis=2).max(axis=1))


def _parted(division: Division, rows: tuple[Row, ...]) -> Division:
    """The same with the blank between its columns, where most rows pause at each of them."""
    px = rows[0].px_per_mm
    blanks, begins, places = [], [], []
    for index in range(1, division.count):
        at = (division.start_mm + index * division.width_mm) * px
        first = max(round(at - GAP_REACH_MM * px), 0)
        for row in rows:
            absent = ~row.drawn[first : round(at + GAP_REACH_MM * px)]
            if np.count_nonzero(absent) < LEAST_GAP_MM * px:
                continue
            edge = np.diff(np.pad(absent, 1).astype(np.int8))
            starts, stops = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
            inside = (starts > 0) & (stops < len(absent)) & (stops - starts >= LEAST_GAP_MM * px)
            if inside.any():
                longest = int(np.argmax((stops - starts) * inside))
                blanks.append((stops[longest] - starts[longest]) / px)
                begins.append((first + stops[longest]) / px - at / px)
                places.append((index, (first + stops[longest]) / px))
    if 2 * len(blanks) < len(rows) * (division.count - 1):
        return division
    # The pen's round ends reach into the blank from both sides.
    gap = float(np.median(blanks)) + 2 * PEN_END_MM
    shift = float(np.median(begins)) + PEN_END_MM
    start = division.start_mm + (shift if abs(shift) < GAP_REACH_MM else 0.0)
    width = division.width_mm
    steps = sorted({index for index, _ in places})
    if len(steps) > 1:
        # The edges of blanks are sharp.
        edges = [np.median([x for index, x in places if index == step]) for step in steps]
        width, start = (float(v) for v in np.polyfit(steps, edges, 1))
        start += PEN_END_MM
    whole = start + division.count * width - gap
    end = min(division.end_mm, whole)
    return replace(division, start_mm=start, width_mm=width, gap_mm=gap, end_mm=end)


def _evenly(
    division: Division, strength: np.ndarray, px: float, ends: tuple[float, float, str]
) -> tuple[float, float]:
    """Begin and width (mm) of the columns by the marks near their beginnings that stand the most
    evenly, and by the ends of the rows; as wide as usual where that is as good."""
    steps, places = [], []
    for index in range(1, division.count):
        x = (division.start_mm + index * division.width_mm) * px
        first = max(round(x - NEAR_MM * px), 0)
        near = strength[first : round(x + NEAR_MM * px) + 1]
        if near.size and near.max() > 0.3:
            strong = np.flatnonzero(near >= STRONG * near.max())
            parts = np.split(strong, np.flatnonzero(np.diff(strong) > 1) + 1)
            parts = sorted(parts, key=lambda part: -float(near[part].max()))[:MOST_NEAR]
            steps.append(index)
            places.append([(first + float(part.mean()) + 0.5) / px for part in parts])
    if not steps:
        return division.start_mm, division.width_mm
    usual = min(USUAL_MM, key=lambda mm: abs(division.width_mm / mm - 1.0))
    if abs(division.width_mm / usual - 1.0) > 2 * USUAL:
        usual = division.width_mm
    # The usual width counts as one more mark, a little less sure than those that are seen; and
    # so do a pulse's foot and the last sample, where they are near.
    firm = PLACE_MM / (FIRM * usual)
    rows, known = [[0.0, firm]], [usual * firm]
    begin = ends[0] - FOOT_MM if ends[2] == "pulse" else ends[0] + PEN_END_MM
    loose = FOOT_END_MM if ends[2] == "pulse" else END_MM
    for step, place, sure in ((0, begin, loose), (division.count, ends[1] - PEN_END_MM, END_MM)):
        if abs(place - division.start_mm - step * division.width_mm) < NEAR_MM:
            rows.append([PLACE_MM / sure, step * PLACE_MM / sure])
            known.append(place * PLACE_MM / sure)
    terms = np.array([[1.0, step] for step in steps] + rows)
    best: tuple[float, float, float] | None = None
    for chosen in itertools.product(*places):
        seen = np.array([*chosen, *known])
        fit = np.linalg.lstsq(terms, seen, rcond=None)[0]
        off = float(((terms @ fit - seen) ** 2).sum())
        if best is None or off < best[0]:
            best = off, float(fit[0]), float(fit[1])
    assert best is not None
    return best[1], best[2]


def _refined(
    division: Division, strength: np.ndarray, px: float, ends: tuple[float, float, str]
) -> Division:
    """The same, moved to where its marks stand, or to the ends of the rows if they agree."""
    left, right, known = ends
    count = division.count
    start, width = _evenly(division, strength, px, ends)
    begin, end = left + PEN_END_MM, right - PEN_END_MM
    usual = min(USUAL_MM, key=lambda mm: abs(width / mm - 1.0))
    whole = (end - begin) / count
    finer = []
    if known != "pulse":
        finer.append(((begin + end - count * usual) / 2, usual))
        finer.append((begin, whole))
        finer.append((begin, usual))
    finer.append((end - count * usual, usual))
    for at_mm, wide in finer:
        off = abs(at_mm - start), abs(at_mm + count * wide - start - count * width)
        if wide == usual and known != "pulse" and abs(whole - usual) > FINE_MM:
            continue
        near = SNAP_MM if known == "pulse" else AGREED_MM
        if abs(wide / usual - 1.0) < USUAL and max(off) < near:
            start, width = at_mm, wide
            break
    last = min(right, start + count * width)
    return replace(division, start_mm=start, width_mm=width, end_mm=last)
