"""How much ink two pages have in common once they lie on each other."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.arrange import SIZE_PX, arrange
from ecg_core.page.values import PX_PER_MM, EcgPage

TOLERANCE_MM = 0.5
"""Ink is common when the other page has ink within this distance."""
MAX_SHIFT_MM = 4.0
"""Copies read from different crops and scales lie this near to each other, or are no copies."""
INKED = 96


def page_ink(page: EcgPage) -> np.ndarray:
    """A page's ink where every lead has its place, whatever the layout: uint8, `SIZE_PX`."""
    return arrange(page.ink, page.boxes)


def picture_ink(pixels: np.ndarray) -> np.ndarray:
    """What is dark on a picture whose traces could not be placed: uint8, `SIZE_PX`.

    Darkness against the paper around it, over the whole picture, header and footer included.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, SIZE_PX[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((15, 15), np.uint8)), (0, 0), 8.0)
    darkness = 1.0 - small / np.maximum(paper, 16.0)
    full = max(float(np.percentile(darkness, 99.3)), 0.1)
    return np.rint(255 * np.clip(darkness / full, 0.0, 1.0)).astype(np.uint8)


def likeness(one: np.ndarray, two: np.ndarray) -> float:
    """F1 of the ink of two arranged pages (uint8, same shape) at the shift where they agree best.

    1: all ink of either page lies within `TOLERANCE_MM` of ink of the other. Ink of other beats
    coincides by chance, the more the busier the pages: see `curate.SAME_RECORDING`.
    """
    one, two = (np.asarray(page > INKED, np.float32) for page in (one, two))
    if not one.any() or not two.any():
        return 0.0
    down, right = _shift(one, two)
    move = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    moved = cv2.warpAffine(two, move, one.shape[::-1], flags=cv2.INTER_NEAREST)
    if not moved.any():
        return 0.0
    side = 2 * round(TOLERANCE_MM * PX_PER_MM) + 1
    near = np.ones((side, side), np.uint8)
    precision = float(cv2.dilate(moved, near)[one > 0].mean())
    recall = float(cv2.dilate(one, near)[moved > 0].mean())
    return 2 * precision * recall / max(precision + recall, 1e-9)


def _shift(one: np.ndarray, two: np.ndarray) -> tuple[int, int]:
    """Pixels to move `two` down and right so that most of its ink falls on ink of `one`."""
    reach = round(MAX_SHIFT_MM * PX_PER_MM)
    padded = cv2.copyMakeBorder(one, reach, reach, reach, reach, cv2.BORDER_CONSTANT, value=0)
    match = cv2.matchTemplate(padded, two, cv2.TM_CCORR)
    down, right = np.unravel_index(int(match.argmax()), match.shape)
    return int(down) - reach, int(right) - reach
