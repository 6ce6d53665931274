"""Where the heart beats: two detectors of maintained libraries, asked of every lead, then a vote.

SleepECG's (Pan and Tompkins, in C) is fast and misses little; WFDB's XQRS is slower and more
careful with ectopic beats. Neither is reliable on one lead alone:
`benchmarks/signal/measurements.py` has the figures, on the annotated beats of the MIT-BIH
Arrhythmia Database.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from scipy import signal
from scipy.ndimage import maximum_filter1d, minimum_filter1d, uniform_filter1d

from ecg_core.signal.sampled import Sampled

QRS_BAND_HZ = (5.0, 20.0)
ENERGY_S = 0.1
"""Most of the energy of a QRS complex lies in this band and within this time."""
SAME_BEAT_S = 0.13
"""Detections closer than this are of one beat."""
REFRACTORY_S, REFRACTORY_SHARE = 0.25, 0.30
"""No ventricle beats twice within this time, or this share of its usual interval where that is
less: of two the one that moves more is a beat."""
COVERED = 0.8
"""Share of the time that a lead must cover to be asked on its own."""
CAREFUL_TRACKS = 2
"""How many of the clearest leads the slower detector reads."""
CAREFUL_SHARE, ENERGY_SHARE, NEEDED = 0.65, 0.35, 0.55
"""Weight of the careful detector, of the energy against the detections, and the score that makes
a beat: chosen on the records of DS1 (de Chazal 2004) and the paced ones, never on DS2."""
STRONG_SHARE, APART_S = 0.5, 0.36
"""Energy against the usual beat, and distance from all others, that make a beat by themselves."""
WEAK_SHARE, T_WITHIN_S, EVENLY = 0.5, 0.45, 0.1
"""A T wave moves less than this share of the usual beat and follows a beat within this time;
without it the interval is even: as long, within this share, as those that it is no part of. On
6,480 excerpts of MIT-BIH, 10 s each of either lead or both, 33 go, of which two were beats."""
LEAST_INTERVALS = 2
FLAT_MV = 0.005
END_S = 0.06
"""From so much of either end, the level at which a lead begins and ends on a page is read."""
ALONG = 0.7
"""Leads that follow one another are asked beside a whole one when they share this much of the
beats with it."""
JOIN_S = 0.15
"""So near to where one lead follows another, what is seen may come of their join."""


@dataclass(frozen=True, eq=False)
class FoundBeats:
    """times_s: ascending, the moment of most QRS energy. clarity: usual energy of the QRS
    complexes over what lies between them, in the clearest lead. asked: bool per lead."""

    times_s: np.ndarray
    clarity: float
    asked: np.ndarray

    def within(self, start_s: float, duration_s: float) -> FoundBeats:
        """The beats of a window, timed from its start."""
        times = self.times_s - start_s
        return FoundBeats(times[(times >= 0) & (times < duration_s)], self.clarity, self.asked)


def find_beats(ecg: Sampled) -> FoundBeats:
    """Find the beats of all leads together; none where nothing beats."""
    tracks, clear, asked = _tracks(ecg)
    nothing = FoundBeats(np.zeros(0), 0.0, asked)
    if not len(tracks):
        return nothing
    fs_hz = ecg.fs_hz
    energy = qrs_energy(tracks, fs_hz)
    quick = [_quick(track, fs_hz) for track in tracks]
    clarity = np.array([_clarity(e, at, fs_hz) for e, at in zip(energy, quick, strict=True)])
    if not clarity.any():
        return nothing
    along = _together(quick, clear, clarity, round(0.11 * fs_hz))
    clarity = np.where(along, clarity, 0.0)
    careful = {
        int(track): _careful(tracks[track], fs_hz)
        for track in np.argsort(-clarity, kind="stable")[:CAREFUL_TRACKS]
        if clarity[track] > 0
    }
    found = [one for one, is_along in zip(quick, along, strict=True) if is_along]
    candidates = _candidates([*found, *careful.values()], round(SAME_BEAT_S * fs_hz))
    if not len(candidates):
        return nothing
    trust = np.minimum(clarity, 20.0)[:, None] * clear
    # Where leads join in every track, each says what it can.
    trust = np.where(trust.any(axis=0), trust, np.minimum(clarity, 20.0)[:, None])
    weight = trust / trust.sum(axis=0)
    near = round(0.11 * fs_hz)
    score = np.zeros(len(candidates))
    peaks = maximum_filter1d(energy, 2 * round(0.1 * fs_hz) + 1, axis=1)
    for track, share in enumerate(weight[:, candidates]):
        if not clarity[track]:
            continue
        said = _near(candidates, quick[track], near).astype(float)
        if track in careful:
            sure = _near(candidates, careful[track], near)
            said = CAREFUL_SHARE * sure + (1 - CAREFUL_SHARE) * said
        usual = np.median(peaks[track, quick[track]])
        strength = np.minimum(peaks[track, candidates] / max(usual, 1e-9), 1.0)
        score += share * ((1 - ENERGY_SHARE) * said + ENERGY_SHARE * strength)
    beats = candidates[score > NEEDED]
    together = (weight * energy).sum(axis=0)
    beats = _with_strong(without_t(beats, together, fs_hz), together, fs_hz)
    whole = clear.all(axis=1)
    if whole.any():
        # The same leads all the time put every beat at the same place.
        together = clarity[whole] @ energy[whole]
    summits = _summits(beats, together, round(0.09 * fs_hz), _refractory(beats, fs_hz))
    return FoundBeats(summits / fs_hz, float(clarity.max()), asked)


def _together(
    found: list[np.ndarray], clear: np.ndarray, clarity: np.ndarray, near: int
) -> np.ndarray:
    """bool per track: whether it beats when the clearest whole lead does.

    Not every printer's columns show the same seconds as the strip below them.
    """
    whole = np.flatnonzero(clear.all(axis=1) & (clarity > 0))
    if not len(whole):
        return np.ones(len(found), bool)
    strip = found[int(whole[np.argmax(clarity[whole])])]
    beats_along = []
    for mine, is_clear in zip(found, clear, strict=True):
        shown, own = strip[is_clear[strip]], mine[is_clear[mine]]
        alike = min(_near(shown, own, near).mean(), _near(own, strip, near).mean())
        beats_along.append(is_clear.all() or alike >= ALONG)
    return np.array(beats_along)


def _refractory(beats: np.ndarray, fs_hz: float) -> int:
    """Samples within which there are no two beats."""
    usual = float(np.median(np.diff(beats))) if len(beats) > 2 else 0.0
    return round(max(min(REFRACTORY_SHARE * usual, REFRACTORY_S * fs_hz), SAME_BEAT_S * fs_hz))


def without_t(beats: np.ndarray, energy: np.ndarray, fs_hz: float) -> np.ndarray:
    """Less T waves that both detectors took for beats of a rhythm that is even without them."""
    near = round(0.1 * fs_hz)
    moved = np.array([energy[max(at - near, 0) : at + near + 1].max() for at in beats])
    weak = moved < WEAK_SHARE * np.median(moved) if len(beats) else np.zeros(0, bool)
    gone = np.zeros(len(beats), bool)
    for one in np.flatnonzero(weak[1:-1]) + 1:
        intervals = np.diff(beats)
        others = np.delete(intervals, [one - 1, one])
        usual = float(np.median(others)) if len(others) >= LEAST_INTERVALS else np.inf
        evenly = abs(beats[one + 1] - beats[one - 1] - usual) <= EVENLY * usual
        gone[one] = evenly and intervals[one - 1] <= T_WITHIN_S * fs_hz
    return beats[~gone]


def _with_strong(beats: np.ndarray, energy: np.ndarray, fs_hz: float) -> np.ndarray:
    """With what moves nearly as strongly as the usual beat and lies clear of every other.

    The detectors look back for a missed beat only once the next one came: not at the end.
    """
    if len(beats) < 3:
        return beats
    near = round(0.1 * fs_hz)
    usual = float(np.median([energy[max(at - near, 0) : at + near + 1].max() for at in beats]))
    peaks, _ = signal.find_peaks(
        energy, height=STRONG_SHARE * usual, distance=round(APART_S * fs_hz)
    )
    clear = [at for at in peaks if np.abs(beats - at).min() > APART_S * fs_hz]
    return np.sort(np.concatenate([beats, np.array(clear, int)]))


def qrs_energy(mv: np.ndarray, fs_hz: float) -> np.ndarray:
    """How strongly each lead moves as a QRS complex does: tracks × samples, in mV."""
    band = signal.butter(2, QRS_BAND_HZ, "bandpass", fs=fs_hz, output="sos")
    moved = signal.sosfiltfilt(band, mv, axis=1)
    # A running sum ends a little below 0 where nothing moves.
    mean = np.maximum(uniform_filter1d(moved**2, round(ENERGY_S * fs_hz), axis=1), 0.0)
    return np.asarray(np.sqrt(mean))


def _tracks(ecg: Sampled) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals as long as the record: whole leads, and leads one after the other; where each of
    them is clear of such a join; and the leads used.

    A page shows a lead for 2.5 s and the next one after it; their signs and sizes differ, which
    matters to no detector once each is scaled. Beside a rhythm strip they tell a stain on it from
    a beat.
    """
    moving = np.array([_moves(mv, known) for mv, known in zip(ecg.mv, ecg.known, strict=True)])
    whole = moving & (ecg.coverage >= COVERED)
    tracks: list[np.ndarray] = []
    taken: list[np.ndarray] = []
    clear: list[np.ndarray] = []
    reach = 2 * round(JOIN_S * ecg.fs_hz) + 1
    for lead in np.flatnonzero(moving & ~whole):
        known = ecg.known[lead]
        wave = _piece(ecg.mv[lead], known, ecg.fs_hz)
        inside = minimum_filter1d(known.astype(np.uint8), reach).astype(bool)
        for number, already in enumerate(taken):
            if not (already & known).any():
                tracks[number], taken[number] = tracks[number] + wave, already | known
                clear[number] |= inside
                break
        else:
            tracks.append(wave)
            taken.append(known)
            clear.append(inside)
    shown = ecg.known.any(axis=0).sum()
    enough = [known.sum() >= COVERED * shown for known in taken]
    kept = [track for track, is_long in zip(tracks, enough, strict=True) if is_long]
    away = [one for one, is_long in zip(clear, enough, strict=True) if is_long]
    asked = moving if kept else whole
    every = np.ones((int(whole.sum()), ecg.mv.shape[1]), bool)
    return np.array([*ecg.mv[whole], *kept]), np.array([*every, *away]), asked


def _piece(mv: np.ndarray, known: np.ndarray, fs_hz: float) -> np.ndarray:
    """A lead that is shown for a while, scaled, and from 0 to 0: the next joins without step."""
    at = np.flatnonzero(known)
    first, last = int(at[0]), int(at[-1])
    end = max(min(round(END_S * fs_hz), (last - first) // 4), 1)
    levels = np.median(mv[first : first + end]), np.median(mv[last + 1 - end : last + 1])
    wave = mv - np.interp(np.arange(len(mv)), (first, last), levels)
    return np.where(known, wave / max(float(np.percentile(np.abs(wave[known]), 98)), 1e-9), 0.0)


def _moves(mv: np.ndarray, known: np.ndarray) -> bool:
    return bool(known.any() and np.std(mv[known]) >= FLAT_MV)


def _quick(mv: np.ndarray, fs_hz: float) -> np.ndarray:
    from sleepecg.heartbeats import detect_heartbeats

    with suppress(ValueError):  # a flat signal
        return np.asarray(detect_heartbeats(mv, fs_hz), int)
    return np.zeros(0, int)


def _careful(mv: np.ndarray, fs_hz: float) -> np.ndarray:
    from wfdb.processing import XQRS

    step = max(int(fs_hz // 250), 1)
    detector = XQRS(sig=mv[::step], fs=fs_hz / step)
    # Too short or too quiet a signal leaves it without a threshold.
    with suppress(ValueError, IndexError):
        detector.detect(verbose=False)
        return np.asarray(detector.qrs_inds, int) * step
    return np.zeros(0, int)


def _clarity(energy: np.ndarray, beats: np.ndarray, fs_hz: float) -> float:
    """Usual energy of the beats over what lies between them; 0 when there are no two beats."""
    if len(beats) < 2:
        return 0.0
    between = np.ones(len(energy), bool)
    reach, core = round(0.15 * fs_hz), round(0.075 * fs_hz)
    for at in beats:
        between[max(at - reach, 0) : at + reach] = False
    if between.sum() < 50:
        return 1.0
    tops = [energy[max(at - core, 0) : at + core + 1].max() for at in beats]
    return float(np.median(tops) / max(np.percentile(energy[between], 90), 1e-9))


def _candidates(found: list[np.ndarray], apart: int) -> np.ndarray:
    """One sample per group of neighbouring detections: their median."""
    together = np.sort(np.concatenate(found))
    if not len(together):
        return np.zeros(0, int)
    groups = np.split(together, np.flatnonzero(np.diff(together) > apart) + 1)
    return np.array([int(np.median(group)) for group in groups])


def _near(candidates: np.ndarray, detections: np.ndarray, reach: int) -> np.ndarray:
    if not len(detections):
        return np.zeros(len(candidates), bool)
    return np.asarray(np.abs(candidates[:, None] - detections).min(axis=1) <= reach)


def _summits(beats: np.ndarray, energy: np.ndarray, reach: int, apart: int) -> np.ndarray:
    """Each beat moved to the highest energy near it; of two that come so close, the higher."""
    moved: list[int] = []
    for at in beats:
        first = max(at - reach, 0)
        to = first + int(np.argmax(energy[first : at + reach + 1]))
        if moved and to - moved[-1] <= apart:
            moved[-1] = max(moved[-1], to, key=lambda one: float(energy[one]))
        else:
            moved.append(to)
    return np.array(moved, int)
