"""Acute ST elevation from physiology: a current of injury laid over a recording, through the heart
vector.

PTB-XL holds hardly any infarction in its first hours (stage I: 14 of 2,198 recordings of fold 10),
so a network taught by it alone does not know them. Here a vector that points at the injured wall is
added to every beat from the J point to the end of T, grown into a tall T wave early and with a Q
wave later, and led to the twelve leads by Dower's matrix (Dower et al. 1980): the reciprocal
depression opposite follows from the geometry. As a counterpart, early repolarisation (a small
concave elevation of the lateral chest leads with tall T waves, without reciprocal change) is laid
over recordings that keep their labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from ecg_core.leads import STANDARD_LEADS
from ecg_core.training.data.extra_targets import qrs_samples
from ecg_core.training.data.ptbxl import FS_HZ

_DOWER: Mapping[str, tuple[float, float, float]] = {
    "I": (0.632, -0.235, 0.059),
    "II": (0.235, 1.066, -0.132),
    "V1": (-0.515, 0.157, -0.917),
    "V2": (0.044, 0.164, -1.387),
    "V3": (0.882, 0.098, -1.277),
    "V4": (1.213, 0.127, -0.601),
    "V5": (1.125, 0.127, -0.086),
    "V6": (0.831, 0.076, 0.230),
}
"""Each lead by the Frank vector: X to the left, Y down, Z to the back (Dower et al. 1980)."""

TERRITORIES: Mapping[str, tuple[float, float, float]] = {
    "anterior": (0.25, -0.05, -1.0),
    "anterolateral": (0.9, -0.35, -0.6),
    "inferior, right coronary": (-0.3, 1.0, 0.1),
    "inferior, circumflex": (0.35, 0.9, 0.45),
    "high lateral": (0.9, -0.7, 0.1),
    "inferoposterior": (0.0, 0.8, 0.8),
}
"""Where the injured wall lies, as a Frank vector: ST points at it (Dower's axes)."""

SPREAD = 0.2
"""Standard deviation of each component of a territory's vector, hearts lying differently."""
LOWEST_MV, HIGHEST_MV = 0.16, 0.6
"""ST elevation at the J point in the lead that shows most; the limits of the universal definition
are 0.1 mV, and 0.2 mV in V2 and V3."""
FEWEST_BEATS = 3


def leads_of(vector: np.ndarray) -> np.ndarray:
    """What a heart vector (3) gives in each lead of `STANDARD_LEADS` (12).

    The limb leads keep Einthoven's and Goldberger's laws.

    >>> out = leads_of(np.array([0.0, 1.0, 0.0]))
    >>> [lead for lead, value in zip(STANDARD_LEADS, out) if value > 0.5]
    ['II', 'III', 'aVF']
    """
    told = {lead: float(np.dot(row, vector)) for lead, row in _DOWER.items()}
    one, two = told["I"], told["II"]
    told |= {
        "III": two - one,
        "aVR": -(one + two) / 2,
        "aVL": one - two / 2,
        "aVF": two - one / 2,
    }
    return np.array([told[lead] for lead in STANDARD_LEADS])


def injured(waves_mv: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """The recording (12 × samples at 100 Hz, mV) with an acute ST elevation of some territory.

    None where too few beats were found.
    """
    peaks = qrs_samples(waves_mv)
    if len(peaks) < FEWEST_BEATS:
        return None
    direction = np.array(TERRITORIES[str(rng.choice(list(TERRITORIES)))])
    pattern = leads_of(direction + rng.normal(0, SPREAD, 3))
    pattern /= pattern.max()
    lift_mv = float(np.exp(rng.uniform(np.log(LOWEST_MV), np.log(HIGHEST_MV))))
    # Hyperacute T waves come first and are tall; later T turns, and Q appears.
    age = rng.random()
    tall = rng.uniform(0.8, 2.2) if age < 0.6 else rng.uniform(-0.8, 0.6)
    bulge = rng.uniform(-0.3, 0.5)
    shape = _beats(peaks, waves_mv.shape[1], lambda rr: _st_and_t(rr, tall, bulge))
    out = waves_mv + lift_mv * pattern[:, None] * shape
    if age > 0.35:
        depth_mv = rng.uniform(0.1, 0.5) * min(age + 0.2, 1.0)
        q = _beats(peaks, waves_mv.shape[1], lambda rr: _q_wave(), before=6)
        out = out - depth_mv * np.clip(pattern, 0, None)[:, None] * q
    return np.asarray(out, np.float32)


def early_repolarised(waves_mv: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The recording with early repolarisation: what looks like injury and is none."""
    peaks = qrs_samples(waves_mv)
    if len(peaks) < FEWEST_BEATS:
        return waves_mv
    pattern = leads_of(np.array([0.75, 0.45, -0.6]) + rng.normal(0, 0.12, 3))
    pattern = np.clip(pattern / pattern.max(), -0.3, 1)
    lift_mv = rng.uniform(0.06, 0.22)
    shape = _beats(
        peaks, waves_mv.shape[1], lambda rr: _st_and_t(rr, tall=rng.uniform(0.8, 1.6), bulge=-0.6)
    )
    return np.asarray(waves_mv + lift_mv * pattern[:, None] * shape, np.float32)


def _beats(
    peaks: np.ndarray, samples: int, wave: Callable[[float], np.ndarray], before: int = 0
) -> np.ndarray:
    """One wave laid at every beat. wave: of the RR interval (s) → samples, the first `before`
    samples ahead of the QRS peak."""
    out = np.zeros(samples)
    rr_s = np.diff(peaks) / FS_HZ
    rr_s = np.append(rr_s, np.median(rr_s))
    for at, rr in zip(peaks - before, rr_s, strict=True):
        added = wave(float(np.clip(rr, 0.3, 1.6)))
        low, high = max(at, 0), min(at + len(added), samples)
        if high > low:
            out[low:high] += added[low - at : high - at]
    return out


def _st_and_t(rr_s: float, tall: float, bulge: float) -> np.ndarray:
    """From the QRS peak: nothing, J point at 40 ms, an ST segment, a T wave that ends by Bazett.

    tall: of T over ST. bulge: above 0 the ST segment is convex, below 0 concave.
    """
    end_s = min(0.36 * np.sqrt(rr_s), 0.75 * rr_s)
    t = np.arange(int((end_s + 0.06) * FS_HZ) + 1) / FS_HZ
    top_s = 0.72 * end_s
    rise = np.clip((t - 0.02) / 0.04, 0, 1)
    fall = np.clip((end_s + 0.03 - t) / (end_s - top_s), 0, 1)
    fall = fall * fall * (3 - 2 * fall)
    along = np.clip((t - 0.04) / (top_s - 0.04), 0, 1)
    segment = 1 + bulge * np.sin(np.pi * along)
    peak = tall * np.exp(-0.5 * ((t - top_s) / (0.16 * end_s)) ** 2)
    return np.asarray(rise * fall * (segment + peak))


def _q_wave() -> np.ndarray:
    """Forty milliseconds of the early QRS, from 60 ms before its peak on."""
    t = np.arange(7) / FS_HZ
    return np.asarray(np.exp(-0.5 * ((t - 0.03) / 0.013) ** 2))
