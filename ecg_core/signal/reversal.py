"""Whether the electrodes were swapped: what the limb leads say about each other and about V6.

Einthoven's law (I + III = II) holds whatever the electrodes; a record or page that breaks it has
its leads mislabelled. Swapped arms turn lead I upside down, which V6 shows: both look at the heart
from the left, and their beats have much the same shape. A swap of an arm with the right leg leaves
hardly any voltage between two electrodes on legs: lead II or III is nearly flat.

Limits were set on 3,000 recordings of PTB-XL's training folds, as they are and with the arms
swapped by computation; `benchmarks/signal/reversal.py` measures them on fold 9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from ecg_core.signal import limb_laws

EINTHOVEN_MV, EINTHOVEN_SHARE = 0.1, 0.6
"""I + III may differ from II by this much (root mean square); on paper, where narrow waves come
back blunted, also by this share of the largest of the three."""
ARMS_CORRELATION = -0.6
"""Beats in I and V6 correlated less than this are upside down to each other."""
FLAT_SHARE = 0.1
"""A lead this small beside the smaller of the two others is flat."""
LEAST_S = 1.5
"""Shorter stretches of a lead are not judged."""

BEFORE_S, AFTER_S = 0.24, 0.44
QRS_S = 0.06
LAG_S = 0.02
"""Beats of leads printed at different times may be this far apart."""


class Swap(StrEnum):
    """What may have been swapped."""

    LABELS = "labels"
    SIGN = "sign"
    EXCHANGED = "exchanged"
    AUGMENTED = "augmented"
    ARMS = "arms"
    RIGHT_ARM_LEG = "right_arm_leg"
    LEFT_ARM_LEG = "left_arm_leg"


@dataclass(frozen=True)
class Suspicion:
    """One suspected swap and what was measured.

    measured: of `LABELS`, `SIGN`, `EXCHANGED` and `AUGMENTED` the difference in mV, of `ARMS` the
    correlation of I with V6, else the size of the flat lead as a share of the others.
    leads: the leads that are upside down, exchanged, or do not follow from I and II.
    """

    swap: Swap
    measured: float
    leads: tuple[str, ...] = ()


def suspicions(
    waves: Mapping[str, np.ndarray], fs_hz: float, off_paper: bool = False
) -> tuple[Suspicion, ...]:
    """What the leads of one ECG say about swapped electrodes; usually nothing.

    waves: samples in mV by lead name, all of one length, NaN where a lead is not known. Leads
    that are missing are not missed: what needs them is not judged. off_paper: the waves were read
    off a page, with the errors that this has.
    """
    found = []
    if (named := None if off_paper else _mislabelled(waves, fs_hz)) is not None:
        found.append(named)
    elif (error_mv := _einthoven(waves, fs_hz, off_paper)) is not None:
        found.append(Suspicion(Swap.LABELS, error_mv))
    elif (flat := _flat(waves, fs_hz)) is not None:
        found.append(flat)
    elif (correlation := _arms(waves, fs_hz)) is not None:
        found.append(Suspicion(Swap.ARMS, correlation))
    return tuple(found)


def _mislabelled(waves: Mapping[str, np.ndarray], fs_hz: float) -> Suspicion | None:
    """Leads whose name or sign breaks the laws of limb leads, where it can be said which."""
    law = limb_laws.broken(waves, fs_hz)
    if law is None:
        return None
    if law.mended:
        swap = Swap.SIGN if len(law.leads) == 1 else Swap.EXCHANGED
        return Suspicion(swap, law.measured_mv, law.leads)
    if _einthoven(waves, fs_hz, off_paper=False) is None:
        return Suspicion(Swap.AUGMENTED, law.measured_mv, law.leads)
    return None


def _limb_leads(waves: Mapping[str, np.ndarray], fs_hz: float) -> np.ndarray | None:
    """I, II and III where all three are known, each about its own median: 3 × samples."""
    if not {"I", "II", "III"} <= waves.keys():
        return None
    limbs = np.stack([waves[lead] for lead in ("I", "II", "III")]).astype(float)
    limbs = limbs[:, np.isfinite(limbs).all(axis=0)]
    if limbs.shape[1] < LEAST_S * fs_hz:
        return None
    return np.asarray(limbs - np.median(limbs, axis=1, keepdims=True))


def _einthoven(waves: Mapping[str, np.ndarray], fs_hz: float, off_paper: bool) -> float | None:
    """By how much I + III differs from II in mV, if by too much."""
    limbs = _limb_leads(waves, fs_hz)
    if limbs is None:
        return None
    error_mv = float(np.sqrt(np.mean((limbs[1] - limbs[0] - limbs[2]) ** 2)))
    own_mv = float(np.sqrt(np.mean(limbs**2, axis=1)).max())
    share = EINTHOVEN_SHARE if off_paper else 0.0
    return error_mv if error_mv > max(EINTHOVEN_MV, share * own_mv) else None


def _flat(waves: Mapping[str, np.ndarray], fs_hz: float) -> Suspicion | None:
    """Lead II or III, nearly flat beside two others that are not."""
    limbs = _limb_leads(waves, fs_hz)
    if limbs is None:
        return None
    size = np.percentile(np.abs(limbs), 98, axis=1)
    for lead, swap in ((1, Swap.RIGHT_ARM_LEG), (2, Swap.LEFT_ARM_LEG)):
        others = float(np.delete(size, lead).min())
        if others > EINTHOVEN_MV and size[lead] < FLAT_SHARE * others:
            return Suspicion(swap, float(size[lead]) / others)
    return None


def _arms(waves: Mapping[str, np.ndarray], fs_hz: float) -> float | None:
    """Correlation of the beats in I and V6, if they are upside down to each other."""
    beat_i, beat_v6 = (median_beat(waves, lead, fs_hz) for lead in ("I", "V6"))
    if beat_i is None or beat_v6 is None or min(beat_i.std(), beat_v6.std()) < 1e-3:
        return None
    correlation = _alike(beat_i, beat_v6, round(LAG_S * fs_hz))
    before, half = round(BEFORE_S * fs_hz), round(QRS_S * fs_hz)
    qrs = slice(before - half, before + half + 1)
    upside_down = beat_i[qrs].sum() < 0.0 < beat_v6[qrs].sum()
    return correlation if upside_down and correlation < ARMS_CORRELATION else None


def _alike(one: np.ndarray, other: np.ndarray, lag: int) -> float:
    """Correlation of two beats, shifted so that both are steep at the same time."""
    inner = one[lag : len(one) - lag]
    shifted = [other[shift : shift + len(inner)] for shift in range(2 * lag + 1)]
    steep = np.abs(np.gradient(inner))
    match = [float(steep @ np.abs(np.gradient(beat))) for beat in shifted]
    return float(np.corrcoef(inner, shifted[int(np.argmax(match))])[0, 1])


def median_beat(waves: Mapping[str, np.ndarray], lead: str, fs_hz: float) -> np.ndarray | None:
    """The usual beat of a lead, 0 at its level before P: mV from `BEFORE_S` to `AFTER_S`.

    Beats are where all leads known at that time are steepest together. None without a beat.
    """
    if lead not in waves:
        return None
    known = np.flatnonzero(np.isfinite(waves[lead]))
    if len(known) < LEAST_S * fs_hz:
        return None
    shown = slice(int(known[0]), int(known[-1]) + 1)
    together = np.stack([wave[shown] for wave in waves.values()]).astype(float)
    together = together[np.isfinite(together).mean(axis=1) > 0.9]
    steep = np.nansum(np.abs(np.diff(together, axis=1)), axis=0)
    steep = uniform_filter1d(steep, max(round(QRS_S * fs_hz), 1))
    high = 0.4 * float(np.percentile(steep, 98))
    if high <= 0.0:
        return None
    beats, _ = find_peaks(steep, height=high, distance=max(round(0.3 * fs_hz), 1))
    before, after = round(BEFORE_S * fs_hz), round(AFTER_S * fs_hz)
    wave = np.asarray(waves[lead][shown], float)
    cut = [wave[at - before : at + after + 1] for at in beats if before <= at < len(wave) - after]
    cut = [beat for beat in cut if np.isfinite(beat).all()]
    if not cut:
        return None
    usual = np.median(cut, axis=0)
    time_s = np.arange(-before, after + 1) / fs_hz
    level = (time_s < -0.2) | ((time_s > -0.08) & (time_s < -0.05))
    return np.asarray(usual - np.median(usual[level]))
