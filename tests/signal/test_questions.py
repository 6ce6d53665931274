"""Questions answered beside the intervals: P before the beats, ectopy, pauses, voltage, waves."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.lead_levels import _complex
from ecg_core.signal.measurements import measure, nothing
from ecg_core.signal.reasons import REASONS
from ecg_core.signal.synthetic.beat_model import Conduction, Heart, Lesion, Rhythm, synthesise
from ecg_core.signal.values import QUANTITIES, QUESTIONS, Judgement, Measurement, Quality
from tests.signal.test_measurements import measured, record, value


def test_every_question_is_answered_or_says_why_not() -> None:
    for heart in (
        Heart(),
        Heart(95, Rhythm.FIBRILLATION, irregularity=0.22),
        Heart(60, premature_every=4),
        Heart(voltage=0.02),
    ):
        found = measured(heart)
        assert set(found.judged) == set(QUESTIONS)
        assert set(found.values) == set(QUANTITIES)
        every: list[Judgement | Measurement] = [*found.judged.values(), *found.values.values()]
        for one in every:
            assert (one.value is None) == (one.quality is Quality.NONE)
            assert one.quality is Quality.GOOD or one.why
            assert not one.code or one.why == REASONS[one.code]
    empty = nothing("No page.")
    assert {one.why for one in empty.judged.values()} == {"No page."}
    assert {one.why for one in empty.values.values()} == {"No page."}


def test_a_healthy_heart_is_in_sinus_rhythm() -> None:
    found = measured(Heart(rate_bpm=72))
    yes = {key for key in QUESTIONS if found.says(key)}
    assert yes == {"p_present", "sinus_p", "pr_constant", "regular"}
    assert [found.value(key) for key in ("early_beats", "other_beats", "wide_run")] == [0, 0, 0]
    assert value(found, "shortest_rr") == pytest.approx(60e3 / 72, abs=60)
    assert value(found, "longest_pause") == pytest.approx(60e3 / 72, abs=60)


def test_fibrillation_has_no_sinus_p_and_is_irregular() -> None:
    found = measured(Heart(95, Rhythm.FIBRILLATION, irregularity=0.22))
    assert found.says("sinus_p") is False and found.judged["sinus_p"].code == "no_p"
    assert found.says("p_present") is not True
    assert found.says("regular") is False
    times = [b.time_s for b in found.beats]
    assert value(found, "shortest_rr") == pytest.approx(1e3 * np.diff(times).min())


def test_ventricular_beats_are_counted_and_their_pause_is_measured() -> None:
    heart = Heart(rate_bpm=60, premature_every=4, irregularity=0.0)
    found = measured(heart, seed=4)
    beats = [b for b in synthesise(heart, seed=4).beats if 0 < b.time_s < 10]
    count = sum(b.ventricular for b in beats)
    assert value(found, "wide_beats") == value(found, "other_beats") == count >= 1
    assert value(found, "wide_run") == 1
    # A beat is timed by its greatest energy: 0.62 of the interval before, 1.38 behind.
    assert value(found, "shortest_rr") == pytest.approx(620, abs=80)
    assert value(found, "longest_pause") == pytest.approx(1380, abs=80)


def test_silence_after_the_last_beat_is_a_pause() -> None:
    signals = synthesise(Heart(rate_bpm=75, noise_mv=0.004)).signals_mv.copy()
    rest = np.random.default_rng(0).normal(0, 0.004, signals[:, 3000:].shape)
    signals[:, 3000:] = signals[:, 2999:3000] + rest
    assert value(measure(record(signals)), "longest_pause") > 4000


def test_p_waves_that_wander_off_are_not_constant() -> None:
    ecg = synthesise(Heart(rate_bpm=70, pr_s=0.16, irregularity=0.0), seed=3)
    plain = synthesise(Heart(rate_bpm=70, pr_s=0.16, irregularity=0.0), seed=3)
    assert measure(record(plain.signals_mv)).says("pr_constant") is True
    signals = ecg.signals_mv.copy()
    lags_s = np.linspace(-0.05, 0.05, 5)
    for number, beat in enumerate(b for b in ecg.beats if 0.4 < b.time_s < 9.8):
        first = round((beat.time_s - 0.30) * 500)
        part = signals[:, first : first + 125].copy()
        shift = round(float(lags_s[number % 5]) * 500)
        signals[:, first : first + 125] = part[:, :1]
        begin = max(first + shift, 0)
        signals[:, begin : begin + 125] = part
        qrs = slice(first + 125, first + 175)
        signals[:, qrs] = plain.signals_mv[:, qrs]
    found = measure(record(signals))
    assert found.says("pr_constant") is not True


def test_low_voltage_is_told_of_limb_and_chest_leads_apart() -> None:
    assert measured(Heart()).says("low_voltage_limb") is False
    low = measured(Heart(voltage=0.35, noise_mv=0.003))
    assert low.says("low_voltage_limb") is True
    signals = synthesise(Heart()).signals_mv
    limb = measure(record(signals[:2], leads=STANDARD_LEADS[:2]))
    assert limb.says("low_voltage_limb") is False  # one tall lead is enough
    assert limb.says("low_voltage_chest") is None
    assert limb.judged["low_voltage_chest"].code == "missing_leads"


def test_waves_of_a_complex_are_named_as_by_hand() -> None:
    def named(*heights: float) -> tuple[float, ...]:
        at = np.arange(0, 20 * (len(heights) + 1) + 1)
        knots = 20 * np.arange(len(heights) + 2)
        one = _complex(np.interp(at, knots, [0.0, *heights, 0.0]), 500.0)
        return one.q_mv, one.r_mv, one.s_mv, one.r2_mv

    assert named(-0.2, 1.0, -0.3) == pytest.approx((-0.2, 1.0, -0.3, 0.0))
    assert named(0.2, -0.8, 0.6) == pytest.approx((0.0, 0.6, -0.8, 0.2))
    assert named(-0.9) == pytest.approx((-0.9, 0.0, 0.0, 0.0))
    assert named(0.01) == (0.0, 0.0, 0.0, 0.0)


def test_leads_tell_p_t_and_second_r() -> None:
    found = measured(Heart(conduction=Conduction.RIGHT_BUNDLE_BLOCK))
    lead = {one.lead: one for one in found.leads}
    assert lead["V1"].r2_mv > 0.1 or lead["V1"].r_mv > 0.4
    healthy = {one.lead: one for one in measured(Heart()).leads}
    p_mv, t_half_ms = healthy["II"].p_mv, healthy["V4"].t_half_ms
    assert p_mv is not None and p_mv == pytest.approx(0.15, abs=0.04)
    # Flanks of 62 and 36 ms standard deviation: 1.177 of their sum at half height.
    assert t_half_ms is not None and t_half_ms == pytest.approx(1.177 * 98, abs=16)
    inverted = measured(Heart(lesions=(Lesion("anterior", t_mv=-0.9),))).lead("V3")
    assert inverted is not None and inverted.t_low_mv is not None
    assert inverted.t_mv == inverted.t_low_mv < -0.3


def test_a_slow_beginning_is_a_slur() -> None:
    signals = synthesise(Heart(rate_bpm=70, pr_s=0.16), seed=3)
    plain = measure(record(signals.signals_mv))
    assert plain.says("slurred_onset") is False
    # A delta wave: all leads leave rest 50 ms early, slowly, the way their R or S goes.
    mv = signals.signals_mv.copy()
    at_s = np.arange(mv.shape[1]) / 500
    for beat in signals.beats:
        away = at_s - beat.time_s
        ramp = np.interp(away, [-0.09, -0.03, 0.0, 0.02], [0.0, 0.5, 0.5, 0.0])
        heights = [lead[np.abs(away) < 0.03] for lead in mv]
        ways = [np.sign(one[np.argmax(np.abs(one))]) if len(one) else 0.0 for one in heights]
        mv += np.array(ways)[:, None] * ramp
    slurred = measure(record(mv))
    assert slurred.says("slurred_onset") is True
    assert value(slurred, "qrs") > value(plain, "qrs") + 20
    assert value(slurred, "pr") < value(plain, "pr") - 20


def test_a_jump_in_one_lead_is_no_part_of_the_complex() -> None:
    signals = synthesise(Heart(rate_bpm=70), seed=3)
    plain, mv = measure(record(signals.signals_mv)), signals.signals_mv.copy()
    for beat in signals.beats:
        first = round((beat.time_s + 0.10) * 500)
        if 0 <= first < mv.shape[1] - 40:
            mv[9, first : first + 40] += 0.6
    assert value(measure(record(mv)), "qrs") == pytest.approx(value(plain, "qrs"), abs=8)
