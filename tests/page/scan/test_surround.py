"""Bars of one dark shade around a page are taken off it, and nothing else is."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page import layouts
from ecg_core.page.correction import view_of
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.surround import with_dark_print, without_surround
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


CABRERA = ("aVL", "I", "-aVR", "II", "aVF", "III", "V1", "V2", "V3", "V4", "V5", "V6")


def test_names_written_light_on_a_dark_bar_are_read() -> None:
    # Nothing but the names tells this order of the rows.
    style = PrintStyle(label="none")
    page = print_record(beating(), "12x1 Cabrera", 6.0, style=style).pixels
    barred = framed(page, 40, (0, 0, 72, 0))
    boxes = layouts.SCANNED["12x1 Cabrera"].boxes()
    for lead, box in zip(CABRERA, boxes, strict=True):
        at = (6, round((box.y0_mm + box.y1_mm) / 2 * 6.0 + layouts.CANVAS_MARGIN_MM * 6.0))
        cv2.putText(barred, lead, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, (250, 250, 250), 2)
    read = read_scan(EcgScan("bar", "0" * 64, barred), with_picture=False)
    assert read.page.layout == "12x1 Cabrera"
    assert {name.lead for name in read.sheet.draft.print_.names} >= {"aVL", "V1", "V5"}


@pytest.mark.parametrize(
    ("spoil", "kind"), [(0, "plain"), (1, "a table"), (2, "no end"), (3, "too wide")]
)
def test_no_other_dark_side_is_turned_light(spoil: int, kind: str) -> None:
    page = np.full((600, 800, 3), 240, np.uint8)
    barred = framed(page, 40, (0, 0, 200 if kind == "too wide" else 60, 0))
    if kind != "plain":
        barred[50:70, 20:40] = 250
    if kind == "a table":
        barred[:, :60] += np.random.default_rng(0).integers(0, 40, (600, 60, 3)).astype(np.uint8)
    if kind == "no end":
        barred[:, 60:100] = np.linspace(40, 240, 40).astype(np.uint8)[:, None]
    view = view_of(barred, None)
    assert with_dark_print(view) is view


def test_a_bar_with_names_is_turned_light_on_either_side() -> None:
    page = np.full((600, 800, 3), 240, np.uint8)
    for sides in ((0, 0, 60, 0), (0, 0, 0, 60)):
        barred = framed(page, 40, sides)
        place = slice(20, 40) if sides[2] else slice(-40, -20)
        barred[50:70, place] = 250
        turned = with_dark_print(view_of(barred, None)).pixels
        assert (turned[50:70, place] == 45).all()
        bar = slice(0, 60) if sides[2] else slice(-60, None)
        assert (turned[100:, bar] == 255).all() and (turned[:, 100:700] == 240).all()
