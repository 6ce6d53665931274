"""Whether a picture is bare paper with ink on it: an export without a grid."""

from __future__ import annotations

import cv2
import numpy as np

PAPER, DARK, NOISE = 225, 90, 8
"""Paper is this light (of 255); ink so much darker, and whatever is darker by more than the last is
no paper, nor what compression leaves of it."""
AROUND_PX, MOST_INK = 17, 0.6
"""Compression leaves marks so near to ink, all of which covers no more of the picture."""
LITTLE = 0.002
"""A grid, be it of dots, darkens more of the paper than this."""
LINES, ALONG = 8, 0.5
"""So many lines each way that run through so much of what is drawn rule a grid, be it as dark as
ink; frames and tables have fewer."""
BAND_PX = 160
"""The picture is looked at in bands so high."""


def is_bare(pixels: np.ndarray) -> bool:
    """Whether next to nothing but ink and its surroundings differs from light paper.

    pixels: uint8, height × width × 3, RGB. Rows of waves, print and blocks of compression pass for
    a grid where there is none.
    """
    height, width = pixels.shape[:2]
    paper = int(np.bincount(_light(pixels[::4, ::4]).ravel(), minlength=256).argmax())
    if paper < PAPER:
        return False
    beside = covered = 0
    for top in range(0, height, BAND_PX):
        bottom = min(top + BAND_PX, height)
        first = max(top - AROUND_PX, 0)
        light = _light(pixels[first : bottom + AROUND_PX])
        ink = (light < paper - DARK).view(np.uint8)
        near = np.asarray(cv2.dilate(ink, np.ones((AROUND_PX, AROUND_PX), np.uint8)))
        own = slice(top - first, bottom - first)
        stray = (light[own] < paper - NOISE).view(np.uint8)
        covered += cv2.countNonZero(near[own])
        beside += cv2.countNonZero(cv2.subtract(stray, near[own]))
        # Of most grids the first band is enough.
        if beside >= LITTLE * height * width:
            return False
    return covered <= MOST_INK * height * width and not _is_ruled(_light(pixels) < paper - DARK)


def _is_ruled(ink: np.ndarray) -> bool:
    """Whether many straight lines cross one another. ink: bool, height × width."""
    drawn = [np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0)]
    if not all(len(some) for some in drawn):
        return False
    (top, bottom), (left, right) = ((some[0], some[-1] + 1) for some in drawn)
    inside = ink[top:bottom, left:right]
    for axis in (1, 0):
        full = inside.mean(axis=axis) > ALONG
        if np.count_nonzero(np.diff(full.astype(np.int8)) == 1) < LINES:
            return False
    return True


def _light(pixels: np.ndarray) -> np.ndarray:
    """The darkest channel of every pixel."""
    red, green, blue = cv2.split(pixels)
    return np.asarray(cv2.min(cv2.min(red, green), blue))
