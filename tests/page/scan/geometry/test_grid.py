"""Grids of any picture: lines of 1 mm without bold ones, turned, pressed as JPEG, bent."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.page.scan.geometry.grid import FoundGrid, find_grids
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.light import light_on_dark

WIDTH, HEIGHT = 900, 640


def ruled(
    px_per_mm: float, angle_deg: float = 0.0, bold: float = 0.0, sway_mm: float = 0.0
) -> np.ndarray:
    """Paper ruled every mm, 5 mm lines darker by `bold`, lines down swaying once over the width."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    angle = np.radians(angle_deg)
    across = (np.cos(angle) * x + np.sin(angle) * y) / px_per_mm
    down = (np.cos(angle) * y - np.sin(angle) * x) / px_per_mm
    down = down + sway_mm * np.sin(2 * np.pi * x / WIDTH)
    grey = np.full((HEIGHT, WIDTH), 240.0)
    for place in (across, down):
        for every, depth in ((1.0, 60.0), (5.0, bold)):
            off = np.abs(place - every * np.round(place / every)) * px_per_mm
            grey -= depth * np.clip(1.2 - off, 0.0, 1.0)
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def likeliest(pixels: np.ndarray) -> FoundGrid:
    grids = find_grids(pixels)
    assert grids
    return grids[0]


@pytest.mark.parametrize(("px_per_mm", "angle_deg"), [(4.72, 7.0), (6.31, -12.0)])
def test_lines_of_one_darkness_tell_the_scale_however_turned(
    px_per_mm: float, angle_deg: float
) -> None:
    grain = np.random.default_rng(3).normal(0.0, 12.0, (HEIGHT, WIDTH, 1))
    noisy = np.clip(ruled(px_per_mm, angle_deg) + grain, 0, 255).astype(np.uint8)
    grid = likeliest(noisy)
    assert grid.px_per_mm == pytest.approx((px_per_mm, px_per_mm), rel=0.005)
    assert abs(grid.angle_deg) == pytest.approx(abs(angle_deg), abs=0.1)
    assert grid.bend is None


def test_blocks_of_a_jpeg_do_not_bend_a_flat_sheet() -> None:
    # Lines of 200 dpi lie 7.874 px apart, blocks of a JPEG 8.
    sheet = ruled(7.874, bold=20.0)
    coded = cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, 75])[1]
    grid = likeliest(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)))
    assert grid.px_per_mm == pytest.approx((7.874, 7.874), rel=0.002)
    assert grid.bend is None


def test_a_bent_sheet_is_followed_by_its_bold_lines_without_a_slip() -> None:
    grid = likeliest(ruled(5.0, bold=60.0, sway_mm=1.5))
    assert grid.bend is not None
    x = np.linspace(60.0, WIDTH - 60.0, 30)
    flat = projected(grid.to_mm, np.stack([x, np.full(30, HEIGHT / 2)], axis=1))
    down = (flat + grid.bend.at(flat))[:, 1]
    true = HEIGHT / 2 / 5.0 + 1.5 * np.sin(2 * np.pi * x / WIDTH)
    off = down - true
    assert np.ptp(off) < 0.3
    assert abs(off.mean() - 5.0 * round(float(off.mean()) / 5.0)) < 0.2


def test_a_screen_at_night_is_light_on_dark_and_a_dim_photograph_is_not() -> None:
    paper = ruled(6.0)
    assert light_on_dark(255 - paper)
    assert not light_on_dark((paper * 0.3).astype(np.uint8))
