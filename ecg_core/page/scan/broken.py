"""Broken traces: pieces of them that are as short as letters, brought back by where they lie."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.connected import pieces_of, vertical_runs
from ecg_core.page.scan.geometry.lines import CELL_MM
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.rows import INKED
from ecg_core.page.scan.sheets.rows import RESTING_MM, columns_of, guides

THIN_MM, MOSTLY = 1.2, 0.7
"""A line is this thin in so many of its columns; letters are as tall as they are in most."""
LEAST_MM = 0.7
"""Shorter pieces are specks."""
REACH_MM = 5.0
"""A piece of a row lies this near to where the row runs."""
BESIDE_MM = 0.5
"""Where a row is drawn, or so near, nothing is missing."""
DRAWN = 0.3
"""No piece is missing of which a row is drawn over more than this."""
LEAST_TRACED = 0.04
"""Of a row, however broken, spikes at least are known as traces in so many columns."""
LINE_MM = 2.0
"""Remains of lines are at least so long."""
WORTH = 0.04
"""A row of which no more is missing than this is whole."""


def with_broken(cover: np.ndarray, traces: np.ndarray) -> np.ndarray:
    """Traces and the short thin pieces that lie in the gaps of their rows: bool.

    cover: all ink, 0 to 1. traces: bool, what was found of traces so far.
    """
    ink = cover > INKED
    column, start, end = vertical_runs(ink)
    resting = end - start < RESTING_MM * RASTER
    # Remains of the grid are thin, and lie on its lines.
    resting &= ~(on_lines(len(cover))[start] & (end - start <= 2))
    centre = (start + end - 1) / 2.0
    ways = guides(column[resting], centre[resting], traces.shape, float(RASTER))
    column, start, end = vertical_runs(traces)
    centre = (start + end - 1) / 2.0
    ways = [way for way in ways if _crossed(column, start, end, way) > LEAST_TRACED]
    if not ways:
        return traces
    first, last = int(column.min()), int(column.max())
    half = min([REACH_MM * RASTER, *(0.45 * np.diff(np.array(ways), axis=0).min(axis=1))])
    known = [_drawn(column, centre, guide, half) for guide in ways]
    if min(own[first : last + 1].mean() for own in known) > 1.0 - WORTH:
        return traces
    rest = (ink & ~traces).astype(np.uint8)
    count, labels, stats = pieces_of(rest)
    at, top, bottom = vertical_runs(rest > 0)
    piece = labels[top, at]
    size = np.maximum(np.bincount(piece, minlength=count), 1)
    thin = np.bincount(piece, bottom - top <= THIN_MM * RASTER, count) / size > MOSTLY
    thin &= stats[:count, cv2.CC_STAT_WIDTH] >= LEAST_MM * RASTER
    back = np.zeros(count, bool)
    middle = (top + bottom - 1) / 2.0
    for guide, own in zip(ways, known, strict=True):
        near = np.bincount(piece, np.abs(middle - guide[at]) < half, count) / size > MOSTLY
        missing = np.bincount(piece, own[at], count) / size < DRAWN
        back |= near & missing
    lines = np.bincount(piece, on_lines(len(cover))[top] & (bottom - top <= 2), count) / size
    back &= thin & ((lines < MOSTLY) | (stats[:count, cv2.CC_STAT_WIDTH] < LINE_MM * RASTER))
    back[0] = False
    return np.asarray(traces | back[labels])


def _crossed(column: np.ndarray, start: np.ndarray, end: np.ndarray, way: np.ndarray) -> float:
    """In which share of the columns a trace reaches a row's way."""
    reach = BESIDE_MM * RASTER
    near = (start <= way[column] + reach) & (end >= way[column] - reach)
    return columns_of(column[near], len(way)) / len(way)


def on_lines(height: int) -> np.ndarray:
    """Which rows of a straight picture's pixels a line of 5 mm lies on: bool, height."""
    return np.asarray((np.arange(height) + 1) % round(CELL_MM * RASTER) <= 1)


def _drawn(column: np.ndarray, centre: np.ndarray, guide: np.ndarray, half: float) -> np.ndarray:
    """In which columns, or how near to them, a row is drawn."""
    own = np.zeros(len(guide), np.uint8)
    own[column[np.abs(centre - guide[column]) < half]] = 1
    near = cv2.dilate(own[None], np.ones((1, 2 * round(BESIDE_MM * RASTER) + 1), np.uint8))
    return np.asarray(near[0] > 0)
