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


def test_menus_beyond_a_viewers_dark_bars_go_with_them() -> None:
    page = np.full((300, 500, 3), 240, np.uint8)
    page[::10] = 200
    viewer = framed(page, 35, (60, 40, 50, 50))
    viewer[:20] = 235
    viewer[5:15, 20:300:7] = 0
    viewer[20:, -12:] = 200
    view = without_surround(view_of(viewer, None))
    assert view.pixels.shape[:2] == (296, 496)


def test_names_on_a_bar_beside_the_rows_stay() -> None:
    page = framed(np.full((600, 800, 3), 240, np.uint8), 35, (0, 0, 60, 0))
    for y in range(50, 600, 100):
        page[y : y + 12, 20:40] = 250
    # Of the bar what lies beyond the names may go.
    assert without_surround(view_of(page, None)).pixels.shape[1] >= 800 + 60 - 20 - 2


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
