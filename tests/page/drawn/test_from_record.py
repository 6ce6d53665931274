"""Records land on the page true to scale, in the right boxes, with honest remarks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.layouts import CANVAS_MARGIN_MM, LAYOUTS
from ecg_core.page.values import PX_PER_MM, EcgPage, PageError, Severity
from ecg_core.signal.bands import Band


def record(
    signals_mv: np.ndarray, fs_hz: float = 500.0, leads: tuple[str, ...] = STANDARD_LEADS
) -> EcgRecord:
    return EcgRecord(
        "test",
        "0" * 64,
        signals_mv.astype(np.float32),
        leads,
        leads,
        fs_hz,
        signals_mv.shape[1] / fs_hz,
    )


def flat(seconds: float = 10.0, fs_hz: float = 500.0, leads: int = 12) -> np.ndarray:
    return np.zeros((leads, round(seconds * fs_hz)))


def codes(page: EcgPage) -> set[str]:
    return {remark.code for remark in page.remarks}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_one_millivolt_is_ten_millimetres_and_one_second_is_twenty_five(layout: str) -> None:
    # A 1 mV step for 0.2 s, one second after the start of every lead's own window.
    signals = flat()
    plan = LAYOUTS[layout]
    box = plan.boxes()[0]
    at = round((box.start_s + 1.0) * 500)
    signals[STANDARD_LEADS.index(box.lead), at : at + 100] = 1.0
    page = from_record(record(signals), layout, Band.AS_RECORDED)
    column = round((1.1 * 25 + box.x0_mm) * PX_PER_MM)
    baseline = (plan.baseline_mm(0) + CANVAS_MARGIN_MM) * PX_PER_MM
    drawn = np.flatnonzero(page.ink[: round(page.boxes[0].y1_mm * PX_PER_MM), column] > 127)
    assert drawn.mean() + 0.5 == pytest.approx(baseline - 10 * PX_PER_MM, abs=0.6)
    row = page.ink[round(baseline - 10 * PX_PER_MM)]
    raised = np.flatnonzero(row[: round(box.x1_mm * PX_PER_MM)] > 127) / PX_PER_MM
    assert raised[0] == pytest.approx(box.x0_mm + 25.0, abs=1.0)
    assert raised[-1] - raised[0] == pytest.approx(0.2 * 25, abs=1.0)


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 360.0, 500.0, 1000.0])
def test_any_sampling_rate_gives_nearly_the_same_page(fs_hz: float) -> None:
    time_s = np.arange(round(10 * fs_hz)) / fs_hz
    wave = np.tile(0.8 * np.sin(2 * np.pi * 1.3 * time_s), (12, 1))
    page = from_record(record(wave, fs_hz), band=Band.AS_RECORDED)
    dense_s = np.arange(20_000) / 2000
    dense = from_record(
        record(np.tile(0.8 * np.sin(2 * np.pi * 1.3 * dense_s), (12, 1)), 2000.0),
        band=Band.AS_RECORDED,
    )
    assert np.abs(page.ink.astype(int) - dense.ink).mean() < 2.0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_boxes_cover_the_canvas_once(layout: str) -> None:
    page = from_record(record(flat()), layout)
    rows_mm2 = page.width_mm * (page.height_mm - 2 * CANVAS_MARGIN_MM)
    assert sum(box.area_mm2 for box in page.boxes) == pytest.approx(rows_mm2)
    assert {box.lead for box in page.boxes} == set(STANDARD_LEADS)


def test_leads_that_were_not_recorded_are_missing_not_invented() -> None:
    signals = np.ones((11, 5000)) * np.sin(np.arange(5000) / 30)
    leads = tuple(lead for lead in STANDARD_LEADS if lead != "V3")
    page = from_record(record(signals, leads=leads))
    assert page.missing_leads == ("V3",)
    box = next(box for box in page.boxes if box.lead == "V3")
    inside = page.ink[
        round(box.y0_mm * 2) + 12 : round(box.y1_mm * 2) - 12,
        round(box.x0_mm * 2) + 2 : round(box.x1_mm * 2) - 2,
    ]
    assert inside.max() == 0
    assert "not_recorded" in codes(page)


def test_augmented_leads_follow_from_the_first_two() -> None:
    rng = np.random.default_rng(3)
    signals = rng.normal(0, 0.2, (8, 5000))
    leads = ("I", "II", "V1", "V2", "V3", "V4", "V5", "V6")
    page = from_record(record(signals, leads=leads), band=Band.AS_RECORDED)
    assert page.missing_leads == ()
    trace = {page.boxes[t.box].lead: t for t in page.traces}
    np.testing.assert_allclose(trace["III"].mv, (signals[1] - signals[0])[:1251], atol=1e-5)
    start = round(2.5 * 500)
    np.testing.assert_allclose(
        trace["aVR"].mv, (-(signals[0] + signals[1]) / 2)[start : start + 1251], atol=1e-5
    )
    assert "derived_leads" in codes(page)


@pytest.mark.parametrize(
    "leads", [("I",), ("I", "II"), ("II", "V1"), ("I", "II", "III"), ("II", "V1", "V5")]
)
def test_one_to_three_leads_become_a_rhythm_strip(leads: tuple[str, ...]) -> None:
    page = from_record(record(flat(leads=len(leads)) + 0.1, leads=leads))
    assert page.layout == "strip"
    assert tuple(box.lead for box in page.boxes) == leads
    assert page.missing_leads == ()


def test_swapped_limb_leads_are_said() -> None:
    rng = np.random.default_rng(5)
    one, two = rng.normal(0, 0.4, (2, 5000))
    signals = np.tile(one, (12, 1))
    signals[:3] = one, two, two - one
    assert "einthoven" not in codes(from_record(record(signals)))
    signals[[0, 1]] = signals[[1, 0]]
    assert "einthoven" in codes(from_record(record(signals)))


def test_a_short_record_is_doubted_and_a_tiny_one_refused() -> None:
    page = from_record(record(flat(4.0)))
    assert any(r.code == "short" and r.severity is Severity.DOUBT for r in page.remarks)
    with pytest.raises(PageError, match="lasts 2.0 s"):
        from_record(record(flat(2.0)))


def test_a_record_without_samples_is_refused() -> None:
    with pytest.raises(PageError, match="no valid sample"):
        from_record(record(flat() * np.nan))


def test_waves_that_leave_the_page_are_said_not_silently_cut() -> None:
    signals = flat()
    signals[9, 4000:4010] = 2.0  # V4, top row: 15 + 6 mm of paper above its zero line
    assert "off_the_page" not in codes(from_record(record(signals), band=Band.AS_RECORDED))
    signals[9, 4000:4010] = 2.2
    page = from_record(record(signals), band=Band.AS_RECORDED)
    assert next(r.text for r in page.remarks if r.code == "off_the_page").endswith("in V4.")


def test_flat_leads_are_named() -> None:
    signals = np.tile(np.sin(np.arange(5000) / 20), (12, 1))
    signals[10] = 0.0
    remark = next(r for r in from_record(record(signals)).remarks if r.code == "flat_leads")
    assert "V5" in remark.text


@settings(max_examples=15, deadline=None)
@given(
    layout=st.sampled_from(sorted(LAYOUTS)),
    fs_hz=st.sampled_from([100.0, 257.0, 1000.0]),
    seconds=st.floats(2.6, 12.0),
    seed=st.integers(0, 99),
)
def test_a_stored_page_comes_back_unchanged(
    layout: str, fs_hz: float, seconds: float, seed: int
) -> None:
    noise = np.random.default_rng(seed).normal(0, 0.3, (12, round(seconds * fs_hz)))
    page = from_record(record(noise, fs_hz), layout)
    again = EcgPage.from_bytes(page.to_bytes())
    assert again.sha256 == page.sha256
    assert (again.boxes, again.remarks, again.filter_name) == (
        page.boxes,
        page.remarks,
        page.filter_name,
    )
    for one, other in zip(again.traces, page.traces, strict=True):
        np.testing.assert_array_equal(one.mv, other.mv)
        assert (one.box, one.fs_hz, one.baseline_mm) == (other.box, other.fs_hz, other.baseline_mm)
