"""What may be printed lines in a picture: whatever is darker than around it, without ink."""

from __future__ import annotations

import cv2
import numpy as np

CELL_MM = 5.0
# A picture shows between 200 mm and 700 mm of paper along its longer side; a factor under five,
# so that a 1 mm line can never pass for a 5 mm line.
SEEN_MM = (200.0, 700.0)


def lined(small: np.ndarray) -> np.ndarray:
    """How much darker than its surroundings each pixel is, with ink left out where it can be."""
    red, green, blue = cv2.split(small)
    darkest = cv2.min(cv2.min(red, green), blue).astype(np.float32)
    around = _around(darkest)
    lines = 1.0 - darkest / np.maximum(around, 16.0)
    # A seventh of the pixels, in a pattern that falls into step with no grid.
    cap = max(float(np.percentile(lines.ravel()[::7], 93)), 0.01)
    # Ink is far darker than a printed grid, except in black and white, where nothing is.
    ink = cv2.dilate((lines > 1.6 * cap).astype(np.uint8), np.ones((3, 3), np.uint8))
    paper = (1 - ink).astype(np.float32)
    around = _around(darkest * paper, paper)
    lines = (1.0 - darkest / np.maximum(around, 16.0)) * paper
    return np.asarray(np.clip(lines, -cap, cap))


def _around(picture: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Mean of what lies around every pixel (Gaussian of 6 px), by weight where there is one.

    What is so smooth is as true on a copy half as fine.
    """
    height, width = picture.shape

    def mean(part: np.ndarray) -> np.ndarray:
        even = cv2.copyMakeBorder(part, 0, height % 2, 0, width % 2, cv2.BORDER_REFLECT_101)
        half = cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(half, (0, 0), 2.95)

    found = mean(picture) if weight is None else mean(picture) / np.maximum(mean(weight), 0.05)
    return np.asarray(cv2.resize(found, None, fx=2.0, fy=2.0)[:height, :width])
