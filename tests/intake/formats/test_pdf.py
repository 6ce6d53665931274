"""PDF pages become pixels at true scale; nothing in a PDF is run."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.intake import (
    Bundle,
    EcgScan,
    FileLimits,
    IntakeError,
    Upload,
    preview,
    read,
    read_here,
    split,
)
from tests.intake.documents import LOCKED, RED_BLUE, SCRIPTED, filled, pdf


def bundles(data: bytes, limits: FileLimits | None = None) -> tuple[Bundle, ...]:
    return split([Upload("report.pdf", data)], limits or FileLimits())


def scan(bundle: Bundle, limits: FileLimits | None = None) -> EcgScan:
    found = read(bundle, limits or FileLimits())
    assert isinstance(found, EcgScan)
    return found


def test_a4_page_has_300_pixels_an_inch_and_the_origin_at_the_bottom() -> None:
    (bundle,) = bundles(pdf(filled(1, 0, 0)))
    found = scan(bundle)
    # 297 mm × 210 mm at 300/25.4 pixels a millimetre.
    assert np.abs(np.array(found.pixels.shape[:2]) - (2480, 3508)).max() <= 1
    assert (bundle.name, bundle.part, found.notes) == ("report.pdf", None, ())
    assert found.pixels[-10, 10].tolist() == [255, 0, 0]
    assert found.pixels[10, 10].tolist() == [255, 255, 255]
    assert found.pixels[-10, -10].tolist() == [255, 255, 255]


def test_line_of_a_tenth_of_a_millimetre_stays_visible() -> None:
    (bundle,) = bundles(pdf(b"0.8 0.5 0.5 RG 0.28 w 400.1 0 m 400.1 595 l S"))
    row = scan(bundle).pixels[1000].min(axis=1)
    assert row.min() < 190 and (row < 250).sum() <= 3


def test_every_page_is_a_case_of_its_own() -> None:
    first, second = bundles(RED_BLUE)
    assert (first.name, second.name) == ("report.pdf, page 1 of 2", "report.pdf, page 2 of 2")
    assert first.sha256 != second.sha256
    assert scan(first).pixels[-10, 10].tolist() == [255, 0, 0]
    assert scan(second).pixels[-10, 10].tolist() == [0, 0, 255]
    assert scan(second).sha256 == second.sha256
    assert scan(second).notes[0].startswith("Page 2 of 2; leads that are missing here")


def test_preview_is_small_and_of_the_page_asked_for() -> None:
    second = bundles(RED_BLUE)[1]
    small = preview(second).pixels
    assert max(small.shape) <= 640
    assert small[-10, 10].tolist() == [0, 0, 255]


def test_page_that_is_not_said_or_not_there_is_refused() -> None:
    upload = Upload("report.pdf", RED_BLUE)
    with pytest.raises(IntakeError, match="holds 2 pages"):
        read(Bundle("report.pdf", (upload,)))
    with pytest.raises(IntakeError, match="no page 3"):
        read(Bundle("report.pdf", (upload,), 2))


def test_turned_page_is_shown_as_a_viewer_shows_it() -> None:
    (bundle,) = bundles(pdf(filled(1, 0, 0), page_extra=b"/Rotate 90"))
    pixels = scan(bundle).pixels
    assert pixels.shape[0] > pixels.shape[1]
    assert pixels[10, 10].tolist() == [255, 0, 0]


def test_password_is_named() -> None:
    (bundle,) = bundles(LOCKED)
    with pytest.raises(IntakeError, match="protected by a password"):
        read(bundle)


def test_scripts_are_not_run_and_their_presence_is_said() -> None:
    (bundle,) = bundles(SCRIPTED)
    found = scan(bundle)
    assert found.pixels[-10, 10].tolist() == [0, 255, 0]
    assert found.notes == ("The PDF holds scripts; they were not run.",)


def test_too_many_pages_are_refused_not_cut() -> None:
    limits = FileLimits(max_pages=3)
    (bundle,) = bundles(pdf(*[filled(1, 0, 0)] * 4), limits)
    with pytest.raises(IntakeError, match="4 pages; at most 3"):
        read(bundle, limits)


@pytest.mark.parametrize("size_pt", [(14_000, 14_000), (14_400, 3), (2, 9000)])
def test_page_of_any_announced_size_stays_below_the_limit_of_pixels(size_pt: tuple) -> None:
    (bundle,) = bundles(pdf(filled(1, 0, 0), size_pt=size_pt))
    assert max(scan(bundle).pixels.shape) <= 6001


@pytest.mark.parametrize("part", [0.05, 0.4, 0.7])
def test_cut_off_pdf_is_refused(part: float) -> None:
    (bundle,) = bundles(RED_BLUE[: int(len(RED_BLUE) * part)])
    with pytest.raises(IntakeError, match="damaged or cut off|without pages"):
        read(bundle)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_pdf_is_read_or_refused(data: st.DataObject) -> None:
    raw = bytearray(RED_BLUE)
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    limits = FileLimits(document_dpi=20)
    try:
        found = read_here(Bundle("r.pdf", (Upload("r.pdf", bytes(raw)),), 0), limits)
    except IntakeError as error:
        assert error.reason and error.hint
    else:
        assert isinstance(found, EcgScan)
