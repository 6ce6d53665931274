"""Pages in black and white dots are read by the greys that the dots stand for."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake.values import EcgScan
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.scan.dotted import is_dotted, may_be_dotted
from ecg_core.page.scan.rectify import read_scan
from tests.page.sample_records import beating


def test_a_page_in_dots_is_read_as_the_page_in_greys() -> None:
    page = print_record(beating(), "3x4", 5.0, PrintStyle(grid="red")).pixels
    dots = np.asarray(Image.fromarray(page).convert("1").convert("RGB"))
    plain = read_scan(EcgScan("page", "0" * 64, page), with_picture=False)
    found = read_scan(EcgScan("dots", "0" * 64, np.ascontiguousarray(dots)), with_picture=False)
    assert found.page.layout == plain.page.layout == "3x4"
    height, width = page.shape[:2]
    places = np.array([[0.2, 0.4], [0.7, 0.6]]) * [width, height]
    assert found.on_page(places) == pytest.approx(plain.on_page(places), abs=0.4)


def test_a_page_in_dots_made_larger_is_read_too() -> None:
    page = print_record(beating(), "3x4", 5.0, PrintStyle(grid="grey")).pixels
    dots = Image.fromarray(page).convert("1").convert("RGB")
    larger = np.asarray(dots.resize((round(1.3 * dots.width), round(1.3 * dots.height))))
    assert not is_dotted(larger)
    found = read_scan(EcgScan("dots", "0" * 64, np.ascontiguousarray(larger)), with_picture=False)
    assert found.page.layout == "3x4"


def test_pages_in_colours_or_greys_are_no_dots() -> None:
    page = print_record(beating(), "3x4", 5.0, PrintStyle(grid="red")).pixels
    for other in (page, np.full_like(page, 235)):
        assert not is_dotted(other)
        assert not may_be_dotted(other)
