"""Finding the printed grid: where every millimetre of the paper lies in a picture.

An export's grid is read off its pixels. Of any other picture one averaged spectrum gives several
lattices that its lines may form; the lines of the likely ones are followed across the picture, and
the simplest surface that explains them is kept: flat, in perspective, and only then bent. Scale
comes from periodicity, never from one line.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from ecg_core.page.scan.geometry.bend import Bend
from ecg_core.page.scan.geometry.blocks import is_drawn, may_be_blocks
from ecg_core.page.scan.geometry.exact import Exact, find_exact
from ecg_core.page.scan.geometry.follow import Followed, follow
from ecg_core.page.scan.geometry.lattice import Lattice, candidates
from ecg_core.page.scan.geometry.lines import lined

WORK_SIZE = 1600
"""Longest side of the copy the geometry is measured on."""
MAX_AREA_MM = 750.0
MOST, MOST_TRIED = 3, 6
"""So many grids are given, of so many lattices that are followed."""
MARGIN, ALONE = 1.6, 3.0
"""Lattices whose spectrum speaks so much less for them than for the best are not followed: the
best whose lines are sharp, and any that is flat."""
CLEAR_MM, CLEAR_LOST = 0.15, 0.1
"""Lines that lie so near to a surface are a grid's, whatever their scale."""
WIDE_PX, WIDE_MM, WIDE_SCORE = 9.0, 0.06, 1.5
"""Wider cells are few on a picture; beats and print pass for their lines, but never so nearly, nor
with so much that speaks for them in the spectrum."""
MAX_STRETCH, WIDE_STRETCH, SHARP_MM = 1.12, 1.08, 0.06
"""Millimetres are as wide as high, on wide cells above all; more is believed of a picture that was
stretched, where all lines lie this near to one plane."""
MIN_SCORE = -2.0
"""A grid for which less speaks is none: rows of print, or of beats."""
SAME_SCALE, SAME_TURN_DEG, OTHER_TURN_DEG = 0.12, 6.0, 10.0
SAME_LINES, SAME_TURN = 0.004, 0.2
"""Following brings lattices together that are as near as this (natural log); and once a grid is
found, others that are turned against it are its diagonals. Grids as near as `SAME_LINES` (natural
log) and `SAME_TURN` (degrees) are one."""
FIFTHS_PX = 13.0
"""Lines of 1 mm that lie so far apart may be those of 5 mm."""
BOLD_MM, BOLD_COVERED, SQUARE = 0.02, 0.8, 1.03
"""Lines of 5 mm without any between them lie this near to a plane, per cell, over so much of the
picture, and as far apart across as down to within the last."""
OVERTONE = 1.13
"""Axes that differ by so much may be told by different overtones of the same lines."""
DRAWN_SCORE = 9.0
COSTS = (12.0, 3.0, 0.2)
"""What a mm of residual, all lines lost and a bend cost a candidate."""

SHARPER = 12.0
"""Among several, a mm of residual costs so much more: overtones lie less sharply than lines."""


@dataclass(frozen=True, eq=False)
class FoundGrid:
    """Where the grid lies, or may lie.

    to_mm: 3 × 3 homography from picture positions (px, centres at whole numbers) to mm of paper;
    the 5 mm lines lie at multiples of 5 where they can be told from others. px_per_mm: across and
    down, at the middle of the ruled part. angle_deg: rotation, positive clockwise. residual_mm:
    rms of the lines about homography and bend. score: higher is better, comparable within one
    picture. covered: share of the picture on which the grid was followed. area_mm: left, top,
    right and bottom of that part on the paper. bend: what a sheet that is not flat adds to the
    homography. guessed: its millimetres were made as wide as high, or five times as fine. agreed:
    there is no grid, and pulses, print and rows tell one scale.
    """

    to_mm: np.ndarray
    px_per_mm: tuple[float, float]
    angle_deg: float
    residual_mm: float
    score: float
    covered: float
    area_mm: tuple[float, float, float, float]
    bend: Bend | None = None
    guessed: bool = False
    agreed: bool = False

    @property
    def oblong(self) -> bool:
        """Whether its millimetres are not as wide as high."""
        across, down = self.px_per_mm
        return max(across / down, down / across) > OVERTONE

    @property
    def wide(self) -> bool:
        """Whether its millimetres are so wide that they may be five of them."""
        return self.bend is None and min(self.px_per_mm) > FIFTHS_PX

    def is_like(self, other: FoundGrid) -> bool:
        """Whether another lattice led to the same lines."""
        scales = np.log(np.divide(self.px_per_mm, other.px_per_mm))
        turn = abs(self.angle_deg - other.angle_deg)
        bent = (self.bend is None) == (other.bend is None)
        return bent and turn < SAME_TURN and float(np.abs(scales).max()) < SAME_LINES


def find_grid(pixels: np.ndarray) -> FoundGrid | None:
    """The likeliest grid of a picture, or None where it shows none.

    pixels: uint8, height × width × 3, RGB.
    """
    grids = find_grids(pixels)
    return grids[0] if grids else None


def find_grids(pixels: np.ndarray) -> tuple[FoundGrid, ...]:
    """Grids that a picture may show, the likeliest first; none where it shows none.

    pixels: uint8, height × width × 3, RGB, dark lines on light paper.
    """
    if exact := find_exact(pixels):
        return (_drawn(exact),)
    height, width = pixels.shape[:2]
    scale = min(1.0, WORK_SIZE / max(height, width))
    small = pixels
    if scale < 1.0:
        size = (round(width * scale), round(height * scale))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    sx, sy = small.shape[1] / width, small.shape[0] / height
    shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])
    lines = lined(small)
    # Many small systems: threads would wait for one another longer than they compute.
    with threadpool_limits(limits=1, user_api="blas"):
        lattices = candidates(lines)
        found = _followed(lines, lattices)
    grids = [_seen(lattice, followed, shrink) for lattice, followed in found]
    believed = [grid for grid in grids if grid.score > MIN_SCORE and not _of_blocks(pixels, grid)]
    different: list[FoundGrid] = []
    for grid in sorted(believed, key=lambda grid: SHARPER * grid.residual_mm - grid.score):
        if not any(grid.is_like(other) for other in different):
            different.append(grid)
    if not different:
        bold = [scaled(_seen(*one, shrink), 5.0) for one in _bold_alone(lines, lattices)]
        return tuple(grid for grid in bold if not _of_blocks(pixels, grid))
    square = [grid for grid in different if not grid.oblong]
    oblong = [grid for grid in different if grid.oblong]
    squares = [made for grid in oblong for made in _squares(grid)]
    finer = [scaled(grid, 5.0) for grid in different if grid.wide]
    return (*square, *squares, *oblong, *finer)


def _of_blocks(pixels: np.ndarray, grid: FoundGrid) -> bool:
    """Whether a grid's lines are but the borders of a compressed picture's blocks."""
    size = may_be_blocks(grid.px_per_mm, grid.angle_deg)
    return size is not None and not is_drawn(pixels, size)


def scaled(grid: FoundGrid, times: float) -> FoundGrid:
    """A grid whose lines are taken to lie so many times as far apart: finer ones may be too pale,
    and parts of the distance of others may pass for them."""
    left, top, right, bottom = (times * side for side in grid.area_mm)
    across, down = grid.px_per_mm
    return replace(
        grid,
        to_mm=np.diag([times, times, 1.0]) @ grid.to_mm,
        px_per_mm=(across / times, down / times),
        residual_mm=times * grid.residual_mm,
        area_mm=(left, top, right, bottom),
        guessed=True,
    )


def _squares(grid: FoundGrid) -> list[FoundGrid]:
    """A grid whose millimetres are not as wide as high with those of one axis on both: overtones
    of its lines may have passed for lines on the other."""
    across, down = grid.px_per_mm
    if grid.bend is not None:
        return []
    found = []
    for x, y in ((across / down, 1.0), (1.0, down / across)):
        left, top, right, bottom = grid.area_mm
        found.append(
            replace(
                grid,
                to_mm=np.diag([x, y, 1.0]) @ grid.to_mm,
                px_per_mm=(across / x, down / y),
                area_mm=(left * x, top * y, right * x, bottom * y),
                guessed=True,
            )
        )
    return found


def _followed(lines: np.ndarray, lattices: tuple[Lattice, ...]) -> list[tuple[Lattice, Followed]]:
    """The likely ones of several lattices, with where their lines lie."""
    found: list[tuple[Lattice, Followed]] = []
    best: Lattice | None = None
    tried = 0
    for lattice in lattices:
        # What is followed is believed no more than the spectrum is.
        if lattice.score <= MIN_SCORE:
            break
        if best is not None and lattice.score < best.score - MARGIN:
            break
        if any(_is_alone(*one, lattice) for one in found):
            break
        if best is not None and abs(lattice.angle_deg - best.angle_deg) > OTHER_TURN_DEG:
            continue
        if any(lattice.is_like(other, SAME_SCALE, SAME_TURN_DEG) for other, _ in found):
            continue
        followed, tried = follow(lines, lattice), tried + 1
        if followed is not None and _is_grid(lattice, followed):
            found.append((lattice, followed))
            if followed.residual_mm < CLEAR_MM and followed.lost < CLEAR_LOST:
                best = best or lattice
        if len(found) == MOST or tried == MOST_TRIED:
            break
    return found


def _bold_alone(lines: np.ndarray, lattices: tuple[Lattice, ...]) -> list[tuple[Lattice, Followed]]:
    """The likeliest lattice of wide cells whose lines are followed as sharply as a printer draws
    bold ones: compression, or a small copy, may have left none of those between them."""
    for lattice in lattices:
        if lattice.score <= MIN_SCORE or min(lattice.px_per_mm) < FIFTHS_PX:
            continue
        followed = follow(lines, lattice)
        if followed is None or followed.bend is not None:
            continue
        across, down = px_per_mm(followed.to_mm, followed.middle_px)
        sharp = followed.residual_mm < BOLD_MM and followed.lost < CLEAR_LOST
        if sharp and followed.covered > BOLD_COVERED and max(across / down, down / across) < SQUARE:
            return [(lattice, followed)]
    return []


def _is_alone(lattice: Lattice, followed: Followed, other: Lattice) -> bool:
    """Whether a flat grid, drawn unevenly, leaves no doubt that another lattice is none."""
    return followed.bend is None and other.score < lattice.score - ALONE


def _is_grid(lattice: Lattice, followed: Followed) -> bool:
    """Whether what was followed can be the lines of a grid: rows, beats and print repeat, too."""
    sides = np.subtract(followed.area_mm[2:], followed.area_mm[:2])
    if sides.max() > MAX_AREA_MM:
        return False
    wide = float(np.mean(lattice.px_per_mm)) > WIDE_PX
    if wide and (followed.residual_mm > WIDE_MM or lattice.score < WIDE_SCORE):
        return False
    across, down = px_per_mm(followed.to_mm, followed.middle_px)
    stretch = max(across / down, down / across)
    if wide:
        return stretch < WIDE_STRETCH
    flat = followed.bend is None and followed.residual_mm < SHARP_MM
    return stretch < MAX_STRETCH or flat


def px_per_mm(to_mm: np.ndarray, place_px: tuple[float, float]) -> tuple[float, float]:
    """Pixels per mm across and down, at a place of the picture."""
    back = np.linalg.inv(jacobian_at(to_mm, np.array(place_px)))
    return float(np.hypot(*back[:, 0])), float(np.hypot(*back[:, 1]))


def _seen(lattice: Lattice, followed: Followed, shrink: np.ndarray) -> FoundGrid:
    """A grid in pixels of the whole picture. shrink: 3 × 3, to those it was followed on."""
    to_mm = followed.to_mm @ shrink
    to_mm /= to_mm[2, 2]
    middle = np.linalg.solve(shrink, [*followed.middle_px, 1.0])[:2]
    back = np.linalg.inv(jacobian_at(to_mm, middle))
    bent = followed.bend is not None
    cost = float(np.dot(COSTS, (followed.residual_mm, followed.lost, bent)))
    return FoundGrid(
        to_mm=to_mm,
        px_per_mm=px_per_mm(to_mm, (float(middle[0]), float(middle[1]))),
        angle_deg=float(np.degrees(np.arctan2(back[1, 0], back[0, 0]))),
        residual_mm=followed.residual_mm,
        score=lattice.score - cost,
        covered=followed.covered,
        area_mm=followed.area_mm,
        bend=followed.bend,
    )


def _drawn(exact: Exact) -> FoundGrid:
    """A grid whose lines run along the pixels."""
    (x, y), (step_x, step_y) = exact.first_mm, exact.step_mm
    (left, right), (top, bottom) = exact.ruled_mm
    return FoundGrid(
        to_mm=np.array([[step_x, 0.0, x], [0.0, step_y, y], [0.0, 0.0, 1.0]]),
        px_per_mm=(1.0 / step_x, 1.0 / step_y),
        angle_deg=0.0,
        residual_mm=exact.residual_mm,
        score=DRAWN_SCORE,
        covered=exact.covered,
        area_mm=(left, top, right, bottom),
    )


def jacobian_at(homography: np.ndarray, point: np.ndarray) -> np.ndarray:
    """Derivative (2 × 2) of a homography at a point."""
    x, y, w = homography @ np.array([point[0], point[1], 1.0])
    return np.asarray((homography[:2, :2] - np.outer([x / w, y / w], homography[2, :2])) / w, float)
