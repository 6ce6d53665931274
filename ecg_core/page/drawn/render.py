"""Drawing waveforms as ink: the only renderer, for single pages and for training alike.

A trace is drawn column by column: the ink of a pixel column covers the vertical extent of the
waveform within it, widened by half a pen. That is what a recorder's pen leaves behind, keeps
steep strokes continuous, and is a few array operations per row instead of a walk along a line.
"""

from __future__ import annotations

import numpy as np

from ecg_core.page.values import PX_PER_MM

Extent = tuple[np.ndarray, np.ndarray]
"""Highest and lowest height (px from the top) per pixel column, NaN where the pen is lifted."""


def waveform_extent(
    mv: np.ndarray,
    fs_hz: float,
    start_s: float,
    columns: int,
    baseline_px: float,
    speed_mm_per_s: float = 25.0,
    gain_mm_per_mv: float = 10.0,
    samples_per_px: int = 4,
) -> Extent:
    """Extent of a waveform in each of `columns` pixel columns from `start_s` on.

    mv: samples, NaN where nothing was recorded. samples_per_px: points read per column;
    neighbouring columns share their edge point, so strokes stay continuous.
    """
    steps = np.arange(samples_per_px * columns + 1, dtype=np.float32) / samples_per_px
    position = (start_s + steps / np.float32(PX_PER_MM * speed_mm_per_s)) * fs_hz
    # The last column of a page ends one sample after the last sample: hold that one.
    position[(position > len(mv) - 1) & (position <= len(mv) + 1e-3)] = len(mv) - 1
    level = np.interp(position, np.arange(len(mv)), mv, left=np.nan, right=np.nan)
    y_px = baseline_px - level.astype(np.float32) * np.float32(gain_mm_per_mv * PX_PER_MM)
    high = low = y_px[samples_per_px::samples_per_px]
    for point in range(samples_per_px):
        inner = y_px[point:-1:samples_per_px]
        high, low = np.fmin(high, inner), np.fmax(low, inner)
    return high, low


def draw_extent(
    ink: np.ndarray, extent: Extent, x_px: int, pen_px: float, darkness: float = 1.0
) -> None:
    """Draw one row's extent into `ink` in place, its first column at `x_px`.

    ink: float32, height × width, 0 paper to 1 ink. pen_px: width of the pen; thinner than a
    pixel it leaves grey. darkness: ink at full cover.
    """
    skip = max(-x_px, 0)
    width = min(len(extent[0]) - skip, ink.shape[1] - x_px - skip)
    high, low = (part[skip : skip + width] for part in extent)
    drawn = np.isfinite(high)
    if width <= 0 or not drawn.any():
        return
    half = np.float32(pen_px / 2)
    first = max(int(np.floor(np.nanmin(high) - half)), 0)
    last = min(int(np.ceil(np.nanmax(low) + half)) + 1, ink.shape[0])
    if first >= last:
        return
    # Columns without a trace get an empty extent above the page.
    top = np.where(drawn, high - half, np.float32(-1))
    bottom = np.where(drawn, low + half, np.float32(-1))
    edges = np.arange(first, last + 1, dtype=np.float32)[:, None]
    covered = np.minimum(np.maximum(edges, top), bottom)
    cover = covered[1:] - covered[:-1]
    cover *= np.float32(darkness)
    slab = ink[first:last, x_px + skip : x_px + skip + width]
    np.maximum(slab, cover, out=slab)
