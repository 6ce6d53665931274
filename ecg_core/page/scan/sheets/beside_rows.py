"""Traces that rest beside the rows that were found: rows that were missed, or another ECG's."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from ecg_core.page.scan.connected import vertical_runs
from ecg_core.page.scan.geometry.lines import CELL_MM
from ecg_core.page.scan.sheets.rows import Row, steps_of

RESTING_MM = 2.0
"""A piece of trace no taller than this rests: steep strokes are taller."""
BEATS_WITH, WITHIN, ENDS_MM, LONG_MM = 0.25, 0.18, 5.0, 60.0
"""Correlation of a row's steps with those of the others when it shows the same seconds; and, where
rows are longer than the last, so far within their ends, where pulses and edges of paper rise."""
LEVEL_MM, LIKE_A_ROW, STILL = 10.0, 0.3, 0.2
"""What rests within so much is at one height; what does in so many of the columns, a row; one that
beats with no other counts so much."""
LONG, ALL_ALONG, OWN_BEATS, TALL_MM = 0.6, 0.85, 0.6, 2.0
"""A strip of other seconds is so long, per length of the rows, and drawn over so much of that, as
letters are not; so much of its rises lies in a fifth of its columns; and they are so tall."""
RULED, RULED_PX = 0.9, 1
"""A ruled line lies so near to one height in so many of its columns; P and T waves take a trace
that rests farther off."""
FAR_MM, FAR_PITCHES = 4.0, 0.3
"""So far from every row a resting piece belongs to none."""


def resting_beside(
    rows: tuple[Row, ...],
    trace: np.ndarray,
    pitch_mm: float,
    span_px: tuple[int, int],
    but_rules: bool = False,
) -> float:
    """Share of the columns in which a trace rests where no row is, along one height; more than one
    where several rows were missed.

    trace: bool, height × width. span_px: first and last column (exclusive) of most rows.
    but_rules: straight lines count as what beats with no row. Where there is a grid they must not:
    what is left of it speaks against a wrong scale.
    """
    px_per_mm = rows[0].px_per_mm
    column, start, end = vertical_runs(trace)
    resting = end - start < RESTING_MM * px_per_mm
    # What is left of the grid's lines is one pixel thick, and lies on them.
    cell = round(CELL_MM * px_per_mm)
    resting &= ~(((start + 1) % cell <= 1) & (end - start == 1))
    column, centre = column[resting], ((start + end - 1) / 2.0)[resting]
    curves = np.array([row.curve_px for row in rows])
    off = np.abs(curves[:, column] - centre[None]).min(axis=0)
    far = off > max(FAR_MM, FAR_PITCHES * pitch_mm) * px_per_mm
    width = trace.shape[1]
    reach = round(LEVEL_MM * px_per_mm)
    # Two bands, half a band apart: what rests at one height lies in one of them.
    level = [(centre[far] + shift).astype(int) // reach for shift in (0, reach // 2)]
    found = []
    for shift, at in zip((0, reach // 2), level, strict=True):
        seen = np.bincount(np.unique(at * width + column[far]) // width, minlength=1)
        share = seen / max(len(np.unique(column)), 1)
        for band in np.flatnonzero(share >= LIKE_A_ROW):
            top = max(int(band) * reach - shift, 0)
            here = at == band
            ruled = but_rules and _is_ruled(column[far][here], centre[far][here])
            share[band] *= STILL if ruled else _beating(rows, trace[top : top + reach], span_px)
        found.append(float(max(share[share >= LIKE_A_ROW].sum(), share.max())))
    return max(found)


def _is_ruled(column: np.ndarray, centre_px: np.ndarray) -> bool:
    """Whether of what rests in these columns, at these heights, something is a straight line along
    the page, as of a frame."""
    heights = np.bincount(np.rint(centre_px).astype(int))
    near = np.convolve(heights, np.ones(2 * RULED_PX + 1, int), "same")
    return bool(near.max() >= RULED * len(np.unique(column)))


def _beating(rows: tuple[Row, ...], band: np.ndarray, span_px: tuple[int, int]) -> float:
    """1 for a band of the picture whose ink rises when the rows beat; little for others: edges of
    paper, frames and print rest at one height, too."""
    px_per_mm = rows[0].px_per_mm
    busy = uniform_filter1d(steps_of(rows).sum(axis=0), round(2 * px_per_mm))
    inked = band.sum(axis=0).astype(float)
    rises = uniform_filter1d(inked, round(2 * px_per_mm))
    if min(busy.std(), rises.std()) < 1e-6:
        return STILL
    left, right = span_px
    if np.corrcoef(busy, rises)[0, 1] > BEATS_WITH:
        edge = round(ENDS_MM * px_per_mm)
        within = slice(left + edge, right - edge)
        if right - left < LONG_MM * px_per_mm:
            return 1.0
        if min(busy[within].std(), rises[within].std()) < 1e-6:
            return STILL
        if np.corrcoef(busy[within], rises[within])[0, 1] > WITHIN:
            return 1.0
    # Some recorders print strips of other ten seconds, and some pictures show another ECG.
    drawn = np.flatnonzero(inked[left:right])
    if not len(drawn):
        return STILL
    first, last = np.percentile(drawn, (1, 99))
    whole = last - first > LONG * (right - left) and len(drawn) > ALL_ALONG * (last - first)
    above = np.sort(np.maximum(rises - np.median(rises), 0.0)[left:right])[::-1]
    beats = above[: len(above) // 5].sum() > OWN_BEATS * max(above.sum(), 1e-6)
    tall = np.percentile(inked[left:right], 98) > TALL_MM * px_per_mm
    return 1.0 if whole and beats and tall else STILL
