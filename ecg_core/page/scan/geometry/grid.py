"""Finding the printed grid: where every millimetre of the paper lies in a picture.

The grid is treated as two sets of parallel lines seen through a mild perspective. Averaged spectra
of small tiles give the mean period and direction of both sets, weighing 5 mm lines and 1 mm lines
together; following the phase of each set across the picture then gives its place everywhere, and
one homography is fitted to all of it. Where the sheet is bent, a smooth displacement takes up what
the homography leaves. Scale comes from periodicity, never from one line.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from ecg_core.page.scan.geometry.bend import Bend
from ecg_core.page.scan.geometry.exact import Exact, find_exact
from ecg_core.page.scan.geometry.follow import follow
from ecg_core.page.scan.geometry.lines import CELL_MM, MAX_TURN_DEG, find_lines, lined

WORK_SIZE = 1600
"""Longest side of the copy the geometry is measured on."""
BENT_PX_PER_MM = 2.0
"""Bends are not looked for on pictures too coarse to be read: lines of text are such."""
MAX_AREA_MM = 750.0


@dataclass(frozen=True, eq=False)
class Grid:
    """Where the grid lies.

    to_mm: 3 × 3 homography from picture positions (px, centres at whole numbers) to mm of paper;
    the 5 mm lines lie at multiples of 5. px_per_mm: across and down, at the middle of the picture.
    angle_deg: rotation, positive clockwise. residual_mm: rms of the lines about homography and
    bend. contrast: how far the grid's spectral lines stand above their surroundings (natural log).
    covered: share of the picture on which the grid was followed. area_mm: left, top, right and
    bottom of that part on the paper. bend: what a sheet that is not flat adds to the homography.
    """

    to_mm: np.ndarray
    px_per_mm: tuple[float, float]
    angle_deg: float
    residual_mm: float
    contrast: float
    covered: float
    area_mm: tuple[float, float, float, float]
    bend: Bend | None = None


def find_grid(pixels: np.ndarray, min_contrast: float = 0.45) -> Grid | None:
    """Find the grid of a picture, or None when there is none to be trusted.

    pixels: uint8, height × width × 3, RGB.
    """
    if exact := find_exact(pixels):
        return _drawn(exact)
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
    finest = min(family.period for family in found) / CELL_MM / scale
    # Many small systems: threads would wait for one another longer than they compute.
    with threadpool_limits(limits=1, user_api="blas"):
        followed = follow(lines, found, may_bend=finest > BENT_PX_PER_MM)
    if followed is None:
        return None
    area_mm = followed.area_mm
    sx, sy = small.shape[1] / width, small.shape[0] / height
    shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])
    to_mm = followed.to_mm @ shrink
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
        residual_mm=followed.residual_mm,
        contrast=min(found[0].score, found[1].score),
        covered=followed.covered,
        area_mm=area_mm,
        bend=followed.bend,
    )


def _drawn(exact: Exact) -> Grid:
    """A grid whose lines run along the pixels."""
    (x, y), (step_x, step_y) = exact.first_mm, exact.step_mm
    (left, right), (top, bottom) = exact.ruled_mm
    return Grid(
        to_mm=np.array([[step_x, 0.0, x], [0.0, step_y, y], [0.0, 0.0, 1.0]]),
        px_per_mm=(1.0 / step_x, 1.0 / step_y),
        angle_deg=0.0,
        residual_mm=exact.residual_mm,
        contrast=exact.contrast,
        covered=exact.covered,
        area_mm=(left, top, right, bottom),
    )


def jacobian_at(homography: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Derivative (2 × 2) of a homography at a point."""
    x, y, w = homography @ np.array([point[0], point[1], 1.0])
    return np.asarray((homography[:2, :2] - np.outer([x / w, y / w], homography[2, :2])) / w, float)
