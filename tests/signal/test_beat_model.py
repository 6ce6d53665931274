"""The beat model shows what each heart is asked to show, measured as a reader would."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.synthetic.beat_model import (
    Conduction,
    Heart,
    Lesion,
    Rhythm,
    Synthetic,
    synthesise,
)


def mean_beat(ecg: Synthetic, lead: str, before_s: float = 0.3, after_s: float = 0.5) -> np.ndarray:
    """Average of all conducted beats, 0 mV just before the QRS, R peak at `before_s`."""
    signal = ecg.lead(lead)
    first, last = round(before_s * ecg.fs_hz), round(after_s * ecg.fs_hz)
    at = [round(b.time_s * ecg.fs_hz) for b in ecg.beats if not b.ventricular]
    cuts = [signal[i - first : i + last] for i in at if first <= i < len(signal) - last]
    beat = np.mean(cuts, axis=0)
    zero = round((before_s - 0.08) * ecg.fs_hz)
    return np.asarray(beat - beat[zero - 5 : zero].mean())


def level(ecg: Synthetic, lead: str, from_s: float, to_s: float) -> np.ndarray:
    """Part of the mean beat, in seconds from the R peak."""
    beat = mean_beat(ecg, lead)
    return beat[round((0.3 + from_s) * ecg.fs_hz) : round((0.3 + to_s) * ecg.fs_hz)]


def qrs_ms(ecg: Synthetic) -> float:
    """Time in which some lead moves faster than 5 mV/s around the R peak."""
    parts = np.stack([level(ecg, lead, -0.12, 0.12) for lead in STANDARD_LEADS])
    fast = np.flatnonzero((np.abs(np.diff(parts, axis=1)) * ecg.fs_hz > 5.0).any(axis=0))
    return float((fast[-1] - fast[0]) / ecg.fs_hz * 1000)


NORMAL = synthesise(Heart(), seed=1)


@settings(max_examples=25, deadline=None)
@given(
    st.floats(40, 150),
    st.sampled_from(list(Rhythm)),
    st.sampled_from(list(Conduction)),
    st.integers(0, 1000),
)
def test_limb_leads_obey_einthoven_and_goldberger(
    rate: float, rhythm: Rhythm, conduction: Conduction, seed: int
) -> None:
    ecg = synthesise(Heart(rate, rhythm, conduction), duration_s=3.0, seed=seed)
    one, two, three, right, left, foot = np.rint(ecg.signals_mv[:6] * 1000)
    np.testing.assert_array_equal(one + three, two)
    np.testing.assert_array_equal(right + left + foot, 0)
    np.testing.assert_array_equal(2 * left, one - three)
    assert np.abs(ecg.signals_mv * 1000 - np.rint(ecg.signals_mv * 1000)).max() < 1e-6


def test_same_seed_same_ecg() -> None:
    again, other = synthesise(Heart(), seed=1), synthesise(Heart(), seed=2)
    np.testing.assert_array_equal(again.signals_mv, NORMAL.signals_mv)
    assert np.abs(other.signals_mv - NORMAL.signals_mv).max() > 0.1


@pytest.mark.parametrize("rate", [45, 68, 120])
def test_rate_is_the_one_asked_for(rate: float) -> None:
    ecg = synthesise(Heart(rate_bpm=rate), duration_s=60, seed=4)
    assert sum(0 <= beat.time_s < 60 for beat in ecg.beats) == pytest.approx(rate, abs=3)


def test_normal_ecg_has_normal_measures() -> None:
    assert 70 <= qrs_ms(NORMAL) <= 110
    r_waves = [level(NORMAL, lead, -0.06, 0.06).max() for lead in ("V1", "V2", "V3", "V4")]
    assert r_waves == sorted(r_waves)
    for lead in ("I", "II", "V2", "V3", "V4", "V5", "V6"):
        assert level(NORMAL, lead, 0.2, 0.4).max() > 0.1, lead
    assert level(NORMAL, "aVR", 0.2, 0.4).min() < -0.1
    assert 0.08 < level(NORMAL, "II", -0.22, -0.08).max() < 0.25
    for lead in STANDARD_LEADS:
        assert abs(level(NORMAL, lead, 0.075, 0.085).mean()) < 0.1, lead
    axis = np.degrees(
        np.arctan2(
            2 / np.sqrt(3) * level(NORMAL, "aVF", -0.06, 0.06).sum(),
            level(NORMAL, "I", -0.06, 0.06).sum(),
        )
    )
    assert 30 < axis < 80


def test_anterior_infarction_elevates_st_and_depresses_it_opposite() -> None:
    heart = Heart(92, lesions=(Lesion("anterior", st_mv=0.45, q_mv=0.32, t_mv=0.22),))
    ecg = synthesise(heart, seed=1)
    for lead, least in (("V2", 0.2), ("V3", 0.2), ("V4", 0.2), ("V1", 0.1), ("aVL", 0.1)):
        assert level(ecg, lead, 0.07, 0.08).mean() >= least, lead
    for lead in ("III", "aVF"):
        assert level(ecg, lead, 0.07, 0.08).mean() <= -0.05, lead


def test_old_inferior_infarction_leaves_q_waves_and_inverted_t() -> None:
    heart = Heart(62, lesions=(Lesion("inferior", q_mv=0.65, t_mv=-0.55),))
    ecg = synthesise(heart, seed=1)
    for lead in ("II", "III", "aVF"):
        q_wave = level(ecg, lead, -0.07, 0.0)
        r_wave = level(ecg, lead, -0.02, 0.03).max()
        assert q_wave.min() < -0.25 * r_wave, lead
        assert (q_wave < -0.05).sum() / ecg.fs_hz >= 0.025, lead
    assert level(ecg, "III", 0.2, 0.45).min() < -0.2
    assert abs(level(ecg, "III", 0.07, 0.08).mean()) < 0.1


def test_fibrillation_is_irregular_and_without_p() -> None:
    ecg = synthesise(Heart(100, Rhythm.FIBRILLATION, irregularity=0.22), duration_s=60, seed=5)
    intervals = np.diff([beat.time_s for beat in ecg.beats])
    assert intervals.std() / intervals.mean() > 0.15
    assert np.abs(level(ecg, "II", -0.2, -0.1)).max() < 0.05
    assert not any(beat.p_wave for beat in ecg.beats)


def test_left_bundle_block_is_broad_and_discordant() -> None:
    ecg = synthesise(Heart(74, conduction=Conduction.LEFT_BUNDLE_BLOCK, qtc_s=0.45), seed=1)
    assert 120 <= qrs_ms(ecg) <= 180
    v1 = level(ecg, "V1", -0.1, 0.1)
    assert v1.max() < 0.2 < 0.7 < -v1.min()
    for lead in ("I", "aVL", "V6"):
        assert level(ecg, lead, -0.1, 0.05).min() > -0.05, lead
        assert level(ecg, lead, 0.2, 0.45).min() < -0.1, lead
    assert level(ecg, "V2", 0.2, 0.45).max() > 0.3


def test_right_bundle_block_ends_in_v1_upwards() -> None:
    ecg = synthesise(Heart(conduction=Conduction.RIGHT_BUNDLE_BLOCK), seed=1)
    assert level(ecg, "V1", 0.03, 0.08).max() > 0.4
    assert level(ecg, "V6", 0.03, 0.08).min() < -0.15


def test_hypertrophy_meets_sokolow_and_lyon() -> None:
    def sokolow_mv(ecg: Synthetic) -> float:
        s_v1 = -level(ecg, "V1", -0.06, 0.06).min()
        return float(s_v1 + max(level(ecg, v, -0.06, 0.06).max() for v in ("V5", "V6")))

    thick = synthesise(Heart(hypertrophy=1.0), seed=1)
    assert sokolow_mv(thick) > 3.5 > sokolow_mv(NORMAL)
    assert level(thick, "V6", 0.2, 0.4).min() < -0.2


def test_premature_beats_come_early_and_are_followed_by_a_pause() -> None:
    ecg = synthesise(Heart(60, premature_every=4, irregularity=0.0), duration_s=30, seed=1)
    times = [beat.time_s for beat in ecg.beats]
    early = [i for i, beat in enumerate(ecg.beats) if beat.ventricular and 0 < i < len(times) - 1]
    assert len(early) >= 4
    for i in early:
        assert times[i] - times[i - 1] == pytest.approx(0.62)
        assert times[i + 1] - times[i - 1] == pytest.approx(2.0)


def test_paroxysm_begins_and_ends() -> None:
    ecg = synthesise(Heart(72, paroxysm_s=(20, 40)), duration_s=60, seed=1)
    for beat in ecg.beats:
        assert beat.p_wave == (not 20 <= beat.time_s < 40)
    intervals = np.diff([b.time_s for b in ecg.beats if 20 <= b.time_s < 40])
    assert intervals.mean() < 0.75 * 60 / 72
