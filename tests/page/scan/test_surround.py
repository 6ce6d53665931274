"""Bars of one dark shade around a page are taken off it, and nothing else is."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.correction import view_of
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.surround import without_surround
from tests.page.sample_records import beating


def framed(page: np.ndarray, shade: int, sides: tuple[int, int, int, int]) -> np.ndarray:
    top, bottom, left, right = sides
    height, width = page.shape[:2]
    whole = np.full((top + height + bottom, left + width + right, 3), shade, np.uint8)
    whole[top : top + height, left : left + width] = page
    return whole


@pytest.mark.parametrize("shade", [0, 40, 128])
def test_bars_are_cut_off_but_for_what_compression_blurs(shade: int) -> None:
    page = np.full((200, 300, 3), 240, np.uint8)
    page[::10] = 200
    view = without_surround(view_of(framed(page, shade, (30, 0, 50, 70)), None))
    assert view.pixels.shape[:2] == (198, 296)
    # The page's own corner lies two pixels beyond.
    assert view.from_scan @ [50, 30, 1] == pytest.approx([-2, -2, 1])


@pytest.mark.parametrize(
    "picture",
    [
        np.full((200, 300, 3), 235, np.uint8),
        framed(np.full((200, 300, 3), 20, np.uint8), 0, (30, 30, 30, 30)),
        framed(np.full((200, 300, 3), 240, np.uint8), 190, (30, 30, 30, 30)),
        np.random.default_rng(0).integers(60, 140, (200, 300, 3)).astype(np.uint8),
    ],
    ids=["paper", "a dark screen", "paper on paper", "a table"],
)
def test_whatever_else_surrounds_a_page_stays(picture: np.ndarray) -> None:
    assert without_surround(view_of(picture, None)).pixels.shape == picture.shape


def test_a_page_between_black_bars_is_read_as_without_them() -> None:
    page = print_record(beating(), "3x4", 5.0).pixels
    height, width = page.shape[:2]
    sides = (height // 4, height // 4, width // 6, width // 6)
    plain = read_scan(EcgScan("page", "0" * 64, page), with_picture=False)
    barred = read_scan(EcgScan("bars", "0" * 64, framed(page, 0, sides)), with_picture=False)
    assert barred.page.layout == plain.page.layout == "3x4"
    places = np.array([[0.2, 0.4], [0.7, 0.6]]) * [width, height]
    moved = barred.on_page(places + np.array([sides[2], sides[0]]))
    assert moved == pytest.approx(plain.on_page(places), abs=0.2)
