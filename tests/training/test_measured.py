"""Measurements of recordings with known beats."""

import numpy as np
import pytest

from ecg_core.training.data.extra_targets import BEFORE, median_beat, qrs_samples, rate_and_spread


def recording(beats_s: np.ndarray) -> np.ndarray:
    time_s = np.arange(1000) / 100
    wave = np.zeros(1000)
    for at in beats_s:
        wave += np.exp(-(((time_s - at) / 0.02) ** 2))
        wave += 0.3 * np.exp(-(((time_s - at - 0.28) / 0.06) ** 2))
    gains = np.linspace(-0.8, 1.4, 12)
    return (np.outer(gains, wave)).astype(np.float32)


@pytest.mark.parametrize("rate", [45, 60, 84, 120, 150])
def test_rate_of_even_beats(rate: int) -> None:
    peaks = qrs_samples(recording(np.arange(0.5, 9.6, 60 / rate)))
    log_rate, log_spread = rate_and_spread(peaks)
    assert np.exp(log_rate) == pytest.approx(rate, rel=0.02)
    assert np.exp(log_spread) < 0.05


def test_uneven_beats_have_spread() -> None:
    beats = np.cumsum([0.5, 0.6, 1.1, 0.7, 1.3, 0.55, 0.9, 1.2, 0.65])
    _, log_spread = rate_and_spread(qrs_samples(recording(beats)))
    rr = np.diff(beats)
    assert np.exp(log_spread) == pytest.approx(rr.std() / rr.mean() + 0.01, rel=0.1)


def test_too_few_beats_are_not_measured() -> None:
    assert np.isnan(rate_and_spread(np.array([100, 200]))).all()


def test_the_median_beat_leaves_out_what_happens_once() -> None:
    signals = recording(np.arange(0.5, 9.6, 0.8))
    peaks = qrs_samples(signals)
    clean = median_beat(signals, peaks)
    disturbed = signals.copy()
    disturbed[:, 300:320] += 2.0
    np.testing.assert_allclose(median_beat(disturbed, peaks), clean, atol=0.05)
    assert abs(int(np.abs(clean[11]).argmax()) - BEFORE) <= 2
    assert np.isnan(median_beat(signals, np.array([5]))).all()
