"""What a sheet of paper lies on, as far as a straightened picture shows it."""

from __future__ import annotations

import cv2
import numpy as np

BESIDE_MM, AROUND_MM, BESIDE, SHARPLY = 5, 51, 0.5, 1.6
"""What is this wide at least, whole mm, so dark per what is usual on the picture, or lightest
around it, and so much darker than what is next to it, is no paper: a table below it."""


def table_of(third: np.ndarray, shown: np.ndarray, px_per_mm: int) -> np.ndarray | None:
    """What lies beside the paper: bool, height × width; None where nothing does.

    third: the picture, uint8, a third as wide and as high, × 3. shown: bool, height × width, where
    the whole shows anything. px_per_mm: of the whole.
    """
    height, width = shown.shape
    small = (max(width // px_per_mm, 1), max(height // px_per_mm, 1))
    red, green, blue = cv2.split(cv2.resize(third, small, interpolation=cv2.INTER_AREA))
    light = np.asarray(cv2.max(cv2.max(red, green), blue))
    seen = cv2.resize(shown.view(np.uint8), small, interpolation=cv2.INTER_NEAREST) > 0
    if not seen.any():
        return None
    # Beyond the picture, the table goes on.
    beyond = np.pad(np.where(seen, light, np.uint8(0)), BESIDE_MM)
    wide = np.ones((BESIDE_MM, BESIDE_MM), np.uint8)
    closed = np.asarray(cv2.morphologyEx(beyond, cv2.MORPH_CLOSE, wide))
    within = (slice(BESIDE_MM, -BESIDE_MM),) * 2
    closed = closed[within]
    # Where paper lies in a shadow, so does the table.
    paper = np.maximum(
        cv2.dilate(closed, np.ones((AROUND_MM,) * 2, np.uint8)), np.median(closed[seen])
    )
    dark = closed < BESIDE * paper
    if not (dark & seen).any():
        return None
    count, parts = cv2.connectedComponents(dark.view(np.uint8), connectivity=8)
    table = np.zeros(dark.shape, bool)
    for part in range(1, count):
        own = np.asarray(parts == part)
        if _is_sharp(own, closed, seen):
            table |= own
    if not table.any():
        return None
    full = cv2.resize(table.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(full).view(bool)


def _is_sharp(dark: np.ndarray, light: np.ndarray, seen: np.ndarray) -> bool:
    """Whether something dark is no trace that the picture's edge cuts, which is thin, and no
    shadow, which fades away. All of one size; light: how light everything is."""
    near = np.ones((3, 3), np.uint8)
    own = dark.view(np.uint8)
    if not np.asarray(cv2.erode(own & seen.view(np.uint8), near)).any():
        return False
    wider = cv2.dilate(own, near, iterations=2)
    edge = seen & dark & (np.asarray(cv2.erode(own, near)) == 0)
    outside = seen & (np.asarray(cv2.dilate(wider, near)) > np.asarray(wider))
    if not edge.any() or not outside.any():
        return False
    return bool(np.median(light[outside]) > SHARPLY * np.median(light[edge]))
