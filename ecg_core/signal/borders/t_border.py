"""Where T peaks and ends in the median beat, for all leads together.

T ends where the tangent at its steepest descent meets the level behind it (Lepeschkin and
Surawicz, Circulation 1952;6:378-88), carried on a little: the eye sees T end later than the
tangent. A U wave, which comes after that descent has flattened, stays apart.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class TWindow:
    """Between which samples T must lie: after the QRS complex, and before the next P wave."""

    first: int
    last: int
    peak_last: int


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
        over=_over(leads.smooth(first, last, REST_SMOOTH_S), peak, end, fs_hz),
    )


def _over(part: np.ndarray, peak: int, end: float, fs_hz: float) -> bool:
    """Whether the leads rest behind T's end, before the next P wave."""
    behind = round(end)
    rest = part.shape[1] - behind
    if rest < NEXT_S * fs_hz:
        return False
    level = np.median(part[:, -min(rest, round(0.12 * fs_hz)) :], axis=1, keepdims=True)
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
