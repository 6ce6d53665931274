"""Whether a line of ink may be print, before the recogniser is asked: it takes longest of all.

What is left of a grid, creases and edges of paper make lines on photographs, too, most of them
longer than any print. Print is full of upright strokes, one or two for every letter.
"""

from __future__ import annotations

import numpy as np

INK = 0.4
MIDDLE = (0.2, 0.8)
"""Strokes are counted between these parts of a line's height."""
STROKES, COVERED, TALL, TALL_SHARE = 0.7, 0.1, 0.35, 0.1
"""Lines of print have more strokes than this for every height of their length, and more of their
box is ink; in more than so many of their columns, so much of the height is. Of 72 such lines on
scans and photographs none had fewer strokes than 1.2, nor less ink than 0.17 and 0.15."""


def may_be_print(crop: np.ndarray) -> bool:
    """Whether a line of ink is not plainly something else than print.

    crop: float, height × width, 0 paper to 1 ink.
    """
    mask = crop > INK
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return False
    mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = mask.shape
    if mask.mean() < COVERED:
        return False
    if np.mean(np.count_nonzero(mask, axis=0) >= TALL * height) < TALL_SHARE:
        return False
    first = int(MIDDLE[0] * height)
    middle = mask[first : max(int(np.ceil(MIDDLE[1] * height)), first + 1)]
    begins = middle & ~np.pad(middle[:, :-1], ((0, 0), (1, 0)))
    return float(np.median(np.count_nonzero(begins, axis=1))) * height >= STROKES * width
