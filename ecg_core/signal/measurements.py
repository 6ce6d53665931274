"""One ECG measured: beats, median beat, waves, and what follows from them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.signal import filters, intervals, misread, sequence, signs
from ecg_core.signal.atria.leading import p_questions, single_p
from ecg_core.signal.atria.train import p_outnumber
from ecg_core.signal.bands import Band
from ecg_core.signal.beats import FoundBeats, find_beats
from ecg_core.signal.borders.delineation import delineate
from ecg_core.signal.borders.waves import Delineation
from ecg_core.signal.lead_levels import lead_levels
from ecg_core.signal.median_beat import LEVEL_S, MedianBeat, SortedBeats, median_beat, sort_beats
from ecg_core.signal.qrs_shape import qrs_questions
from ecg_core.signal.reasons import blank, told, untold
from ecg_core.signal.sampled import Sampled, sampled
from ecg_core.signal.values import (
    QUANTITIES,
    QUESTIONS,
    Beat,
    BeatKind,
    Judgement,
    Mark,
    MarkKind,
    Measurement,
    Measurements,
    Sign,
)

WINDOW_S = 10.0
CONTEXT_S = 10.0
"""What a longer record has on either side helps to find the beats at the window's edges."""
RHYTHM_SHARE = 0.2
"""Where more of the beats come early than this, the rhythm itself is irregular."""


def measure(
    record: EcgRecord,
    start_s: float = 0.0,
    duration_s: float = WINDOW_S,
    off_paper: bool = False,
) -> Measurements:
    """Measure a window of a record, `start_s` from the start of its signals.

    off_paper: the samples were read off a page, which shows no spike of a pacemaker.
    Works on whatever leads there are, at any sampling rate, with gaps (NaN), as pages give them
    that show a lead for 2.5 s. What cannot be measured is blank and says why.
    """
    window = record.window(start_s, min(duration_s, record.duration_s - start_s))
    mv, _ = filters.apply(window.signals_mv, record.fs_hz, Band.DIAGNOSTIC)
    ecg = sampled(mv, record.fs_hz)
    found = _beats(record, ecg, start_s, window.duration_s)
    kinds = sort_beats(ecg, found.times_s)
    beats = _kinds(kinds)
    beat, waves = _usual_beat(ecg, kinds, off_paper)
    names = tuple(n for n, seen in zip(record.leads, beat.seen, strict=True) if seen)
    timed = tuple(n for n, moves in zip(record.leads, found.asked, strict=True) if moves)
    values = intervals.rates(beats, found.clarity, timed)
    said = signs.lead_signs(window.signals_mv, record.leads)
    spikes = None
    if not off_paper:
        spikes = signs.pacing_spikes(window.signals_mv, record.fs_hz, record.leads, found.times_s)
    if spikes is not None:
        said.append(spikes)
    paced, each_p = spikes is not None, single_p(beat, waves)
    values |= intervals.intervals(
        beat, waves, values["rr"], values["rr_sd"], names, each_p, paced, off_paper
    )
    values |= intervals.axes(beat, waves, record.leads)
    values |= sequence.extremes(ecg, beats, values["rate"].code, timed)
    if off_paper:
        pause = values["longest_pause"]
        values["rate"] = misread.rate_off_paper(values["rate"], pause, len(beats))
    values |= sequence.ectopy(ecg, kinds, beats)
    levels = lead_levels(beat, waves, record.leads)
    judged = p_questions(beat, waves, each_p, values["p_axis"], values["pr"], paced)
    judged |= qrs_questions(beat, waves, levels, off_paper)
    judged |= intervals.late_t(waves, values["rr"])
    leads_beats = judged["sinus_p"].value is True and judged["pr_constant"].value is True
    judged["p_outnumber"] = p_outnumber(ecg, kinds, beat, waves, leads_beats)
    judged["regular"] = sequence.regular(values["rr"], values["rr_sd"])
    others = sum(one.kind is BeatKind.OTHER_SHAPE for one in beats)
    if off_paper and misread.is_misread(beat, len(beats), others):
        values, levels, judged = misread.withheld(values, levels, judged)
    if off_paper and misread.begins_with_spike(beat, waves):
        values = misread.without_spike(values)
    judged["paced"] = _paced(spikes, record.fs_hz, off_paper)
    return Measurements(
        values=values,
        leads=levels,
        beats=beats,
        marks=_marks(beats, kinds, _told(waves, values), spikes.times_s if spikes else ()),
        signs=tuple(said),
        duration_s=window.duration_s,
        fs_hz=record.fs_hz,
        off_paper=off_paper,
        judged={key: judged[key] for key in QUESTIONS},
    )


def nothing(why: str) -> Measurements:
    """An ECG of which nothing can be measured, and why."""
    measured = dict.fromkeys(QUANTITIES, replace(blank("nothing_read"), why=why))
    judged = dict.fromkeys(QUESTIONS, replace(untold("nothing_read"), why=why))
    return Measurements(measured, (), (), (), (), 0.0, 0.0, True, judged)


def _paced(spikes: Sign | None, fs_hz: float, off_paper: bool) -> Judgement:
    if spikes is not None:
        return told(True)
    return untold("slow_sampling") if off_paper or fs_hz < signs.SPIKE_FS_HZ else told(False)


def _beats(record: EcgRecord, ecg: Sampled, start_s: float, duration_s: float) -> FoundBeats:
    before = min(start_s, CONTEXT_S)
    after = min(record.duration_s - start_s - duration_s, CONTEXT_S)
    if max(before, after) < 0.5:
        return find_beats(ecg)
    around = record.window(start_s - before, before + duration_s + after)
    return find_beats(sampled(around.signals_mv, record.fs_hz)).within(before, duration_s)


def _usual_beat(
    ecg: Sampled, kinds: SortedBeats, off_paper: bool = False
) -> tuple[MedianBeat, Delineation]:
    """The median beat and its waves; a second time with the level taken just before the QRS."""
    beat = median_beat(ecg, kinds, LEVEL_S)
    rr_s = float(np.median(np.diff(kinds.times_s))) if len(kinds.times_s) > 1 else 1.0
    waves = delineate(beat, rr_s, off_paper)
    if waves.qrs is None:
        return beat, waves
    start_s = waves.qrs.start_s
    beat = median_beat(ecg, kinds, (start_s - 0.020, start_s - 0.004))
    return beat, delineate(beat, rr_s, off_paper)


def _kinds(kinds: SortedBeats) -> tuple[Beat, ...]:
    early = kinds.early & ~kinds.other
    irregular = early.sum() > max(RHYTHM_SHARE * len(kinds.times_s), 2)
    found = []
    for time_s, other, soon in zip(kinds.times_s, kinds.other, early, strict=True):
        kind = BeatKind.USUAL
        if other:
            kind = BeatKind.OTHER_SHAPE
        elif soon and not irregular:
            kind = BeatKind.EARLY
        found.append(Beat(float(time_s), kind))
    return tuple(found)


def _told(waves: Delineation, values: dict[str, Measurement]) -> Delineation:
    """The waves whose borders were measured: what is blank is not marked either."""
    known = {key: values[key].value is not None for key in ("pr", "qrs", "qt")}
    return Delineation(
        waves.p if known["pr"] else None,
        waves.qrs if known["qrs"] else None,
        waves.t if known["qt"] else None,
    )


def _marks(
    beats: tuple[Beat, ...], kinds: SortedBeats, waves: Delineation, spikes_s: tuple[float, ...]
) -> tuple[Mark, ...]:
    """Where the usual beats' waves begin and end, the other beats, and spikes, in time order."""
    marks = [Mark(None, time_s, MarkKind.SPIKE) for time_s in spikes_s]
    places: list[tuple[MarkKind, float]] = []
    if waves.p is not None:
        places.append((MarkKind.P_START, waves.p.start_s))
    if waves.qrs is not None:
        places += [(MarkKind.QRS_START, waves.qrs.start_s), (MarkKind.QRS_END, waves.qrs.end_s)]
    if waves.t is not None:
        places.append((MarkKind.T_END, waves.t.end_s))
    for beat, aligned_s in zip(beats, kinds.times_s, strict=True):
        if beat.kind is BeatKind.OTHER_SHAPE:
            marks.append(Mark(None, beat.time_s, MarkKind.OTHER_BEAT))
        elif beat.kind is BeatKind.USUAL:
            marks += [Mark(None, float(aligned_s + place), kind) for kind, place in places]
    return tuple(sorted((m for m in marks if m.time_s >= 0), key=lambda mark: mark.time_s))
