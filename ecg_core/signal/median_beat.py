"""The usual beat of an ECG: the median of the beats that look alike, lead by lead.

Averaging over beats before measuring is what recorders do (Kligfield et al., Circulation
2007;115:1306-24, on signal processing): noise and wander go, and all leads share one time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter1d

from ecg_core.signal.beats import COVERED
from ecg_core.signal.sampled import Sampled

BEFORE_S, AFTER_S = 0.50, 0.74
QRS_BEFORE_S, QRS_AFTER_S = 0.10, 0.14
LEVEL_S = (-0.11, -0.07)
"""Where the isoelectric level is taken at first: before most QRS complexes begin."""
ALIKE, ALIKE_FEW = 0.90, 0.80
"""Correlation of two QRS complexes from which they are of one kind; with fewer than three leads,
where noise weighs more."""
APART_S, STEP_S = 0.15, 0.002
"""The moment of most energy may lie in another wave of the same QRS complex, which lasts 180 ms in
bundle branch block: beats that do not look alike are laid over one another again, moved by up to
this. (Of MIT-BIH's DS1 every 22nd strip, and of 40 fold-9 ECGs with ventricular beats, printed and
photographed, no beat of another shape is missed for it that 50 ms would find.)"""
BESIDE, ALONE = 0.85, 0.93
"""Correlation, by height, of the leads that show only some of the beats, as columns of a page do:
below the former they contradict the others, from the latter two of them speak for themselves."""
ECTOPIC_BEFORE_S = 0.12
"""An ectopic beat begins no sooner than this before its middle."""
EARLY = 0.80
"""A beat after less than this share of the usual interval comes early."""


@dataclass(frozen=True, eq=False)
class MedianBeat:
    """mv: leads × samples around the QRS, NaN in leads without a whole beat.

    centre: sample of the QRS. used: index of the beats that it was made of.
    count: beats seen in each lead. spread_mv: how much single beats differ from it, leads ×
    samples (median absolute deviation). single_mv: beats used × leads × samples.
    """

    mv: np.ndarray
    centre: int
    fs_hz: float
    used: np.ndarray
    count: np.ndarray
    spread_mv: np.ndarray
    single_mv: np.ndarray

    @property
    def seen(self) -> np.ndarray:
        """bool per lead: whether there is a beat of it."""
        return np.asarray(self.count > 0)


@dataclass(frozen=True, eq=False)
class SortedBeats:
    """Beats by kind. times_s: of each beat, aligned to one another.

    usual: bool, of the commonest shape. early: bool, before its time. other: bool, of another
    shape than the usual.
    """

    times_s: np.ndarray
    usual: np.ndarray
    early: np.ndarray
    judged: np.ndarray

    @property
    def other(self) -> np.ndarray:
        """bool per beat: seen whole, and of another shape."""
        return np.asarray(self.judged & ~self.usual)


def sort_beats(ecg: Sampled, times_s: np.ndarray) -> SortedBeats:
    """Tell the commonest kind of beat from the others and align beats to one another."""
    count = len(times_s)
    nothing = np.zeros(count, bool)
    if count < 2:
        return SortedBeats(times_s, ~nothing, nothing, nothing)
    leads = np.flatnonzero(ecg.coverage >= COVERED)
    early = _early(times_s)
    if not len(leads):
        # Each lead shows other beats: shapes cannot be compared.
        return SortedBeats(times_s, ~early, early, nothing)
    before, after = round(QRS_BEFORE_S * ecg.fs_hz), round(QRS_AFTER_S * ecg.fs_hz)
    centres = np.rint(times_s * ecg.fs_hz).astype(int)
    whole = (centres >= before) & (centres + after <= ecg.mv.shape[1])
    smooth = uniform_filter1d(ecg.mv[leads], 5, axis=1)
    shapes = np.zeros((count, len(leads) * (before + after)))
    for beat in np.flatnonzero(whole):
        cut = smooth[:, centres[beat] - before : centres[beat] + after]
        cut = cut - np.median(cut, axis=1, keepdims=True)
        shapes[beat] = cut.ravel()
    norm = np.linalg.norm(shapes, axis=1)
    unit = shapes / np.maximum(norm, 1e-9)[:, None]
    limit = ALIKE if len(leads) >= 3 else ALIKE_FEW
    alike = (unit @ unit.T > limit) & whole[:, None] & whole
    fits = alike & ~early[:, None] & ~early
    votes = fits.sum(axis=1)
    if votes.max(initial=0) == 0:
        votes = alike.sum(axis=1)
    model = int(np.argmax(votes))
    usual = alike[model] | ~whole
    moved_s = _laid_over(ecg, centres, whole & usual, whole & ~usual, limit)
    known = np.isfinite(moved_s)
    times_s = times_s + np.where(known, moved_s, 0.0)
    return SortedBeats(times_s, usual | known, _early(times_s), whole)


def _laid_over(
    ecg: Sampled, centres: np.ndarray, usual: np.ndarray, others: np.ndarray, limit: float
) -> np.ndarray:
    """By how many seconds each of the others is moved to look like the usual beats; NaN where it
    does not look like them wherever it is laid.

    limit: correlation of the leads that show all beats from which beats are of one kind.
    """
    moved_s = np.full(len(centres), np.nan)
    before, after = round(QRS_BEFORE_S * ecg.fs_hz), round(QRS_AFTER_S * ecg.fs_hz)
    reach, step = round(APART_S * ecg.fs_hz), max(round(STEP_S * ecg.fs_hz), 1)
    smooth = uniform_filter1d(ecg.mv, 5, axis=1)
    always = ecg.coverage >= COVERED

    def cut(lead: Any, at: int) -> np.ndarray:
        part = smooth[lead, at - before : at + after]
        return np.asarray(part - np.median(part, axis=-1, keepdims=True))

    model = np.median([cut(always, at) for at in centres[usual]], axis=0)
    for beat in np.flatnonzero(others):
        places = centres[beat] + np.arange(-reach, reach + 1, step)
        places = places[(places >= before) & (places + after <= ecg.mv.shape[1])]
        fits = np.array([_likeness(cut(always, at), model) for at in places])
        beside, heights = [], []
        for lead in np.flatnonzero(~always):
            known = ecg.known[lead]
            shown = [at for at in centres[usual] if known[at - before : at + after].all()]
            centre = centres[beat]
            if not shown or not known[centre - before : centre + after].all():
                continue
            here = np.median([cut(lead, at) for at in shown], axis=0)
            beside.append([_likeness(cut(lead, at), here) for at in places])
            heights.append(float(np.ptp(here)))
        alike = fits > limit
        if sum(heights) > 0:
            together = np.average(beside, axis=0, weights=heights)
            alike &= together >= BESIDE
            if not alike.any() and len(beside) > 1:
                fits, alike = together, together >= ALONE
        if alike.any():
            at = int(places[int(np.argmax(np.where(alike, fits, -1.0)))])
            moved_s[beat] = (at - centres[beat]) / ecg.fs_hz
    return moved_s


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two shapes."""
    product = np.linalg.norm(one) * np.linalg.norm(other)
    return float((one * other).sum() / max(product, 1e-9))


def _early(times_s: np.ndarray) -> np.ndarray:
    rr = np.diff(times_s)
    # The usual interval near each beat, so that a slow drift makes nothing early.
    early = np.zeros(len(times_s), bool)
    for beat in range(1, len(times_s)):
        near = np.delete(rr, beat - 1)[max(beat - 4, 0) : beat + 3]
        if len(near):
            early[beat] = rr[beat - 1] < EARLY * np.median(near)
    return early


def median_beat(ecg: Sampled, beats: SortedBeats, level_s: tuple[float, float]) -> MedianBeat:
    """Median of the usual beats that came in time; of the usual beats where there are no such.

    level_s: time from the QRS within which the signal counts as 0 mV.
    """
    fs_hz = ecg.fs_hz
    usual = np.flatnonzero(beats.usual & ~beats.early)
    if len(usual) < 2:
        usual = np.flatnonzero(beats.usual)
    rr_s = float(np.median(np.diff(beats.times_s))) if len(beats.times_s) > 1 else 1.0
    before = round(min(BEFORE_S, 0.62 * rr_s) * fs_hz)
    after = round(min(AFTER_S, 0.88 * rr_s) * fs_hz)
    first, last = (round(s * fs_hz) for s in level_s)
    leads, samples = ecg.mv.shape
    cuts = np.full((len(usual), leads, before + after), np.nan)
    centres = np.rint(beats.times_s * fs_hz).astype(int)
    for row, beat in enumerate(usual):
        at = centres[beat]
        # As much of the beat as the record holds; its QRS at least.
        start, end = (
            max(at - before, 0),
            min(at + after, samples, _undisturbed(beats, int(beat), ecg)),
        )
        if at + first < 0 or at + round(QRS_AFTER_S * fs_hz) > samples:
            continue
        inside = slice(start - at + before, end - at + before)
        part, known = ecg.mv[:, start:end], ecg.known[:, start:end]
        core = np.all(ecg.known[:, max(at + first, 0) : at + round(QRS_AFTER_S * fs_hz)], axis=1)
        core = np.asarray(core)
        level = ecg.mv[:, at + first : at + last].mean(axis=1)
        cut = np.where(known & core[:, None], part - level[:, None], np.nan)
        drift = _drift(ecg, centres, int(beat), (first, last))
        cuts[row][:, inside] = cut - drift[:, None] * np.arange(start - at, end - at)
    aligned = _aligned(cuts, before, fs_hz)
    seen = np.isfinite(aligned[:, :, before]).sum(axis=0)
    mv = _median(aligned)
    spread = _median(np.abs(aligned - mv))
    return MedianBeat(mv, before, fs_hz, usual, seen, spread, aligned)


def _undisturbed(beats: SortedBeats, beat: int, ecg: Sampled) -> int:
    """Sample up to which a beat is alone: an ectopic beat soon after it is no part of it.

    Among many beats the median passes over it, but a column of a page has two or three.
    """
    following = beat + 1
    if following >= len(beats.times_s) or not (beats.early[following] or beats.other[following]):
        return ecg.mv.shape[1]
    return round((float(beats.times_s[following]) - ECTOPIC_BEFORE_S) * ecg.fs_hz)


def _drift(ecg: Sampled, centres: np.ndarray, beat: int, level: tuple[int, int]) -> np.ndarray:
    """Slope of the baseline from this beat's level to the next one's, mV per sample and lead."""
    slope = np.zeros(len(ecg.mv))
    if beat + 1 >= len(centres):
        return slope
    here, there = centres[beat], centres[beat + 1]
    if here + level[0] < 0 or there + level[1] > ecg.mv.shape[1]:
        return slope
    known = ecg.known[:, here + level[0] : there + level[1]].all(axis=1)
    levels = [ecg.mv[:, at + level[0] : at + level[1]].mean(axis=1) for at in (here, there)]
    return np.where(known, (levels[1] - levels[0]) / max(there - here, 1), 0.0)


def _aligned(cuts: np.ndarray, centre: int, fs_hz: float) -> np.ndarray:
    """Beats shifted by up to 40 ms to fit the median QRS best."""
    reach = round(0.04 * fs_hz)
    before, after = round(QRS_BEFORE_S * fs_hz), round(QRS_AFTER_S * fs_hz)
    moved = cuts
    for _ in range(2):
        model = _median(moved)
        shifted = np.full_like(cuts, np.nan)
        first, last = max(centre - before, reach), min(centre + after, cuts.shape[2] - reach)
        for row, cut in enumerate(cuts):
            both = np.asarray(np.isfinite(model[:, first:last]).all(axis=1))
            both &= np.isfinite(cut[:, first - reach : last + reach]).all(axis=1)
            shift = 0
            if both.any():
                aim = model[both, first:last]
                wide = cut[both, first - reach : last + reach]
                windows = np.lib.stride_tricks.sliding_window_view(wide, last - first, axis=1)
                distance = ((windows - aim[:, None]) ** 2).sum(axis=(0, 2))
                shift = int(np.argmin(distance)) - reach
            shifted[row] = _shifted(cut, shift)
        moved = shifted
    return moved


def _median(cuts: np.ndarray) -> np.ndarray:
    """Median over beats; NaN where no beat has a sample. Sorting is five times as fast as
    NumPy's own median that passes over NaN."""
    if not len(cuts):
        return np.full(cuts.shape[1:], np.nan)
    ordered = np.sort(cuts, axis=0)  # NaN last
    count = np.isfinite(cuts).sum(axis=0)
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    high = np.minimum(high, len(cuts) - 1)
    middle = [np.take_along_axis(ordered, at[None], axis=0)[0] for at in (low, high)]
    return np.asarray(np.where(count > 0, (middle[0] + middle[1]) / 2, np.nan))


def _shifted(cut: np.ndarray, by: int) -> np.ndarray:
    out = np.full_like(cut, np.nan)
    if by >= 0:
        out[:, : cut.shape[1] - by] = cut[:, by:]
    else:
        out[:, -by:] = cut[:, :by]
    return out
