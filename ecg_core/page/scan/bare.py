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


def is_bare(pixels: np.ndarray) -> bool:
    """Whether next to nothing but ink and its surroundings differs from light paper.

    pixels: uint8, height × width × 3, RGB. Rows of waves, print and blocks of compression pass for
    a grid where there is none.
    """
    red, green, blue = cv2.split(pixels)
    light = np.asarray(cv2.min(cv2.min(red, green), blue))
    paper = int(np.bincount(light[::4, ::4].ravel(), minlength=256).argmax())
    if paper < PAPER:
        return False
    ink = (light < paper - DARK).view(np.uint8)
    near = np.asarray(cv2.dilate(ink, np.ones((AROUND_PX, AROUND_PX), np.uint8))) > 0
    if near.mean() > MOST_INK:
        return False
    return bool((~near & (light < paper - NOISE)).mean() < LITTLE)
