"""Where the QRS complex of the median beat begins and ends, for all leads together.

It begins where the leads, taken together, leave rest and ends where they come to it: both are
read from the spatial velocity, the length of the change over all leads. Recorders measure
globally in the same way (Kligfield et al., Circulation 2007;115:1306-24, on global intervals).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import signal
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ecg_core.signal.borders.waves import Wave
from ecg_core.signal.projection import Leads

OF_MANY = 6
"""Of so many leads, one may be left out at every moment."""
HIGHEST_SHARE = 0.12
REST_S = 0.012
RESTLESS = 1.5
"""What still counts as rest, against the calmest stretch beside the QRS."""
CALM_S, CALM_BEHIND_S = 0.10, 0.06
"""How far from the steepest point, and at least behind the last burst, calm is looked for."""
BURST_SHARE, BURST_BEFORE_S, BURST_AFTER_S = 0.22, 0.08, 0.12
"""What moves this fast so near the peak is part of the complex, whatever rest lies between: the
notch of a bundle branch block. P and T waves do not move so fast."""
RETURN_SHARE, RETURN_REST_S, RETURN_LATEST_S = 0.10, 0.06, 0.15
"""In right bundle branch block the leads stand still for a moment, far from the ST segment, before
they come back to it. What moves this fast within so long of a rest, so soon after the peak, and
comes to rest again as soon, is that return: T rises as fast, but later, and away."""
CALMER, NEARER = 0.5, 0.8
"""A return has come to rest where it moves at this share of its fastest; the leads are then nearer
to where they were before the complex, at most at this share of the distance."""


@dataclass(frozen=True)
class _Reading:
    """How the complex is read: smoothing, and the shares of its highest velocity at its borders.

    The end is often seen in a lead or two, which weigh less among many.
    """

    smooth_s: float
    onset_share: float
    offset_share: float

    def end_share(self, leads: int) -> float:
        """The share at its end, among so many leads."""
        return self.offset_share * float(np.clip(np.sqrt(2 / leads), LEAST_PART, 1.0))


LEAST_PART = 0.5
FINE = _Reading(0.006, 0.04, 0.10)
"""Chosen on the QT Database, on half of its records as on all."""
PAPER = _Reading(0.006, 0.055, 0.13)
"""A pen rounds what is steep: chosen on fold 9 of PTB-XL, printed and read again."""
BROAD = _Reading(0.012, 0.08, 0.05)
"""A second look: where it puts a border far from the first, the complex has no plain one."""


@dataclass(frozen=True)
class _Bend:
    """Where the leads stop being fast, and how far beyond their rest the bend is looked for."""

    fast_share: float
    beyond_s: float


ONSET_BEND, OFFSET_BEND = _Bend(0.22, 0.06), _Bend(0.40, 0.08)
"""A border lies in the middle between rest and the bend of the way that is left to go there: a slow
tail is part of it, a slope of ST is not. Chosen on half of the QT Database and tried on the other,
both ways: there the beginning then differs by 4.9 and 6.8 ms (SD) instead of 5.7 and 7.2, the end
by 10.0 and 8.8 instead of 10.4 and 9.8."""


def qrs_wave(leads: Leads, off_paper: bool = False) -> Wave | None:
    """The QRS complex, None where nothing of the kind is to be seen.

    off_paper: the leads were read off a page.
    """
    read, broad = _read(leads, PAPER if off_paper else FINE), _read(leads, BROAD)
    if read is None:
        return None
    if broad is None:
        return read[1]
    (rest, wave), (again, _) = read, broad
    return replace(
        wave,
        unsure_s=abs(rest.start_s - again.start_s),
        end_unsure_s=abs(rest.end_s - again.end_s),
    )


def _read(leads: Leads, how: _Reading) -> tuple[Wave, Wave] | None:
    """The complex from rest to rest, and with its borders between rest and bend."""
    fs_hz, centre = leads.fs_hz, leads.beat.centre
    smooth = gaussian_filter1d(leads.mv, how.smooth_s * fs_hz, axis=1) * leads.weight[:, None]
    moved = np.sort(np.gradient(smooth, axis=1) ** 2, axis=0)
    # Of several leads the one that moves most is left out: a jump in one lead is no beat.
    kept = len(moved) - (len(moved) >= OF_MANY)
    velocity = np.sqrt(moved[:kept].mean(axis=0)) * fs_hz
    near = round(0.08 * fs_hz)
    first = max(centre - near, 1)
    peak = first + int(np.argmax(velocity[first : centre + near]))
    top = float(velocity[peak])
    rest = round(REST_S * fs_hz)
    before, after = velocity[:peak][::-1], velocity[peak:]
    if top <= 0 or min(len(before), len(after)) < 2 * rest:
        return None
    start, calm = _rest(before, top, how.onset_share, BURST_BEFORE_S, fs_hz)
    end, _ = _rest(after, top, how.end_share(kept), BURST_AFTER_S, fs_hz)
    if start is None or end is None:
        return None
    away = np.linalg.norm(smooth[:, peak:] - smooth[:, peak - start, None], axis=0)
    returns = _return(after, away, end, top, fs_hz)
    if returns is not None:
        end, _ = _rest(after, top, how.end_share(kept), 0.0, fs_hz, returns)
        if end is None:
            return None
    at_rest = Wave(
        leads.time(peak - start),
        leads.time(peak),
        leads.time(peak + end),
        top / max(calm, 1e-6),
        1.0,
    )
    begins = _with_bend(before, start, top, ONSET_BEND, fs_hz)
    ends = _with_bend(after, end, top, OFFSET_BEND, fs_hz, returns or 0)
    return at_rest, replace(
        at_rest, start_s=leads.time(peak - begins), end_s=leads.time(peak + ends)
    )


def _with_bend(
    velocity: np.ndarray, rest: int, top: float, how: _Bend, fs_hz: float, behind: int = 0
) -> float:
    """Samples from the peak to the middle between `rest` and the bend of the way left to go.

    behind: the bend is no sooner than this.
    """
    fast = np.flatnonzero(velocity[: rest + 1] > how.fast_share * top)
    last = max(int(fast[-1]), behind)
    way = velocity[last : rest + round(how.beyond_s * fs_hz)]
    left = way[::-1].cumsum()[::-1]
    chord = np.linspace(left[0], left[-1], len(left))
    return 0.5 * (rest + last + int(np.argmax(chord - left)))


def _return(
    velocity: np.ndarray, away: np.ndarray, end: int, top: float, fs_hz: float
) -> int | None:
    """Samples from the peak to where the leads move fastest on their way back to the ST segment,
    behind a rest at `end` that lay far from it; None where that rest was the end.

    away: how far the leads are from where they were before the complex.
    """
    within = round(RETURN_REST_S * fs_hz)
    last = min(end + within, round(RETURN_LATEST_S * fs_hz), len(velocity) - within)
    found = None
    for at in signal.find_peaks(velocity[end:last], height=RETURN_SHARE * top)[0] + end:
        calm = at + int(np.argmax(velocity[at : at + within] < CALMER * velocity[at]))
        if calm > at and away[calm] < NEARER * away[end]:
            found = int(at)
    return found


def _rest(
    velocity: np.ndarray, top: float, share: float, near_s: float, fs_hz: float, behind: int = 0
) -> tuple[int | None, float]:
    """Samples from the peak to where rest begins, behind the last burst, and what is calm there.

    behind: no sooner than this.
    """
    rest = round(REST_S * fs_hz)
    bursts = np.flatnonzero(velocity[: round(near_s * fs_hz)] > BURST_SHARE * top)
    last = max(int(bursts[-1]) if len(bursts) else 0, behind)
    # Where the segment beside it slopes, its calmest stretch is what counts as rest; the peak of
    # T is calm as well, and must stay outside.
    beside = velocity[: max(round(CALM_S * fs_hz), last + round(CALM_BEHIND_S * fs_hz))]
    calm = float(uniform_filter1d(beside, rest)[rest // 2 : -(rest // 2)].min())
    floor = float(np.clip(RESTLESS * calm, share * top, HIGHEST_SHARE * top))
    still = velocity < floor
    for at in range(last, len(velocity) - rest):
        if still[at : at + rest].all():
            return at, calm
    return None, calm
