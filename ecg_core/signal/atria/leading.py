"""Whether P waves lead the beats, come from the sinus node, and keep their distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.signal.borders.waves import Delineation, p_is_sure
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.projection import LEAST_SHARE
from ecg_core.signal.reasons import told, untold
from ecg_core.signal.values import Judgement, Measurement

SINUS_AXIS = (-20.0, 100.0)
"""P axis, in degrees, of a wave that spreads from the sinus node."""
REACH_S = 0.06
"""How far the P wave of a single beat is looked for on either side of its usual place."""
ALIKE = 0.6
"""Correlation of a single beat's P wave with the usual one from which it counts as found."""
FOUND_SHARE, NEARLY_ALL = 0.7, 0.9
"""Share of the beats that must show it, to be judged at all and to lead every beat."""
STEADY_MS, MOVING_MS = 16.0, 30.0
"""Standard deviation of its distance from QRS below which it is constant, above which it moves;
robust, and over the beats that show it."""
ABSENT_SHARE = 0.5
"""A P wave that fewer of the beats show than this is not there."""


@dataclass(frozen=True, eq=False)
class SingleP:
    """The P wave of each beat used. shift_ms: later than usual is positive; NaN where none is."""

    shift_ms: np.ndarray
    asked: int

    @property
    def found(self) -> int:
        """How many beats show it."""
        return int(np.isfinite(self.shift_ms).sum())

    @property
    def follows(self) -> bool:
        """Whether nearly every beat shows it, at one distance."""
        return self.asked > 0 and self.found >= NEARLY_ALL * self.asked and not self.wanders

    @property
    def wanders(self) -> bool:
        """Whether its distance from QRS changes from beat to beat."""
        enough = self.found >= max(3, FOUND_SHARE * self.asked)
        return enough and self.spread_ms > MOVING_MS

    @property
    def spread_ms(self) -> float:
        """Robust standard deviation of its distance from QRS."""
        known = self.shift_ms[np.isfinite(self.shift_ms)]
        if len(known) < 2:
            return 0.0
        return float(1.48 * np.median(np.abs(known - np.median(known))))


def single_p(beat: MedianBeat, waves: Delineation) -> SingleP:
    """Look for the usual P wave in every beat, near its place and before its QRS complex."""
    nothing = SingleP(np.zeros(0), 0)
    if waves.p is None or waves.qrs is None:
        return nothing
    fs_hz = beat.fs_hz

    def at(time_s: float) -> int:
        return beat.centre + round(time_s * fs_hz)

    leads = np.flatnonzero(np.isfinite(beat.mv).all(axis=1))
    reach = round(REACH_S * fs_hz)
    first = max(at(waves.p.start_s - 0.02), 0)
    last = min(at(waves.p.end_s), at(waves.qrs.start_s))
    from_, to = max(first - reach, 0), min(last + reach, at(waves.qrs.start_s))
    if last - first < round(0.04 * fs_hz) or not len(leads):
        return nothing
    usual = beat.mv[leads, first:last]
    usual = usual - usual.mean(axis=1, keepdims=True)
    weight = np.linalg.norm(usual, axis=1) ** 2
    weight = weight / max(float(weight.sum()), 1e-12)
    shifts = []
    for single in beat.single_mv[:, leads]:
        known = np.isfinite(single[:, from_:to]).all(axis=1)
        if (weight * known).sum() < LEAST_SHARE:
            continue
        windows = np.lib.stride_tricks.sliding_window_view(
            single[known, from_:to], last - first, axis=1
        )
        windows = windows - windows.mean(axis=2, keepdims=True)
        dots = np.einsum("lws,ls->w", windows, usual[known])
        sizes = np.sqrt((windows**2).sum(axis=(0, 2)) * (usual[known] ** 2).sum())
        alike = dots / np.maximum(sizes, 1e-12)
        best = int(np.argmax(alike))
        shift_ms = 1e3 * (best - (first - from_)) / fs_hz
        shifts.append(shift_ms if alike[best] >= ALIKE else np.nan)
    return SingleP(np.array(shifts), len(shifts))


def p_questions(
    beat: MedianBeat,
    waves: Delineation,
    each: SingleP,
    p_axis: Measurement,
    pr: Measurement,
    paced: bool,
) -> dict[str, Judgement]:
    """Answers to `p_present`, `sinus_p` and `pr_constant`."""
    keys = ("p_present", "sinus_p", "pr_constant")
    if waves.qrs is None or not len(beat.used):
        return dict.fromkeys(keys, untold("no_clear_beat"))
    if waves.p is None or not p_is_sure(waves):
        # A wave that half of the beats show may be one, in noise or of another rhythm.
        shown = waves.p.steady if waves.p is not None else 0.0
        present = told(False, "no_p") if shown < ABSENT_SHARE else untold("no_p")
        none = told(False, "no_p", doubtful=present.value is None)
        return {"p_present": present, "sinus_p": none, "pr_constant": untold("no_p")}
    constant = _constant(each)
    if paced:
        sinus = told(False, "paced")
    elif constant.value is False:
        sinus = told(False, "pr_varies")
    elif pr.value is None:
        return {
            "p_present": told(True, pr.code, doubtful=True),
            "sinus_p": untold(pr.code),
            "pr_constant": constant,
        }
    elif p_axis.value is None:
        # A strip has no axis, but a P wave before every beat.
        sinus = told(True, p_axis.code, doubtful=True)
    else:
        sinus = told(SINUS_AXIS[0] <= p_axis.value <= SINUS_AXIS[1])
    return {"p_present": told(True), "sinus_p": sinus, "pr_constant": constant}


def _constant(each: SingleP) -> Judgement:
    if each.asked < 3 or each.found < FOUND_SHARE * each.asked:
        return untold("noisy_leads" if each.asked >= 3 else "under_three_beats")
    if each.spread_ms < STEADY_MS:
        return told(True)
    if each.wanders:
        return told(False, "pr_varies")
    return told(True, "pr_varies", doubtful=True)
