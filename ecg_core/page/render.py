"""Drawing waveforms as ink: the only renderer, for single pages and for training alike.

A trace is drawn column by column: the ink of a pixel column covers the vertical extent of the
waveform within it, widened by half a pen. That is what a recorder's pen leaves behind, keeps
steep strokes continuous, and is one array operation per row instead of a walk along a polyline.
"""

from __future__ import annotations

import numpy as np

from ecg_core.page.values import PX_PER_MM

SAMPLES_PER_PX = 4
"""Waveform samples per pixel column; columns share their edge samples."""


def draw_row(
    ink: np.ndarray,
    y_px: np.ndarray,
    x_px: int,
    pen_px: float,
    darkness: float = 1.0,
) -> None:
    """Draw one waveform into `ink` in place.

    ink: float32, height × width, 0 paper to 1 ink. y_px: heights of the waveform,
    `SAMPLES_PER_PX` × columns + 1 samples, NaN where the pen is lifted.
    x_px: left column. pen_px: width of the pen. darkness: ink at full cover.
    """
    columns = (len(y_px) - 1) // SAMPLES_PER_PX
    inner = y_px[:-1].reshape(columns, SAMPLES_PER_PX)
    edge = y_px[SAMPLES_PER_PX::SAMPLES_PER_PX]
    high = np.fmin(inner.min(axis=1), edge)
    low = np.fmax(inner.max(axis=1), edge)
    drawn = np.isfinite(high) & np.isfinite(low)
    if not drawn.any():
        return
    half = pen_px / 2
    # Columns without a trace get an empty extent above the page.
    top = np.where(drawn, high - half, -1.0).astype(np.float32)
    bottom = np.where(drawn, low + half, -1.0).astype(np.float32)
    first = max(int(np.floor(top[drawn].min())), 0)
    last = min(int(np.ceil(bottom[drawn].max())) + 1, ink.shape[0])
    if first >= last:
        return
    edges = np.arange(first, last + 1, dtype=np.float32)[:, None]
    cover = np.diff(np.clip(edges, top, bottom), axis=0)
    cover *= darkness
    width = min(columns, ink.shape[1] - x_px)
    slab = ink[first:last, x_px : x_px + width]
    np.maximum(slab, cover[:, :width], out=slab)


def waveform_px(
    mv: np.ndarray,
    fs_hz: float,
    start_s: float,
    columns: int,
    baseline_px: float,
    speed_mm_per_s: float = 25.0,
    gain_mm_per_mv: float = 10.0,
) -> np.ndarray:
    """Heights (px) of a waveform at `SAMPLES_PER_PX` × columns + 1 points from `start_s` on.

    NaN before the first and after the last sample.
    """
    steps = np.arange(SAMPLES_PER_PX * columns + 1) / SAMPLES_PER_PX
    position = (start_s + steps / (PX_PER_MM * speed_mm_per_s)) * fs_hz
    # The last column of a page ends one sample after the last sample: hold it.
    held = np.where((position > len(mv) - 1) & (position <= len(mv) + 1e-6), len(mv) - 1, position)
    level = np.interp(held, np.arange(len(mv)), mv, left=np.nan, right=np.nan)
    return (baseline_px - level * gain_mm_per_mv * PX_PER_MM).astype(np.float32)
