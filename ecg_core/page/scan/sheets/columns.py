"""Where the columns of a sheet begin: every even division for which something speaks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.sheets.dividers import Marks
from ecg_core.page.scan.sheets.even import PEN_END_MM, USUAL, USUAL_MM, evenly
from ecg_core.page.scan.sheets.rows import Row
from ecg_core.page.scan.sheets.text import Name

GAP_REACH_MM, LEAST_GAP_MM = 3.0, 1.0
"""A blank between two columns is looked for so near to where one begins; shorter ones are none."""
FINE_MM = 0.12
"""A column is a usual one to within this when it is to be taken for just that."""
WIDTHS_MM = (22.0, 260.0)
NAMED = 0.45
"""How much a name that stands where a column begins says, for each row."""
AHEAD, AHEAD_MM = 0.7, -2.0
"""A name that stands so far ahead of its lead stands on the one before: so much against that."""
ALIKE_MM = 1.2
"""Names stand so much alike behind the beginnings of their columns."""
LEFT_MM, RIGHT_MM = 4.0, 26.0
"""The first column begins so far before, or behind, the first ink of the rows."""
EXACT, EXACT_MM = 1.5, 0.5
"""What it says for a division that it ends, or begins, where the rows do."""
STRONGLY, EVENLY = 1.5, 2.0
"""Three or more columns that all begin at marks as strong as this stand there, whatever the ends
of the rows say: so much more."""
EXCUSED, UNTOLD = 0.8, 2.0
"""So much of `UNMARKED` is then forgiven; and what columns cost that no mark and no name tells."""
AGREED_MM, SNAP_MM = 1.0, 0.5
"""Where marks and the rows' ends tell the same columns to within this, the ends are the finer."""
SHIFTED, SHIFTED_MM = 1.5, 1.5
"""What it costs that columns begin and end so far beside rows that are as long as usual columns."""
UNMARKED = -1.0
"""What a beginning without any mark costs."""
ABSENT, CUT_LEFT = 0.75, 0.05
"""So much of a column, per its width, may be missing where rows are cut, or end early; and what
each mm costs that the first begins before the picture does."""
USUALLY = 4
"""Sheets have no more columns than this, but for rare ones."""
MOST = 2
"""So many divisions of one count are weighed on."""
SLACK_MM = {"ink": 1.0, "gap": 0.6, "pulse": 6.0}
"""So far behind the begin of the ink the first column may begin, by how that begin is known."""


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
        return self._edges

    @cached_property
    def _edges(self) -> tuple[tuple[float, float], ...]:
        begins = [self.start_mm + i * self.width_mm for i in range(self.count)]
        ends = [*(begin - self.gap_mm for begin in begins[1:]), self.end_mm]
        return tuple(zip(begins, ends, strict=True))


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
    cut: tuple[bool, bool],
    runs_on: tuple[bool, bool] = (False, False),
) -> list[Division]:
    """The best ways to divide the rows of a block into `count` equal columns, best first.

    count: two at least. names: those that stand beside these rows. cut: the picture's left edge,
    and its right one, may cut the rows. runs_on: they do.
    """
    left, right, _ = ends
    px = marks.px_per_mm
    places = marks.places_mm
    places = places[(places > left + 8) & (places < right - 4)]
    named = np.array([n.x0_mm for n in names if n.lead != "I"])
    start, width = _candidates(count, places, named, left, right, cut)
    score, marked, hits = _judged(start, width, count, marks.near, px, named, ends, cut)
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
            found = _refined(found, marks.strength, px, ends, runs_on)
            best.append(_parted(found, rows, ends))
    return best


def _candidates(
    count: int,
    places: np.ndarray,
    named: np.ndarray,
    left: float,
    right: float,
    cut: tuple[bool, bool],
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
    before = np.maximum(LEFT_MM, ABSENT * width) if cut[0] else LEFT_MM
    fits = (start >= left - before) & (start <= left + RIGHT_MM)
    fits &= (width >= WIDTHS_MM[0]) & (width <= WIDTHS_MM[1])
    end = start + count * width
    # So much of the last column may be missing; of five or more, what is left behind four that are
    # whole is the margin's litter.
    absent = 0.95 if cut[1] and count <= USUALLY else ABSENT
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
    cut: tuple[bool, bool],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Score, marks and names of every candidate."""
    left, right, known = ends
    end = start + count * width
    score = np.zeros(len(start))
    marked = np.zeros(len(start), int)
    strong = np.full(len(start), count > 2)
    for index in range(1, count):
        x = np.rint((start + index * width) * px).astype(int)
        seen = near[np.clip(x, 0, len(near) - 1)]
        score += np.where(seen > 0.3, seen, UNMARKED)
        marked += seen > 0.3
        strong &= seen > STRONGLY
    score += EVENLY * strong
    hits, behind = _named(start, width, count, named)
    score += NAMED * hits - AHEAD * (behind < AHEAD_MM)
    early, late = start - left, right - end
    # Waves outside the columns, or columns without waves, must be explained.
    slack = SLACK_MM[known]
    score -= 0.35 * np.maximum(early - slack, 0.0)
    score -= (CUT_LEFT if cut[0] else 0.5) * np.maximum(-early - 0.8, 0.0)
    score -= 0.35 * np.maximum(late - 0.8, 0.0)
    score -= (0.0 if cut[1] else 0.35) * np.maximum(-late - 0.8, 0.0)
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
    # Rows as long as usual columns, sharp at both ends, are those columns: letters shift none.
    whole = plain & begins_there & (known != "pulse")
    if whole.any() and not cut[0]:
        score -= SHIFTED * (np.maximum(np.abs(early), np.abs(late)) > SHIFTED_MM)
    best = {2: 125.0, 4: 62.5}.get(count, 0.0)
    score += 0.5 * (np.abs(width - best) < USUAL * best)
    return score, marked, hits


def _named(
    start: np.ndarray, width: np.ndarray, count: int, named: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How many names stand alike behind the beginnings of columns but the first, and how far (mm)
    behind them; none stand 0 mm behind."""
    if not len(named):
        return np.zeros(len(start), int), np.zeros(len(start))
    index = np.floor((named[None] + 6.0 - start[:, None]) / width[:, None])
    offset = named[None] - start[:, None] - index * width[:, None]
    offset[(index < 1) | (index >= count) | (offset < -6.0) | (offset > 30.0)] = np.nan
    alike = np.abs(offset[:, :, None] - offset[:, None, :]) < ALIKE_MM
    hits = alike.sum(axis=2)
    most = hits.argmax(axis=1)
    every = np.arange(len(start))
    behind = np.where(hits[every, most] > 0, offset[every, most], 0.0)
    return np.asarray(hits[every, most]), np.asarray(behind)


def _parted(division: Division, rows: tuple[Row, ...], ends: tuple[float, float, str]) -> Division:
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
    left, _, known = ends
    steps = sorted({index for index, _ in places})
    if steps == [1] and known != "pulse" and abs(left - start) < GAP_REACH_MM:
        # One blank alone tells no width; the first ink is as sharp.
        places.append((0, left))
        steps = [0, 1]
    if len(steps) > 1:
        # The edges of blanks are sharp.
        edges = [np.median([x for index, x in places if index == step]) for step in steps]
        width, start = (float(v) for v in np.polyfit(steps, edges, 1))
        start += PEN_END_MM
    whole = start + division.count * width - gap
    end = min(division.end_mm, whole)
    return replace(division, start_mm=start, width_mm=width, gap_mm=gap, end_mm=end)


def _refined(
    division: Division,
    strength: np.ndarray,
    px: float,
    ends: tuple[float, float, str],
    runs_on: tuple[bool, bool],
) -> Division:
    """The same, moved to where its marks stand, or to the ends of the rows if they agree."""
    left, right, known = ends
    count = division.count
    start, width = evenly(division.start_mm, division.width_mm, count, strength, px, ends, runs_on)
    begin, end = left + PEN_END_MM, right - PEN_END_MM
    usual = min(USUAL_MM, key=lambda mm: abs(width / mm - 1.0))
    whole = (end - begin) / count
    finer = []
    if known != "pulse":
        finer.append(((begin + end - count * usual) / 2, usual))
        if not any(runs_on):
            finer.append((begin, whole))
        if not runs_on[0]:
            finer.append((begin, usual))
    if not runs_on[1]:
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
