"""Pieces of ink that hang together, corners included."""

from __future__ import annotations

import cv2
import numpy as np


def pieces_of(mask: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """How many labels there are (0 is the paper), the label of every pixel, and their boxes.

    mask: uint8, height × width. Labels are int32; boxes have one row a label, in the columns
    `cv2.CC_STAT_LEFT`, `_TOP`, `_WIDTH`, `_HEIGHT` and `_AREA`.
    """
    # Grana's algorithm measures the pieces three times as fast as the one that OpenCV prefers.
    count, labels, boxes, _ = cv2.connectedComponentsWithStatsWithAlgorithm(
        mask, 8, cv2.CV_32S, cv2.CCL_GRANA
    )
    return count, labels, boxes
