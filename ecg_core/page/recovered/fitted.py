"""The line that a round pen followed, fitted to the edges of its ink.

The line is a smooth curve (a cubic B-spline with a knot in every column). Rolled along it, the
pen would leave ink whose upper and lower edges can be worked out: the upper edge of a column is
the highest that the pen reaches while it passes, the lower edge the lowest. Both are compared with
what is printed, and the curve is moved until they agree (Gauss–Newton with a banded matrix, large
differences counted by their size alone, since dirt and remains of the grid make such). Where two
strokes of a narrow peak run into each other the ink between them no longer says where the line
ran; its edges still do.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import solveh_banded

SUB = 6
"""Places in a column at which the pen is set down."""
STEPS = 10
SMOOTH = 0.008
"""Weight of the curve's second differences, relative to that of an edge."""
LARGE_PX = 2.0
"""Differences larger than this count by their size, smaller ones by their square."""
MOST_PX = 6.0
"""The curve moves no further than this in one step."""


def spline_basis(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First of the four coefficients that bear on each place (px), and their weights (n × 4)."""
    first = np.floor(at).astype(int)
    t = at - first
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    return first, np.stack(weights, -1) / 6


def fit_line(top: np.ndarray, bottom: np.ndarray, start: np.ndarray, pen_px: float) -> np.ndarray:
    """Heights of the line (px) in the middle of every column and half-way between: 2 × width − 1.

    top, bottom: edges of the ink in every column, px, NaN where one is not seen. start: a first
    guess of the line in some columns. pen_px: width of the pen.
    """
    width = len(top)
    drawn = np.flatnonzero(np.isfinite(start))
    halves = np.arange(2 * width - 1) / 2
    if len(drawn) < 4:
        return np.full(len(halves), np.nan)
    guess = np.interp(np.arange(width), drawn, start[drawn])
    knots = np.concatenate([guess[:1], guess, np.repeat(guess[-1:], 2)])
    places = np.arange((width - 1) * SUB + 1) / SUB
    first, weights = spline_basis(places)
    half = pen_px / 2
    reach = int(half * SUB)
    steps = np.arange(-reach, reach + 1)
    arc = np.sqrt(np.maximum(half**2 - (steps / SUB) ** 2, 0.0))
    for _ in range(STEPS):
        line = (weights * knots[first[:, None] + np.arange(4)]).sum(axis=1)
        padded = np.pad(line, reach, mode="edge")
        beside = np.lib.stride_tricks.sliding_window_view(padded, len(steps))
        at, bears, off = [], [], []
        for edge, side in ((top, -1.0), (bottom, 1.0)):
            known = np.flatnonzero(np.isfinite(edge))
            heights = side * beside + arc
            farthest = heights.argmax(axis=1)
            reached = side * heights[np.arange(len(places)), farthest]
            # Ink is measured over the width of a column, so the edge is, too.
            across = np.convolve(np.pad(reached, 1, mode="edge"), np.full(3, 1 / 3), "valid")
            touched = np.clip(np.arange(len(places)) + farthest - reach, 0, len(places) - 1)
            touched = touched[known * SUB]
            off.append(edge[known] - across[known * SUB])
            at.append(first[touched])
            bears.append(weights[touched])
        knots += _step(knots, np.concatenate(at), np.concatenate(bears), np.concatenate(off))
    first, weights = spline_basis(halves)
    return np.asarray((weights * knots[first[:, None] + np.arange(4)]).sum(axis=1))


def _step(knots: np.ndarray, at: np.ndarray, bears: np.ndarray, off: np.ndarray) -> np.ndarray:
    """How far the coefficients move so that the edges agree better."""
    size = len(knots)
    trust = 1.0 / np.maximum(1.0, np.abs(off) / LARGE_PX)
    matrix = np.zeros((4, size))
    pull = np.zeros(size)
    for i in range(4):
        pull += np.bincount(at + i, bears[:, i] * trust * off, size)
        for j in range(i + 1):
            matrix[i - j] += np.bincount(at + j, bears[:, i] * bears[:, j] * trust, size)
    bend = np.diff(knots, 2)
    second = (1.0, -2.0, 1.0)
    for i in range(3):
        pull[i : size - 2 + i] -= SMOOTH * second[i] * bend
        for j in range(i + 1):
            matrix[i - j, j : size - 2 + j] += SMOOTH * second[i] * second[j]
    matrix[0] += 1e-3
    return np.asarray(np.clip(solveh_banded(matrix, pull, lower=True), -MOST_PX, MOST_PX))
