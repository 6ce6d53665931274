"""Bars of one dark shade around a page: what viewers, slides and scanners fill up with."""

from __future__ import annotations

import numpy as np

from ecg_core.page.correction import ScanView

SHADES, STRAY = 12, 0.01
"""A bar's pixels are this near to its shade in every channel, but for this share of them."""
DARKEST_PAPER, LIGHT = 170, 150
"""Paper may be as light as the first even where nothing is printed; what bars surround is mostly
lighter than the second: a dark screen's own ground is no bar."""
LEAST = 0.01
"""Narrower bars, per side of the picture, are edges of paper."""
RING_PX = 2
"""Compression blurs the border between bar and page so far."""
EVERY = 4


def without_surround(view: ScanView) -> ScanView:
    """The same less bars of one dark shade along its sides; nothing is printed on these."""
    sides = [0, view.pixels.shape[0], 0, view.pixels.shape[1]]
    for _ in range(2):
        # Beside bars above and below, those left and right are of one shade all along.
        part = view.pixels[sides[0] : sides[1], sides[2] : sides[3]]
        for axis, place in ((0, 0), (1, 2)):
            before, after = _bars(part if axis == 0 else part.transpose(1, 0, 2))
            sides[place] += before
            sides[place + 1] -= after
            part = view.pixels[sides[0] : sides[1], sides[2] : sides[3]]
    top, bottom, left, right = sides
    inside = view.pixels[top:bottom, left:right]
    if inside.shape == view.pixels.shape or not inside.size:
        return view
    if float(np.median(inside[::EVERY, ::EVERY])) < LIGHT:
        return view
    move = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    return ScanView(np.ascontiguousarray(inside), move @ view.from_scan)


def _bars(pixels: np.ndarray) -> tuple[int, int]:
    """How many rows at the top, and at the bottom, are bars."""
    found = []
    for rows in (pixels, pixels[::-1]):
        shade = np.median(rows[0], axis=0) if rows.size else np.array([255.0])
        width = 0
        # Hardly any picture has bars: most are done with their first row.
        while shade.max() <= DARKEST_PAPER and width < len(rows):
            near = np.abs(rows[width, ::EVERY].astype(np.int16) - shade).max(axis=1) <= SHADES
            if near.mean() < 1.0 - STRAY:
                break
            width += 1
        found.append(width + RING_PX if width >= max(LEAST * len(pixels), 1) else 0)
    return found[0], found[1]
