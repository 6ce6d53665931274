"""Rows of traces on a flat picture: every number of rows that the ink allows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter, uniform_filter1d
from scipy.signal import find_peaks

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.scan.geometry.lines import CELL_MM

INKED = 0.45
"""Value of the trace map from which a pixel counts as trace."""
BRIDGE_MM, BRIDGE_TALL_MM = 2.0, 1.0
"""Gaps in a trace that are bridged before its pieces are counted."""
LEAST_SHARE = 0.12
"""A number of rows is looked at when so many of the inked columns show exactly as many pieces."""
MOST_ROWS = 16
DENSE_MM, DENSE = 8.0, 0.6
"""A row begins and ends where it is drawn over so much of so many mm, per what is usual in it."""
LEAST_LONG_MM = 20.0
"""Rows shorter than this are no rows."""
CALM_MM = 12.0
"""A row's guide is a running median of the pieces over so much."""
REACH_MM = 5.0
"""Pieces this near the guide belong to the row."""
INK_MM = 8.0
"""Ink this near a row's middle is drawn by its pen, on the way up or down."""
LEAST_MOVE_MM = 0.2
"""A row of several that leaves its own running median no further was drawn by a ruler."""
LEAST_APART_MM, LEAST_PITCH = 4.0, 0.3
"""Rows stand no closer, in mm and in the usual distance of four or more."""
ALONE_MM = 25.0
"""A strip's pieces lie within this of its middle."""
RESTING_MM = 2.0
"""A piece of trace no taller than this rests: steep strokes are taller."""
FULLER = 1.01
"""Of two sets of the same rows, the one that is seen in so many more columns is kept."""
LEVEL_MM, LEVEL_SIGMA_MM, LEVEL_SHARE, LEVELS_APART = 3.0, 1.0, 0.3, 0.55
"""A row rests within so much of its level, in so many of the inked columns; levels are told apart
this finely, and two that are much nearer than usual, per pitch, are one row's."""


@dataclass(frozen=True, eq=False)
class Row:
    """One row of traces.

    curve_px: float, height of the trace in every column, bridged over gaps. filled: bool, columns
    in which it was seen, small gaps bridged. drawn: bool, columns with any ink of its pen.
    """

    curve_px: np.ndarray
    filled: np.ndarray
    drawn: np.ndarray
    px_per_mm: float

    @cached_property
    def baseline_px(self) -> float:
        """Height at which the trace spends most of its time."""
        return float(np.median(self.curve_px[self.filled]))

    @cached_property
    def filled_before(self) -> np.ndarray:
        """How many columns before each, and in all, show the trace."""
        return np.append(0, np.cumsum(self.filled))

    @cached_property
    def span_px(self) -> tuple[int, int]:
        """First and last column (exclusive) of the longest part without a gap of 15 mm, less what
        is drawn much more sparsely at its ends: specks, and remains of a frame."""
        size = round(15.0 * self.px_per_mm) | 1
        padded = np.pad(self.filled.astype(np.uint8), size)[None]
        joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((1, size), np.uint8))
        edge = np.diff(np.pad(joined[0, size:-size], 1).astype(np.int8))
        starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        longest = int(np.argmax(ends - starts))
        start, end = int(starts[longest]), int(ends[longest])
        size = round(DENSE_MM * self.px_per_mm)
        # Remains of the grid are dots, bridged like gaps in a trace.
        inked = np.concatenate([[0], np.cumsum((self.filled & self.drawn)[start:end])])
        if end - start < 4 * size:
            return start, end
        dense = (inked[size:] - inked[:-size]) / size
        least = DENSE * float(np.median(dense))
        first = np.flatnonzero((dense >= least) & self.filled[start : end - size + 1])
        last = np.flatnonzero((dense >= least) & self.filled[start + size - 1 : end])
        return start + int(first[0]), start + size + int(last[-1])

    @cached_property
    def moves_mm(self) -> float:
        """How far it leaves its running median, but for the 2 % of columns where it does most."""
        start, end = self.span_px
        curve = self.curve_px[start:end]
        off = np.abs(curve - calm(curve, self.px_per_mm))[self.filled[start:end]]
        return float(np.quantile(off, 0.98)) / self.px_per_mm if off.size else 0.0


def rows_of(trace: np.ndarray, px_per_mm: float) -> list[tuple[Row, ...]]:
    """Sets of rows, top to bottom, the likeliest number first.

    trace: float, height × width, 0 to 1, pulses and all.
    """
    bridge = np.ones(
        (round(BRIDGE_TALL_MM * px_per_mm) | 1, round(BRIDGE_MM * px_per_mm) | 1), np.uint8
    )
    mask = (trace > INKED).astype(np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge)
    column, start, end = vertical_runs(closed)
    if not len(column):
        return []
    centre = (start + end - 1) / 2.0
    resting = end - start < RESTING_MM * px_per_mm
    # What is left of the grid's lines is one pixel thick, and lies on them.
    cell = round(CELL_MM * px_per_mm)
    resting &= ~(((start + 1) % cell <= 1) & (end - start == 1))
    seen = np.bincount(column, minlength=trace.shape[1])
    shown = max(int((seen > 0).sum()), 1)
    share = np.array([(seen == n).sum() / shown for n in range(MOST_ROWS + 1)])
    counts = [n for n in range(1, MOST_ROWS + 1) if share[n] >= LEAST_SHARE]
    ranked = sorted(counts, key=lambda n: -share[n])
    inked = cv2.integral(mask)
    whole = [_exactly(n, column, centre, seen, inked, px_per_mm) for n in ranked]
    level = _at_levels(column, centre, resting, inked, px_per_mm)
    found: list[tuple[Row, ...]] = []
    for rows in (*whole[:1], level, *whole[1:]):
        for some in _variants(rows):
            same = [place for place, other in enumerate(found) if _alike(some, other)]
            if some and not same:
                found.append(some)
            elif some and _seen(some) > FULLER * _seen(found[same[0]]):
                found[same[0]] = some
    return found


def _exactly(
    n: int,
    column: np.ndarray,
    centre: np.ndarray,
    seen: np.ndarray,
    inked: np.ndarray,
    px_per_mm: float,
) -> tuple[Row, ...]:
    """Where a column shows exactly n pieces, their order is the order of the rows.

    column, centre: of every piece. seen: pieces in each column. inked: integral of the ink.
    """
    exact = np.flatnonzero(seen == n)
    first = np.searchsorted(column, exact)
    heights = centre[first[:, None] + np.arange(n)]
    if n == 1:
        # Beside a strip alone the frame is the only ink.
        own = np.abs(heights[:, 0] - np.median(heights)) < ALONE_MM * px_per_mm
        exact, heights = exact[own], heights[own]
    if not len(exact):
        # Half of the pieces above and half below: the median lies where none is.
        return ()
    everywhere = np.arange(len(seen))
    middles = np.median(heights, axis=0)
    pitch = float(np.diff(middles).min()) if n > 1 else 40.0 * px_per_mm
    rows = []
    for row in range(n):
        guide = np.interp(everywhere, exact, calm(heights[:, row], px_per_mm))
        off = np.abs(centre - guide[column])
        near = off < min(REACH_MM * px_per_mm, 0.5 * pitch)
        curve = np.full(len(seen), np.nan)
        order = np.argsort(-off[near], kind="stable")
        curve[column[near][order]] = centre[near][order]
        sure = np.abs(heights[:, row] - guide[exact]) < 0.7 * pitch
        curve[exact[sure]] = heights[sure, row]
        filled = np.isfinite(curve)
        if not filled.any():
            return ()
        bridged = np.interp(everywhere, np.flatnonzero(filled), curve[filled])
        half = min(INK_MM * px_per_mm, 0.4 * pitch)
        top, bottom = (np.rint(bridged + side * half).astype(int) for side in (-1, 1))
        top, bottom = (np.clip(edge, 0, len(inked) - 1) for edge in (top, bottom + 1))
        below, above = (
            inked[edge, everywhere + 1] - inked[edge, everywhere] for edge in (bottom, top)
        )
        drawn = below > above
        rows.append(Row(bridged, filled, drawn, px_per_mm))
    return tuple(rows)


def guides(
    column: np.ndarray, centre: np.ndarray, shape: tuple[int, int], px_per_mm: float
) -> list[np.ndarray]:
    """Where rows run, by the heights at which traces rest all along: one height (px) for every
    column of the picture, row by row. column, centre: of pieces that no wave is as low as."""
    middles = _levels(column, centre, *shape, px_per_mm)
    pitch = float(np.diff(middles).min()) if len(middles) > 1 else 40.0 * px_per_mm
    found = []
    for middle in middles:
        guide = np.full(shape[1], middle)
        for reach in (LEVEL_MM, REACH_MM):
            near = np.abs(centre - guide[column]) < min(reach * px_per_mm, 0.45 * pitch)
            known = column[near]
            if not len(known):
                break
            dense = px_per_mm * len(known) / max(np.ptp(known), 1)
            guide = np.interp(np.arange(shape[1]), known, calm(centre[near], dense))
        found.append(guide)
    return found


def _at_levels(
    column: np.ndarray,
    centre: np.ndarray,
    resting: np.ndarray,
    inked: np.ndarray,
    px_per_mm: float,
) -> tuple[Row, ...]:
    """Rows along their guides: specks and broken traces, which change the number of pieces in a
    column, change none of these. resting: pieces that no wave is as low as. inked: integral of the
    ink."""
    height, width = inked.shape[0] - 1, inked.shape[1] - 1
    ways = guides(column[resting], centre[resting], (height, width), px_per_mm)
    apart = [float(np.median(below - above)) for above, below in itertools.pairwise(ways)]
    pitch = min(apart, default=40.0 * px_per_mm)
    x = np.arange(width)
    rows = []
    for guide in ways:
        off = np.abs(centre - guide[column])
        near = off < 0.5 * pitch
        if not near.any():
            return ()
        curve = np.full(width, np.nan)
        order = np.argsort(-off[near], kind="stable")
        curve[column[near][order]] = centre[near][order]
        filled = np.isfinite(curve)
        bridged = np.interp(x, np.flatnonzero(filled), curve[filled])
        half = min(INK_MM * px_per_mm, 0.4 * pitch)
        top, bottom = (np.rint(bridged + side * half).astype(int) for side in (-1, 1))
        top, bottom = (np.clip(edge, 0, height) for edge in (top, bottom + 1))
        below, above = (inked[edge, x + 1] - inked[edge, x] for edge in (bottom, top))
        rows.append(Row(bridged, filled, below > above, px_per_mm))
    return tuple(rows)


def _levels(
    column: np.ndarray, centre: np.ndarray, height: int, width: int, px_per_mm: float
) -> list[float]:
    """Heights (px) at which resting pieces lie in most columns, top to bottom."""
    seen = np.zeros((height, width), np.uint8)
    seen[np.rint(centre).astype(int).clip(0, height - 1), column] = 1
    busy = gaussian_filter1d(seen.sum(axis=1, dtype=float), LEVEL_SIGMA_MM * px_per_mm)
    peaks, _ = find_peaks(busy, distance=LEAST_APART_MM * px_per_mm, prominence=busy.max() * 0.1)
    kept = []
    inked = columns_of(column, width)
    for peak in peaks:
        own = np.abs(centre - peak) < LEVEL_MM * px_per_mm
        share = columns_of(column[own], width) / max(inked, 1)
        if share >= LEVEL_SHARE:
            kept.append((float(peak), share))
    while len(kept) > 1:
        apart = [b[0] - a[0] for a, b in itertools.pairwise(kept)]
        least = int(np.argmin(apart))
        if apart[least] > LEVELS_APART * float(np.median(apart)):
            break
        kept.pop(least if kept[least][1] < kept[least + 1][1] else least + 1)
    return [peak for peak, _ in kept]


def columns_of(column: np.ndarray, width: int) -> int:
    """How many columns of a picture `width` px wide are named at least once."""
    return int(np.count_nonzero(np.bincount(column, minlength=width)))


def _variants(rows: tuple[Row, ...]) -> list[tuple[Row, ...]]:
    """Some rows, less what is too short or still, and less a first or last that stands off."""
    kept = tuple(
        row
        for row in rows
        if np.ptp(row.span_px) >= LEAST_LONG_MM * row.px_per_mm
        and row.filled[slice(*row.span_px)].mean() > 0.5
    )
    if len(kept) > 1:
        kept = tuple(row for row in kept if row.moves_mm >= LEAST_MOVE_MM)
    apart = LEAST_APART_MM * (kept[0].px_per_mm if kept else 1.0)
    pitches = [b.baseline_px - a.baseline_px for a, b in itertools.pairwise(kept)]
    if len(pitches) > 2:
        apart = max(apart, LEAST_PITCH * float(np.median(pitches)))
    if min(pitches, default=apart) < apart:
        return []
    found = [kept]
    if len(kept) >= 2:
        found += [kept[1:], kept[:-1]]
    if len(kept) >= 4:
        found += [kept[1:-1]]
    return found


def _seen(rows: tuple[Row, ...]) -> int:
    """In how many columns rows are seen, all together."""
    return sum(int(row.filled.sum()) for row in rows)


def _alike(some: tuple[Row, ...], other: tuple[Row, ...]) -> bool:
    if len(some) != len(other):
        return False
    return all(
        abs(a.baseline_px - b.baseline_px) < 2.0 * a.px_per_mm
        for a, b in zip(some, other, strict=True)
    )


def agreements(rows: tuple[Row, ...]) -> list[float]:
    """How each row moves when the others do: correlation of its steps with theirs; 1 alone."""
    if len(rows) < 2:
        return [1.0] * len(rows)
    steps = steps_of(rows)
    whole = steps.sum(axis=0)
    found = []
    for own in steps:
        others = whole - own
        told = min(own.std(), others.std()) > 1e-6
        found.append(float(np.corrcoef(own, others)[0, 1]) if told else 0.0)
    return found


def steps_of(rows: tuple[Row, ...]) -> np.ndarray:
    """How far each row moves from column to column (mm), smoothed: rows × columns."""
    px = rows[0].px_per_mm
    steps = np.array(
        [
            np.minimum(np.abs(np.diff(r.curve_px, prepend=r.curve_px[0])) / px, 3.0) * r.filled
            for r in rows
        ]
    )
    return np.asarray(uniform_filter1d(steps, round(2 * px), axis=1))


def calm(heights: np.ndarray, px_per_mm: float) -> np.ndarray:
    """A running median over `CALM_MM`, so that single wrong columns do not mislead."""
    every = max(1, round(px_per_mm * 1.5))
    size = max(3, min(round(CALM_MM * px_per_mm), len(heights)) // every | 1)
    some = heights[::every]
    return np.interp(
        np.arange(len(heights)),
        np.arange(len(heights))[::every],
        median_filter(some, size=size, mode="nearest"),
    )
