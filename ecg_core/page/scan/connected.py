"""Pieces of ink: those that hang together, corners included, and the upright runs they are of."""

from __future__ import annotations

import cv2
import numpy as np


def pieces_of(mask: np.ndarray) -> tuple[int, np.ndarray, np.ndarray]:
    """How many labels there are (0 is the paper), the label of every pixel, and their boxes.

    mask: uint8 with 1 for ink, height × width. Labels are int32; boxes have one row a label, in the
    columns `cv2.CC_STAT_LEFT`, `_TOP`, `_WIDTH`, `_HEIGHT` and `_AREA`; the paper's is all of it.
    """
    count, labels = cv2.connectedComponentsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    # Measured off their runs, four times as fast as pixel by pixel.
    column, top, bottom = vertical_runs(mask)
    piece = np.asarray(labels)[top, column]
    upper = np.full(count, mask.shape[0], np.int32)
    left, right, lower = np.zeros((3, count), np.int32)
    # Runs come column by column, and of what is set twice the last stays.
    left[piece[::-1]] = column[::-1]
    right[piece] = column + 1
    np.minimum.at(upper, piece, top)
    np.maximum.at(lower, piece, bottom)
    area = np.bincount(piece, bottom - top, count).astype(np.int32)
    boxes = np.stack([left, upper, right - left, lower - upper, area], axis=1)
    boxes[0] = 0, 0, mask.shape[1], mask.shape[0], mask.size - area.sum()
    return count, np.asarray(labels), boxes


def vertical_runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Column, top and end (exclusive) of every vertical run of ink, column by column.

    mask: bool, or uint8 with 1 for ink; height × width.
    """
    height, width = mask.shape
    # Columns one behind the other, each with a pixel of paper at its end.
    behind = np.zeros(width * (height + 1) + 1, np.uint8)
    columns = behind[1:].reshape(width, height + 1)[:, :height]
    columns[:] = cv2.transpose(np.ascontiguousarray(mask).view(np.uint8))
    edges = np.flatnonzero(behind[1:] != behind[:-1])
    column, start = np.divmod(edges[::2], height + 1)
    end = edges[1::2] - column * (height + 1)
    return column, start, end
