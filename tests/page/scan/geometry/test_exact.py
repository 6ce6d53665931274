"""Grids of exports: found where they lie, to hundredths of a millimetre, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.scan.geometry.exact import find_exact
from ecg_core.page.scan.geometry.grid import find_grid
from tests.page.sample_records import beating
from tests.page.scan.foreign_pictures import FOREIGN

RULED = sorted(set(GRIDS) - {"none"})


def sheet(px_per_mm: float, grid: str, layout: str = "3x4+1R") -> np.ndarray:
    style = PrintStyle(grid=grid, grid_everywhere=True)
    return print_record(beating(), layout, px_per_mm, style).pixels


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    px_per_mm=st.floats(3.55, 7.0),
    grid=st.sampled_from(RULED),
    layout=st.sampled_from(["3x4", "3x4+1R", "6x2", "12x1"]),
)
def test_what_is_found_is_where_it_was_printed(px_per_mm: float, grid: str, layout: str) -> None:
    pixels = sheet(px_per_mm, grid, layout)
    found = find_exact(pixels)
    if found is None:
        return
    for side, length in enumerate(pixels.shape[1::-1]):
        for px in (0.0, length / 2, length - 1.0):
            # The sheet is ruled from its corner; pixels count from their centres.
            off = found.first_mm[side] + found.step_mm[side] * px - (px + 0.5) / px_per_mm
            assert abs(off - 5.0 * round(off / 5.0)) < 0.06


@pytest.mark.parametrize("px_per_mm", [4.0, 4.5, 6.0])
@pytest.mark.parametrize("grid", RULED)
def test_exports_in_common_resolutions_are_found(px_per_mm: float, grid: str) -> None:
    found = find_exact(sheet(px_per_mm, grid))
    assert found is not None
    assert found.step_mm == pytest.approx((1 / px_per_mm,) * 2, rel=1e-3)


def test_pages_a_little_askew_are_left_to_the_finer_method() -> None:
    pixels = sheet(6.0, "pink")
    height, width = pixels.shape[:2]
    for degrees in (0.1, 0.5, 2.0):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
        turned = cv2.warpAffine(pixels, turn, (width, height), borderValue=(250, 250, 250))
        assert find_exact(turned) is None
        grid = find_grid(turned)
        assert grid is not None
        assert abs(grid.angle_deg + degrees) < 0.05 or abs(grid.angle_deg - degrees) < 0.05


def test_page_seen_aslant_or_bent_is_no_export() -> None:
    pixels = sheet(6.0, "red")
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    aslant = corners + np.array([[0, 0], [0, 0], [-6, 0], [6, 0]], np.float32)
    view = cv2.getPerspectiveTransform(corners, aslant)
    assert find_exact(cv2.warpPerspective(pixels, view, (width, height))) is None
    across, down = np.meshgrid(
        np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    )
    bent = across + 4.0 * np.sin(np.pi * across / width).astype(np.float32)
    assert find_exact(cv2.remap(pixels, bent, down, cv2.INTER_LINEAR)) is None


@pytest.mark.parametrize("draw", FOREIGN, ids=lambda draw: draw.__name__)
def test_what_has_no_grid_for_the_finer_method_has_none_here(draw: object) -> None:
    pixels = draw()  # type: ignore[operator]
    found = find_exact(pixels)
    if found is not None:
        # Charts may be ruled, too; they are refused for what is drawn on them.
        assert 1.0 / found.step_mm[0] > 1.0


def ruled(pitch_px: float, fine: tuple[int, ...], bold: tuple[int, ...], soft: int) -> np.ndarray:
    """White paper, 1300 × 900 px, with a line one pixel thick every so many pixels, every fifth
    bold. soft: lines are drawn so many times finer than the picture."""
    pixels = np.full((900 * soft, 1300 * soft, 3), 255, np.uint8)
    for number in range(round(1300 / pitch_px)):
        at = round(number * pitch_px * soft)
        colour = fine if number % 5 else bold
        for part in (pixels[:, at : at + soft], pixels[at : at + soft]):
            part[:] = np.minimum(part, colour)
    return np.asarray(cv2.resize(pixels, (1300, 900), interpolation=cv2.INTER_AREA))


def test_bold_lines_of_another_colour_are_seen_beside_fine_ones_as_dark() -> None:
    """Fine lines in blue and bold ones in green, both 30 in their darkest channel: only the
    lightest tells which are which."""
    found = find_exact(ruled(6.0, (30, 60, 130), (30, 40, 30), 2))
    assert found is not None
    assert 1.0 / np.array(found.step_mm) == pytest.approx([6.0, 6.0], rel=0.002)


@pytest.mark.parametrize("bold", [(30, 40, 30), (30, 30, 20), (0, 10, 0)])
@pytest.mark.parametrize("soft", [1, 4])
def test_uneven_lines_are_found_at_their_scale_or_not_at_all(
    bold: tuple[int, ...], soft: int
) -> None:
    """7 or 8 px a millimetre in turn are too uneven to be exact; 12.2 px, a third of five such
    millimetres, are no 5 mm."""
    found = find_exact(ruled(7.32, (30, 60, 130), bold, soft))
    if found is not None:
        assert 1.0 / np.array(found.step_mm) == pytest.approx([7.32, 7.32], rel=0.002)
