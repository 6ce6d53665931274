"""Signs that need no network: missing and flat leads, and spikes of a pacemaker."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import median_filter

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.values import Sign

FLAT_MV = 0.01
"""Standard deviation of the samples below which a lead shows nothing."""
SPIKE_FS_HZ = 240.0
"""A spike lasts under 2 ms; slower sampling, or the filter before it, leaves nothing of it."""
SPIKE_S, SPIKE_MV, SPIKE_ABOVE_NOISE = 0.010, 0.12, 8.0
CORE_S, FLANK_S, CALM_SHARE = 0.0085, 0.024, 0.4
"""Beside a spike, from its core to its flank, the lead moves less than this share of its edge."""
LEAD_IN_S = (-0.26, -0.015)
"""A spike that captures stands so long before the QRS: of the atria, or of the ventricles."""
SAME_PLACE_S = 0.012
PACED_SHARE = 0.6
"""Share of the beats that a spike must lead at one fixed distance."""


def lead_signs(signals_mv: np.ndarray, leads: tuple[str, ...]) -> list[Sign]:
    """Leads that are not there, and leads that show nothing. Strips miss nothing."""
    found = []
    missing = tuple(lead for lead in STANDARD_LEADS if lead not in leads)
    if missing and len(leads) > 3:
        found.append(Sign("missing_leads", f"Not recorded: {', '.join(missing)}.", missing))
    flat = tuple(
        lead
        for lead, mv in zip(leads, signals_mv, strict=True)
        if not np.isfinite(mv).any() or np.nanstd(mv) < FLAT_MV
    )
    if flat:
        found.append(Sign("flat_leads", f"Flat: {', '.join(flat)}. Check the electrode.", flat))
    return found


def pacing_spikes(
    signals_mv: np.ndarray, fs_hz: float, leads: tuple[str, ...], beats_s: np.ndarray
) -> Sign | None:
    """Spikes at a fixed distance before most beats, or None; also None below `SPIKE_FS_HZ`.

    signals_mv: leads × samples as recorded, without any filter of ours, NaN in gaps.
    """
    if fs_hz < SPIKE_FS_HZ or len(beats_s) < 3:
        return None
    places: dict[str, np.ndarray] = {}
    for lead, mv in zip(leads, signals_mv, strict=True):
        at = _spikes(mv, fs_hz)
        if len(at):
            places[lead] = at / fs_hz
    best: tuple[str, np.ndarray] | None = None
    for lead, times_s in places.items():
        led = _leading(times_s, beats_s)
        if len(led) >= max(PACED_SHARE * len(beats_s), 3) and (
            best is None or len(led) > len(best[1])
        ):
            best = lead, led
    if best is None:
        return None
    times = best[1]
    shown = tuple(
        lead
        for lead, at in places.items()
        if (np.abs(times[:, None] - at).min(axis=1) < SAME_PLACE_S).mean() > PACED_SHARE
    )
    return Sign(
        "pacing_spikes",
        f"Pacing spikes before {len(times)} of {len(beats_s)} beats.",
        shown,
        tuple(float(t) for t in times),
    )


def _spikes(mv: np.ndarray, fs_hz: float) -> np.ndarray:
    """Samples of narrow peaks: what a running median of 10 ms takes away."""
    known = np.isfinite(mv)
    if known.mean() < 0.2:
        return np.zeros(0, int)
    whole = np.where(known, mv, np.nanmedian(mv))
    width = max(round(SPIKE_S * fs_hz) | 1, 5)
    sharp = np.abs(whole - median_filter(whole, width))
    noise = 1.48 * float(np.median(sharp[known]))
    high = sharp > max(SPIKE_MV, SPIKE_ABOVE_NOISE * noise)
    edges = np.flatnonzero(np.diff(np.pad(high.astype(np.int8), 1)))
    tops = [a + int(np.argmax(sharp[a:b])) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return np.array([at for at in tops if _stands_alone(whole, at, fs_hz)], int)


def _stands_alone(mv: np.ndarray, at: int, fs_hz: float) -> bool:
    """Whether what lies beside a narrow peak is calm: the flanks of an R wave are not."""
    steps = np.abs(np.diff(mv[max(at - round(FLANK_S * fs_hz), 0) : at + round(FLANK_S * fs_hz)]))
    away_s = np.abs(np.arange(len(steps)) + 0.5 - min(at, round(FLANK_S * fs_hz))) / fs_hz
    core, flank = steps[away_s < CORE_S], steps[away_s >= CORE_S]
    return bool(len(core) and len(flank) and flank.max() < CALM_SHARE * core.max())


def _leading(spikes_s: np.ndarray, beats_s: np.ndarray) -> np.ndarray:
    """The spikes at the distance before a beat that most of them share."""
    distance = spikes_s[:, None] - beats_s
    within = (distance > LEAD_IN_S[0]) & (distance < LEAD_IN_S[1])
    spike, beat = np.nonzero(within)
    apart = distance[within]
    if len(apart) < 3:
        return np.zeros(0)
    votes = (np.abs(apart[:, None] - apart) < SAME_PLACE_S).sum(axis=1)
    off = np.abs(apart - apart[int(np.argmax(votes))])
    # One spike to a beat: of two at nearly the same place, the one in the place.
    nearest: dict[int, int] = {}
    for one in np.flatnonzero(off < SAME_PLACE_S):
        known = nearest.get(int(beat[one]))
        if known is None or off[one] < off[known]:
            nearest[int(beat[one])] = int(one)
    return np.unique(spikes_s[spike[list(nearest.values())]])
