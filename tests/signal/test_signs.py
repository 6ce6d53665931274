"""Missing leads, flat leads and pacing spikes, said without the network."""

from __future__ import annotations

import numpy as np

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.signs import lead_signs, pacing_spikes
from ecg_core.signal.synthetic.beat_model import Heart, synthesise


def paced(fs_hz: float, lead_s: float) -> tuple[np.ndarray, np.ndarray]:
    """A healthy beat with a spike of 2 ms and 1 mV so long before each QRS, and the R times."""
    ecg = synthesise(Heart(rate_bpm=70), fs_hz=fs_hz)
    beats = np.array([beat.time_s for beat in ecg.beats if 0.3 < beat.time_s < 9.8])
    signals = ecg.signals_mv.copy()
    for time_s in beats:
        at = round((time_s - lead_s) * fs_hz)
        signals[:, at : at + max(round(0.002 * fs_hz), 1)] += 1.0
    return signals, beats


def test_spikes_before_every_beat_are_told() -> None:
    for lead_s in (0.06, 0.20):
        signals, beats = paced(500.0, lead_s)
        sign = pacing_spikes(signals, 500.0, STANDARD_LEADS, beats)
        assert sign is not None and sign.code == "pacing_spikes"
        assert np.allclose(sign.times_s, beats - lead_s, atol=0.006)
        assert "V1" in sign.leads


def test_no_spikes_no_word() -> None:
    signals, beats = paced(500.0, 0.06)
    plain = synthesise(Heart(rate_bpm=70), fs_hz=500.0).signals_mv
    assert pacing_spikes(plain, 500.0, STANDARD_LEADS, beats) is None
    # A hundred samples a second hold no spike: nothing is said rather than guessed.
    assert pacing_spikes(signals[:, ::5], 100.0, STANDARD_LEADS, beats) is None


def test_spikes_at_random_times_are_noise() -> None:
    plain = synthesise(Heart(rate_bpm=70), fs_hz=500.0)
    beats = np.array([beat.time_s for beat in plain.beats if 0.3 < beat.time_s < 9.8])
    signals = plain.signals_mv.copy()
    for at in np.random.default_rng(0).integers(100, 4900, 12):
        signals[:, at] += 1.0
    assert pacing_spikes(signals, 500.0, STANDARD_LEADS, beats) is None


def test_no_more_spikes_than_beats() -> None:
    signals, beats = paced(500.0, 0.06)
    for time_s in beats:  # a second edge 4 ms behind each spike
        signals[:, round((time_s - 0.056) * 500)] += 0.8
    sign = pacing_spikes(signals, 500.0, STANDARD_LEADS, beats)
    assert sign is not None and len(sign.times_s) == len(beats)


def test_missing_and_flat_leads_are_named() -> None:
    signals = synthesise(Heart()).signals_mv.copy()
    signals[8] = 0.0
    signals[9] = np.nan
    words = [sign.text for sign in lead_signs(signals, STANDARD_LEADS)]
    assert words == ["Flat: V3, V4. Check the electrode."]
    fewer = lead_signs(signals[:8], STANDARD_LEADS[:8])
    assert [sign.leads for sign in fewer] == [("V3", "V4", "V5", "V6")]
    assert lead_signs(signals[1:2], ("II",)) == []


def test_narrow_r_waves_are_no_spikes() -> None:
    # A complex of 40 ms, sampled so slowly that its R wave is a few samples wide.
    fs_hz, beats = 250.0, np.arange(0.5, 9.6, 0.8)
    at_s = np.arange(2500) / fs_hz
    mv = sum(2.0 * np.exp(-0.5 * ((at_s - beat + 0.02) / 0.008) ** 2) for beat in beats)
    assert pacing_spikes(np.asarray(mv)[None], fs_hz, ("II",), beats) is None
