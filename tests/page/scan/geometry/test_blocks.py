"""Borders of a compressed picture's blocks are no grid; lines that are drawn there are."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.page.drawn import damage
from ecg_core.page.scan.geometry.blocks import is_drawn, may_be_blocks
from ecg_core.page.scan.geometry.grid import find_grids


def compressed(pixels: np.ndarray, quality: int) -> np.ndarray:
    """The picture as JPEG gives it back."""
    stored, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert stored
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))


def photographed(cell_px: int | None = None, darker: int = 12) -> np.ndarray:
    """A photographed screen with nothing on it but, where wanted, lines every `cell_px` pixels."""
    light = np.full((640, 960, 3), 235, np.uint8)
    if cell_px is not None:
        light[:, ::cell_px] -= darker
        light[::cell_px] -= darker
    sheet = damage.DamagedSheet(light, 8.0, np.eye(3))
    rng = np.random.default_rng(3)
    for step in (damage.uneven_light(0.2), damage.moire(0.12), damage.noise(1.0, 2.0)):
        sheet = step(sheet, rng)
    return sheet.pixels


@pytest.mark.parametrize("quality", [30, 50, 70])
def test_borders_of_blocks_are_not_drawn(quality: int) -> None:
    picture = compressed(photographed(), quality)
    assert not is_drawn(picture, 8)
    assert not is_drawn(picture, 16)
    for grid in find_grids(picture):
        assert may_be_blocks(grid.px_per_mm, grid.angle_deg) is None


@pytest.mark.parametrize("quality", [50, 95])
def test_a_pale_grid_as_wide_as_blocks_stays_one(quality: int) -> None:
    picture = compressed(photographed(8), quality)
    assert is_drawn(picture, 8)
    assert find_grids(picture)
