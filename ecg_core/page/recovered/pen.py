"""Taking the width of the pen off a trace: from the edges of its ink to the line it followed.

A round pen widens a line by half its width in every direction. Rolling the same pen along the upper
edge from above gives back the highest point that the line can have had in each column, along the
lower edge the lowest. Where the line is steep or turns, these part, and in each of these columns it
ran from one to the other. Whether up or down is what leaves the shortest line in all. Steep strokes
often print thinner than level ones; a peak into which the pen does not fit is put back.
"""

from __future__ import annotations

import itertools

import numpy as np

LEAST_SPIKE_PENS, LEAST_SPIKE_PX = 0.5, 2
"""A peak that no pen fits into is a wave, not dirt, when it is this tall and this wide."""


def pen_width(top: np.ndarray, bottom: np.ndarray) -> float:
    """Width of the pen in px: how tall the ink is where the line runs level."""
    return float(np.nanpercentile(bottom - top, 30))


def line_of(top: np.ndarray, bottom: np.ndarray, pen_px: float) -> np.ndarray:
    """Height of the line from the edges of its ink (px, NaN for no ink), twice a column.

    Values 2x and 2x + 1 are at the left edge and in the middle of column x; the last one, at the
    right edge of the last column, makes it 2 × width + 1.
    """
    high, low = _rolled(top, bottom, pen_px)
    enter, leave = _directed(high, low)
    line = np.full(2 * len(top) + 1, np.nan)
    line[1::2] = (enter + leave) / 2
    before, after = np.append(np.nan, leave), np.append(enter, np.nan)
    known = np.isfinite(np.stack([before, after]))
    total = np.where(known, np.stack([before, after]), 0.0).sum(axis=0)
    line[0::2] = np.divide(
        total, known.sum(axis=0), where=known.any(axis=0), out=np.full(total.size, np.nan)
    )
    for x, height in _spikes(top + pen_px / 2, high, pen_px):
        line[2 * x + 1] = height
    for x, height in _spikes(pen_px / 2 - bottom, -low, pen_px):
        line[2 * x + 1] = -height
    return line


def _spikes(edge: np.ndarray, high: np.ndarray, pen_px: float) -> list[tuple[int, float]]:
    """Peaks too narrow for the pen: the column and the height of each.

    edge: how high the pen's middle can have been in each column alone; high: how high when it
    must fit between its neighbours, too. Both in px from the top.
    """
    found = []
    lost = np.diff(np.pad((high - edge > 1.0).astype(np.int8), 1))
    for start, end in zip(np.flatnonzero(lost == 1), np.flatnonzero(lost == -1), strict=True):
        part = edge[start:end]
        peak, foot = float(part.min()), float(high[start:end].min())
        half_way = np.flatnonzero(part < (peak + foot) / 2)
        if foot - peak > LEAST_SPIKE_PENS * pen_px and len(half_way) >= LEAST_SPIKE_PX:
            top = np.flatnonzero(part <= peak + 0.5)
            found.append((int(start + round(float(top.mean()))), peak))
    return found


def _rolled(top: np.ndarray, bottom: np.ndarray, pen_px: float) -> tuple[np.ndarray, np.ndarray]:
    """Highest and lowest height of the pen's middle in every column."""
    drawn = np.isfinite(top)
    half = reach = max(pen_px / 2, 0.5)
    high, low = np.full(len(top), -np.inf), np.full(len(top), np.inf)
    above, below = np.where(drawn, top, -np.inf), np.where(drawn, bottom, np.inf)
    for step in range(-int(reach), int(reach) + 1):
        height = half * np.sqrt(1 - (step / reach) ** 2)
        to = slice(max(-step, 0), len(top) + min(-step, 0))
        of = slice(max(step, 0), len(top) + min(step, 0))
        high[to] = np.maximum(high[to], above[of] + height)
        low[to] = np.minimum(low[to], below[of] - height)
    high, low = np.where(drawn, high, np.nan), np.where(drawn, low, np.nan)
    middle = (high + low) / 2
    return np.fmin(high, middle), np.fmax(low, middle)


def _directed(high: np.ndarray, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the line enters and leaves every column: the order that makes it shortest."""
    drawn = np.flatnonzero(np.isfinite(high))
    enter, leave = np.full(len(high), np.nan), np.full(len(high), np.nan)
    if not len(drawn):
        return enter, leave
    highs, lows = high[drawn].tolist(), low[drawn].tolist()
    # How far from either end of one column to either end of the next.
    steps = (
        np.abs(before - after).tolist()
        for before, after in itertools.product(
            (low[drawn[:-1]], high[drawn[:-1]]), (high[drawn[1:]], low[drawn[1:]])
        )
    )
    down, up = 0.0, 0.0
    came_down, came_up = [False], [True]
    # Down: enters at the highest point. The column before was left low (down) or high (up).
    for low_high, low_low, high_high, high_low in zip(*steps, strict=True):
        from_down, from_up = down + low_high, up + high_high
        to_down, to_up = down + low_low, up + high_low
        came_down.append(from_up < from_down)
        came_up.append(to_up <= to_down)
        down = from_up if from_up < from_down else from_down
        up = to_up if to_up <= to_down else to_down
    rising = up < down
    for at in range(len(drawn) - 1, -1, -1):
        x = drawn[at]
        enter[x], leave[x] = (lows[at], highs[at]) if rising else (highs[at], lows[at])
        rising = came_up[at] if rising else came_down[at]
    return enter, leave
