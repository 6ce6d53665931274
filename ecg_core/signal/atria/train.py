"""P waves of a rhythm of their own: more of them than QRS complexes, and not led by one another.

The usual beat is taken off the leads, from QRS to the end of T. In what is left, waves that look
alike in all leads are found, and a train of them is followed at a steady pace; where a QRS complex
hides a place of the train, nothing is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import signal
from scipy.ndimage import gaussian_filter1d

from ecg_core.signal.borders.waves import Delineation, Wave
from ecg_core.signal.median_beat import MedianBeat, SortedBeats
from ecg_core.signal.reasons import told, untold
from ecg_core.signal.sampled import Sampled
from ecg_core.signal.values import Judgement

LEAST_LEADS, LEAST_KNOWN_S = 6, 1.0
NARROW_S, BROAD_S, NOISE_S = 0.016, 0.070, 0.010
"""Smoothing between which a P wave lies, and below which there is noise."""
HALF_S, APART_S = 0.06, 0.12
"""Half of a P wave's length, and how far apart two waves are at least."""
BEFORE_S, BEHIND_QRS_S, BEHIND_T_S, QT_S, LONGEST_SHARE = 0.02, 0.03, 0.04, 0.42, 0.8
"""The usual beat is taken off from so long before QRS to so long behind T (where T has no end, as
far as it reaches at a rate of 60, by the root of RR; never more than this share of RR). What is
left around QRS is not looked at."""
MOST_WAVES, MODELS, ALIKE = 60, 12, 0.75
"""So many of the largest waves are compared; one of the first that most are like is P."""
SEEN, FOUND, LEAST_SIZE, NEXT_S = 0.65, 0.60, 0.4, 0.2
"""Likeness from which a place begins a train and from which it belongs to one, the share of the
usual size that it needs, and how far apart two places are at least."""
SLOWEST_BPM, FASTEST_BPM, STEP_S, BEGUN_AT = 40.0, 130.0, 0.02, 6
"""Paces at which trains are followed; faster ones are of flutter or of two waves of every beat."""
STRAYS, STRAYS_MS, VISIBLE = 0.07, 8.0, 0.7
"""A P wave strays so far from its time, and is asked for where so much of that stretch is seen."""
LEAST_ASKED, SHARE = 7, 0.88
BESIDE = 1.3
"""Of waves that look like P, a train holds nearly all: every other wave of flutter is no train."""
MORE, TWICE, SLOW_BPM = 1.25, (1.9, 2.1), 50.0
"""So many places must be seen and this share of them show P, at a rate so much above that of QRS,
and not twice as high, as T and U waves seem to be, unless the ventricles are this slow. Of 27
recordings of folds 1 to 9 of PTB-XL with AV block of second or third degree 9 are found so, of 71
labelled WPW one, at 33/min with P at 94/min. The limits were chosen on these and on 982 others."""


@dataclass(frozen=True)
class _Train:
    """rate_bpm: of its waves. asked: places seen. share: how much of these shows a wave."""

    rate_bpm: float
    share: float
    asked: int


def p_outnumber(
    ecg: Sampled, kinds: SortedBeats, beat: MedianBeat, waves: Delineation, leads_beats: bool
) -> Judgement:
    """Answer to `p_outnumber`. leads_beats: a P wave leads every beat at one distance."""
    times = kinds.times_s
    whole = int((ecg.known.all(axis=1)).sum())
    if waves.qrs is None or len(times) < 3 or whole < LEAST_LEADS:
        return untold("not_compared")
    if leads_beats:
        return told(False)
    found = _train(ecg, kinds, beat, waves)
    if found is None or found.asked < LEAST_ASKED or found.share < SHARE:
        return told(False)
    rate_bpm = 60.0 * (len(times) - 1) / float(times[-1] - times[0])
    ratio = found.rate_bpm / rate_bpm
    twice = TWICE[0] <= ratio <= TWICE[1] and rate_bpm >= SLOW_BPM
    return told(ratio >= MORE and not twice)


def _train(ecg: Sampled, kinds: SortedBeats, beat: MedianBeat, waves: Delineation) -> _Train | None:
    assert waves.qrs is not None
    mv, seen = _without_beats(ecg, kinds, beat, waves.qrs, waves.t)
    if seen.sum() < LEAST_KNOWN_S * ecg.fs_hz:
        return None
    at = np.arange(mv.shape[1])
    mv = np.stack([np.interp(at, at[seen], lead[seen]) for lead in mv])
    like = _likeness(mv, seen, ecg.fs_hz)
    if like is None:
        return None
    begun, _ = signal.find_peaks(like, height=SEEN, distance=round(NEXT_S * ecg.fs_hz))
    trains = [
        _followed(like, seen, ecg.fs_hz, int(first), pace_s)
        for pace_s in np.arange(60 / FASTEST_BPM, 60 / SLOWEST_BPM, STEP_S)
        for first in begun[:BEGUN_AT]
    ]
    enough = [
        one
        for one in trains
        if one.asked >= LEAST_ASKED
        and one.share >= SHARE
        and len(begun) <= BESIDE * (one.share * one.asked + 1)
    ]
    return max(enough, key=lambda one: one.share * np.sqrt(one.asked), default=None)


def _without_beats(
    ecg: Sampled, kinds: SortedBeats, beat: MedianBeat, qrs: Wave, t: Wave | None
) -> tuple[np.ndarray, np.ndarray]:
    """Leads without their usual beats, and where something can be seen beside QRS complexes."""
    fs_hz, mv = ecg.fs_hz, ecg.mv.copy()
    seen = np.ones(mv.shape[1], bool)
    rr_s = float(np.median(np.diff(kinds.times_s)))
    t_end_s = t.end_s if t is not None else qrs.start_s + QT_S * np.sqrt(rr_s)
    over_s = min(t_end_s + BEHIND_T_S, LONGEST_SHARE * rr_s)

    def within(centre: int, from_s: float, to_s: float) -> slice:
        first, last = (centre + round(s * fs_hz) for s in (from_s, to_s))
        return slice(max(first, 0), max(min(last, mv.shape[1]), 0))

    for time_s, other in zip(kinds.times_s, kinds.other, strict=True):
        centre = round(float(time_s) * fs_hz)
        whole = within(centre, qrs.start_s - BEFORE_S, over_s)
        usual = beat.mv[:, whole.start - centre + beat.centre : whole.stop - centre + beat.centre]
        if other or usual.shape[1] != whole.stop - whole.start or not np.isfinite(usual).all():
            seen[whole] = False
            continue
        mv[:, whole] -= usual
        seen[within(centre, qrs.start_s - BEFORE_S, qrs.end_s + BEHIND_QRS_S)] = False
    return mv, seen


def _likeness(mv: np.ndarray, seen: np.ndarray, fs_hz: float) -> np.ndarray | None:
    """How much each place looks like the wave that most others look like; 0 where none is seen."""
    smooth = [gaussian_filter1d(mv, s * fs_hz, axis=1) for s in (NARROW_S, BROAD_S, NOISE_S)]
    noise_mv = 1.48 * np.median(np.abs(mv - smooth[2]), axis=1) + 0.004
    band = (smooth[0] - smooth[1]) * (noise_mv.min() / noise_mv)[:, None]
    half = round(HALF_S * fs_hz)
    size = np.where(seen, np.linalg.norm(band, axis=0), 0.0)
    peaks, _ = signal.find_peaks(size, distance=round(APART_S * fs_hz))
    peaks = peaks[(peaks > half) & (peaks < len(size) - half) & seen[peaks]]
    if len(peaks) < 4:
        return None
    peaks = peaks[np.argsort(-size[peaks])][:MOST_WAVES]
    cuts = np.stack([band[:, at - half : at + half].ravel() for at in peaks])
    sizes = np.linalg.norm(cuts, axis=1)
    unit = cuts / sizes[:, None]
    alike = (unit @ unit.T > ALIKE) & (sizes > 0.5 * sizes[:, None]) & (sizes < 2 * sizes[:, None])
    model = int(np.argmax(alike[:MODELS].sum(axis=1)))
    usual = unit[alike[model]].mean(axis=0)
    usual = (usual / np.linalg.norm(usual)).reshape(len(band), -1)
    along = sum(np.correlate(lead, one, "same") for lead, one in zip(band, usual, strict=True))
    length = np.sqrt(np.convolve((band**2).sum(axis=0), np.ones(2 * half), "same"))
    shown = seen & (length >= LEAST_SIZE * float(np.median(sizes[alike[model]])))
    return np.where(shown, along / np.maximum(length, 1e-9), 0.0)


def _followed(
    like: np.ndarray, seen: np.ndarray, fs_hz: float, begun: int, pace_s: float
) -> _Train:
    """A train through one place, forwards and backwards, each step from the last wave found."""
    asked = found = 0
    reach = round(STRAYS * pace_s * fs_hz + STRAYS_MS * fs_hz / 1e3)
    pace = pace_s * fs_hz
    for step in (pace, -pace):
        place = begun + step
        while reach < place < len(like) - reach:
            first = round(place) - reach
            stretch = slice(first, first + 2 * reach + 1)
            if seen[stretch].mean() > VISIBLE:
                asked += 1
                best = first + int(np.argmax(like[stretch]))
                if like[best] > FOUND:
                    found += 1
                    place = float(best)
            place += step
    return _Train(60.0 / pace_s, found / max(asked, 1), asked)
