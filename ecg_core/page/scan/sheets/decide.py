"""From drafts to one sheet: its scale, its pieces, and the one question to ask."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.correction import Correction
from ecg_core.page.doubts.quality import refuse
from ecg_core.page.layouts import STRIP
from ecg_core.page.orders import ONE_LEAD
from ecg_core.page.scan.sheets import laws
from ecg_core.page.scan.sheets.doubts.doubted import doubts
from ecg_core.page.scan.sheets.pulses import Pulse
from ecg_core.page.scan.sheets.rhythm import rhythm_found
from ecg_core.page.scan.sheets.scale import PrintedScale, Scale, scale_of, told_by
from ecg_core.page.scan.sheets.sheet import Draft, Piece
from ecg_core.page.values import Remark, SheetQuestion

NOMINAL_S = (2.5, 5.0, 10.0)
STRETCH = 0.035
"""Columns that are off one of these durations by no more are that long: the grid is off."""
HALF_PULSE, SLENDER_MM = (4.3, 5.7), 3.2
"""Height and width (mm) of a pulse of 10 mm by 5 mm on paper measured at half its scale."""


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is printed, and how sure that is.

    stretch: mm of the picture per mm of the print along time.
    """

    draft: Draft
    scale: Scale
    pieces: tuple[Piece, ...]
    stretch: float
    remarks: tuple[Remark, ...]
    question: SheetQuestion | None

    @property
    def layout(self) -> str:
        """Its name; rows of one lead are read as a strip."""
        return STRIP if self.draft.name == ONE_LEAD else self.draft.name

    @property
    def score(self) -> float:
        """All laws together."""
        return self.draft.score


def decide(drafts: list[Draft], correction: Correction, layout: str | None = None) -> Sheet:
    """The best draft as a sheet. drafts: best first, at least one."""
    best = rhythm_found(drafts[0])
    _check_scale(best, correction)
    told = told_by(best.print_.lines)
    scale = _by_hand(_scale(best, told), correction)
    stretch = _stretch(best, scale.speed)
    questions, remarks = doubts(best, drafts[1:], told, scale, stretch, correction, layout)
    return Sheet(
        best,
        scale,
        _pieces(best, scale, stretch),
        stretch,
        tuple(remarks),
        questions[0] if questions else None,
    )


def _check_scale(best: Draft, correction: Correction) -> None:
    """Refuse a scale that pulse and columns contradict alike: the paper was measured wrongly."""
    pulse, time = laws.pulse_off(best), laws.time_off(best)
    by_hand = correction.gain_mm_per_mv is not None or correction.speed_mm_per_s is not None
    if pulse is not None and time is not None and min(pulse, time) > laws.FITS and not by_hand:
        length = best.division.end_mm - best.division.start_mm
        raise refuse("unclear_time", length=length)
    # A pulse is twice as high as wide at 10 mm/mV and 25 mm/s. Half as high, yet as slender: the
    # lines taken for millimetres are two of them.
    pulses = [pulse for pulse in best.seen.pulses if not pulse.cut]
    if pulses and not by_hand and 5.0 not in told_by(best.print_.lines).limb:
        high = float(np.median([one.height_mm for one in pulses]))
        wide = float(np.median([one.width_mm for one in pulses]))
        if HALF_PULSE[0] <= high <= HALF_PULSE[1] and wide <= SLENDER_MM:
            raise refuse("unclear_time", length=best.division.end_mm - best.division.start_mm)


def _scale(draft: Draft, told: PrintedScale) -> Scale:
    beats = np.diff(laws.beats_px(draft)) / draft.seen.px_per_mm
    beat = float(np.median(beats)) if len(beats) >= 2 else None
    length = draft.division.end_mm - draft.division.start_mm
    limb, chest = _pulses_of(draft)
    found = scale_of(told, limb, beat, length)
    return replace(found, chest=scale_of(told, chest, beat, length).chest)


def _pulses_of(draft: Draft) -> tuple[tuple[Pulse, ...], tuple[Pulse, ...]]:
    """Pulses that stand for limb leads, and for chest leads: the same unless rows are one's own."""
    pulses = draft.seen.pulses
    chest_rows = {
        row for row, leads in enumerate(draft.leads) if all(_is_chest(lead) for lead in leads)
    }
    if len(draft.leads[0]) > 1 or not chest_rows or len(chest_rows) == len(draft.leads):
        return pulses, pulses
    chest = tuple(p for p in pulses if p.row in chest_rows)
    limb = tuple(p for p in pulses if p.row not in chest_rows)
    return limb or pulses, chest or pulses


def _is_chest(lead: str) -> bool:
    return lead.startswith("V")


def _by_hand(scale: Scale, correction: Correction) -> Scale:
    if correction.speed_mm_per_s is not None:
        scale = replace(scale, speeds=((correction.speed_mm_per_s, 99.0),), speed_from="hand")
    if correction.gain_mm_per_mv is not None:
        told = ((correction.gain_mm_per_mv, 99.0),)
        scale = replace(scale, limb=told, chest=told, gain_from="hand")
    return scale


def _stretch(draft: Draft, speed: float) -> float:
    """How much longer columns are than what they should be, where that is plain."""
    division = draft.division
    # Columns with blanks between them show less than they are wide.
    if division.count < 2 or division.marked < 1 or division.gap_mm > 0.0:
        return 1.0
    seconds = (division.width_mm - division.gap_mm) / speed
    for nominal in NOMINAL_S:
        if abs(seconds / nominal - 1.0) <= STRETCH:
            return seconds / nominal
    return 1.0


def _pieces(draft: Draft, scale: Scale, stretch: float) -> tuple[Piece, ...]:
    found = []
    px = draft.seen.px_per_mm
    begin = draft.division.start_mm
    length_s = (draft.division.end_mm - begin) / stretch / scale.speed
    for row, leads in enumerate(draft.leads):
        shift = 0.0 if draft.simultaneous else row * length_s
        for column, (lead, (x0, x1)) in enumerate(zip(leads, draft.spans(row), strict=True)):
            curve = draft.seen.rows[row].curve_px[max(round(x0 * px), 0) : round(x1 * px)]
            baseline = float(np.median(curve)) / px if curve.size else 0.0
            start, end = ((x - begin) / stretch / scale.speed + shift for x in (x0, x1))
            gain = scale.gain_chest if _is_chest(lead) else scale.gain_limb
            found.append(Piece(lead, row, column, x0, x1, baseline, start, end, gain, scale.speed))
    return tuple(found)
