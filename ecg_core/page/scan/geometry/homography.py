"""Homographies: places seen through them, and the one that fits lines best."""

from __future__ import annotations

import numpy as np


def projected(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (n × 2) seen through a homography."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def fitted_homography(across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Fit x, y → u, v (mm) to places that know only u (`across`) or only v (`down`)."""
    middle = across[:, :2].mean(axis=0)
    span = np.ptp(across[:, :2], axis=0).max() / 2
    rows, goals, trusts = [], [], []
    for axis, sample in enumerate((across, down)):
        x, y = ((sample[:, :2] - middle) / span).T
        row = np.zeros((len(sample), 8))
        row[:, 3 * axis : 3 * axis + 3] = np.stack([x, y, np.ones_like(x)], axis=1)
        row[:, 6], row[:, 7] = -x * sample[:, 2], -y * sample[:, 2]
        rows.append(row)
        goals.append(sample[:, 2])
        trusts.append(sample[:, 3] / sample[:, 3].sum())
    row, goal = np.concatenate(rows), np.concatenate(goals)
    h = robust_fit(row, goal, np.concatenate(trusts))
    to_unit = np.array(
        [[1 / span, 0, -middle[0] / span], [0, 1 / span, -middle[1] / span], [0, 0, 1]]
    )
    return np.asarray(np.append(h, 1.0).reshape(3, 3) @ to_unit)


def robust_fit(rows: np.ndarray, goal: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Weighted least squares that lets go of outliers."""
    weight = trust
    solution = np.zeros(rows.shape[1])
    for _ in range(4):
        # Few unknowns, all of one size: the normal equations are as good and far quicker.
        weighted = (rows * weight[:, None]).T
        solution = np.linalg.lstsq(weighted @ rows, weighted @ goal, rcond=None)[0]
        error = np.abs(goal - rows @ solution)
        spread = max(1.5 * float(np.median(error[trust > 0])), 1e-6)
        weight = trust / (1.0 + (error / spread) ** 2)
    return solution
