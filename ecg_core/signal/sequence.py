"""What the sequence of beats says: intervals at their extremes, pauses, ectopic beats, evenness."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, minimum_filter1d

from ecg_core.signal.beats import JOIN_S
from ecg_core.signal.median_beat import SortedBeats
from ecg_core.signal.reasons import blank, number, told, untold
from ecg_core.signal.sampled import Sampled
from ecg_core.signal.values import Beat, BeatKind, Judgement, Measurement

EVEN = 0.08
"""Standard deviation of the usual intervals over their mean up to which they are even: in sinus
rhythm at rest it is some 5 %, in atrial fibrillation 15 to 30 %."""
WIDER_S = 0.028
"""By how much a beat's QRS complex is longer than the usual one's to be called wide."""
MOVES_SHARE = 0.2
"""The QRS complex of a single beat lasts while its leads move faster than this share of their
fastest: noise, which moves too, stays below."""
AROUND_S, SMOOTH_S = 0.14, 0.006
MISSED_SHARE, CLEAR_OF_T_S = 0.5, 0.40
"""What moves this fast against the beats, so long after one, in a pause may be a missed beat."""


def extremes(
    ecg: Sampled, beats: tuple[Beat, ...], clarity_doubt: str, leads: tuple[str, ...]
) -> dict[str, Measurement]:
    """Shortest RR and longest time without a beat, in ms.

    The time before the first beat and after the last counts as pause: it lasted at least so long,
    but no longer than anything is shown.
    """
    if len(beats) < 2:
        return dict.fromkeys(("shortest_rr", "longest_pause"), blank("few_beats", leads))
    times = np.array([beat.time_s for beat in beats])
    shown = np.flatnonzero(ecg.known.any(axis=0)) / ecg.fs_hz
    start_s, end_s = float(shown[0]), float(shown[-1])
    rr_s = np.diff(times)
    gaps = np.concatenate([[times[0] - start_s], rr_s, [end_s - times[-1]]])
    starts = np.concatenate([[start_s], times])
    longest = int(np.argmax(gaps))
    doubt = clarity_doubt
    gap = float(starts[longest]), float(starts[longest] + gaps[longest])
    if gaps[longest] > 1.4 * np.median(rr_s) and (
        _joins_within(ecg, *gap) or _moves_within(ecg, times, *gap, end_s)
    ):
        doubt = "beat_missed"
    return {
        "shortest_rr": number(1e3 * float(rr_s.min()), leads, clarity_doubt),
        "longest_pause": number(1e3 * float(gaps[longest]), leads, doubt),
    }


def ectopy(ecg: Sampled, kinds: SortedBeats, beats: tuple[Beat, ...]) -> dict[str, Measurement]:
    """How many beats come early, have another shape, or a wide QRS besides, and their longest run.

    Of leads that each show other beats the shapes cannot be compared.
    """
    keys = ("early_beats", "other_beats", "wide_beats", "wide_run")
    if len(beats) < 2:
        return dict.fromkeys(keys, blank("few_beats"))
    early = number(sum(beat.kind is BeatKind.EARLY for beat in beats))
    if not kinds.judged.any():
        return {"early_beats": early} | dict.fromkeys(keys[1:], blank("not_compared"))
    wide = _wide(ecg, kinds)
    run = longest = 0
    for is_wide in wide:
        run = run + 1 if is_wide else 0
        longest = max(longest, run)
    return {
        "early_beats": early,
        "other_beats": number(sum(beat.kind is BeatKind.OTHER_SHAPE for beat in beats)),
        "wide_beats": number(int(wide.sum())),
        "wide_run": number(longest),
    }


def regular(rr: Measurement, rr_sd: Measurement) -> Judgement:
    """Whether the usual beats follow each other at even intervals."""
    if rr.value is None or rr_sd.value is None:
        return untold(rr_sd.code or rr.code)
    even = rr_sd.value <= EVEN * rr.value
    return told(even, rr_sd.code or ("" if even else "irregular"), bool(rr_sd.code))


def speed(ecg: Sampled) -> np.ndarray:
    """How fast all leads move together, at each sample."""
    smooth = gaussian_filter1d(ecg.mv, SMOOTH_S * ecg.fs_hz, axis=1)
    return np.asarray(np.sqrt((np.gradient(smooth, axis=1) ** 2).mean(axis=0)))


def _wide(ecg: Sampled, kinds: SortedBeats) -> np.ndarray:
    """bool per beat: of another shape, and with a QRS complex longer than the usual."""
    moves, reach = speed(ecg), round(AROUND_S * ecg.fs_hz)
    widths = np.zeros(len(kinds.times_s))
    for beat, time_s in enumerate(kinds.times_s):
        centre = round(float(time_s) * ecg.fs_hz)
        part = moves[max(centre - reach, 0) : centre + reach]
        fast = np.flatnonzero(part > MOVES_SHARE * part.max())
        widths[beat] = (fast[-1] - fast[0]) / ecg.fs_hz if len(fast) else 0.0
    usual = widths[kinds.usual & kinds.judged]
    if not len(usual):
        return np.zeros(len(widths), bool)
    return np.asarray(kinds.other & (widths > np.median(usual) + WIDER_S))


def _joins_within(ecg: Sampled, start_s: float, end_s: float) -> bool:
    """Whether for a moment no lead is shown for long enough: where columns of a page join."""
    reach = 2 * round(JOIN_S * ecg.fs_hz) + 1
    clear = minimum_filter1d(ecg.known.astype(np.uint8), reach, axis=1).any(axis=0)
    return not clear[round(start_s * ecg.fs_hz) : round(end_s * ecg.fs_hz)].all()


def _moves_within(
    ecg: Sampled, times_s: np.ndarray, start_s: float, end_s: float, shown_s: float
) -> bool:
    """Whether something between two beats moves nearly as fast as the beats do.

    shown_s: when the last of the leads ends.
    """
    moves, fs_hz = speed(ecg), ecg.fs_hz
    near = round(0.08 * fs_hz)
    tops = [moves[max(round(t * fs_hz) - near, 0) : round(t * fs_hz) + near].max() for t in times_s]
    first = start_s + CLEAR_OF_T_S if start_s >= times_s[0] else start_s
    last = end_s - 0.12 if end_s < shown_s else end_s
    part = moves[round(first * fs_hz) : round(max(last, first) * fs_hz)]
    return bool(len(part) and part.max() > MISSED_SHARE * np.median(tops))
