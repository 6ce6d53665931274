"""Following one row of ink across the page: which piece of ink is the trace in every column.

Every pixel column holds some vertical pieces of ink. A path takes one piece a column or none; it
pays for every gap between neighbouring pieces, for columns without ink, and for straying from its
row. The cheapest path is found by dynamic programming from left to right. Where the waves of two
rows touch, both paths take the same piece, and `apart` cuts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.recovered.pen import pen_width
from ecg_core.page.scan.connected import vertical_runs

INKED = 0.2
"""Cover from which a pixel counts as ink."""
HALF, PALEST, PEN_REACH_PX = 0.5, 0.3, 1.5
"""Ink ends at this share of the darkest cover within this reach, which is taken to be no paler
than `PALEST`."""
CRUMB_MM = 0.15
"""Less ink than this in a piece is dirt."""
STRAY_COST = 0.02
"""For each column, per mm that a piece lies from the zero line; gaps between pieces cost 1 a mm."""
LIFT_COST = 0.7
"""For each column without ink, in mm."""
CRUMB_COST = 1.5
LETTER_MM = 2.0
"""What is taller by so much is no letter."""
BEGIN_COST = 0.5
"""A gap where another lead begins costs no more than this, in mm."""
REMEMBERED = 12
"""So many unfinished paths are carried on at least, and up to twice as many."""
MAX_LIFT_MM = 12.0
ALONE_MM, ALONE_PENS = 6.0, 1.4
"""Ink this long and no thicker than this is one line, not two on top of each other."""
BESIDE_MM = 2.0
"""The usual height of an edge is that of this much to both sides."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Vertical pieces of ink, column by column.

    column: int. top, bottom: float, edges in px so that their difference is the amount of ink.
    first: int, width + 1; the pieces of column x are first[x] to first[x + 1].
    """

    column: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    first: np.ndarray


def pieces_of(cover: np.ndarray) -> Pieces:
    """Pieces of ink of a picture: float32, height × width, 0 paper to 1 ink.

    Edges lie between pixels: a piece has the centre of mass of its ink and as much height as
    ink, which is exact for ink that covers its outer pixels in part.
    """
    column, start, end = vertical_runs(cover > INKED)
    height = np.arange(cover.shape[0], dtype=np.float64)[:, None] + 0.5
    ink = np.pad(np.cumsum(cover, axis=0, dtype=np.float64), ((1, 0), (0, 0)))
    moment = np.pad(np.cumsum(cover * height, axis=0), ((1, 0), (0, 0)))
    # The faint pixel above and below belongs to the edge, too.
    above, below = np.maximum(start - 1, 0), np.minimum(end + 1, cover.shape[0])
    amount = ink[below, column] - ink[above, column]
    centre = (moment[below, column] - moment[above, column]) / amount
    first = np.searchsorted(column, np.arange(cover.shape[1] + 1))
    return Pieces(column, centre - amount / 2, centre + amount / 2, first)


def sharp_pieces_of(cover: np.ndarray) -> Pieces:
    """Pieces of ink of a picture of four and more px/mm, as `pieces_of`.

    Ink ends where it is half as dark as the darkest within a pen's reach, to a part of a pixel:
    so a stroke that printed thin or pale is as wide as a dark one.
    """
    near = np.ones((2 * round(PEN_REACH_PX) + 1,) * 2, np.uint8)
    share = cover / np.maximum(cv2.dilate(np.ascontiguousarray(cover), near), PALEST)
    column, start, end = vertical_runs(share > HALF)
    above, below = np.maximum(start - 1, 0), np.minimum(end, cover.shape[0] - 1)
    upper, lower = share[start, column], share[end - 1, column]
    over = (upper - HALF) / np.maximum(upper - share[above, column], 1e-3)
    under = (lower - HALF) / np.maximum(lower - share[below, column], 1e-3)
    first = np.searchsorted(column, np.arange(cover.shape[1] + 1))
    return Pieces(
        column, start + 0.5 - np.minimum(over, 1), end - 0.5 + np.minimum(under, 1), first
    )


def follow(
    pieces: Pieces,
    zeros_px: np.ndarray,
    reach_px: float,
    px_per_mm: float,
    tall_gain: float = 0.0,
    begins_px: Sequence[int] = (),
    hidden: tuple[np.ndarray, np.ndarray] | None = None,
) -> list[np.ndarray]:
    """For every row the index of its piece in each column, −1 where the pen is lifted.

    zeros_px: heights of the rows' zero lines. reach_px: how far from it a row's pieces may lie.
    tall_gain: for each mm that a piece is taller than pen and letters. begins_px: columns where
    another lead begins, wherever the last one ended. hidden: from where to where something covers
    a row (px, rows × columns, NaN where nothing does): there a gap costs nothing.

    All rows go from left to right together, each for itself.
    """
    zeros = np.asarray(zeros_px, float)[:, None]
    total, rows = len(pieces.column), len(zeros)
    width = len(pieces.first) - 1
    stray = STRAY_COST * np.abs((pieces.top + pieces.bottom) / 2 - zeros) / px_per_mm
    inside = (pieces.bottom > zeros - reach_px) & (pieces.top < zeros + reach_px)
    crumb = pieces.bottom - pieces.top < CRUMB_MM * px_per_mm
    length = pieces.bottom - pieces.top
    usual = np.percentile(length, 30) if total else 0.0
    tall = np.maximum(length - usual - LETTER_MM * px_per_mm, 0.0)
    own = stray + CRUMB_COST * crumb - tall_gain * tall / px_per_mm
    own = np.where(inside, own, np.inf)
    reaches = np.isfinite(own)
    # One piece more, which no path can come from, fills up lists that differ in length. Every row
    # has all pieces, one row's behind the other's.
    top, bottom = (
        np.tile(np.append(edge, 0.0) / px_per_mm, rows) for edge in (pieces.top, pieces.bottom)
    )
    column = np.tile(np.append(pieces.column, 10**9), rows)
    none = np.arange(rows)[:, None] * (total + 1) + total
    joining = np.where(reaches, none - total + np.arange(total), none)
    # What a path costs, less what lifting the pen all the way would.
    excess = np.full((rows, total + 1), np.inf)
    costs = excess.reshape(-1)
    came_from = np.full((rows, total), -1)
    active, every = none, np.arange(rows)[:, None]
    max_lift = round(MAX_LIFT_MM * px_per_mm)
    starts = pieces.first.tolist()
    lift = np.full((rows, width), LIFT_COST)
    over, under = hidden if hidden is not None else np.full((2, rows, width), np.nan)
    lift[np.isfinite(over)] = 0.0
    last_begin = np.zeros(width, int)
    last_begin[[x for x in begins_px if 0 < x < width]] = [x for x in begins_px if 0 < x < width]
    begun = np.maximum.accumulate(last_begin).tolist()
    covered = np.isfinite(over).any(axis=0).tolist()
    reached = np.bincount(pieces.column, reaches.any(axis=0), width).astype(bool).tolist()
    for x in range(width):
        a, b = starts[x], starts[x + 1]
        if not reached[x]:
            continue
        # Rows × pieces of this column × paths that may go on to them.
        upper, lower = top.take(active)[:, None], bottom.take(active)[:, None]
        apart = upper - bottom[a:b, None]
        np.maximum(apart, top[a:b, None] - lower, out=apart)
        np.maximum(apart, 0.0, out=apart)
        if covered[x]:
            low = np.minimum(lower, bottom[a:b, None])
            high = np.maximum(upper, top[a:b, None])
            ends = over[:, x, None, None] / px_per_mm, under[:, x, None, None] / px_per_mm
            behind = np.minimum(high, ends[1]) - np.maximum(low, ends[0])
            apart = np.maximum(apart - np.fmax(behind, 0.0), 0.0)
        last = column.take(active)
        earliest = last.min()
        if earliest < begun[x]:
            np.minimum(apart, BEGIN_COST, out=apart, where=(last < begun[x])[:, None])
        apart += costs.take(active)[:, None]
        # A path that would cost more than no path at all begins anew.
        least = apart.min(axis=2)
        came_from[:, a:b] = np.where(least < 0.0, active[every, apart.argmin(axis=2)], -1)
        np.minimum(least, 0.0, out=least)
        least += own[:, a:b]
        least -= lift[:, x, None]
        excess[:, a:b] = least
        if earliest < x - max_lift:
            given_up = (last < x - max_lift) & reaches[:, a:b].any(axis=1, keepdims=True)
            active = np.where(given_up, none, active)
        if active.shape[1] > 2 * REMEMBERED:
            ranked = costs.take(active).argsort(axis=1, kind="stable")
            active = active[every, ranked[:, :REMEMBERED]]
        active = np.concatenate([active, joining[:, a:b]], axis=1)
    came_from = np.where(came_from < 0, -1, came_from % (total + 1))
    return [_back(excess[row, :total], came_from[row], pieces, width) for row in range(rows)]


def _back(excess: np.ndarray, came_from: np.ndarray, pieces: Pieces, width: int) -> np.ndarray:
    """The cheapest path, from its last piece to its first."""
    path = np.full(width, -1)
    if not np.isfinite(excess).any():
        return path
    at = int(np.argmin(excess))
    while at >= 0:
        path[pieces.column[at]] = at
        at = int(came_from[at])
    return path


@dataclass(frozen=True, eq=False)
class Strokes:
    """The ink of one row, column by column.

    top, bottom: float, edges in px, NaN where the pen is lifted. shared: bool, where the ink
    hangs together with another row's.
    """

    top: np.ndarray
    bottom: np.ndarray
    shared: np.ndarray


def apart(
    pieces: Pieces, paths: list[np.ndarray], zeros_px: Sequence[float], px_per_mm: float
) -> tuple[Strokes, ...]:
    """Ink of each row, top to bottom; a piece that two rows took is cut between them.

    zeros_px: height of each row's zero line. Where two rows took one line for long, only one was
    drawn: it belongs to the row whose zero line is nearer, and the pen of the other is lifted.
    """
    paths = [path.copy() for path in paths]
    taken = [path[path >= 0] for path in paths]
    pen_px = pen_width(
        *(np.concatenate([e[t] for t in taken]) for e in (pieces.top, pieces.bottom))
    )
    for number, upper in enumerate(paths):
        for other in range(number + 1, len(paths)):
            for run in _runs((upper >= 0) & (upper == paths[other])):
                _lift(pieces, paths, (number, other), run, zeros_px, (pen_px, px_per_mm))
    rows = []
    for path in paths:
        top, bottom = np.full((2, len(path)), np.nan)
        drawn = path >= 0
        top[drawn], bottom[drawn] = pieces.top[path[drawn]], pieces.bottom[path[drawn]]
        rows.append(Strokes(top, bottom, np.zeros(len(path), bool)))
    for number, upper_row in enumerate(rows):
        for other in range(number + 1, len(rows)):
            both = (paths[number] >= 0) & (paths[number] == paths[other])
            upper_row.shared[both] = rows[other].shared[both] = True
            for run in _runs(both):
                _cut(upper_row, rows[other], run, px_per_mm)
    return tuple(rows)


def _runs(mask: np.ndarray) -> list[slice]:
    edge = np.diff(np.pad(mask.astype(np.int8), 1))
    ends = zip(np.flatnonzero(edge == 1), np.flatnonzero(edge == -1), strict=True)
    return [slice(int(start), int(end)) for start, end in ends]


def _lift(
    pieces: Pieces,
    paths: list[np.ndarray],
    rows: tuple[int, int],
    run: slice,
    zeros_px: Sequence[float],
    scale: tuple[float, float],
) -> None:
    """Take a single line off the row that is farther away; in place. scale: pen px, px per mm."""
    pen_px, px_per_mm = scale
    line = paths[rows[0]][run]
    if len(line) < ALONE_MM * px_per_mm:
        return
    top, bottom = pieces.top[line], pieces.bottom[line]
    if np.median(bottom - top) > ALONE_PENS * pen_px:
        return
    middle = float(np.median(top + bottom)) / 2
    farther = max(rows, key=lambda row: abs(zeros_px[row] - middle))
    paths[farther][run] = -1


def _cut(upper: Strokes, lower: Strokes, where: slice, px_per_mm: float) -> None:
    """Cut a shared stretch where the row that kept still would end; in place.

    Of two rows that touch, the one whose edge left its usual height came over to the other.
    """
    foot, head = _expected(upper.bottom, where), _expected(lower.top, where)
    if foot is None or head is None:
        return
    beside = round(BESIDE_MM * px_per_mm)
    rise = _usual(lower.top, where, beside) - head.min()
    fall = foot.max() - _usual(upper.bottom, where, beside)
    cut = foot if rise >= fall else head
    cut = np.clip(cut, upper.top[where], lower.bottom[where])
    upper.bottom[where] = cut
    lower.top[where] = cut


def _expected(edge: np.ndarray, where: slice) -> np.ndarray | None:
    """An edge drawn straight across a stretch, from the column before to the one after it."""
    ends = [(x, edge[x]) for x in (where.start - 1, where.stop) if 0 <= x < len(edge)]
    known = [(x, height) for x, height in ends if np.isfinite(height)]
    if not known:
        return None
    at, heights = zip(*known, strict=True)
    return np.interp(np.arange(where.start, where.stop), at, heights)


def _usual(edge: np.ndarray, where: slice, beside: int) -> float:
    near = np.concatenate(
        [edge[max(where.start - beside, 0) : where.start], edge[where.stop : where.stop + beside]]
    )
    return float(np.nanmedian(near))
