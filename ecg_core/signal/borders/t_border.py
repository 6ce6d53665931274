"""Where T peaks and ends in the median beat, for all leads together.

T ends where the tangent at its steepest descent meets the level behind it (Lepeschkin and
Surawicz, Circulation 1952;6:378-88), carried on a little: the eye sees T end later than the
tangent. A U wave, which comes after that descent has flattened, stays apart.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from ecg_core.signal.borders.waves import Wave
from ecg_core.signal.projection import Leads, stood_out

SMOOTH_S, SEEK_S = 0.020, 0.020
"""Standard deviation of the smoothing before T's descent is read, and before T is looked for."""
ST_S = 0.045
"""T peaks no sooner than this after the QRS complex ends."""
USUAL_PEAK_S, PEAK_SPREAD = 0.31, 0.25
"""From the start of QRS to the peak of T at a rate of 60, and how far (as a logarithm) other
hearts' may lie from it: of several waves the one nearer to it is T."""
LATEST_S, LATEST_SHARE = 0.60, 0.64
"""T peaks no later after the start of QRS than this, or this share of RR."""
BEYOND_TANGENT = 1.2
"""How far behind its steepest descent T ends, against where the tangent meets the level: chosen
on the QT Database, where experts set T's end by eye."""
STEEP, REACH_S = 0.85, 0.16
"""T falls last where it is this steep against its steepest fall, so soon after its peak: a U wave
is flatter and comes later, the second half of a biphasic T is as steep."""
LEVEL_S, LEVEL_PERCENTILE = 0.16, 10
STIR_S, REST_SMOOTH_S = 0.25, 0.012
RESTLESS, AWAY, NO_REST = 0.30, 0.15, 0.45
"""Leads that behind T's end still move this fast against its steepest descent, and lie this far
from their level against its height, have not come to rest; nor have those that move even faster. T
was then a part of what follows, and its end could be elsewhere: on the QT Database two thirds of
the far errors are among these, a fifth of all."""
NEXT_S = 0.02
"""T must end this long before the next P wave begins."""
LONGEST_DESCENT_S = 0.16
"""From T's peak to its end at a rate of 60, with the root of RR: more is not T alone."""
APART_S, APART_SHARE = 0.06, 0.40
"""Leads with this share of T that end it so far from all leads together make its end unclear."""
STALL, STALL_ABOVE = 0.22, 0.45
"""A rise that, above this share of T's height, slows down by so much of its steepest and gains
speed again has two steps: two waves are in one, and the first may be all of T."""
INVERTED, PAST_LEVEL, TURN_S, SECOND_STEEP = 0.2, 0.07, 0.16, 0.15
"""An inverted T that rises this far past the level against its depth, this soon after its peak, and
falls again this steeply may have a second half."""


def t_wave(leads: Leads, qrs: Wave, rr_s: float, next_p_s: float) -> Wave | None:
    """T, None where none ends before the next P begins.

    next_p_s: when the next beat's P (or QRS where there is none) begins, from this QRS.
    """
    fs_hz = leads.fs_hz
    first = leads.at(qrs.end_s + ST_S)
    last = min(leads.at(next_p_s), leads.mv.shape[1])
    peak_last = leads.at(qrs.start_s + min(LATEST_S, LATEST_SHARE * rr_s))
    if last - first < round(0.1 * fs_hz):
        return None
    seen = leads.smooth(first, last, SEEK_S)
    size = np.linalg.norm(seen, axis=0)
    peak = _peak(leads, size, first, min(peak_last, last - round(0.03 * fs_hz)), qrs, rr_s)
    if peak is None:
        return None
    part = leads.smooth(first, last, SMOOTH_S)
    direction = part[:, peak] / max(float(np.linalg.norm(part[:, peak])), 1e-9)
    wave = direction @ part
    end = _end(part, peak, fs_hz)
    if end is None or end >= len(wave):
        return None
    foot = min(round(end), len(wave) - 1)
    seen_t = stood_out(leads, direction, first + peak, first + foot, float(wave[peak] - wave[foot]))
    return Wave(
        leads.time(first + peak),
        leads.time(first + peak),
        leads.time(first + end),
        seen_t.signal_to_noise,
        seen_t.steady,
        over=_over(leads.smooth(first, last, REST_SMOOTH_S), peak, end, fs_hz)
        and _is_one(part, peak, end, rr_s, fs_hz),
    )


def _is_one(part: np.ndarray, peak: int, end: float, rr_s: float, fs_hz: float) -> bool:
    """Whether T is one wave with one end, in whatever lead it is seen."""
    longest = LONGEST_DESCENT_S * np.sqrt(np.clip(rr_s, 0.5, 1.4)) * fs_hz
    height = part - _level(part, round(end), fs_hz)
    along = height[:, peak] @ height / max(float(height[:, peak] @ height[:, peak]), 1e-12)
    return bool(
        end - peak <= longest
        and _apart(part, peak, end, fs_hz) < APART_SHARE
        and _stall(along[: peak + 1]) < STALL
        and not _second_half(height, peak, end, fs_hz)
    )


def _stall(rise: np.ndarray) -> float:
    """How much a rise from 0 to 1 slows down before it gains speed again, against its steepest."""
    speed = np.gradient(rise)
    before = np.maximum.accumulate(speed)
    ahead = np.maximum.accumulate(speed[::-1])[::-1]
    lost = np.minimum(before, ahead) - speed
    return float(lost[rise > STALL_ABOVE].max(initial=0.0)) / max(float(speed.max()), 1e-12)


def _apart(part: np.ndarray, peak: int, end: float, fs_hz: float) -> float:
    """Share of T in leads that, looked at alone, end it elsewhere."""
    size = np.ptp(part, axis=1) ** 2
    alone = [_end(lead[None], peak, fs_hz) for lead in part]
    far = [one is None or abs(one - end) > APART_S * fs_hz for one in alone]
    return float(size[far].sum() / max(float(size.sum()), 1e-12))


def _second_half(height: np.ndarray, peak: int, end: float, fs_hz: float) -> bool:
    """Whether an inverted T may go on behind its end, upright. height: against the level."""
    deep = height[:, peak]
    if deep.sum() > -INVERTED * np.abs(deep).sum():
        return False
    wave = -deep @ height / max(float(deep @ deep), 1e-12)
    change = np.gradient(wave)
    reach = wave[peak : peak + round(TURN_S * fs_hz)]
    summit = peak + int(np.argmax(reach))
    behind = change[summit : summit + round(TURN_S * fs_hz)]
    if summit > peak + len(reach) - 3 or len(behind) < 3:
        return False
    steep = float(change[peak : round(end)].max())
    return bool(wave[summit] > PAST_LEVEL and -behind.min() > SECOND_STEEP * steep)


def _level(part: np.ndarray, behind: int, fs_hz: float) -> np.ndarray:
    """Where the leads rest before the next P wave."""
    rest = min(max(part.shape[1] - behind, round(NEXT_S * fs_hz)), round(0.12 * fs_hz))
    return np.asarray(np.median(part[:, -rest:], axis=1, keepdims=True))


def _over(part: np.ndarray, peak: int, end: float, fs_hz: float) -> bool:
    """Whether the leads rest behind T's end, before the next P wave."""
    behind = round(end)
    rest = part.shape[1] - behind
    if rest < NEXT_S * fs_hz:
        return False
    level = _level(part, behind, fs_hz)
    away = np.linalg.norm(part - level, axis=0)
    speed = np.linalg.norm(np.gradient(part, axis=1), axis=0)
    near = slice(max(peak - round(0.05 * fs_hz), 0), peak + round(0.05 * fs_hz))
    fast = float(speed[max(peak - round(0.08 * fs_hz), 0) : behind].max())
    stirs = float(speed[behind : behind + round(STIR_S * fs_hz)].max()) / max(fast, 1e-12)
    far = float(away[behind]) / max(float(away[near].max()), 1e-12)
    return stirs <= RESTLESS or (far <= AWAY and stirs <= NO_REST)


def _peak(
    leads: Leads, size: np.ndarray, first: int, last: int, qrs: Wave, rr_s: float
) -> int | None:
    """Sample of `size` where T peaks: the highest wave, the likelier of two by its time."""
    reach = last - first
    if reach < 3:
        return None
    peaks, found = signal.find_peaks(size[: reach + 1], prominence=0.0)
    if not len(peaks):
        return None
    after_s = leads.time(first) - qrs.start_s + peaks / leads.fs_hz
    usual_s = USUAL_PEAK_S * min(rr_s, 1.4) ** 0.4
    likely = np.exp(-0.5 * (np.log(after_s / usual_s) / PEAK_SPREAD) ** 2)
    return int(peaks[int(np.argmax(found["prominences"] * likely))])


def _end(part: np.ndarray, peak: int, fs_hz: float) -> float | None:
    """Sample where T ends: behind the last steep change after its peak, in whatever leads."""
    reach = min(round(REACH_S * fs_hz), part.shape[1] - peak)
    change = np.gradient(part, axis=1)
    speed = np.linalg.norm(change[:, peak : peak + reach], axis=0)
    if len(speed) < 3:
        return None
    tops, _ = signal.find_peaks(np.pad(speed, 1), height=STEEP * float(speed.max()))
    if not len(tops):
        return None
    last = peak + int(tops[-1]) - 1
    steep = float(np.linalg.norm(change[:, last]))
    fall = -(change[:, last] / max(steep, 1e-12)) @ part
    behind = fall[last : last + round(LEVEL_S * fs_hz)]
    rest = float(np.percentile(behind, LEVEL_PERCENTILE))
    return last + BEYOND_TANGENT * (fall[last] - rest) / max(steep, 1e-12)
