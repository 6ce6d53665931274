"""Filters a recorder would print on the page, applied without shifting any wave in time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import signal

from ecg_core.signal.bands import BANDS, Band

MAINS_HZ = (50.0, 60.0)
MAINS_RATIO = 6.0
"""Power at the mains frequency over its neighbourhood from which a notch is applied."""


def apply(signals_mv: np.ndarray, fs_hz: float, band: Band) -> tuple[np.ndarray, float | None]:
    """Filter leads × samples (mV) with zero phase; also returns the mains frequency removed.

    Gaps (NaN) stay gaps: they are bridged for filtering and opened again. Leads without a
    valid sample are left as they are. A low-pass above the Nyquist frequency is left out.
    """
    edges = BANDS[band]
    if edges is None or signals_mv.shape[1] < 8:
        return signals_mv.astype(np.float32), None
    gaps = ~np.isfinite(signals_mv)
    whole = bridged(signals_mv.astype(float), gaps)
    mains_hz = find_mains(whole, fs_hz)
    level = np.median(whole, axis=1, keepdims=True)
    filtered = whole - level
    if mains_hz is not None:
        filtered = signal.sosfiltfilt(
            signal.tf2sos(*signal.iirnotch(mains_hz, 30.0, fs_hz)), filtered, axis=1, padlen=0
        )
    nyquist_hz = fs_hz / 2
    padlen = min(signals_mv.shape[1] - 1, round(3 * fs_hz))
    high_pass = _designed(1, edges.high_pass_hz, "highpass", fs_hz)
    filtered = signal.sosfiltfilt(high_pass, filtered, axis=1, padlen=padlen)
    if edges.low_pass_hz < 0.95 * nyquist_hz:
        low_pass = _designed(2, edges.low_pass_hz, "lowpass", fs_hz)
        filtered = signal.sosfiltfilt(low_pass, filtered, axis=1, padlen=padlen)
    filtered[gaps] = np.nan
    return filtered.astype(np.float32), mains_hz


@lru_cache(maxsize=32)
def _designed(order: int, edge_hz: float, kind: str, fs_hz: float) -> np.ndarray:
    """A Butterworth filter, designed once for each sampling rate."""
    return signal.butter(order, edge_hz, kind, fs=fs_hz, output="sos")


def find_mains(signals_mv: np.ndarray, fs_hz: float) -> float | None:
    """50 or 60 Hz when that line stands out of the spectrum of the median lead, else None."""
    if fs_hz < 2.2 * max(MAINS_HZ) or signals_mv.shape[1] < fs_hz:
        return None
    segment = int(2 * fs_hz)
    hz, power = signal.welch(signals_mv, fs_hz, nperseg=min(segment, signals_mv.shape[1]), axis=1)
    power = np.median(power, axis=0)
    best_hz, best_ratio = None, MAINS_RATIO
    for mains_hz in MAINS_HZ:
        near = np.abs(hz - mains_hz) <= 0.75
        around = (np.abs(hz - mains_hz) > 1.5) & (np.abs(hz - mains_hz) <= 6)
        ratio = power[near].max() / max(np.median(power[around]), 1e-12)
        if ratio > best_ratio:
            best_hz, best_ratio = mains_hz, ratio
    return best_hz


def bridged(signals_mv: np.ndarray, gaps: np.ndarray) -> np.ndarray:
    """Leads × samples with straight lines across their gaps; leads of gaps alone become 0."""
    whole = np.where(gaps, 0.0, signals_mv)
    at = np.arange(signals_mv.shape[1])
    for lead in np.flatnonzero(gaps.any(axis=1)):
        known = ~gaps[lead]
        if known.any():
            whole[lead] = np.interp(at, at[known], signals_mv[lead, known])
    return whole
