"""What a page was misread of: beats that are not alike, strokes that are spikes; what is withheld.

Where the trace is paler than the grid, R waves are lost and remains of the grid take their place:
the beats of a lead then differ from one another as no heart's do, and whatever is measured on them
is measured on the misreading.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np

from ecg_core.signal.borders.waves import Delineation
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.projection import leads_of
from ecg_core.signal.reasons import blank, number, untold
from ecg_core.signal.values import Judgement, LeadMeasurement, Measurement, Quality

BEFORE_S, AFTER_S = 0.08, 0.10
"""The QRS complex, from the middle of it."""
ALIKE = 0.94
"""Likeness below which nothing but the rate is told, and that with doubt. Of 66 pages of another
generator (damaged or not) four lie below it, with a wrong rate or QRS complex; of the others 59 lie
above 0.97. Of hearts it is below where every beat differs, as in polymorphic tachycardia."""
MANY, MOST = 6, 0.5
"""Of so many beats two of one lead are seen, and not so many are of another shape than the usual,
unless they were misread."""
LONG_PAUSE_MS = 2500.0
FAST_BPM = 120.0
"""From here on beats that all differ are more often the heart's, as in ventricular tachycardia,
which must not be doubted away; a misread page has too few beats rather than so many."""
STROKE_S, DIP_S, LEAST_STROKE, DIP, BROAD_MS = 0.036, 0.026, 0.12, 0.2, 120.0
"""A first stroke that peaks so soon and has this share of the complex's height, behind which all
leads come back together, so soon, to this share of it: a pacemaker's spike before a wide complex.
None of 577 recordings begins so, normal or with bundle branch block or pre-excitation
(PTB-XL, folds 1 to 9)."""
RATES = ("rate", "rr", "rr_sd", "shortest_rr", "longest_pause")
ON_SHAPES = ("pr", "qrs", "qt", "qtcf", "qtcb", "p_axis", "qrs_axis", "t_axis")
"""What is read from the shape of the beats."""


def likeness(beat: MedianBeat) -> float | None:
    """Correlation of the QRS complexes of one lead: the median of its pairs, of all leads' the mean
    by height. None where no lead shows two beats.

    Of three beats or more the one that is least like the others is left out: at the edge of a
    column it may be a pulse, or another lead's.
    """
    first, last = (beat.centre + round(s * beat.fs_hz) for s in (-BEFORE_S, AFTER_S))
    alike, height = [], []
    for lead in range(beat.single_mv.shape[1]):
        seen = beat.single_mv[:, lead, max(first, 0) : last]
        seen = seen[np.isfinite(seen).all(axis=1)]
        if len(seen) < 2:
            continue
        moved = seen - seen.mean(axis=1, keepdims=True)
        unit = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9)
        if len(unit) > 2:
            unit = np.delete(unit, int(np.argmin((unit @ unit.T).sum(axis=1))), axis=0)
        alike.append(float(np.median([one @ two for one, two in combinations(unit, 2)])))
        height.append(float(np.median(np.ptp(seen, axis=1))))
    return float(np.average(alike, weights=height)) if sum(height) > 0 else None


def is_misread(beat: MedianBeat, beats: int, others: int = 0) -> bool:
    """Whether the beats of a page's leads differ too much to be measured.

    beats, others: how many there are, and how many of another shape than the usual.
    """
    alike = likeness(beat)
    if beats >= MANY and (alike is None or others > MOST * beats):
        return True
    return alike is not None and alike < ALIKE


def begins_with_spike(beat: MedianBeat, waves: Delineation) -> bool:
    """Whether a narrow stroke stands alone before a wide complex, as a drawn spike does."""
    leads, qrs = leads_of(beat), waves.qrs
    if leads is None or qrs is None or 1e3 * (qrs.end_s - qrs.start_s) < BROAD_MS:
        return False
    first, last = leads.at(qrs.start_s), leads.at(qrs.end_s)
    height = np.linalg.norm(leads.mv[:, first : last + 1] - leads.mv[:, first, None], axis=0)
    within, dips = round(STROKE_S * leads.fs_hz), round(DIP_S * leads.fs_hz)
    top = int(np.argmax(height[:within]))
    stands_out = 0 < top < within - 1 and height[top] >= LEAST_STROKE * height.max()
    return bool(stands_out and height[top : top + dips + 1].min() <= DIP * height[top])


def without_spike(values: dict[str, Measurement]) -> dict[str, Measurement]:
    """The same, with what begins at the complex's beginning in doubt: that may be the spike."""
    begun = ("pr", "qrs", "qt", "qtcf", "qtcb")
    return values | {key: doubted(values[key], "spike_drawn") for key in begun}


def doubted(one: Measurement, code: str) -> Measurement:
    """The same number, doubtful for this reason if not for another."""
    return one if one.value is None else number(one.value, one.leads, one.code or code)


def rate_off_paper(rate: Measurement, pause: Measurement, beats: int) -> Measurement:
    """The rate of a page, doubtful where a beat may have been missed, unless it is fast without it;
    two beats and a long pause make none."""
    if (rate.value or 0.0) >= FAST_BPM:
        return rate
    if beats < 3 and (pause.value or 0.0) > LONG_PAUSE_MS:
        return blank("beat_missed", rate.leads)
    return doubted(rate, "beat_missed") if pause.code == "beat_missed" else rate


def withheld(
    values: dict[str, Measurement],
    levels: tuple[LeadMeasurement, ...],
    judged: dict[str, Judgement],
) -> tuple[dict[str, Measurement], tuple[LeadMeasurement, ...], dict[str, Judgement]]:
    """The same without what rests on the shape of the beats; levels are doubtful, and rates are
    unless they are fast."""
    kept = dict(values)
    for key in ON_SHAPES:
        kept[key] = blank("beats_unlike", values[key].leads)
    if (values["rate"].value or 0.0) < FAST_BPM:
        for key in RATES:
            kept[key] = doubted(values[key], "beats_unlike")
    doubtful = tuple(replace(lead, quality=Quality.DOUBTFUL) for lead in levels)
    return kept, doubtful, dict.fromkeys(judged, untold("beats_unlike"))
