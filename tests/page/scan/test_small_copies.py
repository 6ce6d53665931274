"""Small copies, compressed twice as on their way through the web: hardly a line of 1 mm is left."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.scan.rectify import read_scan
from tests.page.sample_records import beating

DRAWN, SECOND = 8.0, 1.07
"""Pixels per mm of the original, and how much larger the second copy is than the first."""


def small_copy(page: np.ndarray, px_per_mm: float, qualities: tuple[int, int]) -> np.ndarray:
    """A third of a degree askew, first so fine, then a little larger."""
    shrink = px_per_mm / DRAWN
    height, width = page.shape[:2]
    move = cv2.getRotationMatrix2D((width / 2, height / 2), 0.3, shrink)
    move[:, 2] += (shrink - 1.0) * width / 2, (shrink - 1.0) * height / 2
    size = (round(width * shrink), round(height * shrink))
    soft = cv2.GaussianBlur(page, (0, 0), 0.5 / shrink)
    copy = cv2.warpAffine(soft, move, size, borderValue=(250, 250, 250))
    for times, quality in zip((1.0, SECOND), qualities, strict=True):
        larger = cv2.resize(copy, None, fx=times, fy=times, interpolation=cv2.INTER_LINEAR)
        coded = cv2.imencode(".jpg", larger, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        copy = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
    return copy


@pytest.mark.parametrize(
    ("grid", "px_per_mm", "qualities"),
    [
        # Cells of 5 mm pass for millimetres; are left alone, but faintly; lend them their thirds.
        ("orange", 3.8, (40, 20)),
        ("green", 3.8, (30, 25)),
        ("orange", 3.6, (40, 20)),
    ],
)
def test_lines_of_five_millimetres_tell_the_scale_that_columns_and_pulses_prove(
    grid: str, px_per_mm: float, qualities: tuple[int, int]
) -> None:
    style = PrintStyle(grid=grid, pulse="right", footer="25mm/s 10mm/mV")
    page = print_record(beating(), "3x4", DRAWN, style).pixels
    scan = EcgScan("copy", "0" * 64, small_copy(page, px_per_mm, qualities))
    reading = read_scan(scan, with_picture=False)
    assert reading.page.layout == "3x4"
    px = 1.0 / np.linalg.norm(reading.to_plane[:2, :2], axis=0)
    assert px == pytest.approx([px_per_mm * SECOND] * 2, rel=0.01)
    assert reading.sheet.scale.speed == 25.0
    assert reading.sheet.scale.gain_limb == 10.0
