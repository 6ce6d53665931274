"""Finding the printed grid: where every millimetre of the paper lies in a picture.

The grid is treated as two sets of parallel lines seen through a mild perspective. Averaged spectra
of small tiles give the mean period and direction of both sets, weighing 5 mm lines and 1 mm lines
together; following the phase of each set across the picture then gives its place everywhere, and
one homography is fitted to all of it. Scale comes from periodicity, never from one line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecg_core.page.lines import CELL_MM, MAX_TURN_DEG, Lines, find_lines, lined

WORK_SIZE = 1600
"""Longest side of the copy the geometry is measured on."""
MAX_AREA_MM = 750.0
CARRIER_PX = 14.0
"""Period, in px, of the lines in the copy on which their phase is followed."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the grid lies.

    to_mm: 3 × 3 homography from picture positions (px, centres at whole numbers) to mm of paper;
    the 5 mm lines lie at multiples of 5. px_per_mm: across and down, at the middle of the picture.
    angle_deg: rotation, positive clockwise. residual_mm: rms of the lines about the homography.
    contrast: how far the grid's spectral lines stand above their surroundings (natural log).
    covered: share of the picture on which the grid was followed. area_mm: left, top, right and
    bottom of that part on the paper.
    """

    to_mm: np.ndarray
    px_per_mm: tuple[float, float]
    angle_deg: float
    residual_mm: float
    contrast: float
    covered: float
    area_mm: tuple[float, float, float, float]


def find_grid(pixels: np.ndarray, min_contrast: float = 0.45) -> Grid | None:
    """Find the grid of a picture, or None when there is none to be trusted.

    pixels: uint8, height × width × 3, RGB.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, WORK_SIZE / max(height, width))
    small = pixels
    if scale < 1.0:
        size = (round(width * scale), round(height * scale))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    lines = lined(small)
    found = find_lines(lines)
    if found is not None and abs(found[0].angle_deg) > MAX_TURN_DEG:
        # On paper without traces the bold lines themselves pass for ink.
        lines = lined(small, leave_out_ink=False)
        found = find_lines(lines)
    if found is None or min(found[0].score, found[1].score) < min_contrast:
        return None
    fit = _follow(lines, found)
    if fit is None:
        return None
    to_mm, residual, covered, area_mm = fit
    sx, sy = small.shape[1] / width, small.shape[0] / height
    shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])
    to_mm = to_mm @ shrink
    to_mm /= to_mm[2, 2]
    if max(area_mm[2] - area_mm[0], area_mm[3] - area_mm[1]) > MAX_AREA_MM:
        return None
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    jacobian = jacobian_at(to_mm, middle)
    back = np.linalg.inv(jacobian)
    return Grid(
        to_mm=to_mm,
        px_per_mm=(float(np.hypot(*back[:, 0])), float(np.hypot(*back[:, 1]))),
        angle_deg=float(np.degrees(np.arctan2(back[1, 0], back[0, 0]))),
        residual_mm=residual,
        contrast=min(found[0].score, found[1].score),
        covered=covered,
        area_mm=area_mm,
    )


def jacobian_at(homography: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Derivative (2 × 2) of a homography at a point."""
    x, y, w = homography @ np.array([point[0], point[1], 1.0])
    return np.asarray((homography[:2, :2] - np.outer([x / w, y / w], homography[2, :2])) / w, float)


def _follow(
    lines: np.ndarray, found: tuple[Lines, Lines]
) -> tuple[np.ndarray, float, float, tuple[float, float, float, float]] | None:
    """Homography from working pixels to mm, rms residual (mm), share of the picture, area (mm)."""
    finest = min(family.period / family.order for family in found)
    shrink = min(1.0, CARRIER_PX / finest)
    size = (round(lines.shape[1] * shrink), round(lines.shape[0] * shrink))
    lines = cv2.resize(lines, size, interpolation=cv2.INTER_AREA)
    families = [replace(family, period=family.period * shrink) for family in found]
    sites = _Sites(lines.shape, min(family.period for family in families) / 2)
    samples = []
    for family, turn in zip(families, (0.0, 90.0), strict=True):
        samples.append(_measured(lines, sites, family, _slopes(lines, sites, family, turn)))
    for _ in range(2):
        if min(len(sample) for sample in samples) < 40:
            return None
        to_mm, residual = _homography(*samples)
        samples = [
            _measured(lines, sites, family, _seen_through(to_mm, axis, family, sites))
            for axis, family in enumerate(families)
        ]
    covered = min(len(sample) for sample in samples) / sites.x.size
    x, y, w = to_mm @ np.concatenate([samples[0][:, :2].T, np.ones((1, len(samples[0])))])
    (left, right), (top, bottom) = np.percentile(x / w, (1, 99)), np.percentile(y / w, (1, 99))
    grow = np.array([[shrink, 0, (shrink - 1) / 2], [0, shrink, (shrink - 1) / 2], [0, 0, 1]])
    return to_mm @ grow, residual, covered, (left, top, right, bottom)


class _Sites:
    """Places of a picture: every pixel, and the coarse raster on which phase is read."""

    def __init__(self, shape: tuple[int, ...], step: float) -> None:
        height, width = shape
        raster = max(2, round(step))
        self.rows, self.columns = np.arange(0, height, raster), np.arange(0, width, raster)
        self.x, self.y = np.meshgrid(self.columns.astype(float), self.rows.astype(float))
        self.middle, self.half = (width / 2, height / 2), max(width, height) / 2
        self.terms = self._terms(self.x, self.y)
        all_x, all_y = np.meshgrid(np.arange(float(width)), np.arange(float(height)))
        self.all = (all_x, all_y)
        self.all_terms = self._terms(all_x, all_y)

    def _terms(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Polynomial terms to the second degree, 6 × the shape of x."""
        x, y = (x - self.middle[0]) / self.half, (y - self.middle[1]) / self.half
        return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])

    def read(self, full: np.ndarray) -> np.ndarray:
        """Values of a full-size picture on the raster."""
        return np.asarray(full[np.ix_(self.rows, self.columns)])


def _slopes(lines: np.ndarray, sites: _Sites, family: Lines, turn_deg: float) -> np.ndarray:
    """Phase at every pixel, as a quadratic whose slopes follow a set of lines.

    Begins as plain parallel lines. Slopes need no unwrapping: neighbours on the raster differ
    from the model by far less than half a turn.
    """
    angle = np.radians(family.angle_deg + turn_deg)
    scale = 2 * np.pi * family.order / family.period * sites.half
    model = np.array([0.0, scale * np.cos(angle), scale * np.sin(angle), 0.0, 0.0, 0.0])
    for known in (slice(1, 3), slice(1, 6), slice(1, 6)):
        z = sites.read(_demodulated(lines, np.tensordot(model, sites.all_terms, 1), family))
        weight = _trusted(z)
        rows = np.concatenate(
            [np.diff(sites.terms, axis=axis).reshape(len(model), -1).T for axis in (2, 1)]
        )
        goal = np.concatenate(
            [
                np.angle(z[:, 1:] * z[:, :-1].conj()).ravel(),
                np.angle(z[1:] * z[:-1].conj()).ravel(),
            ]
        )
        trust = np.concatenate(
            [
                np.minimum(weight[:, 1:], weight[:, :-1]).ravel(),
                np.minimum(weight[1:], weight[:-1]).ravel(),
            ]
        )
        model[known] += _robust_fit(rows[:, known], goal, trust)
    z = sites.read(_demodulated(lines, np.tensordot(model, sites.all_terms, 1), family))
    model[0] = np.angle((z * _trusted(z)).sum())
    return np.tensordot(model, sites.all_terms, 1)


def _measured(lines: np.ndarray, sites: _Sites, family: Lines, phase: np.ndarray) -> np.ndarray:
    """Where a set of lines lies: x, y (px), position (mm), weight; n × 4."""
    z = sites.read(_demodulated(lines, phase, family))
    weight, rest = _trusted(z), np.angle(z)
    keep = (weight > 0) & (np.abs(rest) < 0.7 * np.pi)
    position = (sites.read(phase) + rest) / (2 * np.pi) * CELL_MM / family.order
    return np.stack([sites.x[keep], sites.y[keep], position[keep], weight[keep]], axis=1)


def _seen_through(to_mm: np.ndarray, axis: int, family: Lines, sites: _Sites) -> np.ndarray:
    """Phase at every pixel of lines that lie as a homography says."""
    x, y = sites.all
    depth = to_mm[2, 0] * x + to_mm[2, 1] * y + to_mm[2, 2]
    position = (to_mm[axis, 0] * x + to_mm[axis, 1] * y + to_mm[axis, 2]) / depth
    return np.asarray(position * (2 * np.pi * family.order / CELL_MM))


def _trusted(z: np.ndarray) -> np.ndarray:
    """Weight of each place: none where the lines are faint, and no more for a loud one."""
    strength = np.abs(z)
    usual = np.percentile(strength, 70)
    return np.where(strength > 0.4 * usual, np.minimum(strength, usual) / usual, 0.0)


def _demodulated(lines: np.ndarray, phase: np.ndarray, family: Lines) -> np.ndarray:
    turned = phase.astype(np.float32)
    real = cv2.GaussianBlur(lines * np.cos(turned), (0, 0), family.period)
    imag = cv2.GaussianBlur(lines * -np.sin(turned), (0, 0), family.period)
    return real + 1j * imag


def _robust_fit(rows: np.ndarray, goal: np.ndarray, trust: np.ndarray) -> np.ndarray:
    """Weighted least squares that lets go of outliers."""
    weight = trust
    solution = np.zeros(rows.shape[1])
    for _ in range(4):
        solution = np.linalg.lstsq(
            rows * np.sqrt(weight)[:, None], goal * np.sqrt(weight), rcond=None
        )[0]
        error = np.abs(goal - rows @ solution)
        spread = max(1.5 * float(np.median(error[trust > 0])), 1e-6)
        weight = trust / (1.0 + (error / spread) ** 2)
    return solution


def _homography(across: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, float]:
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
    h = _robust_fit(row, goal, np.concatenate(trusts))
    error = goal - row @ h
    to_unit = np.array(
        [[1 / span, 0, -middle[0] / span], [0, 1 / span, -middle[1] / span], [0, 0, 1]]
    )
    residual = float(np.sqrt(np.average(error**2, weights=np.concatenate(trusts))))
    return np.append(h, 1.0).reshape(3, 3) @ to_unit, residual
