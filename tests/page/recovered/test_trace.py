"""Traces read off pages are the waveforms that were drawn, or they are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.pages.trace import compare, snr_db
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn.damage import degrade
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.recovered import samples
from ecg_core.page.recovered.pen import line_of
from ecg_core.page.recovered.pen_path import apart, follow, pieces_of
from ecg_core.page.scan.rectify import from_scan
from ecg_core.page.values import EcgPage
from ecg_core.signal.bands import Band
from tests.page.sample_records import beating
from tests.signal.test_reversal import ecg, electrodes, from_electrodes

PX_PER_MM = 6.0


def halved(record: EcgRecord) -> EcgRecord:
    """Waves so low that neighbouring rows stay apart in every layout."""
    return replace(record, signals_mv=record.signals_mv * np.float32(0.5))


def scanned(record: EcgRecord, layout: str, condition: str = "clean") -> EcgPage:
    sheet = print_record(record, layout, PX_PER_MM, PrintStyle())
    pixels = degrade(condition, sheet.pixels, 1, PX_PER_MM).pixels
    return from_scan(EcgScan("scan", "1" * 64, np.ascontiguousarray(pixels)))


def drawn(*rows: tuple[np.ndarray, float]) -> np.ndarray:
    """Cover of lines (heights in px, width of the pen in px), `PX_PER_MM` pixels per mm."""
    height = 400
    y = np.arange(height)[:, None]
    cover = np.zeros((height, len(rows[0][0])), np.float32)
    for line, pen in rows:
        middle = np.arange(len(line))
        fine = np.arange(0, len(line) - 1, 0.05)
        heights = np.interp(fine, middle, line)
        top, bottom = np.full(len(line), np.inf), np.full(len(line), -np.inf)
        # A round pen at every fine step.
        for dx in np.arange(-pen / 2, pen / 2 + 0.01, 0.1):
            half = np.sqrt(max((pen / 2) ** 2 - dx**2, 0.0))
            at = np.clip(np.rint(fine + dx).astype(int), 0, len(line) - 1)
            np.minimum.at(top, at, heights - half)
            np.maximum.at(bottom, at, heights + half)
        cover = np.maximum(cover, np.clip(np.minimum(bottom - y, y + 1 - top), 0, 1))
    return cover.astype(np.float32)


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_every_lead_of_a_drawn_page_comes_back(layout: str) -> None:
    page = from_record(halved(beating(3)), layout, Band.AS_RECORDED)
    found = samples.recover(page)
    assert found.left_out == ()
    assert [lead.box for lead in found.leads] == list(range(len(page.boxes)))
    for lead, true in zip(found.leads, page.traces, strict=True):
        at = np.arange(len(lead.mv)) / samples.FS_HZ
        truth = np.interp(at, np.arange(len(true.mv)) / true.fs_hz, true.mv)
        assert snr_db(truth, lead.mv) > 10
        assert lead.baseline_mm == pytest.approx(true.baseline_mm, abs=0.01)


@pytest.mark.parametrize(
    ("condition", "aim_db"), [("clean", 15.0), ("bw_low_res_scan", 12.0), ("phone_photo", 9.0)]
)
def test_scans_give_the_waveforms_that_were_printed(condition: str, aim_db: float) -> None:
    record = halved(beating(2))
    page = scanned(record, "3x4+1R", condition)
    rows = compare(page, samples.recover(page), record)
    assert len(rows) == len(page.boxes)
    assert np.mean([row["snr_db"] for row in rows]) > aim_db


def test_record_of_a_page_shows_each_lead_where_it_was_printed() -> None:
    record = halved(beating(4))
    again = samples.recover(scanned(record, "3x4")).as_record()
    assert (again.leads, again.fs_hz, again.duration_s) == (record.leads, samples.FS_HZ, 10.0)
    shown = np.isfinite(again.signals_mv)
    seconds = {lead: np.flatnonzero(shown[row]) / 250.0 for row, lead in enumerate(again.leads)}
    for lead, start_s in (("I", 0.0), ("aVR", 2.5), ("V1", 5.0), ("V4", 7.5)):
        assert seconds[lead][0] == pytest.approx(start_s, abs=0.06)
        assert seconds[lead][-1] == pytest.approx(start_s + 2.5, abs=0.06)
    assert "not recorded" in again.notes[0]


def test_rhythm_strip_is_preferred_to_the_short_lead() -> None:
    again = samples.recover(scanned(halved(beating(4)), "3x4+1R")).as_record()
    assert np.isfinite(again.signals_mv[again.leads.index("II")]).mean() > 0.98


def test_lead_that_is_not_drawn_is_left_out() -> None:
    leads = ("I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V4", "V5", "V6")
    found = samples.recover(scanned(halved(beating(leads=leads)), "3x4+1R"))
    assert found.left_out == ("V3",)
    assert "V3" not in found.as_record().leads
    assert found.as_record().notes[1] == "Not recovered: V3."


def test_lead_under_another_is_left_out_not_guessed() -> None:
    record = halved(beating(5))
    page = from_record(record, "3x4", Band.AS_RECORDED)
    # Lead III is printed over aVF's neighbour above it for most of its 2.5 s.
    box = next(box for box in page.boxes if box.lead == "II")
    x0, x1 = round(box.x0_mm * 2), round(box.x1_mm * 2)
    ink = page.ink.copy()
    pitch = round((page.boxes[4].y0_mm - page.boxes[0].y0_mm) * 2)
    ink[pitch : 2 * pitch, x0:x1] = np.maximum(ink[pitch : 2 * pitch, x0:x1], 0)
    ink[:, x0 + 20 : x1 - 20][pitch - 20 : 2 * pitch + 60] = 255
    found = samples.recover(replace(page, ink=ink))
    assert "II" in found.left_out
    assert {"V1", "V2", "V6"} <= {lead.lead for lead in found.leads}


def test_blank_page_gives_nothing() -> None:
    page = from_record(beating(6), "3x4", Band.AS_RECORDED)
    found = samples.recover(replace(page, ink=np.zeros_like(page.ink)))
    assert found.leads == ()
    assert set(found.left_out) == {box.lead for box in page.boxes}
    with pytest.raises(ValueError, match="no lead"):
        found.as_record()


def test_short_gaps_are_bridged_and_long_ones_stay_gaps() -> None:
    page = from_record(halved(beating(7)), "6x2", Band.AS_RECORDED)
    ink = page.ink.copy()
    short, long = round(30.0 * 2), round(60.0 * 2)
    ink[:, short : short + 2] = 0
    ink[:, long : long + 6] = 0
    found = samples.recover(replace(page, ink=ink))
    mv = found.leads[0].mv
    assert np.isfinite(mv[round(1.1 * 250) : round(1.4 * 250)]).all()
    assert np.isnan(mv[round(60.8 / 25 * 250) : round(62.2 / 25 * 250)]).all()


@settings(max_examples=25, deadline=None)
@given(
    pen=st.floats(1.5, 4.0),
    swing=st.floats(0.0, 60.0),
    period=st.floats(40.0, 200.0),
    middle=st.floats(90.0, 300.0),
)
def test_line_is_found_under_a_round_pen(
    pen: float, swing: float, period: float, middle: float
) -> None:
    line = middle + swing * np.sin(2 * np.pi * np.arange(300) / period)
    pieces = pieces_of(drawn((line, pen)))
    (path,) = follow(pieces, np.array([middle]), 400.0, PX_PER_MM)
    assert (path >= 0).all()
    (row,) = apart(pieces, [path], [middle], PX_PER_MM)
    found = line_of(row.top, row.bottom, pen)
    assert len(found) == 2 * len(line) + 1
    # Distance from the line, not height, is what a pixel's size limits.
    slope = np.abs(np.gradient(line))
    away = np.abs(found[1::2] - line) / np.hypot(1.0, slope)
    assert np.max(away[5:-5]) < 1.5
    assert np.mean(away[5:-5]) < 0.5


def test_two_rows_that_touch_are_followed_apart() -> None:
    x = np.arange(400)
    upper = 100 + 120 * np.exp(-(((x - 200) / 6.0) ** 2))
    lower = np.full(400, 220.0)
    pieces = pieces_of(drawn((upper, 3.0), (lower, 3.0)))
    zeros = (100.0, 220.0)
    paths = follow(pieces, np.array(zeros), 400.0, PX_PER_MM)
    high, low = apart(pieces, paths, zeros, PX_PER_MM)
    assert high.shared.any()
    assert np.array_equal(high.shared, low.shared)
    still = (low.top + low.bottom) / 2
    assert np.nanmax(np.abs(still - 220.5)) < 3.0
    assert np.nanmax(high.bottom) > 215.0


def test_row_without_ink_does_not_borrow_its_neighbours() -> None:
    line = np.full(400, 150.0)
    pieces = pieces_of(drawn((line, 3.0)))
    zeros = (150.0, 180.0)
    paths = follow(pieces, np.array(zeros), 400.0, PX_PER_MM)
    assert (paths[1] >= 0).any()
    own, empty = apart(pieces, paths, zeros, PX_PER_MM)
    assert np.isfinite(own.top).all()
    assert not own.shared.any()
    assert np.isnan(empty.top).all()


def test_snr_by_hand() -> None:
    x = np.array([0.0, 0.0, 0.0, 2.0])
    # Offset does not count; one gap of a sample of 2 mV is noise of the signal's own power.
    assert snr_db(x, x + 0.3) > 100
    assert snr_db(x, np.array([0.0, 0.0, 0.0, np.nan])) == pytest.approx(0.0)
    assert snr_db(x, np.array([0.2, -0.2, 0.0, 2.0])) == pytest.approx(10 * np.log10(4 / 0.08))
    assert snr_db(x, x + 0.5, level=False) == pytest.approx(10 * np.log10(4 / 1.0))
    assert np.isnan(snr_db(np.zeros(4), x))


def test_peak_thinner_than_the_pen_keeps_its_height() -> None:
    # A level line 4 px thick with one stroke 2 px wide, 40 px tall, as faint prints show R waves.
    top, bottom = np.full(60, 98.0), np.full(60, 102.0)
    top[30:32] = 58.0
    line = line_of(top, bottom, 4.0)
    assert np.nanmin(line) == pytest.approx(60.0)
    assert np.nanmin(line[: 2 * 28]) == pytest.approx(100.0)
    # A single column is dirt.
    top[30] = 98.0
    assert np.nanmin(line_of(top, bottom, 4.0)) > 95.0


def test_swapped_arms_are_said_on_a_scan() -> None:
    waves = ecg()
    right, left, foot = electrodes(waves)
    chest = {f"V{n}": (n - 2.5) / 3.5 * waves["V6"] for n in range(1, 7)}
    swapped = from_electrodes(left, right, foot) | chest
    signals = np.stack([swapped[lead] for lead in STANDARD_LEADS]).astype(np.float32)
    page = scanned(replace(beating(), signals_mv=signals), "3x4+1R")
    assert "arms_swapped" in {remark.code for remark in page.remarks}
