"""The measures of recovered waveforms, by numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.pages import kit, r_waves

FS_HZ = 500.0


def beats(height_mv: float, at_s: tuple[float, ...] = (0.5, 1.5)) -> np.ndarray:
    """Triangles 40 ms wide on a level line, 2.5 s."""
    t = np.arange(1250) / FS_HZ
    return np.sum([height_mv * np.clip(1 - np.abs(t - s) / 0.02, 0, None) for s in at_s], axis=0)


def test_heights_are_counted_from_the_leads_own_level() -> None:
    true, found = beats(1.0), 0.9 * beats(1.0) + 0.25
    assert r_waves.r_ratios(true, found, FS_HZ) == pytest.approx([0.9, 0.9])


def test_low_waves_gaps_and_ends_are_left_out() -> None:
    assert r_waves.r_ratios(beats(0.4), beats(0.4), FS_HZ) == []
    found = beats(1.0)
    found[250] = np.nan
    assert r_waves.r_ratios(beats(1.0), found, FS_HZ) == pytest.approx([1.0])
    cut = beats(1.0, at_s=(0.01, 1.5))
    assert r_waves.r_ratios(cut, cut, FS_HZ) == pytest.approx([1.0])


def test_percent_says_how_many_and_how_far() -> None:
    assert r_waves.percent([0.99, 1.0, 1.01]) == "3; +0.0 % (-0.9 to +0.9)"
    assert r_waves.percent([]) == ""


def test_a_lead_is_moved_to_where_it_fits() -> None:
    true = beats(1.0)
    late = np.roll(true, 10) + 0.5
    moved = kit.aligned(true, late)
    assert np.isnan(moved[-10:]).all()
    assert np.nanmax(np.abs(moved - true)) == pytest.approx(0.0, abs=1e-9)


def test_noise_is_the_power_of_the_difference() -> None:
    true = beats(1.0)
    assert kit.noise(true, None) == pytest.approx(np.sum(true**2))
    # Half as high: what is left is half of it, less the level that least squares takes.
    half = 0.5 * true
    off = half - np.mean(half)
    assert kit.noise(true, 0.5 * true) == pytest.approx(np.sum(off**2))


def test_mean_ratio_not_mean_of_decibels() -> None:
    rows = [{"condition": "a", "read": True, "ratio": r} for r in (1.0, 199.0)]
    assert "| clean | 2 | 0 | 20.0 dB | 11.5 dB |" in kit.table(rows)
