"""Rate and intervals from beats and waves, each with its quality; blank where not measurable."""

from __future__ import annotations

import numpy as np

from ecg_core.signal.atria.leading import SingleP
from ecg_core.signal.axis import frontal_axis
from ecg_core.signal.borders.waves import Delineation, Wave, p_is_sure
from ecg_core.signal.lead_levels import net_areas
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.reasons import blank, number, told, untold
from ecg_core.signal.values import Beat, BeatKind, Judgement, Measurement

CLEAR = 2.0
"""Energy of the QRS complexes over what lies between them from which beats are sure."""
T_ABOVE_NOISE = 6.0
P_FAINT, P_VAGUE_S, P_NOWHERE_S = 12.0, 0.036, 0.060
"""A P wave so low against the noise, or whose beginning lies so far apart when it is looked for in
other ways, makes PR doubtful; both together, or a beginning that could be anywhere, blank it."""
P_VAGUE_ON_PAPER_S = 0.020
"""Off paper PR is in doubt from here on: a number that is not sure within 20 ms."""
LONGEST_P_S = 0.16
"""Off paper, a P wave that seems longer begins in the paper's noise: on pages of another generator
all PR intervals more than 40 ms off were of this kind."""
QRS_NOWHERE_S = 0.034
QRS_NOWHERE_ON_PAPER_S = 0.040
"""A border of QRS so far apart in two readings blanks it: on the QT Database 7 in 100, with errors
of 42 ms (root mean square) instead of 11. Off paper the pen rounds both: there it may be more."""
QRS_VAGUE_S = 0.030
"""A beginning of QRS so far apart in two readings blanks PR."""
ON_P_S = 0.03
SHORTEST_QT_S = 0.28
"""No T is over so soon, at a rate of 60: what seems a P wave earlier in tachycardia is T."""
LATE_T_S, USUAL_QRS_S, WIDE_QRS_S = 0.40, 0.10, 0.12
"""From the start of QRS to the peak of T at a rate of 60, less what a wide QRS adds, from which QT
is long wherever T ends: T takes 60 ms or more from its peak to its end (Johannesen et al., Clin
Pharmacol Ther 2014;96:549-58: some 220 ms from J to the peak, some 80 from there)."""
LATE_END_S = 0.50
"""The same to what seems the end of T, from which QT may be markedly long wherever T ends."""
UNEVEN = 0.10
"""Deviation of RR over its mean from which P must be found in nearly every single beat."""
PR_MS, QRS_MS, QT_MS = (70.0, 400.0), (50.0, 240.0), (200.0, 700.0)
IRREGULAR = 0.15
"""Deviation of RR over its mean from which one corrected QT stands for many."""
FLAT_AXIS_MV_S = 0.0015
"""Net area in the frontal plane below which a wave has no direction."""


def rates(
    beats: tuple[Beat, ...], clarity: float, leads: tuple[str, ...]
) -> dict[str, Measurement]:
    """Mean ventricular rate, mean RR and its standard deviation between beats in sequence.

    The variability leaves out the intervals before and after beats that come early or have
    another shape (NN intervals, Task Force, Circulation 1996;93:1043-65).
    """
    times = np.array([beat.time_s for beat in beats])
    if len(times) < 2:
        return dict.fromkeys(("rate", "rr", "rr_sd"), blank("few_beats"))
    rr_ms = 1e3 * np.diff(times)
    mean_ms = float(rr_ms.mean())
    sure = clarity >= CLEAR and len(times) >= 3
    doubt = "" if sure else "faint_beats"
    normal = np.array([beat.kind is BeatKind.USUAL for beat in beats])
    nn_ms = rr_ms[normal[1:] & normal[:-1]]
    spread = blank("under_three_intervals", leads)
    if len(nn_ms) >= 3:
        spread = number(float(nn_ms.std(ddof=1)), leads, doubt)
    return {
        "rate": number(60e3 / mean_ms, leads, doubt),
        "rr": number(mean_ms, leads, doubt),
        "rr_sd": spread,
    }


def intervals(
    beat: MedianBeat,
    waves: Delineation,
    rr: Measurement,
    rr_sd: Measurement,
    leads: tuple[str, ...],
    single: SingleP,
    paced: bool = False,
    off_paper: bool = False,
) -> dict[str, Measurement]:
    """PR, QRS, QT and QT corrected for rate by Fridericia's and Bazett's formula, in ms.

    single: the P wave in every beat. paced: spikes lead the beats, so that there is no PR.
    off_paper: the beat was read off a page.
    """
    nothing = blank("no_clear_beat", leads)
    if waves.qrs is None or not len(beat.used):
        return dict.fromkeys(("pr", "qrs", "qt", "qtcf", "qtcb"), nothing)
    few = len(beat.used) < 3
    if rr.code == "faint_beats" and not few:
        # What was taken for beats may be P or T waves, and its median beat then is none.
        nothing = blank("faint_beats", leads)
        return dict.fromkeys(("pr", "qrs", "qt", "qtcf", "qtcb"), nothing)
    qrs_ms = 1e3 * (waves.qrs.end_s - waves.qrs.start_s)
    crowded = _p_on_t(waves, rr)
    even = rr.value is None or rr_sd.value is None or rr_sd.value <= UNEVEN * rr.value
    found = {
        "pr": blank("p_on_t", leads)
        if crowded and not paced
        else _pr(waves, leads, few, single, paced, even, off_paper),
        "qrs": _checked(qrs_ms, QRS_MS, leads, few, "qrs_end_unclear"),
    }
    nowhere_s = QRS_NOWHERE_ON_PAPER_S if off_paper else QRS_NOWHERE_S
    if max(waves.qrs.unsure_s, waves.qrs.end_unsure_s) >= nowhere_s:
        found["qrs"] = blank("qrs_end_unclear", leads)
    if off_paper and found["pr"].value is not None and _p_is_long(waves):
        found["pr"] = blank("p_start_unclear", leads)
    qt = blank("t_on_p" if crowded else "t_end_unclear", leads)
    if waves.t is not None and waves.t.signal_to_noise >= T_ABOVE_NOISE and waves.t.over:
        qt_ms = 1e3 * float(waves.t.end_s - waves.qrs.start_s)
        qt = _checked(qt_ms, QT_MS, leads, few, "t_end_unclear")
    found["qt"] = qt
    for key, power in (("qtcf", 1 / 3), ("qtcb", 1 / 2)):
        found[key] = _corrected(qt, rr, rr_sd, power)
    return found


def late_t(waves: Delineation, rr: Measurement) -> dict[str, Judgement]:
    """Whether T peaks so late that QT is long, and what seems its end so late that it may be."""
    qrs, t = waves.qrs, waves.t
    keys = ("late_t", "late_t_end")
    if qrs is None or t is None or not rr.value or t.signal_to_noise < T_ABOVE_NOISE:
        return dict.fromkeys(keys, untold("t_unclear"))
    if _p_on_t(waves, rr):
        return dict.fromkeys(keys, untold("t_on_p"))
    qrs_s = qrs.end_s - qrs.start_s
    added_s = qrs_s - USUAL_QRS_S if qrs_s >= WIDE_QRS_S else 0.0
    peak_s, end_s = (
        (at_s - qrs.start_s) / (rr.value / 1e3) ** (1 / 3) - added_s for at_s in (t.peak_s, t.end_s)
    )
    late_end = told(
        bool(end_s >= LATE_END_S), "" if t.over else "t_end_unclear", doubtful=not t.over
    )
    return {"late_t": told(bool(peak_s >= LATE_T_S)), "late_t_end": late_end}


def _p_on_t(waves: Delineation, rr: Measurement) -> bool:
    """Whether T is not over where the next P begins, so that neither border can be told."""
    if waves.p is None or waves.qrs is None or rr.value is None:
        return False
    rr_s = rr.value / 1e3
    if rr_s + waves.p.start_s - waves.qrs.start_s < SHORTEST_QT_S * rr_s ** (1 / 3):
        return True
    if waves.t is None or waves.t.over:
        return False
    return waves.t.end_s + ON_P_S > rr_s + waves.p.start_s


def _p_is_long(waves: Delineation) -> bool:
    return waves.p is not None and waves.p.end_s - waves.p.start_s > LONGEST_P_S


def axes(beat: MedianBeat, waves: Delineation, names: tuple[str, ...]) -> dict[str, Measurement]:
    """P, QRS and T axis in the frontal plane, in degrees, from the net areas of the limb leads."""
    return {
        "p_axis": _axis(beat, names, waves.p if p_is_sure(waves) else None, "p"),
        "qrs_axis": _axis(beat, names, waves.qrs, "qrs"),
        "t_axis": _axis(beat, names, _whole_t(waves), "t"),
    }


def _pr(
    waves: Delineation,
    leads: tuple[str, ...],
    few: bool,
    single: SingleP,
    paced: bool,
    even: bool,
    off_paper: bool,
) -> Measurement:
    """PR where a P wave leads every beat, at one distance, and its beginning is plain."""
    if paced:
        return blank("paced", leads)
    p, qrs = waves.p, waves.qrs
    if p is None or qrs is None or not p_is_sure(waves):
        return blank("no_p", leads)
    if single.wanders:
        return blank("pr_varies", leads)
    if not even and not single.follows:
        # The waves of fibrillating atria add up to something like a P wave.
        return blank("no_p", leads)
    if qrs.unsure_s >= QRS_VAGUE_S:
        return blank("qrs_unclear", leads)
    faint, vague = p.signal_to_noise < P_FAINT, p.unsure_s >= P_VAGUE_S
    if (faint and vague) or p.unsure_s >= P_NOWHERE_S:
        return blank("p_start_unclear", leads)
    pr = _checked(1e3 * (qrs.start_s - p.start_s), PR_MS, leads, few, "p_start_unclear")
    vague = vague or (off_paper and p.unsure_s >= P_VAGUE_ON_PAPER_S)
    if pr.value is not None and (faint or vague):
        return number(pr.value, leads, "p_start_unclear")
    return pr


def _checked(
    value: float, limits: tuple[float, float], leads: tuple[str, ...], few: bool, unclear: str
) -> Measurement:
    if not limits[0] <= value <= limits[1]:
        return blank(unclear, leads)
    return number(value, leads, "under_three_beats" if few else "")


def _corrected(qt: Measurement, rr: Measurement, rr_sd: Measurement, power: float) -> Measurement:
    if qt.value is None or not rr.value:
        return blank(qt.code or rr.code, qt.leads)
    value = qt.value / (rr.value / 1e3) ** power
    if rr_sd.value is None or rr_sd.value > IRREGULAR * rr.value:
        return number(value, qt.leads, "irregular")
    return number(value, qt.leads, qt.code)


def _whole_t(waves: Delineation) -> Wave | None:
    if waves.t is None or waves.qrs is None or waves.t.signal_to_noise < T_ABOVE_NOISE:
        return None
    return Wave(waves.qrs.end_s + 0.06, waves.t.peak_s, waves.t.end_s, 0.0, 0.0)


def _axis(beat: MedianBeat, names: tuple[str, ...], wave: Wave | None, what: str) -> Measurement:
    if wave is None:
        return blank(f"{what}_unclear")
    areas = net_areas(beat, names, wave)
    limb = {name: area for name, area in areas.items() if name in ("I", "II", "III", "aVF")}
    axis = frontal_axis(limb)
    if axis is None:
        return blank("two_limb_leads", tuple(limb))
    if max(abs(area) for area in limb.values()) < FLAT_AXIS_MV_S:
        return blank(f"{what}_no_direction", tuple(limb))
    return number(axis, tuple(limb))
