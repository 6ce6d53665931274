"""Where P, QRS and T begin and end in the median beat, for all leads together.

The QRS complex begins where the first lead leaves its baseline and ends where the last one comes
to rest: both are read from the spatial velocity, the length of the change over all leads. P and T
are read from the leads projected on the direction that the wave has at its peak, a sum in which
noise averages out and no small lead misleads. Recorders measure globally in the same way
(Kligfield et al., Circulation 2007;115:1306-24, on global intervals).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ecg_core.signal.median_beat import MedianBeat


@dataclass(frozen=True)
class Wave:
    """A wave's times from the QRS fiducial in seconds, and how far it stands out of the noise.

    signal_to_noise: height over what is left of the noise after averaging.
    steady: share of the single beats that show the wave.
    """

    start_s: float
    peak_s: float
    end_s: float
    signal_to_noise: float
    steady: float


@dataclass(frozen=True)
class Delineation:
    """Waves of the median beat; None where there is none to be seen."""

    p: Wave | None
    qrs: Wave | None
    t: Wave | None


SMOOTH_S, WAVE_SMOOTH_S = 0.004, 0.006
"""Standard deviation of the smoothing before the QRS, and before P and T, are read."""
ONSET_SHARE, OFFSET_SHARE, HIGHEST_SHARE = 0.06, 0.05, 0.12
"""Share of the greatest velocity below which the ventricles are at rest, and how far that may be
raised where the neighbouring segment is never calm. Chosen on synthetic beats and on recordings
of PTB-XL's fold 9 labelled normal or with bundle branch block."""
REST_S = 0.012
RESTLESS = 1.5
"""What still counts as rest, against the calmest stretch beside the QRS."""
LONGEST_PR_S, P_RISE_S = 0.36, 0.14
P_SHARE = 0.06
"""P begins where it reaches this share of its height."""
PROMINENT = 0.5
"""Of several waves before the QRS, the last is P that has this share of the greatest height."""
P_STEADY, P_ABOVE_NOISE = 0.75, 8.0
"""Share of single beats that show the P wave, and its height over the noise left."""
LEAST_SHARE = 0.1
"""A single beat is asked about a wave when its leads carry this share of it."""


def delineate(beat: MedianBeat) -> Delineation:
    """Find the waves; leads without a beat are left out."""
    leads = np.flatnonzero(beat.seen)
    mv = beat.mv[leads]
    if not len(leads) or not np.isfinite(mv).all(axis=1).any():
        return Delineation(None, None, None)
    qrs = _qrs(beat, leads)
    if qrs is None:
        return Delineation(None, None, None)
    return Delineation(_p_wave(beat, leads, qrs), qrs, _t_wave(beat, leads, qrs))


def p_is_sure(waves: Delineation) -> bool:
    """Whether a P wave leads the beats again and again, out of the noise."""
    p = waves.p
    return p is not None and p.steady >= P_STEADY and p.signal_to_noise >= P_ABOVE_NOISE


def _filled(mv: np.ndarray) -> np.ndarray:
    """Samples that no beat had take the nearest one that there is."""
    out = mv.copy()
    at = np.arange(mv.shape[1])
    for lead in out:
        known = np.isfinite(lead)
        if known.any() and not known.all():
            lead[:] = np.interp(at, at[known], lead[known])
    return out


def _qrs(beat: MedianBeat, leads: np.ndarray) -> Wave | None:
    fs_hz, centre = beat.fs_hz, beat.centre
    smooth = gaussian_filter1d(_filled(beat.mv[leads]), SMOOTH_S * fs_hz, axis=1)
    velocity = np.sqrt((np.gradient(smooth, axis=1) ** 2).mean(axis=0)) * fs_hz
    near = round(0.08 * fs_hz)
    first = max(centre - near, 1)
    peak = first + int(np.argmax(velocity[first : centre + near]))
    top = float(velocity[peak])
    rest = round(REST_S * fs_hz)
    before = velocity[max(peak - round(0.16 * fs_hz), 0) : peak]
    after = velocity[peak : peak + round(0.10 * fs_hz)]
    if top <= 0 or min(len(before), len(after)) < 2 * rest:
        return None
    # Where the ST segment slopes, its calmest stretch is what counts as rest; the peak of T is
    # calm as well, and must stay outside.
    calm_before, calm_after = (
        float(uniform_filter1d(v, rest)[rest // 2 : -(rest // 2)].min()) for v in (before, after)
    )
    start = _rest_before(
        velocity,
        peak,
        np.clip(RESTLESS * calm_before, ONSET_SHARE * top, HIGHEST_SHARE * top),
        rest,
    )
    end = _rest_after(
        velocity,
        peak,
        np.clip(RESTLESS * calm_after, OFFSET_SHARE * top, HIGHEST_SHARE * top),
        rest,
    )
    if start is None or end is None:
        return None
    return Wave(
        (start - centre) / fs_hz,
        (peak - centre) / fs_hz,
        (end - centre) / fs_hz,
        top / max(calm_before, 1e-6),
        1.0,
    )


def _rest_before(velocity: np.ndarray, peak: int, floor: float, rest: int) -> int | None:
    calm = velocity < floor
    for at in range(peak, rest - 1, -1):
        if calm[at - rest + 1 : at + 1].all():
            return at
    return None


def _rest_after(velocity: np.ndarray, peak: int, floor: float, rest: int) -> int | None:
    calm = velocity < floor
    for at in range(peak, len(velocity) - rest):
        if calm[at : at + rest].all():
            return at
    return None


def _t_wave(beat: MedianBeat, leads: np.ndarray, qrs: Wave) -> Wave | None:
    """T ends where the tangent at its steepest descent meets the level behind it (Lepeschkin and
    Surawicz, Circulation 1952;6:378-88)."""
    fs_hz, centre = beat.fs_hz, beat.centre
    first = centre + round((qrs.end_s + 0.06) * fs_hz)
    last = beat.mv.shape[1]
    if last - first < round(0.12 * fs_hz):
        return None
    part = gaussian_filter1d(_filled(beat.mv[leads])[:, first:last], WAVE_SMOOTH_S * fs_hz, axis=1)
    size = np.linalg.norm(part, axis=0)
    peak = int(np.argmax(size))
    direction = part[:, peak] / max(float(size[peak]), 1e-9)
    wave = direction @ part
    slope = np.gradient(wave)
    if len(wave) - peak < round(0.05 * fs_hz):
        return None
    steepest = peak + int(np.argmin(slope[peak : peak + round(0.20 * fs_hz)]))
    if slope[steepest] >= 0:
        return None
    rest = float(np.percentile(wave[steepest : steepest + round(0.16 * fs_hz)], 10))
    end = steepest + (wave[steepest] - rest) / -slope[steepest]
    if end >= len(wave):
        return None
    foot = min(round(end), len(wave) - 1)
    return _stood_out(beat, leads, direction, first, (peak, peak, end), wave, foot)


def _p_wave(beat: MedianBeat, leads: np.ndarray, qrs: Wave) -> Wave | None:
    fs_hz, centre = beat.fs_hz, beat.centre
    stop = centre + round((qrs.start_s - 0.004) * fs_hz)
    first = max(stop - round(LONGEST_PR_S * fs_hz), 0)
    if stop - first < round(0.1 * fs_hz):
        return None
    part = gaussian_filter1d(_filled(beat.mv[leads])[:, first:stop], WAVE_SMOOTH_S * fs_hz, axis=1)
    part = part - part[:, -round(0.01 * fs_hz) :].mean(axis=1)[:, None]
    size = np.linalg.norm(part, axis=0)
    peaks, found = signal.find_peaks(size, prominence=0.0)
    within = peaks <= len(size) - round(0.02 * fs_hz)
    peaks, heights = peaks[within], found["prominences"][within]
    if not len(peaks):
        return None
    peak = int(peaks[heights >= PROMINENT * heights.max()][-1])
    start = max(peak - round(P_RISE_S * fs_hz), 0)
    foot = start + int(np.argmin(size[start : peak + 1]))
    direction = part[:, peak] - part[:, foot]
    direction /= max(float(np.linalg.norm(direction)), 1e-9)
    wave = direction @ (part - part[:, foot][:, None])
    height = float(wave[peak])
    if height <= 0:
        return None
    begins = foot + int(np.flatnonzero(wave[foot : peak + 1] > P_SHARE * height)[0])
    falling = np.flatnonzero(wave[peak:] < 0.1 * height)
    ends = peak + int(falling[0]) if len(falling) else len(wave) - 1
    return _stood_out(beat, leads, direction, first, (begins, peak, ends), wave, foot)


def _stood_out(
    beat: MedianBeat,
    leads: np.ndarray,
    direction: np.ndarray,
    first: int,
    places: tuple[int, int, float],
    wave: np.ndarray,
    foot: int,
) -> Wave:
    """The wave with what single beats say of it: their rise from its foot to its peak.

    direction: weight of each lead. first: sample where `wave` begins. places: start, peak and end
    in `wave`; foot: what its height is measured from. A page shows other leads in each beat: a
    beat counts by the leads it has.
    """
    begins, peak, ends = places
    fs_hz, reach = beat.fs_hz, round(0.012 * beat.fs_hz)
    height = float(wave[peak] - wave[foot])
    parts = beat.single_mv[:, leads, first : first + len(wave)]
    levels = [parts[:, :, max(at - reach, 0) : at + reach + 1].mean(axis=2) for at in (peak, foot)]
    rise = levels[0] - levels[1]
    known = np.isfinite(rise)
    share = (known * direction**2).sum(axis=1)
    told = share > LEAST_SHARE
    signal_to_noise, steady = 0.0, 0.0
    if told.any():
        rises = np.where(known, rise * direction, 0.0).sum(axis=1)[told] / share[told]
        spread = 1.5 * float(np.median(np.abs(rises - np.median(rises))))
        signal_to_noise = height / max(spread / np.sqrt(len(rises)), 5e-4)
        steady = float(np.mean(rises > 0.4 * height))
    start_s, peak_s, end_s = ((first + at - beat.centre) / fs_hz for at in (begins, peak, ends))
    return Wave(start_s, peak_s, end_s, signal_to_noise, steady)
