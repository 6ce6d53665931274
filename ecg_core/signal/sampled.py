"""Leads at one common rate, with their gaps kept, for whatever is measured on them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from scipy import signal

from ecg_core.signal.filters import bridged

MEASURED_FS_HZ = 500.0
"""Rate at which beats are compared: an interval is never coarser than 2 ms."""


@dataclass(frozen=True, eq=False)
class Sampled:
    """Leads to measure. mv: float64, leads × samples, no gaps left. known: bool, same shape,
    where the record had a sample. fs_hz: near `MEASURED_FS_HZ`."""

    mv: np.ndarray
    known: np.ndarray
    fs_hz: float

    @property
    def coverage(self) -> np.ndarray:
        """Share of the time in which each lead was recorded, of that in which any was."""
        return np.asarray(self.known.sum(axis=1) / max(int(self.known.any(axis=0).sum()), 1))


def sampled(signals_mv: np.ndarray, fs_hz: float) -> Sampled:
    """Bring leads × samples (mV, NaN in gaps) to `MEASURED_FS_HZ`, gaps bridged and marked.

    >>> sampled(np.zeros((2, 1000)), 100.0).mv.shape
    (2, 5000)
    """
    gaps = ~np.isfinite(signals_mv)
    whole = bridged(signals_mv.astype(float), gaps)
    ratio = Fraction(MEASURED_FS_HZ / fs_hz).limit_denominator(60)
    if ratio == 1:
        return Sampled(whole, ~gaps, fs_hz)
    level = np.median(whole, axis=1, keepdims=True)
    mv = signal.resample_poly(whole - level, ratio.numerator, ratio.denominator, axis=1) + level
    actual_hz = fs_hz * ratio.numerator / ratio.denominator
    at = np.minimum(
        np.rint(np.arange(mv.shape[1]) / actual_hz * fs_hz).astype(int), gaps.shape[1] - 1
    )
    return Sampled(mv, ~gaps[:, at], actual_hz)
