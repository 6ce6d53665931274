"""Print beside the traces goes, traces and lead names stay."""

from __future__ import annotations

import importlib.util

import cv2
import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.drawn.printed import PrintedPage, PrintStyle, print_record
from ecg_core.page.scan import redact as redact_module
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.redact import RedactionUnavailableError, redact
from tests.page.sample_records import beating

needs_ocr = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="rapidocr is not installed"
)
HEADER = ("Name: MUELLER, ANNA    ID: 7788123    Born: 04-MAY-1948", "Ward 7B   Dr. SMITH")


def printed(header: tuple[str, ...] = HEADER) -> PrintedPage:
    return print_record(beating(2), "3x4+1R", 6.0, PrintStyle(header=header, grid="grey"))


def darkness(pixels: np.ndarray) -> np.ndarray:
    return 255 - cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY).astype(int)


@needs_ocr
def test_header_and_footer_go_and_everything_else_stays() -> None:
    page = printed()
    reading = read_scan(EcgScan("scan", "1" * 64, page.pixels))
    found = redact(page.pixels, reading)
    assert found.regions >= 3
    header = slice(0, round(14 * page.px_per_mm))
    footer = slice(round(-8 * page.px_per_mm), None)
    for part in (header, footer):
        assert (darkness(page.pixels[part]) > 180).sum() > 300
        assert (darkness(found.pixels[part]) > 180).sum() < 30
    rows = slice(round(22 * page.px_per_mm), round(-14 * page.px_per_mm))
    assert np.array_equal(found.pixels[rows], page.pixels[rows])
    again = read_scan(EcgScan("scan", "1" * 64, found.pixels))
    assert again.page.layout == reading.page.layout


@needs_ocr
def test_all_print_of_an_unread_picture_goes() -> None:
    picture = np.full((500, 900, 3), 255, np.uint8)
    for row, text in enumerate(HEADER):
        where = (30, 120 + 200 * row)
        cv2.putText(picture, text[:28], where, cv2.FONT_HERSHEY_SIMPLEX, 1.3, (10, 10, 10), 3)
    found = redact(picture, None)
    assert (darkness(found.pixels) > 128).sum() < 0.02 * (darkness(picture) > 128).sum()
    assert found.kept == 0


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact_module, "is_available", lambda: False)
    with pytest.raises(RedactionUnavailableError, match="pip install"):
        redact(np.zeros((10, 10, 3), np.uint8), None)
