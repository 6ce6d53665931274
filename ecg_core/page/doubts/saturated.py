"""Leads cut off at the top or bottom of the recorder's range, said as remarks on the page.

Where a wave is higher than an amplifier or a file format can hold, the line stays level at its very
highest or lowest value. Real waves do not: their tops are round.
"""

from __future__ import annotations

import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.values import Remark

LEVEL_MV = 0.005
"""Samples this near to the extreme lie at it: less than any recorder's noise."""
LEVEL_S, LEVEL_SAMPLES = 0.02, 4
"""A level lasts this long, and so many samples."""
MIN_LEVELS, LONG_S = 3, 0.2
"""So many levels, or so long a one in all, make a lead cut off."""
MIN_HEIGHT_MV, NO_REST_MV = 0.5, 3.0
"""An extreme nearer to the middle of the lead is its resting line, unless as far from zero."""
LOST_SHARE = 0.5
"""Of a lead that lies at its limits for longer, nothing can be read."""


def cut_share(mv: np.ndarray, fs_hz: float) -> float:
    """Share of the valid samples of a lead (mV) that lie cut off; 0 where it is whole.

    >>> wave = np.abs(np.linspace(0, 20, 5000) % 2 - 1) * 2 - 1
    >>> cut_share(wave, 500), round(cut_share(np.clip(wave, -2, 0.7), 500), 2)
    (0.0, 0.15)
    """
    valid = mv[np.isfinite(mv)]
    if len(valid) == 0:
        return 0.0
    middle, cut = float(np.median(valid)), 0
    for extreme in (float(valid.max()), float(valid.min())):
        if abs(extreme - middle) < MIN_HEIGHT_MV and abs(extreme) < NO_REST_MV:
            continue
        at_limit = np.abs(np.nan_to_num(mv, nan=np.inf) - extreme) <= LEVEL_MV
        lengths = _runs(at_limit)
        levels = lengths[lengths >= max(LEVEL_SAMPLES, round(LEVEL_S * fs_hz))]
        if len(levels) >= MIN_LEVELS or levels.sum() >= LONG_S * fs_hz:
            cut += int(levels.sum())
    return cut / len(valid)


def remarks(record: EcgRecord) -> tuple[Remark, ...]:
    """A doubt that names the leads cut off. Raises PageError where every lead is lost by it.

    record: as it came, before any filter, which would round the corners off.
    """
    shares = {
        lead: cut_share(mv, record.fs_hz)
        for lead, mv in zip(record.leads, record.signals_mv, strict=True)
    }
    if min(shares.values()) > LOST_SHARE:
        raise refuse("saturated_throughout", share=100 * min(shares.values()))
    cut = [f"{lead} {_percent(share)}" for lead, share in shares.items() if share > 0]
    return (remark("saturated", leads=", ".join(cut)),) if cut else ()


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else "less than 1 %"


def _runs(flags: np.ndarray) -> np.ndarray:
    """Lengths of the runs of True."""
    edges = np.diff(np.pad(flags.astype(np.int8), 1))
    return np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
