"""Borders of a compressed picture's blocks: they lie as evenly as a grid, but nothing is drawn."""

from __future__ import annotations

import numpy as np

BLOCKS_PX = (8, 16)
"""JPEG compresses light in blocks of 8 pixels, colour mostly in blocks of 16 (ITU-T T.81)."""
PARTS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""So many millimetres of a lattice may make up one block."""
EXACTLY, ALIGNED_DEG = 5e-4, 0.05
DRAWN = 1.5
"""Drawn lines, however pale, darken their columns by as many steps of 255. Of 40 compressed
pages of the second printer without a grid the borders of blocks did by 0.7 at most, of 40 with one
its lines by 27 at least."""


def may_be_blocks(px_per_mm: tuple[float, float], angle_deg: float) -> int | None:
    """The size of blocks (px) that a lattice's lines would fit; None for any other lattice.

    >>> may_be_blocks((8.0002, 7.9998), 0.0), may_be_blocks((3.2, 3.2), 0.01)
    (8, 16)
    >>> may_be_blocks((7.87, 7.87), 0.0) is None, may_be_blocks((8.0, 8.0), 0.4) is None
    (True, True)
    """
    if abs(angle_deg) > ALIGNED_DEG:
        return None
    for size in BLOCKS_PX:
        for parts in PARTS:
            if all(abs(one * parts / size - 1.0) < EXACTLY for one in px_per_mm):
                return size
    return None


def is_drawn(pixels: np.ndarray, size: int) -> bool:
    """Whether lines are drawn every `size` pixels, or at even parts of that, across or down.

    pixels: uint8, height × width × 3. Columns, and rows, that lie alike in their blocks are laid
    over one another: what is drawn there stays, borders of blocks are lighter as often as darker.
    """
    return any(_depth(pixels.mean(axis=axis), size) > DRAWN for axis in (0, 1))


def _depth(profile: np.ndarray, size: int) -> float:
    """How much darker some of a block's lines are than others. profile: places × 3 colours."""
    whole = len(profile) // size * size
    if not whole:
        return 0.0
    blocks = profile[:whole].reshape(-1, size, 3)
    blocks = blocks - np.median(blocks, axis=1, keepdims=True)
    folded = np.median(blocks, axis=0)
    return float(np.ptp(folded, axis=0).max())
