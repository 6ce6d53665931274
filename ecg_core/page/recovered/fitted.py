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

from collections.abc import Sequence
from dataclasses import dataclass

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
LEAST_GUESSED = 4
"""A line of which fewer columns are guessed is not fitted."""
BESIDE = 3
"""So many more coefficients than columns a curve has, one before the first."""
SIDES = (-1.0, 1.0)


def spline_basis(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First of the four coefficients that bear on each place (px), and their weights (n × 4)."""
    first = np.floor(at).astype(int)
    t = at - first
    weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
    return first, np.stack(weights, -1) / 6


WITHIN = spline_basis(np.arange(SUB) / SUB)[1]
"""Weights at the places of a column: `SUB` × 4."""


@dataclass(frozen=True, eq=False)
class Edges:
    """The ink of one line: its edges in every column, px, NaN where one is not seen; and a first
    guess of the line, NaN in some columns."""

    top: np.ndarray
    bottom: np.ndarray
    start: np.ndarray


def fit_lines(inked: Sequence[Edges], pen_px: float) -> list[np.ndarray]:
    """Heights of each line (px) in the middle of every column and half-way between: 2 × width − 1,
    NaN where hardly anything is guessed.

    pen_px: width of the pen that drew them all. All move at once, each for itself: their
    coefficients stand one behind the other.
    """
    guesses = [np.flatnonzero(np.isfinite(one.start)) for one in inked]
    fitted = [number for number, drawn in enumerate(guesses) if len(drawn) >= LEAST_GUESSED]
    begins: list[np.ndarray] = []
    for number in fitted:
        start, drawn = inked[number].start, guesses[number]
        guess = np.interp(np.arange(len(start)), drawn, start[drawn])
        begins.append(np.concatenate([guess[:1], guess, np.repeat(guess[-1:], BESIDE - 1)]))
    firsts = np.cumsum([0, *(len(one) for one in begins)])
    lines = [np.full(max(2 * len(one.start) - 1, 0), np.nan) for one in inked]
    if not fitted:
        return lines
    knots = np.concatenate(begins)
    touching = [_Touching.of([inked[n] for n in fitted], firsts, pen_px, side) for side in SIDES]
    bends = np.full(len(knots) - 2, SMOOTH)
    for end in firsts[1:-1]:
        bends[end - 2 : end] = 0.0
    for _ in range(STEPS):
        spread = np.lib.stride_tricks.sliding_window_view(knots, 4) @ WITHIN.T
        told = [side.compared(spread.ravel()) for side in touching]
        at, bears, off = (np.concatenate(parts) for parts in zip(*told, strict=True))
        knots += _step(knots, bends, at, bears, off)
    for number, first in zip(fitted, firsts, strict=False):
        width = len(inked[number].start)
        at, bears = spline_basis(np.arange(2 * width - 1) / 2)
        lines[number] = (bears * knots[first + at[:, None] + np.arange(4)]).sum(axis=1)
    return lines


@dataclass(frozen=True, eq=False)
class _Touching:
    """The upper edges of all lines, or the lower ones, and where the pen may touch them.

    side: −1 where the highest counts. seen: the edges (px). where: the places around each, one more
    to both sides than the pen reaches, in the lines worked out, one behind the other. outer: which
    edges are of the lines' first columns, and of their last ones. arc: how far the pen reaches at
    each place around.
    """

    side: float
    seen: np.ndarray
    where: np.ndarray
    outer: tuple[np.ndarray, np.ndarray]
    arc: np.ndarray

    @staticmethod
    def of(inked: Sequence[Edges], firsts: np.ndarray, pen_px: float, side: float) -> _Touching:
        """Of lines whose coefficients begin at `firsts`."""
        half = pen_px / 2
        reach = int(half * SUB)
        steps = np.arange(-reach, reach + 1)
        seen, where, outer = [], [], []
        for one, first in zip(inked, firsts, strict=False):
            edge = one.top if side < 0 else one.bottom
            known = np.flatnonzero(np.isfinite(edge))
            last = (len(edge) - 1) * SUB
            around = known * SUB + np.arange(-reach - 1, reach + 2)[:, None]
            seen.append(edge[known])
            where.append(np.clip(around, 0, last) + first * SUB)
            outer.append(np.stack([known == 0, known == len(edge) - 1]))
        arc = np.sqrt(np.maximum(half**2 - (steps / SUB) ** 2, 0.0))
        begin, end = np.concatenate(outer, axis=1)
        return _Touching(
            side, np.concatenate(seen), np.concatenate(where, axis=1), (begin, end), arc[:, None]
        )

    def compared(self, line: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of every edge the first coefficient that bears on it, their weights, and how far it is
        from where the pen leaves it. line: heights, `SUB` a column, all lines."""
        around = self.side * line[self.where]
        at = around[1:-1] + self.arc
        reached = at.max(axis=0)
        # Ink is measured over the width of a column, so the edge is, too.
        before = np.where(self.outer[0], reached, (around[:-2] + self.arc).max(axis=0))
        behind = np.where(self.outer[1], reached, (around[2:] + self.arc).max(axis=0))
        across = self.side * (reached + before + behind) / 3
        touched = self.where[1 + at.argmax(axis=0), np.arange(at.shape[1])]
        first, within = np.divmod(touched, SUB)
        return first, WITHIN[within], self.seen - across


def _step(
    knots: np.ndarray, bends: np.ndarray, at: np.ndarray, bears: np.ndarray, off: np.ndarray
) -> np.ndarray:
    """How far the coefficients move so that the edges agree better. bends: what each second
    difference weighs."""
    size = len(knots)
    trust = 1.0 / np.maximum(1.0, np.abs(off) / LARGE_PX)
    matrix = np.zeros((4, size))
    pull = np.zeros(size)
    trusted = bears.T * trust
    for i in range(4):
        pull += np.bincount(at + i, trusted[i] * off, size)
        for j in range(i + 1):
            matrix[i - j] += np.bincount(at + j, trusted[i] * bears[:, j], size)
    bend = bends * np.diff(knots, 2)
    second = (1.0, -2.0, 1.0)
    for i in range(3):
        pull[i : size - 2 + i] -= second[i] * bend
        for j in range(i + 1):
            matrix[i - j, j : size - 2 + j] += second[i] * second[j] * bends
    matrix[0] += 1e-3
    return np.asarray(np.clip(solveh_banded(matrix, pull, lower=True), -MOST_PX, MOST_PX))
