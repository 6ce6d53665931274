"""Waves of a page: the same millivolts that the page draws, all of every lead."""

import numpy as np
import pytest

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.drawn.from_record import filtered, from_record, ink_of
from ecg_core.page.overlay import beat_shift_s
from ecg_core.page.viewed import Waves, waves_of, waves_of_page, waves_of_record
from ecg_core.signal.bands import Band


def record(leads: tuple[str, ...] = STANDARD_LEADS, seconds: float = 10.0) -> EcgRecord:
    wave = np.random.default_rng(1).normal(0, 0.3, (len(leads), round(seconds * 500)))
    return EcgRecord("r", "0" * 64, wave.astype(np.float32), leads, leads, 500.0, seconds)


@pytest.mark.parametrize("band", Band)
def test_every_trace_of_the_page_is_a_part_of_the_waves(band: Band) -> None:
    ecg = record()
    page, waves = from_record(ecg, "3x4+1R", band), waves_of_record(ecg, band)
    assert waves.leads == STANDARD_LEADS
    for trace in page.traces:
        box = page.boxes[trace.box]
        first = round(box.start_s * waves.fs_hz)
        whole = waves.mv[waves.leads.index(box.lead)]
        part = whole[first : first + len(trace.mv)]
        np.testing.assert_array_equal(part, trace.mv[: len(part)])


@pytest.mark.parametrize("layout", ["3x4+1R", "6x2", "12x1"])
@pytest.mark.parametrize("leads", [STANDARD_LEADS, ("I", "II", "V1", "V5"), ("I", "II", "V1")])
def test_the_ink_alone_is_that_of_the_page(leads: tuple[str, ...], layout: str) -> None:
    ecg = record(leads, 12.0)
    for band in Band:
        one, page = filtered(ecg, band), from_record(ecg, layout, band)
        np.testing.assert_array_equal(ink_of(one, page.layout), page.ink)
        np.testing.assert_array_equal(waves_of(one).mv, waves_of_record(ecg, band).mv)


def test_what_a_page_shows_is_known_and_the_rest_is_not() -> None:
    ecg = record()
    shown = waves_of_page(from_record(ecg, "3x4+1R"))
    assert shown is not None
    full = waves_of_record(ecg)
    of = dict(zip(shown.leads, shown.mv, strict=True))
    # II has the rhythm strip; V1 is printed from 5 to 7.5 s only.
    assert np.isfinite(of["II"][:5000]).all()
    assert np.isfinite(of["V1"][2500:3750]).all()
    assert np.isnan(of["V1"][:2500]).all()
    np.testing.assert_array_equal(of["V1"][2500:3750], full.mv[6][2500:3750])


def test_derived_limb_leads_come_along_but_not_for_a_strip() -> None:
    assert set(waves_of_record(record(("I", "II", "V1"))).leads) == {
        "I", "II", "III", "aVR", "aVL", "aVF", "V1",
    }  # fmt: skip
    assert waves_of_record(record(("I", "II"))).leads == ("I", "II")


def beats(first_s: float, rr_s: float = 0.8) -> Waves:
    at = np.arange(5000) / 500
    lead = sum(np.exp(-(((at - beat) / 0.01) ** 2)) for beat in np.arange(first_s, 10, rr_s))
    return Waves(("II",), np.asarray(lead, np.float32)[None], 500.0)


@pytest.mark.parametrize("late_s", [-0.3, -0.1, 0.0, 0.25])
def test_beats_are_laid_on_beats(late_s: float) -> None:
    assert beat_shift_s(beats(0.5), beats(0.5 + late_s)) == pytest.approx(-late_s, abs=0.011)


def test_without_a_common_lead_nothing_is_shifted() -> None:
    other = Waves(("V1",), beats(0.2).mv, 500.0)
    assert beat_shift_s(beats(0.5), other) == 0
