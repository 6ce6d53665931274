"""Heights of Q, R, S and T and the ST level of each lead's median beat."""

from __future__ import annotations

import numpy as np

from ecg_core.signal.delineation import Delineation, Wave
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.values import LeadMeasurement, Quality

SMALLEST_MV = 0.03
"""A deflection below this is not called a wave."""
NOISY_MV = 0.08
"""Difference of single beats from their median from which a lead's levels are doubtful."""


def lead_levels(
    beat: MedianBeat, waves: Delineation, names: tuple[str, ...]
) -> tuple[LeadMeasurement, ...]:
    """What can be read in each lead that shows a whole beat."""
    if waves.qrs is None:
        return ()
    found = []
    for index, name in enumerate(names):
        if beat.count[index]:
            levels = _levels(beat, index, name, waves.qrs, waves.t)
            if levels is not None:
                found.append(levels)
    return tuple(found)


def net_areas(beat: MedianBeat, names: tuple[str, ...], wave: Wave) -> dict[str, float]:
    """Net area of a wave in each lead, in mV s, against the line between its two ends."""
    first, last = (beat.centre + round(s * beat.fs_hz) for s in (wave.start_s, wave.end_s))
    first, last = max(first, 0), min(last, beat.mv.shape[1] - 1)
    areas = {}
    for index, name in enumerate(names):
        part = beat.mv[index, first : last + 1]
        if len(part) > 1 and np.isfinite(part).all():
            line = np.linspace(part[0], part[-1], len(part))
            areas[name] = float((part - line).sum() / beat.fs_hz)
    return areas


def _levels(
    beat: MedianBeat, index: int, name: str, qrs: Wave, t: Wave | None
) -> LeadMeasurement | None:
    fs_hz, centre = beat.fs_hz, beat.centre

    def at(time_s: float) -> int:
        return centre + round(time_s * fs_hz)

    start, end, later = at(qrs.start_s), at(qrs.end_s), at(qrs.end_s + 0.06)
    mv = beat.mv[index]
    if later >= len(mv):
        # So fast that the next beat begins before ST can be read.
        return None
    before = mv[max(start - round(0.016 * fs_hz), 0) : start + 1]
    after = mv[end : later + 1]
    if not np.isfinite(before).any() or not np.isfinite(after).all():
        return None
    mv = mv - np.nanmean(before)
    complex_mv = mv[start : end + 1]
    r = int(np.argmax(complex_mv))
    r_mv = float(max(complex_mv[r], 0.0))
    if r_mv < SMALLEST_MV:
        # A complex without R: one negative wave, by custom a QS, counted as Q.
        q_mv, q_ms, s_mv = float(complex_mv.min()), 1e3 * len(complex_mv) / fs_hz, 0.0
        r_mv = 0.0
    else:
        q_part, s_part = complex_mv[: r + 1], complex_mv[r:]
        q_mv = float(min(q_part.min(), 0.0))
        q_ms = 1e3 * float((q_part < -SMALLEST_MV).sum()) / fs_hz
        s_mv = float(min(s_part.min(), 0.0))
    t_mv = None
    if t is not None:
        part = mv[later : at(t.end_s) + 1]
        # Against the straight line between its ends no T is made of a sloping ST segment.
        if len(part) > 2 and np.isfinite(part).all():
            t_mv = float(part[int(np.argmax(np.abs(part)))])
    spread = beat.spread_mv[index, start:later]
    noise_mv = float(1.48 * np.nanmedian(spread))
    good = noise_mv < NOISY_MV and beat.count[index] >= 2
    return LeadMeasurement(
        lead=name,
        beats=int(beat.count[index]),
        quality=Quality.GOOD if good else Quality.DOUBTFUL,
        st_j_mv=float(mv[end : end + max(round(0.008 * fs_hz), 1)].mean()),
        st_j60_mv=float(mv[later]),
        q_mv=q_mv if q_mv < -SMALLEST_MV else 0.0,
        q_ms=q_ms if q_mv < -SMALLEST_MV else 0.0,
        r_mv=r_mv,
        s_mv=s_mv if s_mv < -SMALLEST_MV else 0.0,
        t_mv=t_mv,
        noise_mv=noise_mv,
    )
