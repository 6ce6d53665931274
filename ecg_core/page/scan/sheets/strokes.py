"""Reading II and III by their strokes: recognisers of text hardly ever see a word in them."""

from __future__ import annotations

import cv2
import numpy as np

INK = 0.4
LEAST_PX = 7
"""Lower crops show no strokes."""
MIDDLE = (0.2, 0.8)
"""Serifs stand above and below this part of the height."""
MOSTLY = 0.9
"""Share of the rows in between that show just the strokes: the bar of an H is thicker."""
SLENDER, APART, EVEN = 0.36, (0.15, 1.0), 0.35
"""Thickness of a stroke, and distance of two, per height; how unlike two distances may be."""
ASLANT = 0.12
"""A stroke leaves its own middle no farther, per height: italics do, arms of letters more."""
ALIKE_THICK = 0.5
"""Of the strokes of one numeral none is thinner than this share of the thickest: a line of the grid
may stand between two."""
PARALLEL = 0.2
"""Strokes stay as far apart as this, per their distance, from above to below."""
BESIDE = 0.4
"""So much of the ink may be serifs."""


def strokes_of(crop: np.ndarray) -> str:
    """ "II" or "III" where a crop shows as many upright strokes and nothing else, else "".

    crop: float, height × width, 0 paper to 1 ink.

    >>> crop = np.zeros((12, 9)); crop[:, [1, 4, 7]] = 1.0
    >>> strokes_of(crop), strokes_of(crop[:, :6]), strokes_of(np.ones((12, 9)))
    ('III', 'II', '')
    """
    mask = crop > INK
    if not mask.any():
        return ""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    mask = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height = len(mask)
    if height < LEAST_PX:
        return ""
    part = mask[round(MIDDLE[0] * height) : round(MIDDLE[1] * height)]
    edge = np.diff(np.pad(part, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts = [np.flatnonzero(row == 1) for row in edge]
    ends = [np.flatnonzero(row == -1) for row in edge]
    counts = np.array([len(row) for row in starts])
    count = int(np.bincount(counts).argmax())
    if count not in (2, 3) or (counts == count).mean() < MOSTLY:
        return ""
    left = np.array([row for row in starts if len(row) == count])
    right = np.array([row for row in ends if len(row) == count])
    middles, thick = (left + right - 1) / 2.0, np.median(right - left, axis=0)
    gaps = np.diff(middles, axis=1)
    apart = gaps.mean(axis=0)
    # The arms of V come together.
    if (np.ptp(gaps, axis=0) > PARALLEL * apart + 1.0).any():
        return ""
    if thick.min() < ALIKE_THICK * thick.max():
        return ""
    if thick.max() > SLENDER * height or middles.std(axis=0).max() > ASLANT * height:
        return ""
    if apart.min() < APART[0] * height or apart.max() > APART[1] * height:
        return ""
    if np.ptp(apart) > EVEN * apart.max():
        return ""
    x = np.rint(middles.mean(axis=0)).astype(int)
    reach = int(np.ceil(thick.max() / 2)) + 1
    beside = mask.copy()
    for at in x:
        if mask[:, max(at - reach, 0) : at + reach + 1].any(axis=1).mean() < MOSTLY:
            return ""
        beside[:, max(at - reach, 0) : at + reach + 1] = False
    if beside.sum() > BESIDE * mask.sum():
        return ""
    return "" if _joined_at_one_end(mask, count) else "I" * count


def _joined_at_one_end(mask: np.ndarray, count: int) -> bool:
    """Whether strokes hang together above or below alone, as those of U and of a pulse do."""
    if cv2.connectedComponents(mask.astype(np.uint8))[0] - 1 == count:
        return False
    first, last = round(MIDDLE[0] * len(mask)), round(MIDDLE[1] * len(mask))
    upper, lower = (
        cv2.connectedComponents(part.astype(np.uint8))[0] - 1
        for part in (mask[:last], mask[first:])
    )
    return (upper < count) != (lower < count)
