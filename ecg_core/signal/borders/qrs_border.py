"""Where the QRS complex of the median beat begins and ends, for all leads together.

It begins where the leads, taken together, leave rest and ends where they come to it: both are
read from the spatial velocity, the length of the change over all leads. Recorders measure
globally in the same way (Kligfield et al., Circulation 2007;115:1306-24, on global intervals).
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ecg_core.signal.borders.waves import Wave
from ecg_core.signal.projection import Leads

SMOOTH_S = 0.004
OF_MANY = 6
"""Of so many leads, one may be left out at every moment."""
ONSET_SHARE, OFFSET_SHARE, HIGHEST_SHARE = 0.06, 0.05, 0.12
REST_S = 0.012
RESTLESS = 1.5
"""What still counts as rest, against the calmest stretch beside the QRS."""
CALM_S, CALM_BEHIND_S = 0.10, 0.06
"""How far from the steepest point, and at least behind the last burst, calm is looked for."""
BURST_SHARE, BURST_BEFORE_S, BURST_AFTER_S = 0.22, 0.08, 0.12
"""What moves this fast so near the peak is part of the complex, whatever rest lies between: the
notch of a bundle branch block. P and T waves do not move so fast."""


def qrs_wave(leads: Leads) -> Wave | None:
    """The QRS complex, None where nothing of the kind is to be seen."""
    fs_hz, centre = leads.fs_hz, leads.beat.centre
    smooth = gaussian_filter1d(leads.mv, SMOOTH_S * fs_hz, axis=1) * leads.weight[:, None]
    moved = np.sort(np.gradient(smooth, axis=1) ** 2, axis=0)
    # Of several leads the one that moves most is left out: a jump in one lead is no beat.
    velocity = np.sqrt(moved[: len(moved) - (len(moved) >= OF_MANY)].mean(axis=0)) * fs_hz
    near = round(0.08 * fs_hz)
    first = max(centre - near, 1)
    peak = first + int(np.argmax(velocity[first : centre + near]))
    top = float(velocity[peak])
    rest = round(REST_S * fs_hz)
    before, after = velocity[:peak][::-1], velocity[peak:]
    if top <= 0 or min(len(before), len(after)) < 2 * rest:
        return None
    start, calm = _rest(before, top, ONSET_SHARE, BURST_BEFORE_S, fs_hz)
    end, _ = _rest(after, top, OFFSET_SHARE, BURST_AFTER_S, fs_hz)
    if start is None or end is None:
        return None
    return Wave(
        leads.time(peak - start),
        leads.time(peak),
        leads.time(peak + end),
        top / max(calm, 1e-6),
        1.0,
    )


def _rest(
    velocity: np.ndarray, top: float, share: float, near_s: float, fs_hz: float
) -> tuple[int | None, float]:
    """Samples from the peak to where rest begins, behind the last burst, and what is calm there."""
    rest = round(REST_S * fs_hz)
    bursts = np.flatnonzero(velocity[: round(near_s * fs_hz)] > BURST_SHARE * top)
    last = int(bursts[-1]) if len(bursts) else 0
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
