"""Plain measurements of every recording, as extra targets while the network learns.

Labels are few and say little about where to look. The rate, the regularity of the beats and the
shape of the recording's own median beat are known exactly for every training record; a network
that must also tell them has to see them. The head that tells them is thrown away after training.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import find_peaks

from ecg_core.training.data.ptbxl import FS_HZ, TRAIN_FOLDS, PtbXl

COMPONENTS = 30
"""Principal components of the median beat that are told."""
BEFORE, AFTER = 30, 45
"""Samples of a beat before and after its QRS complex: 0.3 s and 0.45 s."""


def targets(data: PtbXl) -> np.ndarray:
    """Standardised measurements, records × (2 + COMPONENTS), float32, NaN where none was possible.

    First the logarithm of the rate and of the relative spread of RR intervals, then the
    components, fitted on the training folds and standardised there.
    """
    rhythm, beats = [], []
    for signals_uv in data.signals_uv:
        mv = signals_uv.astype(np.float32) / 1000.0
        peaks = qrs_samples(mv)
        rhythm.append(rate_and_spread(peaks))
        beats.append(median_beat(mv, peaks).ravel())
    told, shapes = np.array(rhythm), np.array(beats)
    training = np.isin(data.folds, TRAIN_FOLDS) & np.isfinite(shapes).all(axis=1)
    centre = shapes[training].mean(axis=0)
    covariance = np.cov((shapes[training] - centre).T)
    values, vectors = np.linalg.eigh(covariance)
    leading = vectors[:, -COMPONENTS:] / np.sqrt(np.maximum(values[-COMPONENTS:], 1e-9))
    told = (told - np.nanmean(told[training], axis=0)) / np.nanstd(told[training], axis=0)
    return np.clip(np.hstack([told, (shapes - centre) @ leading]), -4, 4).astype(np.float32)


def qrs_samples(mv: np.ndarray) -> np.ndarray:
    """Sample of each QRS complex: peaks of the slope summed over all leads.

    mv: 12 × samples at 100 Hz.
    """
    slope = np.abs(np.diff(mv, axis=1)).sum(axis=0)
    energy = np.convolve(slope, np.ones(8) / 8, "same")
    floor = 0.35 * np.percentile(energy, 98)
    return np.asarray(find_peaks(energy, height=floor, distance=round(0.25 * FS_HZ))[0])


def rate_and_spread(peaks: np.ndarray) -> tuple[float, float]:
    """Logarithms of the rate (per minute) and of RR deviation over RR mean; NaN below 3 beats."""
    if len(peaks) < 3:
        return np.nan, np.nan
    rr = np.diff(peaks) / FS_HZ
    return float(np.log(60 / rr.mean())), float(np.log(rr.std() / rr.mean() + 0.01))


def median_beat(mv: np.ndarray, peaks: np.ndarray) -> np.ndarray:
    """Median beat, 12 × (BEFORE + AFTER), each lead less its median; NaN without a whole beat."""
    whole = peaks[(peaks >= BEFORE) & (peaks + AFTER <= mv.shape[1])]
    if not len(whole):
        return np.full((len(mv), BEFORE + AFTER), np.nan, np.float32)
    beats = np.stack([mv[:, at - BEFORE : at + AFTER] for at in whole])
    beat = np.median(beats, axis=0)
    return np.asarray(beat - np.median(beat, axis=1, keepdims=True))
