"""What the shape of the usual QRS complex says: a slurred onset, low voltage."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.borders.waves import Delineation
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.reasons import told, untold
from ecg_core.signal.values import Judgement, LeadMeasurement, Quality

LIMB, CHEST = STANDARD_LEADS[:6], STANDARD_LEADS[6:]
LOW_MV = {LIMB: 0.5, CHEST: 1.0}
"""Every QRS complex of these leads lower than this is low voltage (Surawicz and Knilans, Chou's
Electrocardiography in Clinical Practice, 6th ed.)."""
SLOW_SHARE = 0.4
"""The QRS complex begins slowly while its leads move slower than this share of their fastest."""
SLURRED_S = 0.036
"""A slow beginning of this length is a slur, as of a delta wave. In PTB-XL's folds 1 to 9 it lasts
so long in 52 of 71 recordings labelled WPW; in 3 of 1,067 normal ones, in 18 of 733 abnormal ones
and in 2 of 43 with right bundle branch block. The other 19 show none: the share of the way that the
leads go within 40 ms of the onset, which tells the 52 as well, is as in normal ones."""
SMOOTH_S = 0.004


def qrs_questions(
    beat: MedianBeat, waves: Delineation, leads: tuple[LeadMeasurement, ...], off_paper: bool
) -> dict[str, Judgement]:
    """Answers to `slurred_onset`, `low_voltage_limb` and `low_voltage_chest`."""
    return {
        "slurred_onset": _slurred(beat, waves, off_paper),
        "low_voltage_limb": _low(leads, LIMB),
        "low_voltage_chest": _low(leads, CHEST),
    }


def onset_s(beat: MedianBeat, waves: Delineation) -> float | None:
    """How long the QRS complex begins slowly; None without one."""
    if waves.qrs is None:
        return None
    rows = np.flatnonzero(np.isfinite(beat.mv).all(axis=1))
    if not len(rows):
        return None
    smooth = gaussian_filter1d(beat.mv[rows], SMOOTH_S * beat.fs_hz, axis=1)
    first = beat.centre + round(waves.qrs.start_s * beat.fs_hz)
    last = beat.centre + round(waves.qrs.end_s * beat.fs_hz)
    speed = np.sqrt((np.gradient(smooth, axis=1) ** 2).mean(axis=0))[first : last + 1]
    if len(speed) < 3:
        return None
    return float(np.flatnonzero(speed >= SLOW_SHARE * speed.max())[0]) / beat.fs_hz


def _slurred(beat: MedianBeat, waves: Delineation, off_paper: bool) -> Judgement:
    slow_s = onset_s(beat, waves)
    if slow_s is None:
        return untold("qrs_unclear")
    return told(slow_s >= SLURRED_S, "", doubtful=off_paper)


def _low(leads: tuple[LeadMeasurement, ...], asked: tuple[str, ...]) -> Judgement:
    found = [lead for lead in leads if lead.lead in asked]
    # One tall complex answers it, whatever the other leads are.
    tall = [lead for lead in found if lead.peak_to_peak_mv >= LOW_MV[asked]]
    if any(lead.quality is Quality.GOOD for lead in tall):
        return told(False)
    if len(found) < len(asked):
        return untold("missing_leads")
    if tall:
        return untold("noisy_leads")
    return told(True, doubtful=any(lead.quality is not Quality.GOOD for lead in found))
