"""Following printed lines across a picture by their phase: perspective and bends of the sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecg_core.page.scan.geometry.bend import SLOPED, Bend
from ecg_core.page.scan.geometry.lines import CELL_MM, Lines

CARRIER_PX = 14.0
"""Period, in px, of the lines in the copy on which their phase is followed."""
FLAT_MM = 0.12
"""A sheet whose lines lie within this (rms) of one homography is flat."""
EXPORT_MM = 0.5
"""A grid that is nowhere farther off the rows and columns of pixels was never photographed."""
WORTH = 0.75
"""A displacement must bring what is left down to this share to be believed."""
MOST_SHARES = 25_000_000
"""Places times knots; a sheet of A3 at its finest has a fifth of that."""
MAX_LOST = 0.08
"""So large a share of the lines may lie nearer to a neighbour than to where they should."""


@dataclass(frozen=True, eq=False)
class Followed:
    """Where lines were found, in pixels of the picture they were followed on.

    to_mm: 3 × 3 homography to mm of a plane. bend: what a sheet that is not flat adds to it.
    residual_mm: rms of the lines about both. covered: share of the picture. area_mm: left, top,
    right and bottom of that part in the plane.
    """

    to_mm: np.ndarray
    bend: Bend | None
    residual_mm: float
    covered: float
    area_mm: tuple[float, float, float, float]


def follow(lines: np.ndarray, found: tuple[Lines, Lines], may_bend: bool = True) -> Followed | None:
    """Follow two sets of lines across a picture; None where too few of them are seen.

    lines: float32, height × width, how much darker than its surroundings each pixel is. may_bend:
    look for bends of the sheet, too.
    """
    finest = min(family.period / family.order for family in found)
    shrink = min(1.0, CARRIER_PX / finest)
    size = (round(lines.shape[1] * shrink), round(lines.shape[0] * shrink))
    lines = cv2.resize(lines, size, interpolation=cv2.INTER_AREA)
    families = [replace(family, period=family.period * shrink) for family in found]
    sites = _Sites(lines, min(family.period for family in families) / 2)
    samples = [
        _measured(sites, family, _slopes(sites, family, turn))
        for family, turn in zip(families, (0.0, 90.0), strict=True)
    ]
    for _ in range(2):
        if min(len(sample) for sample in samples) < 40:
            return None
        to_mm, residual = _homography(*samples)
        plane = projected(to_mm, sites.around)
        samples = _all_measured(sites, families, plane)
    bend = None
    if may_bend and residual > FLAT_MM and not _upright_export(to_mm, sites.lines.shape):
        bent = _bent(sites, families, plane)
        if bent is not None and bent[1] < WORTH * residual:
            bend, residual = bent
            samples = _all_measured(sites, families, plane + bend.at(plane))
    covered = min(len(sample) for sample in samples) / sites.x.size
    flat = projected(to_mm, samples[0][:, :2])
    (left, right), (top, bottom) = (np.percentile(flat[:, axis], (1, 99)) for axis in (0, 1))
    grow = np.array([[shrink, 0, (shrink - 1) / 2], [0, shrink, (shrink - 1) / 2], [0, 0, 1]])
    return Followed(to_mm @ grow, bend, residual, covered, (left, top, right, bottom))


def _upright_export(to_mm: np.ndarray, shape: tuple[int, ...]) -> bool:
    """Whether lines run along the pixels of a picture everywhere: no camera saw it.

    Programs draw grids unevenly, in whole pixels; that is no bend of a sheet.
    """
    height, width = shape
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    seen = projected(to_mm, corners)
    plain = [
        np.polynomial.Polynomial.fit(corners[:, axis], seen[:, axis], 1)(corners[:, axis])
        for axis in (0, 1)
    ]
    return float(np.abs(seen - np.stack(plain, axis=1)).max()) < EXPORT_MM


class _Sites:
    """Places of a picture on which phase is read: the middles of square blocks.

    x, y: rows × columns, px. around: the same places with one more on every side, n × 2, on which
    a phase is given, so that it is known at every pixel in between.
    """

    def __init__(self, lines: np.ndarray, step: float) -> None:
        self.block = max(2, round(step))
        rows, columns = (size // self.block for size in lines.shape)
        self.lines = np.ascontiguousarray(lines[: rows * self.block, : columns * self.block])
        x, y = ((np.arange(-1.0, count + 1) + 0.5) * self.block - 0.5 for count in (columns, rows))
        all_x, all_y = np.meshgrid(x, y)
        self.around = np.stack([all_x.ravel(), all_y.ravel()], axis=1)
        self.shape = all_x.shape
        self.x, self.y = all_x[1:-1, 1:-1], all_y[1:-1, 1:-1]

    def inner(self, around: np.ndarray) -> np.ndarray:
        """Values at the sites alone: rows × columns."""
        return np.asarray(around.reshape(self.shape)[1:-1, 1:-1])

    def beat(self, phase: np.ndarray, family: Lines) -> np.ndarray:
        """How lines differ from a phase given `around`: complex, rows × columns."""
        first = float(phase.min())
        coarse = (phase - first).reshape(self.shape).astype(np.float32)
        full = cv2.resize(coarse, None, fx=self.block, fy=self.block)
        full = full[self.block : -self.block, self.block : -self.block]
        parts = cv2.polarToCart(self.lines, np.ascontiguousarray(full))
        size = self.x.shape[::-1]
        real, imag = (
            cv2.GaussianBlur(
                cv2.resize(part, size, interpolation=cv2.INTER_AREA),
                (0, 0),
                family.period / self.block,
            )
            for part in parts
        )
        return np.asarray((real - 1j * imag) * np.exp(-1j * first))

    def terms(self) -> np.ndarray:
        """Polynomial terms to the second degree `around`, 6 × n, in halves of the picture."""
        height, width = self.lines.shape
        x, y = ((self.around - (width / 2, height / 2)) / (max(width, height) / 2)).T
        return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _bent(sites: _Sites, families: list[Lines], plane: np.ndarray) -> tuple[Bend, float] | None:
    """Displacement about a plane (mm, `around` the sites), and rms of what it leaves (mm).

    Slopes come first: from one place to the next a line cannot be taken for its neighbour,
    however far the sheet lies off in the end. None where too many lines stay unexplained, and
    where there are more places than any ECG sheet has: lines of text, say, taken for a grid.
    """
    bend = Bend.over(plane)
    if sites.x.size * bend.weights[0].size > MOST_SHARES:
        return None
    flat = np.stack([sites.inner(plane[:, axis]).ravel() for axis in (0, 1)], axis=1)
    design = bend.design(flat)
    index = np.arange(sites.x.size).reshape(sites.x.shape)
    one = np.concatenate([index[::2, :-1:2].ravel(), index[:-1:2, ::2].ravel()])
    other = np.concatenate([index[::2, 1::2].ravel(), index[1::2, ::2].ravel()])
    rows = design[other] - design[one]
    for sloped in (True, True, True, False, False):
        paper = plane + bend.at(plane)
        surfaces = []
        for axis, family in enumerate(families):
            turns = _turns(family)
            z = sites.beat(paper[:, axis] * turns, family).ravel()
            weight, known = _trusted(z), bend.weights[axis].ravel()
            if sloped:
                step = np.angle(z[other] * z[one].conj()) / turns
                trust = np.minimum(weight[other], weight[one])
                surface = bend.fitted(rows, rows @ known + step, trust, SLOPED)
                moved = design @ (surface.ravel() - known) * turns
                surface += np.angle((z * np.exp(-1j * moved) * weight).sum()) / turns
            else:
                surface = bend.fitted(design, design @ known + np.angle(z) / turns, weight)
            surfaces.append(surface)
        bend = replace(bend, weights=np.stack(surfaces))
    left = []
    paper = plane + bend.at(plane)
    for axis, family in enumerate(families):
        z = sites.beat(paper[:, axis] * _turns(family), family)
        weight, rest = _trusted(z), np.angle(z)
        if weight[np.abs(rest) > np.pi / 2].sum() > MAX_LOST * weight.sum():
            return None
        left.append(np.average((rest / _turns(family)) ** 2, weights=weight))
    return bend, float(np.sqrt(np.mean(left)))


def _turns(family: Lines) -> float:
    """Phase (radians) that a set of lines goes through in one mm."""
    return 2 * np.pi * family.order / CELL_MM


def projected(homography: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points (n × 2) seen through a homography."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ homography.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def _slopes(sites: _Sites, family: Lines, turn_deg: float) -> np.ndarray:
    """Phase `around` the sites, as a quadratic whose slopes follow a set of lines.

    Begins as plain parallel lines. Slopes need no unwrapping: neighbouring sites differ from the
    model by far less than half a turn.
    """
    angle = np.radians(family.angle_deg + turn_deg)
    terms = sites.terms()
    scale = 2 * np.pi * family.order / family.period * max(sites.lines.shape) / 2
    model = np.array([0.0, scale * np.cos(angle), scale * np.sin(angle), 0.0, 0.0, 0.0])
    inner = np.stack([sites.inner(term) for term in terms])
    rows = np.concatenate([np.diff(inner, axis=axis).reshape(6, -1).T for axis in (2, 1)])
    for known in (slice(1, 3), slice(1, 6), slice(1, 6)):
        z = sites.beat(model @ terms, family)
        weight = _trusted(z)
        steps = (z[:, 1:] * z[:, :-1].conj(), z[1:] * z[:-1].conj())
        trust = (
            np.minimum(weight[:, 1:], weight[:, :-1]),
            np.minimum(weight[1:], weight[:-1]),
        )
        goal = np.concatenate([np.angle(step).ravel() for step in steps])
        model[known] += _robust_fit(
            rows[:, known], goal, np.concatenate([part.ravel() for part in trust])
        )
    z = sites.beat(model @ terms, family)
    model[0] = np.angle((z * _trusted(z)).sum())
    return np.asarray(model @ terms)


def _measured(sites: _Sites, family: Lines, phase: np.ndarray) -> np.ndarray:
    """Where a set of lines lies: x, y (px), position (mm), weight; n × 4."""
    z = sites.beat(phase, family)
    weight, rest = _trusted(z), np.angle(z)
    keep = (weight > 0) & (np.abs(rest) < 0.7 * np.pi)
    position = (sites.inner(phase) + rest) / _turns(family)
    return np.stack([sites.x[keep], sites.y[keep], position[keep], weight[keep]], axis=1)


def _all_measured(sites: _Sites, families: list[Lines], paper: np.ndarray) -> list[np.ndarray]:
    """Both sets measured near where they should lie: n × 2, mm, `around` the sites."""
    return [
        _measured(sites, family, paper[:, axis] * _turns(family))
        for axis, family in enumerate(families)
    ]


def _trusted(z: np.ndarray) -> np.ndarray:
    """Weight of each place: none where the lines are faint, and no more for a loud one."""
    strength = np.abs(z)
    usual = np.percentile(strength, 70)
    return np.where(strength > 0.4 * usual, np.minimum(strength, usual) / usual, 0.0)


def _robust_fit(rows: np.ndarray, goal: np.ndarray, trust: np.ndarray) -> np.ndarray:
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
