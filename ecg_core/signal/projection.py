"""Leads of the median beat as one wave: noisy leads count little, the wave's direction counts.

A wave is read from the leads projected on the direction that it has at its peak, each lead
weighed by its own noise: a sum in which noise averages out and no single lead, however noisy,
late or small, decides. That is what makes the interval of all leads close to that of the middle
lead, where the earliest and latest of twelve are those that noise moved most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecg_core.signal.median_beat import MedianBeat

LEAST_NOISE_MV = 0.004
"""Noise of a lead's median beat below which leads are alike."""
LEAST_SHARE = 0.1
"""A single beat is asked about a wave when its leads carry this share of it."""


@dataclass(frozen=True, eq=False)
class Leads:
    """Leads of a median beat that show it. mv: leads × samples, without gaps. weight: per lead,
    1 for the calmest. rows: which leads of the beat they are."""

    beat: MedianBeat
    rows: np.ndarray
    mv: np.ndarray
    weight: np.ndarray

    @property
    def fs_hz(self) -> float:
        """Samples a second."""
        return self.beat.fs_hz

    def at(self, time_s: float) -> int:
        """Sample of a time from the QRS."""
        return self.beat.centre + round(time_s * self.fs_hz)

    def time(self, sample: float) -> float:
        """Time of a sample from the QRS."""
        return (sample - self.beat.centre) / self.fs_hz

    def every_other(self, first: int) -> Leads:
        """Half of the leads, from the first or the second on: limb and chest leads in both."""
        half = slice(first, None, 2)
        weight = self.weight[half]
        return Leads(self.beat, self.rows[half], self.mv[half], weight / weight.max())

    def smooth(self, first: int, last: int, sigma_s: float) -> np.ndarray:
        """Weighed leads from sample `first` to before `last`, smoothed with what lies around."""
        reach = round(4 * sigma_s * self.fs_hz)
        low, high = max(first - reach, 0), min(last + reach, self.mv.shape[1])
        wide = gaussian_filter1d(self.mv[:, low:high], sigma_s * self.fs_hz, axis=1)
        return np.asarray(self.weight[:, None] * wide[:, first - low : last - low])


@dataclass(frozen=True)
class Prominence:
    """What single beats say of a wave: its height over the noise left, and the share of beats
    that show it."""

    signal_to_noise: float
    steady: float


def leads_of(beat: MedianBeat) -> Leads | None:
    """The leads that show the beat; None without one."""
    rows = np.flatnonzero(beat.seen & np.isfinite(beat.mv).any(axis=1))
    if not len(rows):
        return None
    mv = _filled(beat.mv[rows])
    spread = beat.spread_mv[rows]
    count = np.maximum(beat.count[rows], 1)
    known = np.isfinite(spread)
    noise_mv = np.array(
        [
            1.48 * float(np.median(one[is_])) if is_.any() else 0.0
            for one, is_ in zip(spread, known, strict=True)
        ]
    ) / np.sqrt(count)
    noise_mv = np.hypot(noise_mv, LEAST_NOISE_MV)
    return Leads(beat, rows, mv, noise_mv.min() / noise_mv)


def stood_out(
    leads: Leads, direction: np.ndarray, peak: int, foot: int, height: float
) -> Prominence:
    """What single beats say of a wave: their rise from its foot to its peak, both samples.

    direction: of the weighed leads. height: of the wave in that direction. A page shows other
    leads in each beat: a beat counts by the leads it has.
    """
    reach = round(0.012 * leads.fs_hz)
    single = leads.beat.single_mv[:, leads.rows]
    levels = [single[:, :, max(at - reach, 0) : at + reach + 1].mean(axis=2) for at in (peak, foot)]
    rise = (levels[0] - levels[1]) * leads.weight
    known = np.isfinite(rise)
    share = (known * direction**2).sum(axis=1)
    told = share > LEAST_SHARE
    if not told.any():
        return Prominence(0.0, 0.0)
    rises = np.where(known, rise * direction, 0.0).sum(axis=1)[told] / share[told]
    spread = 1.5 * float(np.median(np.abs(rises - np.median(rises))))
    return Prominence(
        height / max(spread / np.sqrt(len(rises)), 5e-4), float(np.mean(rises > 0.4 * height))
    )


def _filled(mv: np.ndarray) -> np.ndarray:
    """Samples that no beat had take the nearest one that there is."""
    out = mv.copy()
    at = np.arange(mv.shape[1])
    for lead in out:
        known = np.isfinite(lead)
        if known.any() and not known.all():
            lead[:] = np.interp(at, at[known], lead[known])
    return out
