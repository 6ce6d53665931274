"""Filters remove what they name, keep the waves in place, and leave gaps as gaps."""

import numpy as np
import pytest

from ecg_core.signal import bands, filters
from ecg_core.signal.bands import Band

FS_HZ = 500.0
TIME_S = np.arange(5000) / FS_HZ


def sine(hz: float, mv: float = 1.0) -> np.ndarray:
    return mv * np.sin(2 * np.pi * hz * TIME_S)[None]


def amplitude(signals_mv: np.ndarray) -> float:
    """Of the middle eight seconds."""
    return float(np.sqrt(2) * signals_mv[0, 500:-500].std())


@pytest.mark.parametrize(
    ("band", "hz", "kept"),
    [
        (Band.DIAGNOSTIC, 10.0, 1.0),
        # First-order zero-phase high-pass at 0.5 Hz: |H|² = f² / (f² + fc²) = 1/2 at the corner.
        (Band.MONITOR, 0.5, 0.5),
        (Band.MONITOR, 10.0, 1.0),
        (Band.AS_RECORDED, 0.2, 1.0),
    ],
)
def test_gain_of_the_bands(band: Band, hz: float, kept: float) -> None:
    filtered, _ = filters.apply(sine(hz), FS_HZ, band)
    assert amplitude(filtered) == pytest.approx(kept, abs=0.05)


def test_monitor_band_halves_power_at_its_upper_corner() -> None:
    # Second order forward and backward: |H|² = 1/2 at 40 Hz in one pass, so 1/2 in amplitude.
    filtered, _ = filters.apply(sine(40.0), FS_HZ, Band.MONITOR)
    assert amplitude(filtered) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_mains_hum_is_found_and_removed(mains_hz: float) -> None:
    rng = np.random.default_rng(0)
    quiet = sine(5.0) + rng.normal(0, 0.01, (1, 5000))
    filtered, found = filters.apply(quiet + sine(mains_hz, 0.3), FS_HZ, Band.DIAGNOSTIC)
    assert found == mains_hz
    assert np.abs(filtered - quiet)[0, 500:-500].max() < 0.08


def test_no_hum_no_notch() -> None:
    noise = np.random.default_rng(1).normal(0, 0.05, (3, 5000))
    assert filters.find_mains(noise, FS_HZ) is None
    assert filters.find_mains(noise, 100.0) is None, "100 Hz records cannot show mains"


def test_a_peak_stays_where_it_is() -> None:
    wave = np.exp(-(((TIME_S - 5.0) / 0.02) ** 2))[None]
    for band in Band:
        filtered, _ = filters.apply(wave, FS_HZ, band)
        assert abs(int(filtered[0].argmax()) - 2500) <= 1


def test_gaps_stay_gaps_and_do_not_spread() -> None:
    wave = sine(5.0)
    wave[0, 1000:1100] = np.nan
    filtered, _ = filters.apply(wave, FS_HZ, Band.DIAGNOSTIC)
    assert np.isnan(filtered[0, 1000:1100]).all()
    assert np.isfinite(np.delete(filtered[0], slice(1000, 1100))).all()


def test_a_constant_offset_is_baseline_not_signal() -> None:
    filtered, _ = filters.apply(sine(5.0, 0.5) + 3.0, FS_HZ, Band.DIAGNOSTIC)
    assert abs(float(filtered.mean())) < 0.02


@pytest.mark.parametrize("band", Band)
def test_the_label_names_the_band(band: Band) -> None:
    edges = bands.BANDS[band]
    text = bands.label(band, 50.0)
    assert "no filter" in text if edges is None else f"{edges.low_pass_hz:g} Hz" in text
