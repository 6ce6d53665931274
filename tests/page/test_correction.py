"""What a reader sets by hand: corners, orientation, speed and gain."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.correction import Correction, turn, view_of
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.scan.rectify import read_scan
from tests.page.sample_records import beating


def scan(pixels: np.ndarray) -> EcgScan:
    return EcgScan("scan", "1" * 64, np.ascontiguousarray(pixels))


@pytest.mark.parametrize("quarter_turns", range(4))
def test_turning_moves_pixels_as_its_homography_says(quarter_turns: int) -> None:
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[4, 7] = 255
    turned = view_of(pixels, None).turned(quarter_turns)
    x, y, _ = turned.from_scan @ (7.0, 4.0, 1.0)
    assert turned.pixels[round(y), round(x), 0] == 255
    assert np.array_equal(turned.from_scan, turn(quarter_turns, 30, 20))


def test_corners_cut_and_straighten_whatever_their_order() -> None:
    printed = print_record(beating(), "3x4", 4.0, PrintStyle(grid="red"))
    height, width = printed.pixels.shape[:2]
    sheet = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = np.array([[180, 90], [1250, 160], [1180, 640], [120, 560]], np.float32)
    table = (90, 70, 60)
    photo = cv2.warpPerspective(
        printed.pixels,
        cv2.getPerspectiveTransform(sheet, seen),
        (1500, 800),
        borderValue=table,
    )
    corners = tuple((float(x), float(y)) for x, y in seen[[2, 0, 3, 1]])
    reading = read_scan(scan(photo), correction=Correction(corners_px=corners))
    assert reading.page.layout == "3x4"
    # Where 10 s end on the sheet is where they end on the page.
    ends = np.array([[[b.x0_mm, b.y1_mm], [b.x1_mm, b.y1_mm]] for b in printed.boxes]) * 4.0 - 0.5
    move = cv2.getPerspectiveTransform(sheet - 0.5, seen - 0.5)
    in_photo = cv2.perspectiveTransform(ends.reshape(1, -1, 2), move)[0]
    found = reading.on_page(in_photo).reshape(-1, 2, 2)
    for box, place in zip(reading.page.boxes, found, strict=True):
        assert place[:, 0] == pytest.approx([box.x0_mm, box.x1_mm], abs=2.0)


def test_a_turned_scan_is_read_once_turned_back() -> None:
    pixels = print_record(beating(), "3x4", 4.0).pixels
    upright = read_scan(scan(pixels)).page
    turned = np.rot90(pixels)
    page = read_scan(scan(turned), correction=Correction(quarter_turns=1)).page
    assert page.sha256 == upright.sha256


@pytest.mark.parametrize(
    "wrong",
    [
        {"corners_px": ((0, 0), (100, 0), (100, 100))},
        {"corners_px": ((0, 0), (100, 0), (100, 100), (30, 20))},
        {"corners_px": ((0, 0), (100, 0), (float("nan"), 100), (0, 100))},
        {"corners_px": ((0, 0), (5, 0), (5, 5), (0, 5))},
        {"quarter_turns": 4},
        {"speed_mm_per_s": 30.0},
        {"gain_mm_per_mv": 0.0},
    ],
)
def test_what_makes_no_sense_is_no_correction(wrong: dict) -> None:
    with pytest.raises(ValueError, match=r"corners|turns|speeds|gains"):
        Correction(**wrong)
