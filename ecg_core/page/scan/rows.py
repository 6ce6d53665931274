"""Telling traces from everything else that is printed in ink, and finding their rows."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy.ndimage import uniform_filter1d

from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.ink import RASTER

INKED = 0.5
"""Cover from which a pixel counts as ink."""
LONG_MM, TALL_MM = 9.0, 5.5
"""A piece of trace is this wide or this tall; letters are neither."""
UNBROKEN_MM, UNBROKEN_SHARE = 4.0, 0.35
"""So much of a trace runs on for so long; of a line of text, hardly anything does."""
RULE_MM, RULE_HEIGHT_MM = 60.0, 1.2
"""A straight line this long and this thin is a ruled line, not a trace."""
BRIDGE_MM = 2.0
"""Gaps in a trace that are bridged before its pieces are judged."""
ROW_COUNTS = (1, 2, 3, 4, 5, 6, 7, 12)
"""Numbers of rows that a known layout has."""
FOOTER_AGREEMENT = 0.1
"""A last row that follows the others no more than this is a line of print."""
STRAIGHT_MM = 0.2
"""A first or last of several rows that leaves its own middle no further than this was never
drawn by a heart: the quietest lead of a page that beats moves three times as much."""
APART = 0.6
"""Neighbours among five rows lie at least this far apart, in usual pitches."""
STRIP_FILLED, STRIP_AGREEMENT = 0.85, 0.35
"""Each of five rows is drawn along so much of them, and correlates so with the others' strokes; a
first or last of four to seven rows that alone does not is print or an edge."""
RESTING, STILL = 0.83, 0.97
"""Share of its steps that such a first or last row makes in a fifth of its columns. Recorders print
strips of other ten seconds than the three rows above them: beating apart is no reason alone there.
On four strips of photographs and scans that do, it is at most 0.81; on lines of print at the
bottom of pages at least 0.99, at their top 0.85."""
MIN_AGREEMENT = 0.25
"""Share of the columns that must show exactly as many traces as there are rows."""

LONE_PITCHES = 2.0
"""A first or last row that stands off by more median pitches belongs to no ECG."""


@dataclass(frozen=True, eq=False)
class Row:
    """One row of traces.

    curve_px: float, height of the trace in every column of the picture, bridged over gaps.
    filled: bool, columns in which the trace was seen, small gaps bridged. drawn: the same
    without bridges.
    """

    curve_px: np.ndarray
    filled: np.ndarray
    drawn: np.ndarray

    @cached_property
    def baseline_px(self) -> float:
        """Height at which the trace spends most of its time."""
        return float(np.median(self.curve_px[self.filled]))

    def span_px(self, gap_mm: float = 15.0) -> tuple[int, int]:
        """First and last column of the longest part without a gap as long as `gap_mm`."""
        # Odd, or closing would move what it closes.
        size = round(gap_mm * RASTER) | 1
        padded = np.pad(self.filled.astype(np.uint8), size)[None]
        kernel = np.ones((1, size), np.uint8)
        joined = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, kernel)[0, size:-size]
        edge = np.diff(np.pad(joined, 1).astype(np.int8))
        starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
        longest = int(np.argmax(ends - starts))
        return int(starts[longest]), int(ends[longest])


def keep_traces(cover: np.ndarray) -> np.ndarray:
    """The ink that belongs to traces: bool, height × width.

    Text, specks and ruled lines are left out; pieces of a broken trace are joined over small
    gaps first.
    """
    mask = (cover > INKED).view(np.uint8)
    bridge = np.ones((3, round(BRIDGE_MM * RASTER) | 1), np.uint8)
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, bridge)
    count, labels, stats = pieces_of(closed)
    pieces, piece_labels, piece_stats = pieces_of(mask)
    inked = np.flatnonzero(mask)
    whole = labels.ravel()[inked]
    width, height = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    piece_width = piece_stats[:, cv2.CC_STAT_WIDTH]
    # Which whole each piece is part of: any of its pixels tells.
    part_of = np.zeros(pieces, int)
    part_of[piece_labels.ravel()[inked]] = whole
    unbroken = np.bincount(
        part_of,
        np.where(piece_width >= UNBROKEN_MM * RASTER, piece_width, 0),
        count,
    )
    keep = ((width >= LONG_MM * RASTER) & (unbroken >= UNBROKEN_SHARE * width)) | (
        height >= TALL_MM * RASTER
    )
    keep &= ~((width >= RULE_MM * RASTER) & (height <= RULE_HEIGHT_MM * RASTER))
    keep[0] = False
    traces = np.zeros(mask.shape, bool)
    traces.ravel()[inked] = keep[whole]
    return traces


def find_rows(traces: np.ndarray) -> tuple[Row, ...]:
    """Rows of traces, top to bottom; none where what looks like rows lies in no such order.

    Five rows, which a page of four and a line of print looks like, must all beat together.
    """
    rows = _rows(traces, ROW_COUNTS)
    if len(rows) == 5 and not _beat_together(rows):
        rows = _rows(traces, tuple(count for count in ROW_COUNTS if count != 5))
    rows = _beating(traces, rows)
    if len(rows) in (6, 7) and not _last_beats(rows):
        rows = _rows(traces, tuple(count for count in ROW_COUNTS if count < len(rows)))
    if any(below.baseline_px <= above.baseline_px for above, below in itertools.pairwise(rows)):
        return ()
    return _drawn_by_hearts(_together(rows))


def _together(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Rows less a first or last one far from all others: print, a frame, the edge of a screen."""
    if len(rows) < 4:
        return rows
    pitches = np.diff([row.baseline_px for row in rows])
    far = pitches > LONE_PITCHES * np.median(pitches)
    return rows[int(far[0]) : len(rows) - int(far[-1])]


def _beating(traces: np.ndarray, rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Four to seven rows less a first or last one that alone does not move when the others do.

    A header, a footer or an edge of paper: with the wrong number of rows its pieces are taken for
    those of its neighbours, so that the rows are looked for again, one fewer.
    """
    if not 4 <= len(rows) < max(ROW_COUNTS):
        return rows
    apart = np.array(_agreements(rows)) < STRIP_AGREEMENT
    if apart.sum() != 1 or not (apart[0] or apart[-1]):
        return rows
    first = bool(apart[0])
    least = RESTING if first else STILL if len(rows) < 6 else 0.0
    if _concentration(_steps(rows)[0 if first else -1]) < least:
        return rows
    found = [rows[int(first) : len(rows) - int(apart[-1])]]
    for seen in (traces, _without_line(traces, rows, first)):
        fewer = _rows(seen, (len(rows) - 1,))
        if fewer and all(own >= STRIP_AGREEMENT for own in _agreements(fewer)):
            found.append(fewer)
    return max(found, key=lambda some: min(row.filled.sum() for row in some))


def _without_line(traces: np.ndarray, rows: tuple[Row, ...], first: bool) -> np.ndarray:
    """Traces without the pieces that lie wholly with the first, or the last, row of some."""
    one, other = rows[:2] if first else rows[-2:]
    middle = (one.baseline_px + other.baseline_px) / 2
    _, labels, stats = pieces_of(traces.astype(np.uint8))
    top, height = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT]
    beyond = top + height <= middle if first else top >= middle
    beyond[0] = False
    return np.asarray(traces & ~beyond[labels])


def _drawn_by_hearts(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Four to seven rows less a first or last one that is a straight line: an edge of paper."""
    if not 4 <= len(rows) < max(ROW_COUNTS):
        return rows
    straight = [_moves_mm(row) < STRAIGHT_MM for row in rows]
    if any(straight[1:-1]):
        return rows
    return rows[int(straight[0]) : len(rows) - int(straight[-1])]


def _moves_mm(row: Row) -> float:
    """How far a row leaves its running median, but for the 2 % of columns where it does most."""
    start, end = row.span_px()
    curve = row.curve_px[start:end]
    return float(np.quantile(np.abs(curve - _calm(curve))[row.filled[start:end]], 0.98)) / RASTER


def _last_beats(rows: tuple[Row, ...]) -> bool:
    """Whether the last row moves at all when the others do: a footer does not."""
    return not _agreements(rows)[-1] <= FOOTER_AGREEMENT


def _agreements(rows: tuple[Row, ...]) -> list[float]:
    """How each row moves when the others do: correlation of its steps with theirs.

    NaN for a row that does not move at all, or when no other does.
    """
    steps = _steps(rows)
    whole = steps.sum(axis=0)
    return [
        float(np.corrcoef(own, whole - own)[0, 1])
        if min(own.std(), (whole - own).std()) > 1e-6
        else float("nan")
        for own in steps
    ]


def _steps(rows: tuple[Row, ...]) -> np.ndarray:
    """How far each row moves from column to column (px), between the usual ends: rows × columns."""
    left, right = (int(np.median([row.span_px()[side] for row in rows])) for side in (0, 1))
    steps = np.array(
        [np.minimum(np.abs(np.diff(row.curve_px)), 3.0 * RASTER) * row.filled[1:] for row in rows]
    )
    return np.asarray(uniform_filter1d(steps, 2 * RASTER, axis=1)[:, left:right])


def _concentration(steps: np.ndarray) -> float:
    """Share of a row's steps in the fifth of columns with most of them."""
    ranked = np.sort(steps)[::-1]
    return float(ranked[: len(ranked) // 5].sum() / max(ranked.sum(), 1e-6))


def _beat_together(rows: tuple[Row, ...]) -> bool:
    """Whether rows lie well apart, are drawn all along and move when the others do."""
    pitches = np.diff([row.baseline_px for row in rows])
    if pitches.min() < APART * np.median(pitches):
        return False
    left, right = (int(np.median([row.span_px()[side] for row in rows])) for side in (0, 1))
    if min(row.filled[left:right].mean() for row in rows) < STRIP_FILLED:
        return False
    return all(own >= STRIP_AGREEMENT for own in _agreements(rows))


def _rows(traces: np.ndarray, counts: tuple[int, ...]) -> tuple[Row, ...]:
    """Rows of traces, one of some numbers of them.

    In a column that shows exactly one piece of ink for every row, the order of the pieces is
    the order of the rows, however much the baselines wander. No rows: an empty tuple.
    """
    bridge = np.ones((RASTER | 1, round(BRIDGE_MM * RASTER) | 1), np.uint8)
    closed = cv2.morphologyEx(traces.astype(np.uint8), cv2.MORPH_CLOSE, bridge)
    column, start, end = vertical_runs(closed)
    centre = (start + end - 1) / 2.0
    seen = np.bincount(column, minlength=traces.shape[1])
    inked = max(int((seen > 0).sum()), 1)
    share = np.array([(seen == n).sum() / inked for n in range(max(ROW_COUNTS) + 1)])
    likely = [n for n in counts if share[n] >= max(MIN_AGREEMENT, 0.75 * share[1:].max())]
    if not likely:
        return ()
    n = max(likely)
    exact = np.flatnonzero(seen == n)
    first = np.searchsorted(column, exact)
    heights = centre[first[:, None] + np.arange(n)]
    everywhere = np.arange(traces.shape[1])
    pitch = float(np.diff(np.median(heights, axis=0)).min()) if n > 1 else 40.0 * RASTER
    rows = []
    for row in range(n):
        guide = np.interp(everywhere, exact, _calm(heights[:, row]))
        off = np.abs(centre - guide[column])
        near = off < min(5.0 * RASTER, 0.5 * pitch)
        curve = np.full(traces.shape[1], np.nan)
        # Of several pieces near the guide, the nearest is drawn last.
        order = np.argsort(-off[near], kind="stable")
        curve[column[near][order]] = centre[near][order]
        sure = np.abs(heights[:, row] - guide[exact]) < 0.7 * pitch
        curve[exact[sure]] = heights[sure, row]
        filled = np.isfinite(curve)
        bridged = np.interp(everywhere, np.flatnonzero(filled), curve[filled])
        near_y = (
            np.rint(bridged).astype(int)[None, :]
            + np.arange(-RASTER // 2, RASTER // 2 + 1)[:, None]
        )
        drawn = traces[np.clip(near_y, 0, traces.shape[0] - 1), everywhere].any(axis=0)
        rows.append(Row(bridged, filled, drawn & filled))
    return tuple(rows)


def vertical_runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Column, top and end (exclusive) of every vertical run of ink, column by column.

    mask: bool, or uint8 with 1 for ink; height × width.
    """
    height, width = mask.shape
    # Columns one behind the other, each with a pixel of paper at its end.
    behind = np.zeros(width * (height + 1) + 1, np.uint8)
    columns = behind[1:].reshape(width, height + 1)[:, :height]
    columns[:] = cv2.transpose(np.ascontiguousarray(mask).view(np.uint8))
    edges = np.flatnonzero(behind[1:] != behind[:-1])
    column, start = np.divmod(edges[::2], height + 1)
    end = edges[1::2] - column * (height + 1)
    return column, start, end


def _calm(heights: np.ndarray) -> np.ndarray:
    """A running median over some 12 mm, so that single wrong columns do not mislead."""
    size = min(12 * RASTER, len(heights)) | 1
    padded = np.pad(heights, size // 2, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, size)
    every = max(1, size // 8)
    at = np.arange(0, len(heights), every)
    return np.interp(np.arange(len(heights)), at, np.median(windows[::every], axis=1)[: len(at)])
