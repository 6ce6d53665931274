"""Where the P wave of the median beat begins and peaks, for all leads together.

P begins where the tangent at its first steep rise meets the level before it, carried on a little
as the eye does. A drifting baseline moves neither, where a share of the wave's height would.
"""

from __future__ import annotations

import numpy as np
from scipy import signal
from scipy.ndimage import gaussian_filter1d

from ecg_core.signal.borders.waves import Wave
from ecg_core.signal.projection import Leads, stood_out

LONGEST_PR_S, RISE_S = 0.40, 0.09
SMOOTH_S, SEEK_S, DRIFT_S = 0.012, 0.016, 0.060
"""Smoothing before P is read; P is looked for among waves between the last two in length."""
ALONG = 0.0
"""Cosine of the angle to the whole rise within which a movement is part of it."""
LEVEL_S, LEVEL_PERCENTILE = 0.09, 15
"""How far before that rise the level is read, and the share of it that lies lower."""
LONGEST_RISE_S = 0.06
"""P begins no longer than this before its first steep rise: what rises more slowly is drift."""
HALVES_S, HALF = 0.07, 0.7
"""A wave so soon before the highest, and so high against it, is P's first half: behind many a P the
leads dip below their level, and the dip may be deeper than P is high."""
STEEP = 0.45
OTHER_STEEP = (0.30, 0.70)
"""P rises first where it is this steep against its steepest rise: before the notch of a P wave.
Where other shares put its beginning elsewhere, it is doubtful."""
LEAST_HALVED = 8
"""Of so many leads, each half says by itself where P begins."""
BEYOND_TANGENT, BEYOND_ON_PAPER = 1.2, 1.05
"""How far before its steepest rise P begins, against where the tangent meets the level: chosen
on the QT Database. A pen has drawn the rise out already: there as measured on printed pages."""


def p_wave(leads: Leads, qrs: Wave, last_t_s: float | None, off_paper: bool = False) -> Wave | None:
    """P, None where there is no wave between T and QRS.

    last_t_s: when the T wave of the beat before is over, from this QRS. off_paper: the leads were
    read off a page.
    """
    fs_hz = leads.fs_hz
    stop = leads.at(qrs.start_s)
    first = max(leads.at(qrs.start_s - LONGEST_PR_S), 0)
    from_ = first if last_t_s is None else max(first, leads.at(last_t_s))
    if stop - from_ < round(0.05 * fs_hz):
        return None
    peak = _peak(leads, from_, stop)
    if peak is None:
        return None
    low = max(peak - round((RISE_S + LEVEL_S) * fs_hz), from_)
    part = leads.smooth(low, stop, SMOOTH_S)
    at = peak - low
    beyond = BEYOND_ON_PAPER if off_paper else BEYOND_TANGENT
    starts = [_begin(part, at, share, beyond, fs_hz) for share in (STEEP, *OTHER_STEEP)]
    if starts[0] is None:
        return None
    begins = starts[0]
    known = [start for start in starts if start is not None]
    foot = max(round(begins), 0)
    direction = part[:, at] - part[:, foot]
    direction = direction / max(float(np.linalg.norm(direction)), 1e-9)
    wave = direction @ part
    height = float(wave[at] - wave[foot])
    if height <= 0:
        return None
    falling = np.flatnonzero(wave[at:] - wave[foot] < 0.1 * height)
    ends = at + int(falling[0]) if len(falling) else len(wave) - 1
    seen = stood_out(leads, direction, low + at, low + foot, height)
    return Wave(
        leads.time(low + begins),
        leads.time(low + at),
        leads.time(low + ends),
        seen.signal_to_noise,
        seen.steady,
        (max(known) - min(known)) / fs_hz,
    )


def halves_apart_s(leads: Leads, qrs: Wave, last_t_s: float | None) -> float:
    """How far apart P begins off paper in two halves of the leads, 0 where one shows none."""
    if len(leads.rows) < LEAST_HALVED:
        return 0.0
    both = [p_wave(leads.every_other(first), qrs, last_t_s, True) for first in (0, 1)]
    begun = [wave.start_s for wave in both if wave is not None]
    return max(begun) - min(begun) if len(begun) == 2 else 0.0


def _begin(part: np.ndarray, peak: int, share: float, beyond: float, fs_hz: float) -> float | None:
    """Sample where P begins, in leads × samples up to behind its peak."""
    rise = _first_rise(part, peak, round(RISE_S * fs_hz), share)
    change = np.gradient(part, axis=1)[:, rise]
    steep = float(np.linalg.norm(change))
    if steep <= 0:
        return None
    climb = (change / steep) @ part
    before = climb[max(rise - round(LEVEL_S * fs_hz), 0) : rise + 1]
    rest = float(np.percentile(before, LEVEL_PERCENTILE))
    ahead = beyond * float(climb[rise] - rest) / steep
    return max(rise - min(ahead, LONGEST_RISE_S * fs_hz), 0.0)


def _first_rise(part: np.ndarray, peak: int, reach: int, share: float) -> int:
    """Where the leads first move steeply on the way to P's peak: the right atrium's part of it."""
    first = max(peak - reach, 1)
    change = np.gradient(part, axis=1)[:, first : peak + 1]
    speed = np.linalg.norm(change, axis=0)
    whole = part[:, peak] - part[:, :first].mean(axis=1)
    whole = whole / max(float(np.linalg.norm(whole)), 1e-12)
    # What moves across the way to the peak is noise, or T on its way down.
    speed = np.where(whole @ change >= ALONG * speed, speed, 0.0)
    tops, _ = signal.find_peaks(np.pad(speed, 1), height=share * float(speed.max()))
    return first + int(tops[0]) - 1 if len(tops) else first + int(np.argmax(speed))


def _peak(leads: Leads, first: int, stop: int) -> int | None:
    """Sample where P peaks: of waves of its length, which neither drift nor T's slope are."""
    sigma, margin = leads.fs_hz * np.array([SEEK_S, DRIFT_S]), round(0.15 * leads.fs_hz)
    # What lies outside, T and QRS, must not ring into the band.
    mv = leads.weight[:, None] * leads.mv[:, first:stop]
    wide = np.pad(mv, ((0, 0), (margin, margin)), mode="edge")
    narrow, broad = (gaussian_filter1d(wide, one, axis=1)[:, margin:-margin] for one in sigma)
    size = np.linalg.norm(narrow - broad, axis=0)
    peaks, found = signal.find_peaks(size, prominence=0.0)
    within = peaks <= stop - first - round(0.02 * leads.fs_hz)
    peaks, heights = peaks[within], found["prominences"][within]
    if not len(peaks):
        return None
    highest = int(np.argmax(heights))
    ahead = peaks[highest] - peaks
    earlier = (ahead > 0) & (ahead <= HALVES_S * leads.fs_hz)
    earlier &= size[peaks] >= HALF * size[peaks[highest]]
    return first + int(peaks[int(np.argmax(earlier)) if earlier.any() else highest])
