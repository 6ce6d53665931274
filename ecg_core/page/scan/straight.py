"""From the geometry of a scan to the flat picture: what is looked at, and which way up."""

from __future__ import annotations

import numpy as np

from ecg_core.page.correction import ScanView, turn
from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.geometry.grid import FoundGrid
from ecg_core.page.scan.geometry.gridless import scale_without_grid
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.ink import straighten
from ecg_core.page.scan.marks import flat_of
from ecg_core.page.values import PageError, Remark

AROUND_MM = 120.0
"""So far around the ruled paper print and pulses are looked for."""


def check_geometry(grid: FoundGrid, remarks: list[Remark]) -> None:
    """Say what of a geometry is doubtful or worth a note.

    Raises PageError where it cannot be relied on.
    """
    if min(grid.px_per_mm) < quality.MIN_PX_PER_MM:
        raise refuse("too_coarse", px_per_mm=min(grid.px_per_mm), least=quality.MIN_PX_PER_MM)
    if abs(grid.angle_deg) > quality.MAX_ANGLE_DEG:
        raise refuse("rotated", angle=grid.angle_deg)
    if grid.residual_mm > quality.MAX_RESIDUAL_MM:
        raise refuse("curved", residual=grid.residual_mm)
    if grid.bend is not None:
        if grid.bend.strain > quality.MAX_STRAIN:
            raise refuse("curved", residual=grid.bend.height_mm)
        remarks.append(remark("flattened", height=grid.bend.height_mm))
    if grid.residual_mm > quality.FLAT_RESIDUAL_MM:
        remarks.append(remark("slightly_curved", residual=grid.residual_mm))


def without_grid(view: ScanView, free: bool) -> tuple[ScanView, FoundGrid]:
    """Geometry without a grid, the way up that has rows and an upright pulse.

    Rows without an upright pulse may be upside down; a tall picture without rows, sideways.
    """
    problem: PageError | None = None
    turns = [0]
    while turns:
        quarter_turns = turns.pop(0)
        turned = view.turned(quarter_turns)
        try:
            return turned, scale_without_grid(turned.pixels)
        except PageError as error:
            problem = problem or error
            if free and quarter_turns < 2 and error.remark.code == "no_scale":
                turns = [quarter_turns + 2]
            elif free and quarter_turns == 0 and view.pixels.shape[0] > view.pixels.shape[1]:
                turns = [1]
    assert problem is not None
    raise problem


def straightened(view: ScanView, grid: FoundGrid, coloured: bool | None = None) -> Flat:
    """The picture made straight, with what stands around the ruled paper."""
    area = _area(view, grid)
    straight = straighten(view.pixels, grid.to_mm, min(grid.px_per_mm), area, grid.bend)
    return flat_of(straight, grid.area_mm, coloured)


def to_flat(flat: Flat, quarter_turns: int) -> np.ndarray:
    """From mm of the plane to mm of the flat picture once it is upright."""
    height, width = flat.trace.shape
    # `turn` moves pixel centres: without their half pixel, it moves edges.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    moved = half @ turn(quarter_turns, width, height) @ np.linalg.inv(half)
    raster = np.diag([flat.px_per_mm, flat.px_per_mm, 1.0])
    left, top = flat.corner_mm
    offset = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
    return np.asarray(np.linalg.inv(raster) @ moved @ raster @ offset)


def _area(view: ScanView, grid: FoundGrid) -> tuple[float, float, float, float]:
    """What is looked at: the ruled part of the paper and what the picture shows around it, from
    one 5 mm line to another; of a bent sheet, the ruled part alone."""
    left, top, right, bottom = grid.area_mm
    if grid.bend is not None:
        around = (5.0, 5.0, 5.0, 5.0)
    else:
        height, width = view.pixels.shape[:2]
        corners = projected(
            grid.to_mm, np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
        )
        low, high = corners.min(axis=0), corners.max(axis=0)
        beyond = (left - low[0], top - low[1], high[0] - right, high[1] - bottom)
        sides = np.clip(beyond, 5.0, AROUND_MM)
        around = (float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3]))
    return (
        5.0 * np.floor((left - around[0]) / 5.0),
        5.0 * np.floor((top - around[1]) / 5.0),
        5.0 * np.ceil((right + around[2]) / 5.0),
        5.0 * np.ceil((bottom + around[3]) / 5.0),
    )
