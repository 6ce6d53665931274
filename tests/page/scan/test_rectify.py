"""The central law: a record and the scan of its own print land on nearly the same page."""

from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from benchmarks.pages.foreign.second_printer import look_of, printed
from benchmarks.pages.rectify import Agreement, compare
from ecg_core.intake.values import EcgScan
from ecg_core.page.doubts.limits import LIMITS
from ecg_core.page.drawn.damage import degrade
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.recovered.samples import recover
from ecg_core.page.scan import under_grid
from ecg_core.page.scan.rectify import from_scan, read_scan
from ecg_core.page.values import EcgPage, PageError, Severity
from tests.page.sample_records import beating
from tests.page.scan.foreign_pictures import FOREIGN

pytestmark = pytest.mark.slow

SHARED = Path(os.environ.get("ECG_SHARED_DATA", Path(__file__).parents[4] / "shared" / "data"))


def scan(pixels: np.ndarray) -> EcgScan:
    return EcgScan("scan", "1" * 64, np.ascontiguousarray(pixels))


def agreement(
    layout: str, px_per_mm: float, style: PrintStyle, condition: str = "clean", turn: float = 0.0
) -> Agreement:
    record = beating(len(layout))
    printed = print_record(record, layout, px_per_mm, style)
    sheet = degrade(condition, printed.pixels, 1, px_per_mm)
    pixels, move = sheet.pixels, sheet.homography
    if turn:
        height, width = pixels.shape[:2]
        rotation = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
        pixels = cv2.warpAffine(pixels, rotation, (width, height), borderValue=(250, 250, 250))
        move = np.vstack([rotation, [0, 0, 1]]) @ move
    reading = read_scan(scan(pixels))
    assert reading.page.layout == layout
    return compare(reading, record, printed, move)


def holds(found: Agreement) -> bool:
    return found.scale_error < 0.02 and found.box_error_mm < 2.0 and found.ink_f1 > 0.9


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_layout_is_read_from_a_clean_print(layout: str) -> None:
    assert holds(agreement(layout, 4.0, PrintStyle(grid="red")))


@pytest.mark.parametrize("grid", sorted(GRIDS))
def test_every_paper_is_read_from_a_clean_print(grid: str) -> None:
    assert holds(agreement("3x4+1R", 4.0, PrintStyle(grid=grid, separators="full")))


@pytest.mark.parametrize("condition", ["colour_scan", "phone_photo", "creased_shadowed"])
def test_degraded_prints_are_read(condition: str) -> None:
    assert holds(agreement("3x4+1R", 6.0, PrintStyle(), condition))


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    turn=st.floats(-3.0, 3.0),
    px_per_mm=st.floats(3.55, 12.0).filter(lambda px: abs(px % 1 - 0.5) > 0.03),
    grid=st.sampled_from(sorted(set(GRIDS) - {"none"})),
    layout=st.sampled_from(sorted(LAYOUTS)),
)
def test_law_holds_over_turn_scale_paper_and_layout(
    turn: float, px_per_mm: float, grid: str, layout: str
) -> None:
    assert holds(agreement(layout, px_per_mm, PrintStyle(grid=grid), turn=turn))


@pytest.mark.parametrize("px_per_mm", [3.5, 4.5, 5.5])
@pytest.mark.parametrize(("grid", "layout"), [("blue_grey", "3x4"), ("red", "3x4+1R")])
def test_grids_of_half_pixels_are_read_or_refused(px_per_mm: float, grid: str, layout: str) -> None:
    # Drawn in whole pixels, their lines alternate and may pass for lines of two millimetres.
    try:
        found = agreement(layout, px_per_mm, PrintStyle(grid=grid), turn=0.7)
    except PageError as refusal:
        assert refusal.remark.code in LIMITS
    else:
        assert holds(found)


def test_pen_is_as_wide_as_on_pages_of_records() -> None:
    from ecg_core.page.drawn.from_record import from_record
    from ecg_core.signal.bands import Band

    record = beating()
    truth = from_record(record, "3x4", Band.AS_RECORDED).ink.astype(float)
    for pen_mm in (0.25, 0.35, 0.5):
        printed = print_record(record, "3x4", 8.0, PrintStyle(pen_mm=pen_mm))
        ink = from_scan(scan(printed.pixels)).ink.astype(float)
        assert ink.sum() / truth.sum() == pytest.approx(1.0, abs=0.3)


def test_header_pulse_and_margins_stay_outside() -> None:
    record = beating()
    style = PrintStyle(header=("NAME IDENTIFIER 1234567890 " * 4,) * 2)
    page = from_scan(scan(print_record(record, "3x4+1R", 6.0, style).pixels))
    assert page.width_mm == 250.0
    assert page.picture is not None
    assert page.picture.shape[:2] == (page.height_mm * 6, 1500)
    assert {"geometry", "pulse"} <= {remark.code for remark in page.remarks}
    assert page.source_px_per_mm == pytest.approx(6.0, rel=0.01)


def test_missing_leads_are_named() -> None:
    leads = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V4", "V5", "V6")
    page = from_scan(scan(print_record(beating(leads=leads), "3x4+1R", 5.0).pixels))
    assert page.missing_leads == ("V3",)
    assert any(remark.code == "missing_leads" for remark in page.remarks)


def test_an_unknown_gain_is_asked_for() -> None:
    sheet = print_record(beating(), "3x4+1R", 6.0, PrintStyle(grid="none")).pixels
    height, width = sheet.shape[:2]
    ink = cv2.resize(sheet, (width, round(0.7 * height)), interpolation=cv2.INTER_AREA)
    paper = print_record(
        beating(leads=()),
        "3x4+1R",
        6.0,
        PrintStyle(header=(), footer="", label="none", pulse="none", separators="none"),
    ).pixels
    top = height // 4
    paper[top : top + ink.shape[0]] = np.minimum(paper[top : top + ink.shape[0]], ink)
    page = from_scan(scan(paper))
    # A pulse of 7 mm is none of 5, 10 or 20 mm/mV.
    assert "gain_close" in {remark.code for remark in page.remarks}
    assert page.question is not None
    assert page.question.code == "gain"
    assert dict(page.question.options[0].set) == {"gain": "10"}


@pytest.mark.parametrize("draw", FOREIGN, ids=lambda draw: draw.__name__)
def test_foreign_pictures_are_refused_with_reason_and_hint(draw: object) -> None:
    with pytest.raises(PageError) as refusal:
        from_scan(scan(draw()))  # type: ignore[operator]
    assert refusal.value.remark.code in LIMITS
    assert refusal.value.remark.severity is Severity.REFUSE
    assert refusal.value.remark.hint


def test_half_a_page_is_doubted_and_a_blurred_page_refused() -> None:
    sheet = print_record(beating(), px_per_mm=6.0).pixels
    page = from_scan(scan(sheet[:, : sheet.shape[1] // 2]))
    assert "brief_columns" in {one.code for one in page.remarks if one.severity is Severity.DOUBT}
    assert {box.lead for box in page.boxes} <= {"I", "II", "III", "aVR", "aVL", "aVF"}
    with pytest.raises(PageError):
        from_scan(scan(cv2.GaussianBlur(sheet, (0, 0), 9.0)))


def test_columns_of_2_2_s_are_a_note_that_speaks_of_the_sheet() -> None:
    # 55 mm at 25 mm/s, as some recorders print them: the machine's answer is no less sure for it.
    record = beating()
    look = replace(look_of(0), layout="3x4", column_s=2.2, speed_mm_per_s=25.0, gain_mm_per_mv=10.0)
    page = from_scan(scan(printed(record, look).pixels))
    [said] = [
        one for one in page.remarks if one.code in ("short_columns", "brief_columns", "short")
    ]
    assert said.code == "short_columns" and said.severity is Severity.NOTE
    assert said.text.startswith("The sheet shows 2.2 s of each lead")


def test_page_survives_its_bytes() -> None:
    page = from_scan(scan(print_record(beating(), "6x2", 4.0).pixels))
    again = EcgPage.from_bytes(page.to_bytes())
    assert again.sha256 == page.sha256
    assert (again.boxes, again.remarks, again.layout) == (page.boxes, page.remarks, page.layout)
    assert again.picture is not None
    assert page.picture is not None
    assert np.array_equal(again.picture, page.picture)


def test_pages_of_another_hospital_are_read_at_their_printed_resolution() -> None:
    files = sorted((SHARED / "ecg-images" / "full_size").rglob("*.jpg"))
    if not files:
        pytest.skip("full-size page images are not here (ECG_SHARED_DATA)")
    for path in files[::4]:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert pixels is not None
        page = from_scan(scan(pixels[:, :, ::-1]))
        assert page.layout == "3x4+1R"
        assert page.source_px_per_mm == pytest.approx(7.9, rel=0.01)
        assert not page.missing_leads


def test_rhythm_strip_is_named_after_the_wave_it_repeats() -> None:
    path = SHARED / "ecg-images" / "full_size" / "MI(25).jpg"
    if not path.exists():
        pytest.skip("full-size page images are not here (ECG_SHARED_DATA)")
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert pixels is not None
    page = from_scan(scan(pixels[:, :, ::-1]))
    # The page prints "II" on its strip; V6 and aVF have much the same shape at another height.
    assert page.boxes[-1].lead == "II"


def test_photographs_are_read_true_to_their_layout_or_refused() -> None:
    files = sorted((SHARED / "photos").glob("*.jpg"))
    if not files:
        pytest.skip("photographs are not here (ECG_SHARED_DATA)")
    for path in files[::4]:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
        assert pixels is not None
        try:
            page = from_scan(scan(pixels[:, :, ::-1]))
        except PageError as refusal:
            assert refusal.remark.code in LIMITS
        else:
            assert page.layout == "3x4+1R"


@pytest.mark.parametrize("pulse", ["left", "right", "none"])
def test_time_begins_at_the_first_sample_not_at_the_first_ink(pulse: str) -> None:
    style = PrintStyle(pulse=pulse, separators="none", label="above")
    printed = print_record(beating(), "3x4+1R", 6.0, style)
    reading = read_scan(scan(printed.pixels))
    box = printed.boxes[0]
    middle_mm = (box.y0_mm + box.y1_mm) / 2
    begin_px = np.array([[box.x0_mm, middle_mm]]) * printed.px_per_mm - 0.5
    # A tenth of a millimetre is 4 ms; the pen alone reaches 0.17 mm to the left.
    assert abs(reading.on_page(begin_px)[0, 0]) < 0.1


def test_ten_seconds_without_a_grid_are_as_long_as_they_were_printed() -> None:
    style = PrintStyle(grid="none", pulse="right", separators="none")
    printed = print_record(beating(), "3x4+1R", 6.0, style)
    reading = read_scan(scan(printed.pixels))
    left, middle_mm = printed.boxes[0].x0_mm, printed.origin_mm[1] + 15.0
    ends_px = np.array([[left, middle_mm], [left + 250.0, middle_mm]]) * 6.0 - 0.5
    begin, end = reading.on_page(ends_px)[:, 0]
    assert abs(begin) < 0.4
    assert abs(end - begin - 250.0) < 0.5


def test_without_grid_and_pulse_print_must_tell_speed_and_gain() -> None:
    style = PrintStyle(grid="none", pulse="none")
    printed = print_record(beating(), "6x2", 6.0, style)
    page = from_scan(scan(printed.pixels))
    assert page.source_px_per_mm == pytest.approx(6.0, rel=0.003)
    assert "no_grid" in {remark.code for remark in page.remarks}
    for footer in ("", "Page 1 of 1", "25 mm/s   50 mm/s   10 mm/mV"):
        silent = print_record(beating(), "6x2", 6.0, replace(style, footer=footer))
        with pytest.raises(PageError) as refusal:
            from_scan(scan(silent.pixels))
        assert refusal.value.remark.code == "no_scale"
    # Seen from below, the top edge 4 mm shorter at both ends: six rows, 110 of 164 mm apart, begin
    # and end up to 3 mm beside one another.
    height, width = printed.pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners + np.array([[24, 0], [-24, 0], [0, 0], [0, 0]], np.float32)
    view = cv2.getPerspectiveTransform(corners, seen)
    aside = cv2.warpPerspective(printed.pixels, view, (width, height), borderValue=(255,) * 3)
    with pytest.raises(PageError) as refusal:
        from_scan(scan(aside))
    assert refusal.value.remark.code == "no_scale"


def test_a_fold_is_no_separator_where_there_are_no_columns() -> None:
    style = PrintStyle(pulse="none", label="none")
    printed = print_record(beating(), "12x1", 6.0, style)
    box = printed.boxes[0]
    fold_px = round((box.x0_mm + 62.5 + 3.0) * 6.0)
    printed.pixels[:, fold_px : fold_px + 2] = 60
    reading = read_scan(scan(printed.pixels))
    begin_px = np.array([[box.x0_mm, (box.y0_mm + box.y1_mm) / 2]]) * 6.0 - 0.5
    assert abs(reading.on_page(begin_px)[0, 0]) < 0.2


def test_the_only_line_between_two_columns_tells_where_time_begins() -> None:
    style = PrintStyle(pulse="none", separators="full", label="above")
    printed = print_record(beating(), "6x2", 6.0, style)
    # A pulse that cannot be told from its trace: every row runs on for 9 mm.
    for box in printed.boxes[1::2]:
        middle, end = round(3.0 * (box.y0_mm + box.y1_mm)), round(6.0 * box.x1_mm)
        printed.pixels[middle : middle + 2, end - 6 : end + 54] = 20
    reading = read_scan(scan(printed.pixels))
    assert reading.page.layout == "6x2"
    box = printed.boxes[0]
    ends_mm = np.array([[box.x0_mm, 40.0], [box.x0_mm + 250.0, 40.0]])
    assert reading.on_page(ends_mm * 6.0 - 0.5)[:, 0] == pytest.approx([0.0, 250.0], abs=0.3)


def test_six_chest_leads_without_names_are_not_taken_for_others() -> None:
    style = PrintStyle(label="none", separators="none")
    printed = print_record(beating(), "6x1 chest", 4.0, style)
    page = from_scan(scan(printed.pixels))
    assert any(remark.severity is Severity.DOUBT for remark in page.remarks)
    named = print_record(beating(), "6x1 chest", 6.0, PrintStyle(separators="none"))
    assert from_scan(scan(named.pixels)).layout == "6x1 chest"


def test_a_rhythm_strip_of_other_ten_seconds_is_kept() -> None:
    """As some recorders print it: the strip's beats are not those of the columns above."""
    above, below = beating(1, rate=64.0), beating(1, rate=83.0)
    style = PrintStyle(label="none")
    printed, other = (print_record(one, "3x4+1R", style=style) for one in (above, below))
    strip = printed.boxes[-1]
    pixels = printed.pixels.copy()
    rows = slice(*(round(y * printed.px_per_mm) for y in (strip.y0_mm, strip.y1_mm)))
    pixels[rows] = other.pixels[rows]
    page = from_scan(scan(pixels), "3x4+1R")
    found = read_scan(scan(pixels)).sheet.draft
    assert found.name == "3x4+1R"
    # The strip's own beats: 83 a minute are 13 or 14 upright strokes in ten seconds.
    box = page.boxes[-1]
    band = page.ink[round(box.y0_mm * 2) : round(box.y1_mm * 2)] > 100
    tall = band.sum(axis=0) > 8
    assert 13 <= int((np.diff(tall.astype(int)) == 1).sum()) <= 14


def test_the_sheet_as_printed_keeps_its_margin_and_its_names() -> None:
    record = beating()
    page = from_scan(scan(print_record(record, "3x4+1R", 6.0).pixels))
    assert page.sheet is not None
    # Left of the leads the pulse: 10 mm tall, in the row of every pulse.
    shown = np.asarray(Image.open(io.BytesIO(page.sheet.jpeg)).convert("L")).astype(float)
    assert shown.shape == (page.height_mm * 6, round(page.sheet.width_mm * 6))
    margin = shown[:, : round(-page.sheet.left_mm * 6)]
    assert page.sheet.left_mm < -3.0
    assert (margin < 90).sum() > 2 * 10 * 6
    # Every lead of the columns is named in print, and stands where the page has it.
    assert all(page.sheet.named)
    assert page.sheet.starts_mm == pytest.approx([box.x0_mm for box in page.boxes], abs=0.5)
    again = EcgPage.from_bytes(page.to_bytes())
    assert again.sheet is not None
    assert vars(again.sheet) == vars(page.sheet)


def test_a_sheet_without_names_in_print_has_none() -> None:
    page = from_scan(scan(print_record(beating(), "3x4+1R", 6.0, PrintStyle(label="none")).pixels))
    assert page.sheet is not None
    assert not any(page.sheet.named)


def test_a_page_stored_before_opens_without_the_sheet_as_printed() -> None:
    page = from_scan(scan(print_record(beating(), "6x2", 4.0).pixels))
    assert EcgPage.from_bytes(replace(page, sheet=None).to_bytes()).sheet is None


def test_separators_do_not_come_back_as_spikes() -> None:
    # The PDF draws what was recovered.
    file = SHARED / "kit-pages" / "b_00048.jpg"
    if not file.exists():
        pytest.skip("pages of the kit are not here (ECG_SHARED_DATA)")
    page = from_scan(scan(np.asarray(Image.open(file).convert("RGB"))))
    # Its separators are strokes of 7 mm at the joints of the columns, one in every row.
    found = recover(page).leads
    assert len(found) == 13
    for lead in found:
        box = page.boxes[lead.box]
        for at, end in ((box.x0_mm, lead.mv[:12]), (box.x1_mm, lead.mv[-12:])):
            if 0.0 < at < page.width_mm:
                known = end[np.isfinite(end)]
                assert np.ptp(known) < 0.25, (lead.lead, at, np.ptp(known))


def test_names_are_worth_more_than_a_hardly_likelier_sheet_without_any() -> None:
    """A strip of II, III and V1 under arrows: upside down it made columns of 1.2 s."""

    def sheet(score: float, named: bool) -> Any:
        return SimpleNamespace(score=score, draft=SimpleNamespace(named=named))

    assert under_grid._better(sheet(2.5, True), sheet(2.55, False))
    assert not under_grid._better(sheet(2.5, True), sheet(5.0, False))
    assert not under_grid._better(sheet(2.5, False), sheet(2.4, False))
    assert not under_grid._better(sheet(3.5, False), sheet(2.4, True))
    assert under_grid._better(sheet(5.0, False), sheet(2.4, True))


def test_nameless_rows_that_do_not_add_up_are_not_taken_for_limb_leads() -> None:
    def found(named: bool) -> Any:
        return SimpleNamespace(sheet=SimpleNamespace(draft=SimpleNamespace(named=named)))

    doubted = {"orientation_assumed", "limbs_disagree"}
    assert under_grid._unlike_leads(found(False), doubted, 0.97)
    assert not under_grid._unlike_leads(found(False), doubted, 0.5)
    assert not under_grid._unlike_leads(found(False), doubted, None)
    assert not under_grid._unlike_leads(found(False), {"limbs_disagree"}, 0.97)
    assert not under_grid._unlike_leads(found(True), doubted, 0.97)
