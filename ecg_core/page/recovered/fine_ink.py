"""Ink of the traces on the picture of a page, finer than the page's own and free of shade."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.ink import (
    CELL,
    RASTER,
    STRONG,
    darkest,
    darkness_of,
    joined,
    litter_of,
    ruling_of,
)
from ecg_core.page.scan.rows import keep_traces
from ecg_core.page.values import PX_PER_MM, EcgPage

LEAST_SHOWN = 0.6
"""The picture is used when it shows this share of the page's own ink."""
GOES_ON_MM = (6.0, 2.0)
"""So far beside and above the page's own ink, the picture may show more of the trace."""
THICKEST_MM = 1.6
"""No pen is this thick: what is broader is paper in the shade, however dark."""
BLOCK_MM = 30.0
"""Lines of the grid are told by what cells have in common over this much of the paper: over more,
they may be a pixel out."""
LEAST_LEFT = 0.35
"""Where the grid leaves less than this of the ink's darkness, what is left says little."""
FAINT = 0.12
"""Ink that hangs together with strong ink is no fainter: steep strokes print pale."""
DARKER = 3.0
"""What is left of a line is not so much darker than the line beside it."""
LINE_PX, LEVEL_MM, ACROSS, LEAST_LINES = 1, 1.5, 0.12, 4
"""What is left of a line is so thin, runs level for so long, is seen in so many columns, and so
many times."""


def ink_of(page: EcgPage, use_picture: bool) -> tuple[np.ndarray, float]:
    """Ink of the traces (0 to 1) as fine as the page has it, and its pixels per mm."""
    own = page.ink.astype(np.float32) / 255
    if page.picture is None or not use_picture:
        return own, PX_PER_MM
    height, width = page.picture.shape[:2]
    shown = cv2.resize(own, (width, height), interpolation=cv2.INTER_LINEAR)
    for coloured in (False, True):
        cover = inked(page.picture, coloured)
        dark = shown > 0.6
        if not dark.any() or (cover[dark] > 0.3).mean() >= LEAST_SHOWN:
            return np.asarray(cover * _near(cover, own)), float(RASTER)
    return own, PX_PER_MM


def _near(cover: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Which ink of the picture may be trace: on the page's own ink, hanging together with it, or
    as long as only traces are.

    Where the page's ink is broken, the picture often shows the trace going on.
    """
    size = cover.shape[::-1]
    printed = (own > 0.15).astype(np.uint8)
    tight = cv2.dilate(printed, np.ones((3, 3), np.uint8))
    reach = np.ones([round(2 * mm * PX_PER_MM) + 1 for mm in GOES_ON_MM[::-1]], np.uint8)
    wide = cv2.dilate(printed, reach)
    on_ink, around = (
        cv2.resize(mask, size, interpolation=cv2.INTER_NEAREST) > 0 for mask in (tight, wide)
    )
    count, pieces = cv2.connectedComponents((cover > 0.2).astype(np.uint8), connectivity=8)
    own_pieces = np.zeros(count, bool)
    own_pieces[pieces[on_ink]] = True
    own_pieces[0] = False
    return np.asarray(on_ink | (around & own_pieces[pieces]) | keep_traces(cover))


def inked(picture: np.ndarray, coloured: bool = False) -> np.ndarray:
    """How much of each pixel ink covers: float32, height × width, 0 to 1.

    picture: uint8, height × width × 3, RGB, whose left and top edges lie on 5 mm lines.
    coloured: the traces themselves are in colour.
    """
    darkness = darkness_of(picture, _paper(picture), coloured)
    ruled = ruling_of(darkness, BLOCK_MM)
    beside = np.maximum(darkness - ruled, 0.0)
    beside -= np.minimum(litter_of(beside), beside)
    full = darkest(beside[::2, ::2])
    # As dark as ink is on bare paper; over a line only the difference is its own.
    strong = darkness[beside > STRONG * full]
    if not strong.size:
        return np.zeros_like(darkness)
    black = float(np.median(strong))
    cover = np.maximum(darkness - ruled, 0.0) / np.maximum(black - ruled, LEAST_LEFT * black)
    cover -= np.minimum(litter_of(cover), cover)
    cover = np.clip(cover / (0.8 * darkest(cover[::2, ::2])), 0.0, 1.0)
    near = cv2.dilate(ruled, np.ones((5, 1), np.uint8))
    cover[_lines(cover > FAINT) & (darkness < DARKER * near)] = 0.0
    return np.where(joined(cover > STRONG / 0.8, cover > FAINT), cover, np.float32(0.0))


def _lines(mask: np.ndarray) -> np.ndarray:
    """What is left of level lines: thinner than any pen, at one height across the page."""
    ink = mask.astype(np.uint8)
    upright = np.ones((LINE_PX + 1, 1), np.uint8)
    thin = ink - cv2.morphologyEx(ink, cv2.MORPH_OPEN, upright)
    level = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, round(LEVEL_MM * RASTER)), np.uint8))
    ruled = np.convolve(level.mean(axis=1), np.ones(3), "same") > ACROSS
    # Lines repeat every 5 mm; traces that lie level do not.
    phases = np.arange(len(ruled)) % CELL
    alike = np.bincount(phases, ruled, CELL)
    level[~ruled | (alike[phases] < LEAST_LINES)] = 0
    return np.asarray(level > 0)


def _paper(picture: np.ndarray) -> np.ndarray:
    """Colour of the paper under the ink, shade and all: uint8, same shape."""
    side = round(THICKEST_MM * RASTER) | 1
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    closed = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, pen)
    return np.maximum(cv2.GaussianBlur(closed, (0, 0), side / 4), 16)
