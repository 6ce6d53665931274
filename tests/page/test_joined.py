"""Limb leads on one page and chest leads on the next become one page, timed by no beat of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.intake import EcgRecord, EcgScan, Upload, read_here, split, with_next
from ecg_core.intake.told import Told
from ecg_core.leads import CHEST_LEADS, LIMB_LEADS, STANDARD_LEADS
from ecg_core.page.correction import Correction
from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.halves import belong, lacks
from ecg_core.page.joined import LAYOUT, UNNAMED, from_scan, join
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.recovered.samples import FS_HZ, recover
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.values import EcgPage, PageError
from ecg_core.page.viewed import waves_of_page
from tests.page.sample_records import beating
from tests.page.two_pages import drawn, halves, scanned

pytestmark = pytest.mark.slow

RECORD = beating(3)


def scan_of(record: EcgRecord, layout: str, **style: object) -> EcgScan:
    printed = print_record(record, layout, 8.0, PrintStyle(**style))  # type: ignore[arg-type]
    return EcgScan("page", "0" * 64, printed.pixels)


@pytest.fixture(scope="module")
def pages() -> tuple[EcgPage, EcgPage]:
    """Limb leads, and the chest leads of the same record."""
    return from_scan(scan_of(RECORD, "6x1 limb")), from_scan(scan_of(RECORD, "6x1 chest"))


def codes(page: EcgPage) -> set[str]:
    return {one.code for one in page.remarks}


def test_what_a_page_lacks(pages: tuple[EcgPage, EcgPage]) -> None:
    limb, chest = pages
    assert lacks(limb) == CHEST_LEADS and lacks(chest) == LIMB_LEADS
    assert belong(limb, chest) and belong(chest, limb)
    assert not belong(limb, limb) and not belong(chest, chest)
    assert lacks(from_scan(scan_of(RECORD, "3x4+1R"))) == ()


@pytest.mark.parametrize("turned", [False, True])
def test_joined_leads_are_those_of_the_pages(pages: tuple[EcgPage, EcgPage], turned: bool) -> None:
    page = join(*(pages[::-1] if turned else pages))
    assert page.layout == LAYOUT
    assert [box.lead for box in page.boxes] == list(STANDARD_LEADS)
    assert [box.span for box in page.boxes] == [0] * 6 + [1] * 6
    assert "joined_pages" in codes(page) and "missing_leads" not in codes(page)
    alone = {r.lead: r.mv for one in pages for r in recover(one).leads}
    whole = recover(page)
    assert whole.left_out == () and {r.lead for r in whole.leads} == set(alone)
    for lead in whole.leads:
        # The same ink, followed again: what is far from other ink comes out the same.
        known = np.isfinite(lead.mv) & np.isfinite(alone[lead.lead])
        assert known.mean() > 0.98
        assert np.median(np.abs(lead.mv - alone[lead.lead])[known]) < 0.01


def test_the_record_is_two_times_ten_seconds(pages: tuple[EcgPage, EcgPage]) -> None:
    record = recover(join(*pages)).as_record()
    ten = round(10 * FS_HZ)
    assert record.leads == STANDARD_LEADS and record.signals_mv.shape == (12, 2 * ten)
    limb, chest = record.signals_mv[:6], record.signals_mv[6:]
    assert np.isnan(limb[:, ten:]).all() and np.isnan(chest[:, :ten]).all()
    assert np.isfinite(limb[:, :ten]).mean() > 0.95 and np.isfinite(chest[:, ten:]).mean() > 0.95


def test_nothing_is_measured_across_the_pages(pages: tuple[EcgPage, EcgPage]) -> None:
    slow = from_scan(scan_of(beating(5, rate=60.0), "6x1 chest"))
    limb = measure_page(pages[0])
    page = join(pages[0], slow)
    found = measure_page(page)
    assert found.duration_s == 10.0 and len(found.beats) == len(limb.beats)
    assert found.value("rate") == pytest.approx(72, abs=1.5)
    assert [one.lead for one in found.leads] == list(STANDARD_LEADS)
    assert found.says("low_voltage_chest") == measure_page(slow).says("low_voltage_chest")
    # 72 and 60 a minute are further apart than 15 %.
    assert "pages_rates" in codes(page)
    assert "pages_rates" not in codes(join(*pages))


def test_what_is_timed_on_a_coarse_picture_is_in_doubt(pages: tuple[EcgPage, EcgPage]) -> None:
    limb = pages[0]
    plain, coarse = (
        measure_page(replace(limb, source_px_per_mm=px_per_mm)) for px_per_mm in (4.0, 3.9)
    )
    assert plain.value("qrs") == coarse.value("qrs") is not None
    assert (plain.values["qrs"].code, coarse.values["qrs"].code) == ("", "coarse_picture")
    assert coarse.values["rate"] == plain.values["rate"]


def test_pages_that_name_nobody_must_agree_in_rate_more_closely() -> None:
    limb, chest = (
        scan_of(beating(seed, rate), layout).pixels
        for seed, rate, layout in ((3, 72.0, "6x1 limb"), (5, 78.0, "6x1 chest"))
    )
    scan = EcgScan("two", "0" * 64, np.vstack([limb, chest]), second_from=len(limb))
    # 72 and 78 a minute are 8 % apart.
    assert "pages_rates" not in codes(from_scan(scan))
    told = Told()
    told.doubt(UNNAMED)
    assert "pages_rates" in codes(from_scan(replace(scan, doubts=told.doubts)))


def test_the_viewer_shows_each_lead_at_its_own_seconds(pages: tuple[EcgPage, EcgPage]) -> None:
    page = join(*pages)
    waves = waves_of_page(replace(page, traces=recover(page).traces))
    assert waves is not None and waves.leads == STANDARD_LEADS
    assert waves.mv.shape[1] == round(10 * FS_HZ) + 1
    assert (np.isfinite(waves.mv).mean(axis=1) > 0.95).all()


def test_a_rhythm_strip_of_another_lead_may_stand_below(pages: tuple[EcgPage, EcgPage]) -> None:
    limb, chest = pages
    last = max(limb.boxes, key=lambda box: box.y1_mm)
    strip = replace(last, lead="V1", y0_mm=last.y1_mm, y1_mm=last.y1_mm + 30.0)
    with_strip = replace(
        limb, boxes=(*limb.boxes, strip), ink=np.vstack([limb.ink, np.zeros((60, 500), np.uint8)])
    )
    assert lacks(with_strip) == CHEST_LEADS
    found = measure_page(replace(join(with_strip, chest), picture=None))
    assert sorted(one.lead for one in found.leads) == sorted(STANDARD_LEADS)


def test_pages_that_do_not_make_one_are_refused(pages: tuple[EcgPage, EcgPage]) -> None:
    with pytest.raises(PageError, match="one shows I II III aVR aVL aVF, the other I II III"):
        join(pages[0], pages[0])
    boxes = tuple(
        replace(box, y0_mm=box.y0_mm * 0.8, y1_mm=box.y1_mm * 0.8) for box in pages[1].boxes
    )
    with pytest.raises(PageError, match="rows are 30 and 24 mm apart"):
        join(pages[0], replace(pages[1], boxes=boxes))


def test_a_joined_page_is_kept_and_reopened(pages: tuple[EcgPage, EcgPage]) -> None:
    page = join(*pages)
    again = EcgPage.from_bytes(page.to_bytes())
    assert again.boxes == page.boxes and again.sha256 == page.sha256


def test_a_document_of_two_pictures() -> None:
    data = scanned((RECORD, "6x1 chest"), (RECORD, "6x1 limb"))
    scan = read_here(with_next(split([Upload("report.pdf", data)])[0]))
    assert isinstance(scan, EcgScan)
    page = from_scan(scan)
    assert [box.lead for box in page.boxes] == list(STANDARD_LEADS)
    assert {"joined_pages", "pages_unnamed"} <= codes(page) and "pages_rates" not in codes(page)


def test_a_document_drawn_by_a_program_from_bytes_to_samples() -> None:
    cases = split([Upload("report.pdf", drawn(*halves(RECORD)))])
    scan = read_here(with_next(cases[0]))
    assert isinstance(scan, EcgScan) and scan.doubts == ()
    with pytest.raises(PageError, match="Two pages are shown as one"):
        read_scan(scan)
    with pytest.raises(PageError, match="Two pages are shown as one"):
        from_scan(scan, None, Correction(quarter_turns=1))
    page = from_scan(scan)
    assert codes(page) & {"pages_rates", "pages_unlike", "pages_unnamed"} == set()
    record = recover(page).as_record()
    ten = round(10 * FS_HZ)
    for row, lead in zip(record.signals_mv, record.leads, strict=True):
        true = RECORD.signals_mv[RECORD.leads.index(lead)][:ten]
        part = row[ten:] if lead in CHEST_LEADS else row[:ten]
        known = np.isfinite(part)
        assert known.mean() > 0.97
        assert np.corrcoef(part[known], true[known])[0, 1] > 0.99
