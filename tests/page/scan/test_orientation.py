"""Pages turned, mirrored, in other layouts, speeds and gains: read right, or not at all."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.leads import CHEST_LEADS, LIMB_MIXTURE, STANDARD_LEADS
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.layouts import SCANNED
from ecg_core.page.scan.sheets.scale import told_by
from ecg_core.page.scan.sheets.text import lead_of
from ecg_core.page.values import EcgPage, PageError
from tests.page.sample_records import beating

pytestmark = pytest.mark.slow


def patient(seed: int = 3) -> EcgRecord:
    """Beats whose limb leads are those of one heart: sums of I and II."""
    record = beating(seed)
    one, two = record.signals_mv[:2]
    signals = record.signals_mv.copy()
    for row, lead in enumerate(STANDARD_LEADS[:6]):
        signals[row] = LIMB_MIXTURE[lead][0] * one + LIMB_MIXTURE[lead][1] * two
    return EcgRecord("patient", "0" * 64, signals, STANDARD_LEADS, STANDARD_LEADS, record.fs_hz, 10)


def scan(pixels: np.ndarray) -> EcgScan:
    return EcgScan("scan", "1" * 64, np.ascontiguousarray(pixels))


@cache
def read(layout: str, style: PrintStyle) -> EcgPage:
    """The page that is read off the patient's print, once for all tests."""
    return from_scan(scan(print_record(patient(), layout, 5.0, style).pixels))


def codes(page: object) -> set[str]:
    return {remark.code for remark in page.remarks}  # type: ignore[attr-defined]


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
@pytest.mark.parametrize("style", [{}, {"label": "none", "pulse": "none"}], ids=["print", "bare"])
def test_turned_pages_are_brought_upright_and_it_is_said(quarter_turns: int, style: dict) -> None:
    printed = PrintStyle(grid="red", **style)
    pixels = print_record(patient(), "3x4+1R", 5.0, printed).pixels
    upright = read("3x4+1R", printed)
    turned = from_scan(scan(np.rot90(pixels, quarter_turns)))
    assert "turned" in codes(turned)
    assert "turned" not in codes(upright)
    assert [box.lead for box in turned.boxes] == [box.lead for box in upright.boxes]
    rows = min(len(turned.ink), len(upright.ink)) - 6
    one, other = (page.ink[3 : 3 + rows].astype(float) for page in (turned, upright))
    shifts = [np.corrcoef(np.roll(one, k, 0).ravel(), other.ravel())[0, 1] for k in range(-3, 4)]
    assert max(shifts) > 0.9


def test_mirrored_pages_are_refused() -> None:
    pixels = print_record(patient(), "3x4+1R", 5.0).pixels
    for mirrored in (pixels[:, ::-1], pixels[::-1]):
        with pytest.raises(PageError) as refusal:
            from_scan(scan(mirrored))
        assert refusal.value.remark.code == "mirrored"


@pytest.mark.parametrize(
    "layout", ["3x4+2R", "3x4 Cabrera", "6x2 Cabrera", "12x1 Cabrera", "6x1 limb", "6x1 chest"]
)
def test_layouts_that_only_printers_know_are_read(layout: str) -> None:
    page = from_scan(scan(print_record(patient(), layout, 5.0).pixels))
    assert page.layout == layout
    leads = [lead.removeprefix("-") for row in SCANNED[layout].rows for lead in row]
    assert [box.lead for box in page.boxes] == leads


def test_inverted_avr_of_cabreras_order_is_turned_back() -> None:
    record = patient()
    plain = PrintStyle(label="none", pulse="left", separators="none")
    page = from_scan(scan(print_record(record, "12x1 Cabrera", 5.0, plain).pixels))
    usual = from_scan(scan(print_record(record, "12x1", 5.0, plain).pixels))
    assert "cabrera" in codes(page)

    def band(page: object) -> np.ndarray:
        box = next(box for box in page.boxes if box.lead == "aVR")  # type: ignore[attr-defined]
        middle = round(box.y0_mm + box.y1_mm)
        return page.ink[middle - 14 : middle + 14].astype(float)  # type: ignore[attr-defined]

    one, other = band(page), band(usual)
    alike = [np.corrcoef(np.roll(one, k, 0).ravel(), other.ravel())[0, 1] for k in (-1, 0, 1)]
    assert max(alike) > 0.8


@pytest.mark.parametrize(
    ("speed", "gain", "pulse"),
    [(50.0, 10.0, "left"), (25.0, 5.0, "left"), (25.0, 20.0, "right"), (50.0, 20.0, "none")],
)
def test_other_speeds_and_gains_come_to_the_canonical_scale(
    speed: float, gain: float, pulse: str
) -> None:
    style = PrintStyle(speed_mm_per_s=speed, gain_mm_per_mv=gain, pulse=pulse)
    page = from_scan(scan(print_record(patient(), "6x1 limb", 5.0, style).pixels))
    usual = read("6x1 limb", PrintStyle())
    assert "rescaled" in codes(page)
    assert "assumed_scale" not in codes(page)
    shown = 250.0 * 25.0 / speed
    # Where the traces end is measured: 0.5 mm are 20 ms.
    assert [box.x1_mm for box in page.boxes] == pytest.approx([shown] * 6, abs=0.5)
    assert page.ink[:, round(2 * shown) + 2 :].max(initial=0) == 0
    # Spikes of lead II reach the same height as on the usual page.
    reach = []
    for got in (page, usual):
        box = got.boxes[1]
        middle = round(box.y0_mm + box.y1_mm)
        part = got.ink[middle - 24 : middle + 8, 40 : round(2 * shown) - 10] > 96
        reach.append(int(part.any(axis=1).sum()))
    assert reach[0] == pytest.approx(reach[1], abs=3)


def test_a_scale_that_nothing_tells_is_assumed_and_said() -> None:
    style = PrintStyle(pulse="none", footer="")
    page = from_scan(scan(print_record(patient(), "3x4", 5.0, style).pixels))
    assert "assumed_scale" in codes(page)


def test_an_edge_of_paper_does_not_hide_the_rows_of_a_page_that_lies_on_its_side() -> None:
    style = PrintStyle(side_mm=24.0)
    pixels = np.rot90(print_record(patient(), "12x1", 5.0, style).pixels, 1).copy()
    width = pixels.shape[1]
    across = np.arange(round(0.1 * width), round(0.8 * width))
    edge = 8 + np.rint(3 * np.sin(across / 25.0)).astype(int)
    for thick in range(3):
        pixels[edge + thick, across] = 20
    page = from_scan(scan(pixels))
    assert page.layout == "12x1"
    assert {"turned"} <= codes(page)


def test_what_reads_the_same_in_a_mirror_does_not_rule_one_out() -> None:
    """Upside down in a mirror, I + III = II still holds; then names and footer tell, if any."""
    style = PrintStyle(pulse="none", separators="full")
    pixels = print_record(patient(), "3x4", 6.0, style).pixels
    assert "orientation_assumed" not in codes(from_scan(scan(pixels)))
    for mirrored in (pixels[::-1], pixels[:, ::-1]):
        with pytest.raises(PageError) as refusal:
            from_scan(scan(mirrored))
        assert refusal.value.remark.code == "mirrored"
    silent = print_record(patient(), "3x4", 6.0, replace(style, footer="", label="none")).pixels
    assert "orientation_assumed" in codes(from_scan(scan(silent[::-1])))


@pytest.mark.parametrize("mirrored", [False, True])
def test_waves_alike_from_both_sides_leave_a_mirror_in_doubt(mirrored: bool) -> None:
    record = patient()
    spikes = np.exp(-0.5 * ((np.arange(2500) % 250 - 125) / 3.0) ** 2)
    sizes = np.array([0.7, 1.0, 0.3, -0.85, 0.2, 0.65, 0.4, 0.6, 0.8, 1.0, 0.9, 0.7])
    even = replace(record, signals_mv=(sizes[:, None] * spikes).astype(np.float32))
    style = PrintStyle(label="none", pulse="none", footer="")
    pixels = print_record(even, "12x1", 5.0, style).pixels
    page = from_scan(scan(pixels[:, ::-1] if mirrored else pixels))
    assert "orientation_assumed" in codes(page)


def test_names_that_contradict_the_layout_are_never_silent() -> None:
    record = patient()
    swapped = dict(zip(CHEST_LEADS, CHEST_LEADS[::-1], strict=True))
    sheet = print_record(record, "6x2", 5.0, PrintStyle(label="none"))
    other = SCANNED["6x2"]
    assert other.rows[0] == ("I", "V1")

    pixels = sheet.pixels.copy()
    for box in sheet.boxes:
        if box.lead in swapped:
            where = (round(5 * (box.x0_mm + 3)), round(5 * (box.y0_mm + 6)))
            cv2.putText(pixels, swapped[box.lead], where, 0, 0.6, (0, 0, 0), 2, cv2.LINE_AA)
    assert "names_differ" in codes(from_scan(scan(pixels)))


def test_texts_of_leads_and_scales() -> None:
    assert [lead_of(text) for text in ("aVF", "avL", "V 6", "VI", "III", "I|", "R", "")] == [
        "aVF",
        "aVL",
        "V6",
        "V1",
        "III",
        "II",
        "",
        "",
    ]
    told = told_by(("0.67~25Hz AC50 50mm/s 5mm/mV", "HR 75 bpm"))
    assert (told.speeds, told.limb, told.chest) == ((50.0,), (5.0,), (5.0,))
    assert told_by(("12,5 mm/s",)).speeds == (12.5,)
