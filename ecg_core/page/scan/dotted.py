"""Pictures in black and white whose greys are dots: faxes, copies, programs of few colours."""

from __future__ import annotations

import cv2
import numpy as np

UNREAD = frozenset({"inseparable", "burnt_out", "unclear_rows", "not_an_ecg", "too_blurred"})
"""Refusals that dots can be behind: they hang together as lines do, and break those."""
BLACK, WHITE, ALL = 25, 230, 0.98
"""Darker and lighter pixels than these, which all but so many are."""
ALONE = 0.2
"""So many of the dark pixels of dots stand alone, and of lines do not."""
GREY_SATURATION = 10.0
NEAR_PX, STANDS_OUT, LEAST = 1.5, 40, 0.1
"""Of a dotted picture that was resized so many pixels stand out by so many levels from what is
around them; of sharp lines as well."""
SMOOTH_PX = 1.3


def is_dotted(pixels: np.ndarray) -> bool:
    """Whether a picture is in black and white, and its greys are dots.

    pixels: uint8, height × width × 3, RGB.
    """
    grey = pixels[..., 1]
    if float(((grey < BLACK) | (grey > WHITE))[::4, ::3].mean()) < ALL:
        return False
    dark = (grey < (BLACK + WHITE) // 2).view(np.uint8)
    around = cv2.filter2D(dark, -1, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT)
    return float((around[dark > 0] == 1).sum()) > ALONE * max(int(dark.sum()), 1)


def may_be_dotted(pixels: np.ndarray) -> bool:
    """Whether a picture may have been dotted before it was resized; pages of sharp grey lines look
    alike, and are better read as they are."""
    if float(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[::4, ::4, 1].mean()) > GREY_SATURATION:
        return False
    grey = pixels[..., 1]
    off = cv2.absdiff(grey, cv2.GaussianBlur(grey, (0, 0), NEAR_PX))
    return float((off > STANDS_OUT).mean()) > LEAST


def smoothed(pixels: np.ndarray) -> np.ndarray:
    """A dotted picture with greys for dots."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), SMOOTH_PX))
