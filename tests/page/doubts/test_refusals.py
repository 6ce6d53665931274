"""Every reason for which an ECG is refused or doubted: made so, named so, with a way out.

One row for each reason that a reader may be told. Scans are printed and spoilt, records are made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
import wfdb

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.doubts import saturated
from ecg_core.page.doubts.limits import LIMITS, ROWS
from ecg_core.page.drawn import printed as printing
from ecg_core.page.drawn.printed import Grid, PrintStyle, print_record
from ecg_core.page.scan.rectify import from_scan
from ecg_core.page.values import PageError, Remark, Severity
from ecg_core.preparing import page_of
from tests.intake.records import DATA
from tests.page.sample_records import beating
from tests.page.scan.foreign_pictures import blank_grid, landscape, text_page

pytestmark = pytest.mark.slow

PX_PER_MM = 4.0


def sheet(layout: str = "3x4+1R", style: PrintStyle | None = None) -> np.ndarray:
    return print_record(beating(), layout, PX_PER_MM, style or PrintStyle()).pixels


def small() -> np.ndarray:
    return cv2.resize(sheet(), (320, 170), interpolation=cv2.INTER_AREA)


def coarse() -> np.ndarray:
    return cv2.resize(sheet("12x1"), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def blurred() -> np.ndarray:
    return cv2.GaussianBlur(sheet(), (0, 0), 1.5 * PX_PER_MM)


def cut_off() -> np.ndarray:
    whole = sheet()
    return whole[:, : round(0.75 * whole.shape[1])]


def dark() -> np.ndarray:
    whole = sheet()
    night = whole * 0.012 + np.random.default_rng(0).normal(10, 8, whole.shape)
    return np.clip(night, 0, 255).astype(np.uint8)


def one_grey() -> np.ndarray:
    printing.GRIDS["test"] = Grid((245,) * 3, (100,) * 3, (100,) * 3, 0.35, 0.35)
    try:
        page = np.maximum(sheet(style=PrintStyle(grid="test")), 140)
    finally:
        del printing.GRIDS["test"]
    return cv2.GaussianBlur(page, (0, 0), 0.7)


def nine_rows() -> np.ndarray:
    rows = sheet("12x1")
    return rows[: round(0.7 * len(rows))]


SCANS: dict[str, tuple[Callable[[], np.ndarray], str, tuple[str, ...]]] = {
    "not an ECG": (landscape, "no_grid_no_trace", ("Neither an ECG grid", "Is this an ECG?")),
    "a page of text": (text_page, "no_grid_no_trace", ("Neither an ECG grid", "Is this an ECG?")),
    "paper without an ECG": (blank_grid, "not_an_ecg", ("No rows of traces", "Is this an ECG?")),
    "too small": (small, "too_small", ("320 × 170 pixels", "each side needs 300", "150 dpi")),
    "too coarse": (coarse, "too_coarse", ("2.0 pixels wide", "2.3 are needed", "all of it closer")),
    "blurred": (blurred, "no_grid_no_trace", ("Neither an ECG grid", "Is this an ECG?")),
    "cut off": (cut_off, "cut_off", ("of the ten seconds are on the picture", "whole sheet")),
    "too dark": (dark, "too_dark", ("too dark", "% of white", "daylight")),
    "trace and grid inseparable": (
        one_grey,
        "inseparable",
        ("the same grey", "Scan the page in colour"),
    ),
}


def says(remark: Remark, words: tuple[str, ...]) -> bool:
    return all(word in f"{remark.text} {remark.hint}" for word in words)


@pytest.mark.parametrize("reason", SCANS)
def test_a_scan_is_refused_for_what_is_wrong_with_it(reason: str) -> None:
    spoilt, code, words = SCANS[reason]
    with pytest.raises(PageError) as caught:
        from_scan(EcgScan("scan", "1" * 64, np.ascontiguousarray(spoilt())))
    remark = caught.value.remark
    assert remark.code == code
    assert remark.severity is Severity.REFUSE and says(remark, words), remark


def test_a_layout_set_by_hand_that_cannot_be_is_said_to_be_that() -> None:
    with pytest.raises(PageError) as caught:
        from_scan(EcgScan("scan", "1" * 64, sheet()), "12x1")
    assert caught.value.remark.code == "unclear_rows"
    assert says(caught.value.remark, ("rows of traces", "cannot be told apart"))


def test_nine_of_twelve_rows_are_no_two_columns() -> None:
    """As 6 × 2 and two strips, the limb leads' later seconds would be called chest leads."""
    with pytest.raises(PageError) as refused:
        from_scan(EcgScan("scan", "1" * 64, nine_rows()))
    assert refused.value.remark.code == "rows_missing"


def record(**changes: np.ndarray) -> EcgRecord:
    """Twelve leads, some of them changed."""
    whole = beating()
    rows = [changes.get(name, mv) for name, mv in zip(whole.leads, whole.signals_mv, strict=True)]
    return replace(whole, signals_mv=np.array(rows, np.float32))


def clipped(share: float) -> EcgRecord:
    """V2 and V3 cut at a share of their height, as by an amplifier at its limit."""
    tall = {name: 4 * record().signals_mv[record().leads.index(name)] for name in ("V2", "V3")}
    return record(**{n: np.clip(mv, share * mv.min(), share * mv.max()) for n, mv in tall.items()})


def arms_swapped() -> EcgRecord:
    """A heart seen upright in I, II and V6, recorded with the arm electrodes exchanged."""
    beat = np.abs(record().signals_mv[-1])
    one, two = beat, 1.2 * beat
    # Left for right: I changes its sign, II and III as well as aVR and aVL their places.
    return record(
        I=-one,
        II=two - one,
        III=two,
        aVR=one - two / 2,
        aVL=-(one + two) / 2,
        aVF=two - one / 2,
        V6=beat,
    )


def labels_swapped() -> EcgRecord:
    whole = record()
    waves = dict(zip(whole.leads, whole.signals_mv, strict=True))
    return record(III=-waves["III"])


RECORDS: dict[str, tuple[Callable[[], EcgRecord], str, tuple[str, ...]]] = {
    "flat lead": (lambda: record(V4=np.zeros(2500)), "flat_leads", ("Flat: V4.", "electrode")),
    "arms swapped": (arms_swapped, "arms_swapped", ("Lead I is upside down", "may be swapped")),
    "leads swapped": (labels_swapped, "limb_upside_down", ("Lead III seems", "other limb leads")),
    "saturated": (
        lambda: clipped(0.5),
        "saturated",
        ("limit of the recorder's range", "V2 ", "V3 ", "%", "Record again"),
    ),
}


@pytest.mark.parametrize("reason", RECORDS)
def test_a_record_is_doubted_for_what_is_wrong_with_it(reason: str) -> None:
    make, code, words = RECORDS[reason]
    found = {remark.code: remark for remark in page_of(make()).remarks}
    assert code in found, found
    assert found[code].severity is Severity.DOUBT and says(found[code], words), found[code]
    assert code not in {remark.code for remark in page_of(record()).remarks}


def test_a_record_too_short_is_refused_with_its_length_and_the_least() -> None:
    with pytest.raises(PageError) as caught:
        page_of(record().window(0.0, 2.0))
    assert says(caught.value.remark, ("lasts 2.0 s", "At least 2.5 s", "ten seconds are best"))


def test_a_record_at_its_limits_in_every_lead_is_refused() -> None:
    noise = np.random.default_rng(0).normal(0, 40, (12, 2500)).cumsum(axis=1)
    rails = replace(record(), signals_mv=np.clip(noise, -5.0, 5.0).astype(np.float32))
    with pytest.raises(PageError) as caught:
        page_of(rails)
    assert caught.value.remark.code == "saturated_throughout"
    assert says(caught.value.remark, ("Every lead", "Check electrodes and gain"))


def test_how_much_is_cut_is_counted() -> None:
    # A sine of two beats a second for ten seconds, cut at half its height: above it for a third.
    wave = 2 * np.sin(2 * np.pi * 2 * np.arange(5000) / 500)
    assert saturated.cut_share(np.clip(wave, -9, 1.0), 500) == pytest.approx(1 / 3, abs=0.01)
    assert saturated.cut_share(np.clip(wave, -1.0, 1.0), 500) == pytest.approx(2 / 3, abs=0.01)
    assert saturated.cut_share(wave, 500) == 0.0
    gaps = np.where(np.arange(5000) % 10 == 0, np.nan, wave)
    assert saturated.cut_share(gaps, 500) == saturated.cut_share(np.full(9, np.nan), 500) == 0.0


def test_real_recordings_at_their_limits_are_told_from_whole_ones() -> None:
    # 116 leaves the range of its 11-bit converter (noted by its annotators); 100 does not.
    shares = {}
    for name in ("100", "116"):
        if not (DATA / "mitdb" / f"{name}.dat").exists():
            pytest.skip("research data not unpacked: mitdb")
        found = wfdb.rdrecord(str(DATA / "mitdb" / name))
        shares[name] = saturated.cut_share(found.p_signal[:, 0], found.fs)
    assert shares["100"] == 0.0 < shares["116"]


def test_every_code_of_the_issue_is_a_row_of_the_table_with_a_hint() -> None:
    for _, code, _ in (*SCANS.values(), *RECORDS.values()):
        assert code in LIMITS and LIMITS[code].hint


def test_every_code_has_one_row_and_so_one_severity() -> None:
    assert len(LIMITS) == len(ROWS)
