"""Measurements against beats whose intervals are known, and what must stay blank."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.beats import _summits
from ecg_core.signal.measurements import measure
from ecg_core.signal.synthetic import beat_model
from ecg_core.signal.synthetic.beat_model import Conduction, Heart, Lesion, Rhythm, synthesise
from ecg_core.signal.values import QUANTITIES, BeatKind, MarkKind, Measurements, Quality


def record(
    signals_mv: np.ndarray, fs_hz: float = 500.0, leads: tuple[str, ...] = STANDARD_LEADS
) -> EcgRecord:
    return EcgRecord(
        "synthetic", "0" * 64, signals_mv, leads, leads, fs_hz, signals_mv.shape[1] / fs_hz
    )


def measured(heart: Heart, fs_hz: float = 500.0, seed: int = 3) -> Measurements:
    return measure(record(synthesise(heart, fs_hz=fs_hz, seed=seed).signals_mv, fs_hz))


def value(found: Measurements, key: str) -> float:
    number = found.value(key)
    assert number is not None, (key, found.values[key].why)
    return number


def qrs_ms(heart: Heart) -> float:
    """The model's own convention: where its first wave begins and its last one ends."""
    return 1e3 * (beat_model._j_point_s(heart) - beat_model._onset_s(heart))


@pytest.mark.parametrize("fs_hz", [100.0, 250.0, 360.0, 500.0, 1000.0])
def test_a_healthy_heart_is_measured_at_every_sampling_rate(fs_hz: float) -> None:
    heart = Heart(rate_bpm=72, pr_s=0.16, qtc_s=0.40)
    found = measured(heart, fs_hz)
    assert value(found, "rate") == pytest.approx(72, abs=2)
    assert value(found, "pr") == pytest.approx(160, abs=16)
    assert value(found, "qrs") == pytest.approx(qrs_ms(heart), abs=20)
    assert value(found, "qtcf") == pytest.approx(400, abs=10)
    assert value(found, "qrs_axis") == pytest.approx(55, abs=15)
    assert all(found.values[key].quality is Quality.GOOD for key in ("rate", "pr", "qrs", "qt"))


@settings(max_examples=12, deadline=None)
@given(
    rate=st.integers(45, 105),
    pr_ms=st.integers(120, 240),
    qtc_ms=st.integers(370, 470),
    seed=st.integers(0, 99),
)
def test_known_intervals_come_back(rate: int, pr_ms: int, qtc_ms: int, seed: int) -> None:
    heart = Heart(rate_bpm=rate, pr_s=pr_ms / 1e3, qtc_s=qtc_ms / 1e3)
    gap_s = 60 / rate - heart.pr_s - beat_model._qt_s(heart)
    found = measured(heart, seed=seed)
    times = [beat.time_s for beat in synthesise(heart, seed=seed).beats if 0.1 < beat.time_s < 9.9]
    assert value(found, "rate") == pytest.approx(60 / np.diff(times).mean(), abs=2)
    if gap_s > 0.06:  # else P lies on T
        assert value(found, "pr") == pytest.approx(pr_ms, abs=14)
        assert value(found, "qt") == pytest.approx(1e3 * beat_model._qt_s(heart), abs=14)


def test_bundle_branch_blocks_are_wide() -> None:
    for conduction in (Conduction.LEFT_BUNDLE_BLOCK, Conduction.RIGHT_BUNDLE_BLOCK):
        heart = Heart(rate_bpm=66, conduction=conduction)
        assert value(measured(heart), "qrs") == pytest.approx(qrs_ms(heart) + 15, abs=20)
        assert value(measured(heart), "qrs") > 120 > value(measured(Heart(rate_bpm=66)), "qrs")


def test_correction_for_rate_follows_its_formulas() -> None:
    found = measured(Heart(rate_bpm=90))
    rr_s = value(found, "rr") / 1e3
    assert value(found, "qtcf") == pytest.approx(value(found, "qt") / rr_s ** (1 / 3))
    assert value(found, "qtcb") == pytest.approx(value(found, "qt") / rr_s**0.5)


def test_fibrillation_has_no_pr_and_a_doubtful_qtc() -> None:
    found = measured(Heart(rate_bpm=95, rhythm=Rhythm.FIBRILLATION, irregularity=0.22))
    assert found.value("pr") is None and "P wave" in found.values["pr"].why
    assert found.values["p_axis"].value is None
    assert found.values["qtcf"].quality is Quality.DOUBTFUL
    assert value(found, "rr_sd") > 60


def test_st_levels_are_those_of_the_lesion() -> None:
    found = measured(Heart(lesions=(Lesion("anterior", st_mv=0.4),)))
    levels = {lead.lead: lead.st_j60_mv for lead in found.leads}
    assert levels["V3"] == pytest.approx(0.4, abs=0.08)
    assert levels["V2"] > 0.25 and levels["III"] < -0.1
    healthy = {lead.lead: lead.st_j_mv for lead in measured(Heart()).leads}
    assert max(abs(level) for level in healthy.values()) < 0.05


def test_premature_ventricular_beats_are_told_and_left_out() -> None:
    heart = Heart(rate_bpm=60, premature_every=4)
    found = measured(heart, seed=4)
    told = [beat.time_s for beat in found.beats if beat.kind is BeatKind.OTHER_SHAPE]
    true = [
        b.time_s for b in synthesise(heart, seed=4).beats if b.ventricular and 0 < b.time_s < 10
    ]
    assert len(told) == len(true)
    assert np.allclose(told, true, atol=0.08)
    assert value(found, "qrs") == pytest.approx(qrs_ms(heart), abs=20)
    assert [m.time_s for m in found.marks if m.kind is MarkKind.OTHER_BEAT] == told


def test_columns_of_a_page_give_the_same_numbers_as_the_record() -> None:
    heart = Heart(rate_bpm=80, lesions=(Lesion("inferior", st_mv=0.3),))
    signals = synthesise(heart, fs_hz=250.0, seed=5).signals_mv
    page = np.full_like(signals, np.nan)
    for lead, name in enumerate(STANDARD_LEADS):
        first = 625 * (lead // 3)
        page[lead, first : first + 625] = signals[lead, first : first + 625]
        if name == "II":
            page[lead] = signals[lead]
    whole, columns = measure(record(signals, 250.0)), measure(record(page, 250.0), off_paper=True)
    for key, limit in (("rate", 1), ("pr", 20), ("qrs", 16), ("qt", 20), ("qrs_axis", 15)):
        assert value(columns, key) == pytest.approx(value(whole, key), abs=limit), key
    st_whole = {lead.lead: lead.st_j60_mv for lead in whole.leads}
    for level in columns.leads:
        assert level.st_j60_mv == pytest.approx(st_whole[level.lead], abs=0.06), level.lead
    without = np.delete(page, 1, axis=0)
    names = tuple(name for name in STANDARD_LEADS if name != "II")
    strips = measure(record(without, 250.0, names), off_paper=True)
    assert value(strips, "rate") == pytest.approx(80, abs=4)


def test_two_leads_have_no_axis_but_a_rate() -> None:
    signals = synthesise(Heart(rate_bpm=70)).signals_mv[[1, 6]]
    found = measure(record(signals, leads=("II", "V1")))
    assert value(found, "rate") == pytest.approx(70, abs=2)
    assert found.value("qrs_axis") is None
    assert found.values["qrs_axis"].why


@pytest.mark.parametrize(
    "signals",
    [
        np.zeros((12, 5000)),
        np.full((12, 5000), np.nan),
        np.random.default_rng(0).normal(0, 0.02, (12, 5000)),
        np.zeros((1, 400)),
    ],
    ids=["flat", "nothing", "noise", "short"],
)
def test_what_is_no_ecg_stays_blank(signals: np.ndarray) -> None:
    found = measure(record(signals, leads=STANDARD_LEADS[: len(signals)]))
    assert set(found.values) == set(QUANTITIES)
    for key in ("pr", "qt", "qtcf"):
        assert found.value(key) is None
    for one in found.values.values():
        assert (one.value is None) == (one.quality is Quality.NONE)
        assert one.value is not None or one.why


def test_a_window_of_a_long_record_is_timed_from_its_start() -> None:
    signals = synthesise(Heart(rate_bpm=75), duration_s=60).signals_mv
    found = measure(record(signals), start_s=20.0)
    true = [b.time_s - 20 for b in synthesise(Heart(rate_bpm=75), duration_s=60).beats]
    true = [time_s for time_s in true if 0 <= time_s < 10]
    assert [beat.time_s for beat in found.beats] == pytest.approx(true, abs=0.04)
    assert all(0 <= mark.time_s < 10.5 for mark in found.marks)


def test_one_noisy_lead_does_not_spoil_the_others() -> None:
    signals = synthesise(Heart(rate_bpm=72)).signals_mv.copy()
    signals[8] += np.random.default_rng(1).normal(0, 0.5, signals.shape[1])
    found = measure(record(signals))
    assert value(found, "rate") == pytest.approx(72, abs=2)
    noisy = found.lead("V3")
    assert noisy is not None and noisy.quality is Quality.DOUBTFUL
    assert found.lead("V5").quality is Quality.GOOD  # type: ignore[union-attr]


def test_one_beat_is_never_found_twice() -> None:
    # Two detections 150 ms apart move onto two summits of one complex, 66 ms from one another.
    energy = np.zeros(1000)
    energy[468], energy[501], energy[800] = 0.8, 1.0, 0.9
    found = _summits(np.array([430, 505, 795]), energy, reach=45, apart=65)
    assert found.tolist() == [501, 800]
