"""Bars of one dark shade around a page: what viewers, slides and scanners fill up with, and what
programs show beyond them."""

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
BEYOND, DARK, SCROLLED = 0.3, 130, 0.04
"""Bars end the page, too, that stand up to so much of the picture's side from its edge: menus and
titles lie beyond. They are at most so light, and something may cross so much of them."""
RING_PX = 2
"""Compression blurs the border between bar and page so far."""
EVERY = 4
WRITTEN_WIDE, WRITTEN, DRAWN = 0.12, 0.5, 4
"""A bar with the names of leads is at most so wide, per side of the picture; its shade shows on
this much of every column, and its first column keeps to it more closely than any table does."""


def without_surround(view: ScanView) -> ScanView:
    """The same less bars of one dark shade along its sides, and what lies beyond them; nothing is
    printed on these."""
    sides = [0, view.pixels.shape[0], 0, view.pixels.shape[1]]
    for _ in range(2):
        # Beside bars above and below, those left and right are of one shade all along.
        part = view.pixels[sides[0] : sides[1], sides[2] : sides[3]]
        for axis, place in ((0, 0), (1, 2)):
            before, after = _bars(part if axis == 0 else part.transpose(1, 0, 2), axis == 0)
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


def with_dark_print(view: ScanView) -> ScanView:
    """The same, with what is written light on dark bars at its left and right dark on light: there
    some programs name the leads."""
    pixels = view.pixels
    for side in (slice(None), slice(None, None, -1)):
        width, shade = _written_bar(pixels[:, side])
        if width:
            bar = pixels[:, side][:, :width].astype(np.int16)
            pixels = pixels.copy()
            pixels[:, side][:, :width] = 255 - np.abs(bar - shade).clip(0, 255)
    return view if pixels is view.pixels else ScanView(pixels, view.from_scan)


def _written_bar(pixels: np.ndarray) -> tuple[int, np.ndarray]:
    """How many columns at the left are a dark bar, and its shade; 0 where there is none."""
    most = int(WRITTEN_WIDE * pixels.shape[1])
    shade = np.median(pixels[::EVERY, 0], axis=0).astype(np.int16)
    if shade.max() > DARK:
        return 0, shade
    off = np.abs(pixels[::EVERY, : most + 1].astype(np.int16) - shade).max(axis=2)
    near = (off <= SHADES).mean(axis=0)
    width = int(np.argmin(np.append(near >= WRITTEN, False)))
    flat = (off[:, 0] <= DRAWN).mean() >= 1.0 - STRAY
    written = near[:width].min(initial=1.0) < 1.0 - STRAY
    beyond = pixels[::EVERY, width + RING_PX : width + 3 * RING_PX]
    sharp = beyond.size > 0 and float(np.median(beyond)) >= LIGHT
    wide = LEAST * pixels.shape[1] <= width <= most
    return (width + RING_PX if wide and flat and written and sharp else 0), shade


def _bars(pixels: np.ndarray, level: bool) -> tuple[int, int]:
    """How many rows at the top, and at the bottom, are bars, or lie beyond one. level: they are
    rows of the picture as it is."""
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
        width = width if width >= max(LEAST * len(pixels), 1) else 0
        width = max(width, _last_bar(rows, level))
        found.append(width + RING_PX if width else 0)
    return found[0], found[1]


def _last_bar(rows: np.ndarray, level: bool) -> int:
    """Where the last bar ends that stands beyond the page, 0 for none. Beyond bars beside a page
    nothing is printed: names of leads stand on some of these."""
    some = rows[: int(BEYOND * len(rows)) : EVERY, ::EVERY]
    if not some[:, ::EVERY].size:
        return 0
    least = max(LEAST * len(rows) / EVERY, 2.0)
    dark = some[:, ::EVERY, 1].mean(axis=1) <= DARK
    if not any(stop - start >= least for start, stop in _runs(dark)):
        return 0
    looked = np.flatnonzero(dark) if level else np.arange(len(some))
    solid, shades = np.zeros(len(some), bool), np.full((len(some), 3), 255.0)
    shades[looked] = np.median(some[looked], axis=1)
    near = np.abs(some[looked] - shades[looked, None]).max(axis=2) <= SHADES
    solid[looked] = near.mean(axis=1) >= 1.0 - (SCROLLED if level else STRAY)
    if not level:
        solid[int(np.argmin(np.append(solid, False))) :] = False
    bar = solid & (shades.max(axis=1) <= DARK)
    wide = [stop for start, stop in _runs(bar) if stop - start >= least]
    if not wide:
        return 0
    end, shade = (wide[-1] - 1) * EVERY + 1, shades[wide[-1] - 1]
    while end < len(rows):
        near = np.abs(rows[end, ::EVERY] - shade).max(axis=1) <= SHADES
        if near.mean() < 1.0 - SCROLLED:
            break
        end += 1
    return end


def _runs(true: np.ndarray) -> list[tuple[int, int]]:
    """Where runs of what is true begin and end."""
    edge = np.diff(np.pad(true.astype(np.int8), 1))
    return list(zip(np.flatnonzero(edge == 1), np.flatnonzero(edge == -1), strict=True))
