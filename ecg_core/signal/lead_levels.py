"""Heights of Q, R, S and T and the ST level of each lead's median beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ecg_core.signal.borders.waves import Delineation, Wave, p_is_sure
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
            levels = _levels(beat, index, name, waves)
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


def _levels(beat: MedianBeat, index: int, name: str, waves: Delineation) -> LeadMeasurement | None:
    qrs, t = waves.qrs, waves.t
    if qrs is None:
        return None
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
    complex_ = _complex(mv[start : end + 1], fs_hz)
    t_high_mv = t_low_mv = t_mv = t_half_ms = None
    if t is not None:
        part = mv[later : at(t.end_s) + 1]
        # Against the level before QRS, as ST is: of a sloping ST segment no T is made.
        if len(part) > 2 and np.isfinite(part).all():
            t_high_mv, t_low_mv = float(part.max()), float(part.min())
            t_mv = t_high_mv if t_high_mv >= -t_low_mv else t_low_mv
            t_half_ms = 1e3 * float((part / t_mv >= 0.5).sum()) / fs_hz if t_mv else None
    spread = beat.spread_mv[index, start:later]
    noise_mv = float(1.48 * np.nanmedian(spread))
    good = noise_mv < NOISY_MV and beat.count[index] >= 2
    return LeadMeasurement(
        lead=name,
        beats=int(beat.count[index]),
        quality=Quality.GOOD if good else Quality.DOUBTFUL,
        st_j_mv=float(mv[end : end + max(round(0.008 * fs_hz), 1)].mean()),
        st_j60_mv=float(mv[later]),
        q_mv=complex_.q_mv,
        q_ms=complex_.q_ms,
        r_mv=complex_.r_mv,
        s_mv=complex_.s_mv,
        t_mv=t_mv,
        noise_mv=noise_mv,
        r2_mv=complex_.r2_mv,
        t_high_mv=t_high_mv,
        t_low_mv=t_low_mv,
        t_half_ms=t_half_ms,
        p_mv=_p_mv(beat.mv[index], at, waves.p) if p_is_sure(waves) else None,
    )


@dataclass(frozen=True)
class _Complex:
    """Waves of one lead's QRS complex; 0 for those that are not there."""

    q_mv: float = 0.0
    q_ms: float = 0.0
    r_mv: float = 0.0
    s_mv: float = 0.0
    r2_mv: float = 0.0


def _complex(mv: np.ndarray, fs_hz: float) -> _Complex:
    """Name the waves: Q before the first R, S behind it; R the taller of two, R2 the other."""
    sign = np.where(np.abs(mv) > SMALLEST_MV, np.sign(mv), 0.0)
    edges = np.flatnonzero(np.diff(sign)) + 1
    parts = [part for part in np.split(mv, edges) if abs(part[0]) > SMALLEST_MV]
    upward = [place for place, part in enumerate(parts) if part[0] > 0]
    if not parts:
        return _Complex()
    if not upward:
        # A complex without R: one negative wave, by custom a QS, counted as Q.
        return _Complex(q_mv=float(mv.min()), q_ms=1e3 * len(mv) / fs_hz)
    before, behind = parts[: upward[0]], parts[upward[0] :]
    tall = sorted((float(parts[place].max()) for place in upward), reverse=True)
    return _Complex(
        q_mv=min((float(part.min()) for part in before), default=0.0),
        q_ms=1e3 * sum(len(part) for part in before) / fs_hz,
        r_mv=tall[0],
        s_mv=min((float(part.min()) for part in behind if part[0] < 0), default=0.0),
        r2_mv=tall[1] if len(tall) > 1 else 0.0,
    )


def _p_mv(mv: np.ndarray, at: Callable[[float], int], p: Wave | None) -> float | None:
    """Height of P against the level where it begins."""
    if p is None:
        return None
    first, last = max(at(p.start_s), 0), at(p.end_s)
    part = mv[first : last + 1]
    if len(part) < 3 or not np.isfinite(part).all():
        return None
    part = part - part[0]
    return float(part[int(np.argmax(np.abs(part)))])
