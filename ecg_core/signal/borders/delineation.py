"""Where P, QRS and T begin and end in the median beat, for all leads together.

One after the other, each bounded by the others: T lies before the next P, P behind the last T.
"""

from __future__ import annotations

from dataclasses import replace

from ecg_core.signal.borders.p_border import halves_apart_s, p_wave
from ecg_core.signal.borders.qrs_border import qrs_wave
from ecg_core.signal.borders.t_border import t_wave
from ecg_core.signal.borders.waves import Delineation, p_is_sure
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.projection import leads_of

LEAST_PR_S = 0.14
"""Until P is found, T must be over this long before the next QRS complex."""


def delineate(beat: MedianBeat, rr_s: float, off_paper: bool = False) -> Delineation:
    """Find the waves; leads without a beat are left out. rr_s: usual interval of the beats.

    off_paper: the leads were read off a page.
    """
    leads = leads_of(beat)
    if leads is None:
        return Delineation(None, None, None)
    qrs = qrs_wave(leads, off_paper)
    if qrs is None:
        return Delineation(None, None, None)
    t = t_wave(leads, qrs, rr_s, rr_s + qrs.start_s - LEAST_PR_S)
    last_t_s = None if t is None else t.end_s - rr_s
    p = p_wave(leads, qrs, last_t_s, off_paper)
    if p is not None and off_paper:
        p = replace(p, unsure_s=max(p.unsure_s, halves_apart_s(leads, qrs, last_t_s)))
    waves = Delineation(p, qrs, t)
    if p is not None and p_is_sure(waves):
        t = t_wave(leads, qrs, rr_s, rr_s + p.start_s)
    return Delineation(p, qrs, t)
