"""Sheets that are not flat: how far every place lies off the plane that fits the grid best.

The displacement is a smooth surface of cubic B-splines, one for each axis, fitted to where the
grid lines were seen. Bending is penalised as in a thin plate, so that the surface stays calm where
no lines were seen and follows hundreds of them where they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from scipy.linalg import solveh_banded
from scipy.sparse import csr_array

STEP_MM = 25.0
"""Distance between the knots."""
STIFFNESS = 0.004
"""Weight of the thin plate's energy against the mean squared error of the lines."""
SLOPED = 1e-4
"""The same against errors of slopes, which are measured over a tenth of a knot."""
LATTICE_MM = 5.0
"""Distance between the places at which the displacement is undone exactly."""


@dataclass(frozen=True, eq=False)
class Bend:
    """Displacement (mm) of the paper from its best plane.

    origin_mm: where the first knot lies. weights: 2 × rows × columns of knots, for x and y.
    """

    origin_mm: tuple[float, float]
    weights: np.ndarray

    @staticmethod
    def over(flat_mm: np.ndarray) -> Bend:
        """No displacement at all, with knots wherever places lie: n × 2, mm."""
        low, high = np.percentile(flat_mm, (0.0, 100.0), axis=0)
        # A cubic spline needs one knot before and two behind the last interval.
        columns, rows = (int(np.ceil(span / STEP_MM)) + 3 for span in high - low)
        return Bend((float(low[0]), float(low[1])), np.zeros((2, rows, columns)))

    def design(self, flat_mm: np.ndarray) -> csr_array:
        """Share of every knot in the displacement at places: n × knots, of some two hundred of
        which each place depends on sixteen."""
        first_x, across = _basis(flat_mm[:, 0] - self.origin_mm[0], self.weights.shape[2])
        first_y, down = _basis(flat_mm[:, 1] - self.origin_mm[1], self.weights.shape[1])
        every = np.arange(4)
        rows = (first_y[:, None] + every) * self.weights.shape[2]
        knots = rows[:, :, None] + (first_x[:, None] + every)[:, None, :]
        shares = down[:, :, None] * across[:, None, :]
        ends = np.arange(0, shares.size + 1, 16)
        size = (len(flat_mm), self.weights[0].size)
        return csr_array((shares.ravel(), knots.ravel(), ends), shape=size)

    def fitted(
        self, design: csr_array, goal: np.ndarray, trust: np.ndarray, stiffness: float = STIFFNESS
    ) -> np.ndarray:
        """Weights along one axis that bring `design` nearest to `goal` (mm), outliers let go."""
        shape = self.weights.shape[1:]
        energy = stiffness * _plate_energy(*shape)
        weight = trust / trust.sum()
        surface = np.zeros(design.shape[1])
        turned, counts = design.T.tocsr(), np.diff(design.indptr)
        weighted = design.copy()
        for _ in range(4):
            weighted.data = design.data * np.repeat(weight, counts)
            normal = (turned @ weighted).toarray() + energy
            surface = _solved(normal, turned @ (weight * goal), 3 * shape[1] + 3)
            error = goal - design @ surface
            spread = max(2.0 * float(np.median(np.abs(error[trust > 0]))), 1e-3)
            weight = trust / (1.0 + (error / spread) ** 2)
            weight /= weight.sum()
        return np.asarray(surface.reshape(shape))

    def at(self, flat_mm: np.ndarray) -> np.ndarray:
        """Displacement at places in the plane: n × 2, mm. Beyond the knots, as at the edge."""
        design = self.design(flat_mm)
        return np.stack([design @ axis.ravel() for axis in self.weights], axis=1)

    @property
    def height_mm(self) -> float:
        """Root mean square of the displacement at the knots within the sheet."""
        return float(np.sqrt(np.mean(self.weights[:, 1:-1, 1:-1] ** 2)))

    @property
    def strain(self) -> float:
        """The most that the displacement grows over a distance between knots, relative to it."""
        inner = self.weights[:, 1:-1, 1:-1]
        grown = [np.abs(np.diff(inner, axis=axis)).max(initial=0.0) for axis in (1, 2)]
        return max(grown) / STEP_MM

    def undo(self, paper_mm: np.ndarray) -> np.ndarray:
        """Where places of the paper lie in the plane: n × 2, mm; the inverse of adding `at`."""
        flat = paper_mm - self.at(paper_mm)
        for _ in range(4):
            flat = paper_mm - self.at(flat)
        return flat


def maps(
    bend: Bend,
    to_px: np.ndarray,
    area_mm: tuple[float, float, float, float],
    px_per_mm: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Where each pixel of a straightened picture comes from: x and y in px (float32, for remap).

    to_px: 3 × 3 homography from mm of the plane to pixels. area_mm: the paper that the
    straightened picture shows, whole cells of `LATTICE_MM`, at `px_per_mm`.
    """
    left, top, right, bottom = area_mm
    cell = round(LATTICE_MM * px_per_mm)
    columns, rows = round((right - left) / LATTICE_MM), round((bottom - top) / LATTICE_MM)
    # Lattice places are the middles of cells, one cell beyond the picture on every side.
    x = left + (np.arange(-1, columns + 1) + 0.5) * LATTICE_MM
    y = top + (np.arange(-1, rows + 1) + 0.5) * LATTICE_MM
    paper = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    flat = np.column_stack([bend.undo(paper), np.ones(len(paper))]) @ to_px.T
    found = (flat[:, :2] / flat[:, 2:]).reshape(len(y), len(x), 2).astype(np.float32)
    size = (len(x) * cell, len(y) * cell)
    inner = (slice(cell, -cell), slice(cell, -cell))
    across, down = (
        np.ascontiguousarray(cv2.resize(found[:, :, axis], size)[inner]) for axis in (0, 1)
    )
    return across, down


def _basis(offset_mm: np.ndarray, knots: int) -> tuple[np.ndarray, np.ndarray]:
    """Cubic B-splines at distances from the first knot: the first of four that reach there (n),
    and the share of each (n × 4)."""
    place = np.clip(offset_mm / STEP_MM, 0.0, knots - 3 - 1e-9)
    first = place.astype(int)
    t = place - first
    parts = np.stack(
        [(1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3], axis=1
    )
    return first, parts / 6.0


def _solved(normal: np.ndarray, goal: np.ndarray, reach: int) -> np.ndarray:
    """Solution of normal equations in which no knot meets one farther off than `reach`."""
    bands = np.zeros((reach + 1, len(normal)))
    for off in range(min(reach + 1, len(normal))):
        bands[reach - off, off:] = np.diagonal(normal, off)
    try:
        return np.asarray(solveh_banded(bands, goal, check_finite=False))
    except np.linalg.LinAlgError:
        # Rounding can make knots that no line reaches look indefinite.
        return np.asarray(np.linalg.solve(normal, goal))


@lru_cache(maxsize=16)
def _plate_energy(rows: int, columns: int) -> np.ndarray:
    """Quadratic form of the bending energy of a lattice of knots, per knot."""

    def steps(count: int, order: int) -> np.ndarray:
        return np.diff(np.eye(count), n=order, axis=0)

    energy = 1e-6 * np.eye(rows * columns)
    for down, across, share in ((2, 0, 1.0), (0, 2, 1.0), (1, 1, 2.0)):
        bent = np.kron(steps(rows, down), steps(columns, across))
        energy += share * bent.T @ bent
    return energy / (rows * columns)
