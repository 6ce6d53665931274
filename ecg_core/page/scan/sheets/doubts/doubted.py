"""What is doubtful of the draft that was taken, and what would have to be asked."""

from __future__ import annotations

import numpy as np

from ecg_core.page.correction import Correction
from ecg_core.page.doubts.quality import MAX_UNEXPLAINED, remark
from ecg_core.page.layouts import STRIP
from ecg_core.page.orders import ONE_LEAD
from ecg_core.page.scan.sheets import laws, lengths, limb_sums
from ecg_core.page.scan.sheets.dividers import ends_of
from ecg_core.page.scan.sheets.doubts.astray import (
    begins_astray,
    columns_by_names,
    is_divided,
    is_stretched,
    names_astray,
    unnamed_leads,
)
from ecg_core.page.scan.sheets.pulses import pulses_within
from ecg_core.page.scan.sheets.scale import CLEAR, TOLERANCE, PrintedScale, Scale
from ecg_core.page.scan.sheets.sheet import Draft
from ecg_core.page.values import Option, Remark, SheetQuestion

CLOSE = 2.5
"""Another reading that is less likely by no more than this is asked about."""
DIVIDED = 5.0
"""The same where a line runs through rows that were taken for those of one column."""
TIME_CLOSE, TIME_OFF_MM = 2.0, 1.0
"""Columns that lie so far elsewhere, and fit less by no more than this, are told as a doubt."""
LEAST_TOGETHER = 0.2
"""Each row of several leads beats with the others at least so much (correlation)."""
EXACTLY = 0.004
"""Columns are as long as usual to within so much of their length."""
PLAIN_SCORE, UNUSUAL = 6.0, 0.012
"""Where less speaks for columns, and they are off the usual by so much, it is told."""
LAST_OFF_MM = 1.5
"""Where marks tell not every begin, the last column is as wide as the others to within this."""
END_OFF_MM, CUT_MM = 1.3, 4.0
"""Rows that end so far from where their columns should, but are not cut, tell of other columns."""
AGREEING, AGREED_OFF = 3, 0.08
"""So many pulses that are higher or lower than the gain by so much, per height, are asked about."""
TOLD_STRETCH = 0.002
EDGE_MM, EDGE_SHARE = 1.2, 0.04


def doubts(
    best: Draft,
    others: list[Draft],
    told: PrintedScale,
    scale: Scale,
    stretch: float,
    correction: Correction,
    layout: str | None,
) -> tuple[list[SheetQuestion], list[Remark]]:
    """What is doubtful of a draft: questions, the first to be asked, and remarks.

    others: less likely drafts. told: the scale in print. stretch: mm of the picture per mm of the
    print along time. layout: the one that a person chose.
    """
    questions: list[SheetQuestion] = []
    remarks: list[Remark] = []
    _layout_doubts(best, others, layout, questions, remarks)
    _time_doubts(best, others, remarks)
    _lead_doubts(best, questions, remarks)
    _scale_doubts(best, told, scale, correction, questions, remarks)
    _edge_doubts(best, remarks)
    _notes(best, stretch, remarks)
    return questions, remarks


def _layout_doubts(
    best: Draft,
    others: list[Draft],
    layout: str | None,
    questions: list[SheetQuestion],
    remarks: list[Remark],
) -> None:
    least = best.score - (DIVIDED if is_divided(best) else CLOSE)
    close = [d for d in others if d.leads != best.leads and d.score > least]
    close = [d for d in close if d.name != best.name]
    if layout is None and close:
        names = list(dict.fromkeys([best.name, *(d.name for d in close)]))[:3]
        questions.append(
            SheetQuestion(
                "layout",
                f"Is this page laid out as {' or '.join(names)}?",
                tuple(Option(name, (("layout", name),)) for name in names),
            )
        )
        remarks.append(remark("layout_close", layout=best.name, other=names[1]))
    wrong = names_astray(best) if layout is None else []
    if wrong:
        remarks.append(remark("names_differ", leads=", ".join(wrong)))
    if (apart := columns_by_names(best)) is not None:
        remarks.append(remark("columns_by_names", apart=apart, width=best.division.width_mm))
    left = limb_sums.unexplained(best)
    if left is not None and left > MAX_UNEXPLAINED:
        remarks.append(remark("limbs_disagree", share=left))
    together = best.seen.agreements[: best.main] if len(best.leads[0]) > 1 else []
    if best.simultaneous and min(together, default=1.0) < LEAST_TOGETHER:
        # One of the rows may be no trace at all.
        remarks.append(remark("rows_apart", share=min(together), limit=LEAST_TOGETHER))
    if "Cabrera" in best.name:
        remarks.append(remark("cabrera" if "-aVR" in str(best.leads) else "cabrera_plain"))
    if best.name == ONE_LEAD:
        remarks.append(remark("one_lead", rows=len(best.leads), lead=best.leads[0][0]))


def _time_doubts(best: Draft, others: list[Draft], remarks: list[Remark]) -> None:
    """Columns that may as well begin elsewhere."""
    edges = np.array(best.division.edges())
    for other in others:
        if other.leads != best.leads or best.score - other.score > TIME_CLOSE:
            continue
        off = float(np.abs(np.array(other.division.edges()) - edges).max())
        if off > TIME_OFF_MM:
            remarks.append(remark("columns_close", off=off))
            return


def _lead_doubts(best: Draft, questions: list[SheetQuestion], remarks: list[Remark]) -> None:
    if unnamed := unnamed_leads(best):
        remarks.append(remark("assumed", what=f"lead {', '.join(unnamed)}"))
    if best.name in (STRIP, ONE_LEAD):
        # A second strip beside it, or a fold in the paper that the trace was taken to begin with.
        within = pulses_within(best.seen.ink, best.seen.rows)
        broken = dict.fromkeys(best.leads[pulse.row][0] for pulse in within)
        if broken:
            remarks.append(remark("pulse_within", leads=", ".join(broken)))
    if not best.assumed:
        return
    strip = best.name in (STRIP, ONE_LEAD)
    what = "lead" if strip else "rhythm lead"
    named = ", ".join(dict.fromkeys(best.leads[row][0] for row in best.assumed))
    remarks.append(remark("assumed", what=f"{what} {named}"))
    first = best.assumed[0]
    single = [0] if best.name == ONE_LEAD else range(0 if strip else best.main, len(best.leads))
    choices = list(dict.fromkeys([best.leads[first][0], "II", "V1", "I"]))[:4]
    key = "lead" if strip else "rhythm"
    which = f"row {first + 1}" if len(single) > 1 else "the strip" if strip else "the rhythm strip"
    options = []
    for lead in choices:
        # No two rows show the same lead: the other one then shows what this one was taken for.
        others = {lead: best.leads[first][0]}
        shown = (best.leads[row][0] for row in single)
        leads = ",".join(
            lead if row == first else others.get(now, now)
            for row, now in zip(single, shown, strict=True)
        )
        options.append(Option(lead, ((key, leads),)))
    questions.append(SheetQuestion(key, f"Which lead does {which} show?", tuple(options)))


def _scale_doubts(
    best: Draft,
    told: PrintedScale,
    scale: Scale,
    correction: Correction,
    questions: list[SheetQuestion],
    remarks: list[Remark],
) -> None:
    heights = [p.height_mm for p in best.seen.pulses]
    height = float(np.median(heights)) if heights else None
    unread = [
        what
        for what, source in (
            (f"{scale.speed:g} mm/s", scale.speed_from),
            (f"{scale.gain_limb:g} mm/mV", scale.gain_from),
        )
        if not source
    ]
    if unread:
        remarks.append(remark("assumed_scale", what=" and ".join(unread)))
    gains = (scale.limb, scale.chest)
    unclear = any(len(g) > 1 and g[0][1] - g[1][1] < CLEAR for g in gains)
    least = TOLERANCE if len(heights) < AGREEING else AGREED_OFF
    off = height is not None and abs(height / scale.gain_limb - 1.0) > least
    if (unclear or off) and correction.gain_mm_per_mv is None:
        some = list(
            dict.fromkeys([scale.gain_limb, scale.chest[0][0], scale.limb[1][0], 10.0, 5.0])
        )
        measured = "" if height is None else f" The pulse is {height:.1f} mm high."
        questions.append(_asked("gain", "mm/mV", some[:3], measured))
        remarks.append(remark("gain_close", gain=scale.gain_limb, measured=measured))
    if len(scale.speeds) > 1 and scale.speeds[0][1] - scale.speeds[1][1] < CLEAR:
        some = [scale.speeds[0][0], scale.speeds[1][0]]
        questions.append(_asked("speed", "mm/s", some, ""))
        remarks.append(remark("speed_close", speed=some[0], other=some[1]))
    if _times_unsure(best) or is_stretched(best, scale.speed):
        remarks.append(remark("columns_unusual", seconds=best.division.width_mm / scale.speed))
    if scale.speed != 25.0 or scale.gain_limb != 10.0 or scale.gain_chest != 10.0:
        remarks.append(remark("rescaled", speed=scale.speed, gain=scale.gain_limb))
    if scale.gain_limb != scale.gain_chest:
        remarks.append(remark("two_gains", limb=scale.gain_limb, chest=scale.gain_chest))


def _times_unsure(best: Draft) -> bool:
    """Whether columns may last otherwise, or begin elsewhere."""
    time, pulse = lengths.unusual(best.division), laws.pulse_off(best)
    if time is None:
        return False
    if (time > laws.FITS and pulse is None) or begins_astray(best):
        return True
    marks = best.seen.marks(best.main)
    # Three marks or more that stand as usual columns do need no ends.
    plain = best.division.count > 2 and time < EXACTLY and lengths.all_marked(best.division, marks)
    ends = ends_of(best.seen.rows[: best.main], best.seen.pulses)
    if _ends_astray(best) and not plain:
        return True
    if lengths.ends_early(best.division, best.seen.edges_mm, ends):
        return True
    if time > UNUSUAL and all(lengths.runs_on(best.seen.edges_mm, ends)):
        # Marks alone tell how wide columns are; a letter beside one makes them another width.
        return True
    return _weakly_told(best, time) and not lengths.agreed(best.division, marks, ends)


def _weakly_told(best: Draft, time: float) -> bool:
    """Whether columns may begin elsewhere. time: how far they are from usual ones, per length."""
    division = best.division
    unmarked = division.marked < division.count - 1
    last = division.end_mm - division.start_mm - (division.count - 1) * division.width_mm
    if unmarked and abs(last + division.gap_mm - division.width_mm) > LAST_OFF_MM:
        return True
    # Marks that are weak, and tell columns that are not quite as long as usual, were litter.
    return (unmarked or division.score < PLAIN_SCORE) and time > UNUSUAL


def _ends_astray(best: Draft) -> bool:
    """Whether the rows end a little before or behind the last column."""
    division = best.division
    _, right, _ = ends_of(best.seen.rows[: best.main], best.seen.pulses)
    due = division.start_mm + division.count * division.width_mm - division.gap_mm
    # One mark tells where the second of two columns begins, but not how wide they are.
    cut = CUT_MM if division.count > 2 else division.width_mm
    return END_OFF_MM < abs(right - due) < cut


def _asked(key: str, unit: str, values: list[float], more: str) -> SheetQuestion:
    known = list(dict.fromkeys(values))
    text = " or ".join(f"{value:g}" for value in known)
    return SheetQuestion(
        key,
        f"{text} {unit}?{more}",
        tuple(Option(f"{value:g} {unit}", ((key, f"{value:g}"),)) for value in known),
    )


def _edge_doubts(best: Draft, remarks: list[Remark]) -> None:
    """Rows that the picture's upper or lower edge cuts through."""
    px = best.seen.px_per_mm
    shown = np.flatnonzero(best.seen.shown.any(axis=1))
    if not len(shown):
        return
    cut = []
    for number, edge in ((0, shown[0]), (len(best.leads) - 1, shown[-1])):
        row = best.seen.rows[number]
        for lead, (x0, x1) in zip(best.leads[number], best.spans(number), strict=True):
            part = slice(max(round(x0 * px), 0), max(round(x1 * px), 1))
            near = np.abs(row.curve_px[part] - edge) < EDGE_MM * px
            if near.size and (near & row.filled[part]).mean() > EDGE_SHARE:
                cut.append(lead)
    if cut:
        remarks.append(remark("row_cut", leads=", ".join(dict.fromkeys(cut))))


def _notes(best: Draft, stretch: float, remarks: list[Remark]) -> None:
    pulses = best.seen.pulses
    if pulses:
        height = float(np.median([p.height_mm for p in pulses]))
        remarks.append(remark("pulse", height=height, rows=len({p.row for p in pulses})))
    if abs(stretch - 1.0) > TOLD_STRETCH:
        remarks.append(remark("time_axis", percent=100.0 * (stretch - 1.0)))
