"""What holds of the borders of P, QRS and T, whatever the heart: order, scale, time, and blanks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter1d

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.atria.leading import SingleP
from ecg_core.signal.borders import qrs_border
from ecg_core.signal.borders.p_border import halves_apart_s
from ecg_core.signal.borders.waves import Delineation, Wave
from ecg_core.signal.intervals import intervals, late_t
from ecg_core.signal.measurements import measure
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.projection import leads_of
from ecg_core.signal.reasons import number
from ecg_core.signal.signs import SPIKE_FS_HZ
from ecg_core.signal.synthetic import beat_model
from ecg_core.signal.synthetic.beat_model import Conduction, Heart, Rhythm, synthesise
from ecg_core.signal.values import MarkKind, Measurements
from tests.signal.test_measurements import record, value

BORDERS = (MarkKind.P_START, MarkKind.QRS_START, MarkKind.QRS_END, MarkKind.T_END)
KEYS = ("pr", "qrs", "qt")


@st.composite
def hearts(draw: st.DrawFn) -> Heart:
    """Hearts in sinus rhythm whose P does not lie on the T wave before it."""
    heart = Heart(
        rate_bpm=draw(st.integers(45, 125)),
        conduction=draw(st.sampled_from(Conduction)),
        pr_s=draw(st.integers(120, 260)) / 1e3,
        qtc_s=draw(st.integers(360, 480)) / 1e3,
        noise_mv=draw(st.sampled_from((0.004, 0.012))),
    )
    gap_s = 60 / heart.rate_bpm - heart.pr_s - beat_model._qt_s(heart)
    ahead_s = beat_model._t_wave(heart).centre_s - beat_model._j_point_s(heart)
    return heart if gap_s > 0.04 and ahead_s > 0.12 else Heart(conduction=heart.conduction)


@settings(max_examples=8, deadline=None)
@given(heart=hearts(), fs_hz=st.sampled_from((100.0, 250.0, 500.0)), seed=st.integers(0, 99))
def test_borders_are_where_the_model_puts_them_and_in_order(
    heart: Heart, fs_hz: float, seed: int
) -> None:
    found = measure(record(synthesise(heart, fs_hz=fs_hz, seed=seed).signals_mv, fs_hz))
    # What is blank with its reason is not marked: broad complexes that T runs into.
    assume(all(found.value(key) is not None for key in ("pr", "qrs", "qt")))
    assert value(found, "pr") == pytest.approx(1e3 * heart.pr_s, abs=20)
    assert value(found, "qt") == pytest.approx(1e3 * beat_model._qt_s(heart), abs=20)
    kinds = [mark.kind for mark in found.marks if mark.kind in BORDERS]
    first = kinds.index(MarkKind.P_START)
    # P, QRS, J, T end, and only then the next P.
    for place, kind in enumerate(kinds[first:]):
        assert kind is BORDERS[place % len(BORDERS)]


@settings(max_examples=4, deadline=None)
@given(heart=hearts(), scale=st.sampled_from((0.5, 2.0)), seed=st.integers(0, 99))
def test_scale_changes_no_interval(heart: Heart, scale: float, seed: int) -> None:
    signals = synthesise(heart, seed=seed).signals_mv
    one, other = measure(record(signals)), measure(record(scale * signals))
    for key in KEYS:
        if one.value(key) is None or other.value(key) is None:
            continue
        # The flat end of a bundle branch block moves by two samples against the noise.
        assert value(other, key) == pytest.approx(value(one, key), abs=12), key


@settings(max_examples=4, deadline=None)
@given(heart=hearts(), shift_ms=st.integers(1, 400), seed=st.integers(0, 99))
def test_where_the_ten_seconds_begin_changes_no_interval(
    heart: Heart, shift_ms: int, seed: int
) -> None:
    signals = synthesise(heart, duration_s=11.0, seed=seed).signals_mv
    late = shift_ms // 2
    one, other = measure(record(signals[:, :5000])), measure(record(signals[:, late : late + 5000]))
    for key in KEYS:
        if one.value(key) is None or other.value(key) is None:
            continue
        assert value(other, key) == pytest.approx(value(one, key), abs=10), key


@settings(max_examples=5, deadline=None)
@given(rate=st.integers(60, 130), seed=st.integers(0, 99))
def test_fibrillation_gives_no_pr(rate: int, seed: int) -> None:
    heart = Heart(rate, Rhythm.FIBRILLATION, irregularity=0.22)
    found = measure(record(synthesise(heart, seed=seed).signals_mv))
    assert found.value("pr") is None and found.says("sinus_p") is not True


def paced(lead_s: float, fs_hz: float = 500.0) -> Measurements:
    """A beat with P, and a spike so long before each QRS."""
    ecg = synthesise(Heart(rate_bpm=70), fs_hz=fs_hz)
    signals = ecg.signals_mv.copy()
    for beat in ecg.beats:
        at = round((beat.time_s - lead_s) * fs_hz)
        if 0 <= at < signals.shape[1] - 2:
            signals[:, at] += 1.0
    return measure(record(signals, fs_hz))


def test_a_paced_beat_has_no_pr_of_its_own() -> None:
    found = paced(0.06)
    assert found.says("paced") is True
    assert found.value("pr") is None and found.values["pr"].code == "paced"
    assert found.says("sinus_p") is False
    assert found.judged["paced"].value is True
    slow = measure(record(synthesise(Heart(), fs_hz=SPIKE_FS_HZ / 2).signals_mv, SPIKE_FS_HZ / 2))
    assert slow.says("paced") is None and slow.judged["paced"].code == "slow_sampling"


def test_one_lead_of_noise_moves_no_border() -> None:
    signals = synthesise(Heart(rate_bpm=72)).signals_mv.copy()
    plain = measure(record(signals))
    signals[STANDARD_LEADS.index("V2")] += np.random.default_rng(1).normal(0, 0.3, signals.shape[1])
    noisy = measure(record(signals))
    for key in KEYS:
        assert value(noisy, key) == pytest.approx(value(plain, key), abs=8), key


BEAT = MedianBeat(
    np.zeros((1, 10)),
    5,
    500.0,
    np.arange(5),
    np.array([5]),
    np.zeros((1, 10)),
    np.zeros((5, 1, 10)),
)
PLAIN = Delineation(
    Wave(-0.20, -0.15, -0.10, 50.0, 1.0),
    Wave(-0.04, 0.0, 0.05, 50.0, 1.0),
    Wave(0.30, 0.30, 0.36, 50.0, 1.0),
)


def timed(
    waves: Delineation, rr_ms: float = 800.0, off_paper: bool = False
) -> dict[str, tuple[float | None, str]]:
    """PR, QRS and QT of these waves in whole ms, and why they are blank."""
    every = SingleP(np.zeros(5), 5)
    found = intervals(BEAT, waves, number(rr_ms), number(10.0), ("II",), every, off_paper=off_paper)
    return {
        key: (None if one.value is None else round(one.value), one.code)
        for key, one in found.items()
        if key in ("pr", "qrs", "qt")
    }


def test_waves_with_plain_borders_are_timed() -> None:
    assert timed(PLAIN) == {"pr": (160, ""), "qrs": (90, ""), "qt": (400, "")}


def test_beats_that_stand_out_little_have_no_intervals() -> None:
    every = SingleP(np.zeros(5), 5)
    faint = number(800.0, doubt="faint_beats")
    found = intervals(BEAT, PLAIN, faint, number(10.0), ("II",), every)
    assert {one.code for one in found.values()} == {"faint_beats"}


def test_a_p_wave_too_long_to_be_one_is_not_believed_off_paper() -> None:
    every = SingleP(np.zeros(5), 5)
    long = replace(PLAIN, p=Wave(-0.26, -0.15, -0.08, 50.0, 1.0))
    rr, even = number(800.0), number(10.0)
    record = intervals(BEAT, long, rr, even, ("II",), every)
    page = intervals(BEAT, long, rr, even, ("II",), every, off_paper=True)
    assert record["pr"].value == pytest.approx(220)
    assert (page["pr"].value, page["pr"].code) == (None, "p_start_unclear")
    assert page["qrs"].value == record["qrs"].value


def test_what_comes_before_t_can_be_over_is_no_p() -> None:
    # 320 ms from beat to beat: "P" begins 160 ms after the QRS complex before it; at that rate even
    # a QTc of 280 ms lasts 192.
    assert timed(replace(PLAIN, t=None), rr_ms=320.0)["pr"] == (None, "p_on_t")
    assert timed(replace(PLAIN, t=None), rr_ms=400.0)["pr"] == (160, "")


def test_borders_that_two_readings_put_far_apart_are_blank() -> None:
    assert PLAIN.qrs is not None
    late_end = replace(PLAIN, qrs=replace(PLAIN.qrs, end_unsure_s=0.05))
    assert timed(late_end) == {"pr": (160, ""), "qrs": (None, "qrs_end_unclear"), "qt": (400, "")}
    early_start = replace(PLAIN, qrs=replace(PLAIN.qrs, unsure_s=0.05))
    assert timed(early_start)["pr"] == (None, "qrs_unclear")


def test_t_that_is_not_over_ends_nowhere_and_hides_p_where_it_meets_it() -> None:
    assert PLAIN.t is not None
    stirs = replace(PLAIN, t=replace(PLAIN.t, over=False))
    assert timed(stirs) == {"pr": (160, ""), "qrs": (90, ""), "qt": (None, "t_end_unclear")}
    # P begins 200 ms before the next beat, 20 ms behind T's end.
    meets = timed(stirs, rr_ms=580.0)
    assert (meets["pr"], meets["qt"]) == ((None, "p_on_t"), (None, "t_on_p"))
    assert timed(PLAIN, rr_ms=580.0)["pr"] == (160, "")


def test_a_complex_that_stands_still_far_from_its_level_is_not_over() -> None:
    """As in right bundle branch block: R, 40 ms at one height, then 55 ms back to the level."""
    ecg = synthesise(Heart(rate_bpm=66), seed=3)
    plain, mv = measure(record(ecg.signals_mv)), ecg.signals_mv.copy()
    at_s = np.arange(mv.shape[1]) / 500
    for beat in ecg.beats:
        places = beat.time_s + np.array([0.01, 0.04, 0.08, 0.135])
        mv += gaussian_filter1d(np.interp(at_s, places, [0.0, 0.25, 0.25, 0.0]), 2)
    assert value(plain, "qrs") < 110
    begins_ms = value(plain, "qrs") - 1e3 * beat_model._j_point_s(Heart())
    assert value(measure(record(mv)), "qrs") == pytest.approx(begins_ms + 135, abs=15)


@pytest.mark.parametrize(
    ("peak_s", "qrs_s", "rr_ms", "late"),
    [
        (0.395, 0.09, 1000.0, False),
        (0.41, 0.09, 1000.0, True),
        (0.41, 0.13, 1000.0, False),
        (0.37, 0.09, 700.0, True),
    ],
)
def test_a_late_peak_of_t_by_rate_and_less_what_a_wide_qrs_adds(
    peak_s: float, qrs_s: float, rr_ms: float, late: bool
) -> None:
    """0.37 s at 700 ms is 417 ms at 1 s: 0.37 / 0.7 ** (1 / 3)."""
    assert PLAIN.qrs is not None and PLAIN.t is not None
    qrs = replace(PLAIN.qrs, end_s=PLAIN.qrs.start_s + qrs_s)
    t = replace(PLAIN.t, peak_s=qrs.start_s + peak_s, end_s=qrs.start_s + peak_s + 0.08)
    waves = Delineation(None, qrs, t)
    assert late_t(waves, number(rr_ms))["late_t"].value is late


@pytest.mark.parametrize(
    ("end_s", "qrs_s", "rr_ms", "late"),
    [
        (0.495, 0.09, 1000.0, False),
        (0.505, 0.09, 1000.0, True),
        (0.505, 0.13, 1000.0, False),
        (0.46, 0.09, 700.0, True),
    ],
)
def test_a_late_end_of_t_is_told_though_it_is_unclear(
    end_s: float, qrs_s: float, rr_ms: float, late: bool
) -> None:
    """0.46 s at 700 ms is 518 ms at 1 s: 0.46 / 0.7 ** (1 / 3)."""
    assert PLAIN.qrs is not None and PLAIN.t is not None
    qrs = replace(PLAIN.qrs, end_s=PLAIN.qrs.start_s + qrs_s)
    t = replace(PLAIN.t, peak_s=qrs.start_s + 0.3, end_s=qrs.start_s + end_s, over=False)
    told = late_t(Delineation(None, qrs, t), number(rr_ms))["late_t_end"]
    assert (told.value, told.code) == (late, "t_end_unclear")


def test_off_paper_pr_is_in_doubt_from_20_ms_on() -> None:
    assert PLAIN.p is not None
    vague = replace(PLAIN, p=replace(PLAIN.p, unsure_s=0.021))
    assert timed(vague)["pr"] == (160, "")
    assert timed(vague, off_paper=True)["pr"] == (160, "p_start_unclear")
    sure = replace(PLAIN, p=replace(PLAIN.p, unsure_s=0.019))
    assert timed(sure, off_paper=True)["pr"] == (160, "")


def test_halves_of_the_leads_say_how_sure_the_beginning_of_p_is() -> None:
    """P stands 40 ms earlier in every other lead."""
    at_s = np.arange(500) / 500 - 0.5
    leads = np.stack(
        [
            0.15 * np.exp(-0.5 * ((at_s + (0.14 if lead % 2 else 0.18)) / 0.02) ** 2)
            + np.exp(-0.5 * (at_s / 0.012) ** 2)
            for lead in range(8)
        ]
    )
    single = np.stack([leads, leads])
    beat = MedianBeat(
        leads, 250, 500.0, np.arange(2), np.full(8, 2), np.full(leads.shape, 0.003), single
    )
    qrs = Wave(-0.04, 0.0, 0.04, 50.0, 1.0)
    found = leads_of(beat)
    assert found is not None
    assert halves_apart_s(found, qrs, -0.45) == pytest.approx(0.04, abs=0.004)
    assert halves_apart_s(found.every_other(0), qrs, -0.45) == 0.0  # four leads are not halved


@pytest.mark.parametrize(
    ("behind", "rest", "border"),
    [
        # Nothing behind what is fast; a tail of 20 samples; the slope of an ST segment.
        ([0.0] * 80, 20, 20.0),
        ([0.2] * 20 + [0.0] * 60, 39, 39.5),
        ([0.1] * 80, 20, 20.0),
        # Rest is seen 10 samples into the tail: the border lies in the middle of it and its bend.
        ([0.2] * 20 + [0.0] * 60, 30, 35.0),
    ],
)
def test_a_border_lies_between_rest_and_the_bend_of_the_way_left(
    behind: list[float], rest: int, border: float
) -> None:
    velocity = np.array([1.0] * 20 + behind)
    how = qrs_border.OFFSET_BEND
    assert qrs_border._with_bend(velocity, rest, 1.0, how, fs_hz=500.0) == border
