"""What stands where a draft has something else: names on other leads, columns within a pulse."""

from __future__ import annotations

import numpy as np

from ecg_core.leads import CHEST_LEADS, LIMB_LEADS
from ecg_core.page.scan.sheets import laws, limb_sums
from ecg_core.page.scan.sheets.dividers import ends_of
from ecg_core.page.scan.sheets.lengths import USUAL_MM
from ecg_core.page.scan.sheets.sheet import SHIFTS, Draft

ALIKE_MM = 2.0
"""Names stand alike above their rows to within so much."""
TELLING, OTHER_WIDTH = 3, 0.08
"""So many names tell where columns stand; columns that names show so much wider, or less
wide, per width, are others: on 39 pages of others at most 0.03."""
LEAST_ROWS, UNNAMED, TWELVE = 6, 0.25, 12
"""Blocks of one column have so many rows, and so few of them without a name are told by others; so
many rows are all."""
AHEAD_MM = 7.0
"""Names stand so far ahead of the column they name, or less."""
WITHIN_MM = 20.0
"""Lines so far from the ends of rows are no frame of them."""
SAME_STRETCH, PULSE_S = 0.05, 0.2
"""Pulses, which last so long, and columns are off by the same, per length, to within the first."""
IN_PULSE_MM, BESIDE_INK_MM, BEHIND_PULSE_MM = 0.8, 1.5, 2.2
"""Columns begin no farther before a pulse ends, beside the first ink of rows, or behind a pulse: on
74 pages of others a tenth and a half of a millimetre, on 98 at most 2 mm. The picture may cut rows
before their first ink."""


def names_astray(draft: Draft) -> list[str]:
    """Leads on which the name of another is read, and which that name's own lead does not show.

    Strokes and specks pass for I, II and III: these tell nothing.
    """
    own = laws.own_names(draft)
    wrong = [
        draft.leads[row][column]
        for (row, column), read in own.items()
        if row >= 0
        and draft.leads[row][column] not in read
        and any(name not in laws.STRENGTH for name in read)
    ]
    placed = {name for (row, _), read in own.items() if row >= 0 for name in read}
    names = draft.print_.names
    rows = draft.seen.named_rows(names, SHIFTS[draft.own.places.index(own)])
    above = draft.seen.baselines_mm[rows] - [name.y_mm for name in names]
    usual = [
        up
        for name, row, up in zip(names, rows, above, strict=True)
        if 0 <= row < draft.main and name.lead in draft.leads[row]
    ]
    for name, row, up in zip(names, rows, above, strict=True):
        if row < 0 or name.lead in laws.STRENGTH:
            continue
        if row < draft.main and name.lead in placed:
            continue
        # Below a rhythm strip captions name leads, too, but not as high above it as names stand.
        if row >= draft.main and not (usual and abs(up - np.median(usual)) < ALIKE_MM):
            continue
        centre = (name.x0_mm + name.x1_mm) / 2.0
        spans = draft.spans(int(row))
        for lead, (x0, x1) in zip(draft.leads[row], spans, strict=True):
            if x0 <= centre < x1 and lead != name.lead:
                wrong.append(lead)
        if len(spans) > 1 and centre >= spans[-1][1]:
            # Whatever stands beyond the last column was left out.
            wrong.append(draft.leads[row][-1])
    return list(dict.fromkeys(wrong))


def chest_leads_twice(draft: Draft) -> bool:
    """Whether three chest leads or more are named twice, once well within limb leads: a figure that
    shows the chest leads alone, before and after something, is no twelve leads."""
    names = [one for one in draft.print_.names if one.lead in CHEST_LEADS]
    rows = draft.seen.named_rows(
        tuple(names), SHIFTS[draft.own.places.index(laws.own_names(draft))]
    )
    own, limbs = set(), set()
    for name, row in zip(names, rows, strict=True):
        if not 0 <= row < draft.main:
            continue
        centre = (name.x0_mm + name.x1_mm) / 2.0
        for lead, (x0, x1) in zip(draft.leads[row], draft.spans(int(row)), strict=True):
            # Some stand ahead of the lead they name.
            if lead.removeprefix("-") in LIMB_LEADS and x0 <= centre < x1 - AHEAD_MM:
                limbs.add(name.lead)
            elif lead == name.lead and x0 - AHEAD_MM <= centre < x1:
                own.add(name.lead)
    return len(own & limbs) >= TELLING


def columns_by_names(draft: Draft) -> float | None:
    """How far apart (mm) the names of a block's columns stand, where that is not how far apart its
    columns are: they were divided wrongly. None where the names agree, or too few are read."""
    placed = _named_columns(draft)
    # The first column's names may stand before its pulse, or within a shorter column.
    told = {at: float(np.median(x0)) for at, x0 in placed.items() if at}
    if len(told) < 2 or sum(len(placed[at]) for at in told) < TELLING:
        return None
    apart = float(np.polyfit(list(told), list(told.values()), 1)[0])
    return apart if abs(apart / draft.division.width_mm - 1.0) > OTHER_WIDTH else None


def lacks_columns(draft: Draft) -> bool:
    """Whether the last of its columns may not be on the picture: columns are shorter than usual,
    and the leads of later ones are named, but none of the last."""
    division, off = draft.division, laws.time_off(draft)
    if off is None or off < laws.FITS:
        return False
    usual = min(USUAL_MM, key=lambda mm: abs(division.width_mm / mm - 1.0))
    named = _named_columns(draft).keys()
    return division.width_mm < usual and bool(named - {0}) and division.count - 1 not in named


def _named_columns(draft: Draft) -> dict[int, list[float]]:
    """Where names stand (mm) beside rows that show their leads, by the column that does; strokes
    pass for I, II and III."""
    names, own = draft.print_.names, laws.own_names(draft)
    rows = draft.seen.named_rows(names, SHIFTS[draft.own.places.index(own)])
    found: dict[int, list[float]] = {}
    for name, row in zip(names, rows, strict=True):
        if name.lead in laws.STRENGTH or not 0 <= row < draft.main:
            continue
        if name.lead in draft.leads[row]:
            found.setdefault(draft.leads[row].index(name.lead), []).append(name.x0_mm)
    return found


def unnamed_leads(draft: Draft) -> list[str]:
    """Leads of a block of one column that no name tells, where names tell others: rows that are
    missing above make the rest those of other leads. Of twelve rows whose limb leads add up none
    is missing."""
    if len(draft.leads[0]) > 1 or draft.main < LEAST_ROWS:
        return []
    left = limb_sums.unexplained(draft)
    if draft.main == TWELVE and left is not None and left < limb_sums.ADDS_UP:
        # None is missing, and the limb leads are those that they should be.
        return []
    own = laws.own_names(draft)
    rows = [row for row in range(draft.main) if not own.get((row, 0))]
    few = len(rows) < max(draft.main * UNNAMED, 2)
    return [] if few else [draft.leads[row][0] for row in rows]


def begins_astray(draft: Draft) -> bool:
    """Whether the first column begins within a pulse, where there is no ink yet, or behind the
    first ink although not every begin is marked, or although a pulse before it tells its begin."""
    division = draft.division
    start = division.start_mm
    left, _, known = ends_of(draft.seen.rows[: draft.main], draft.seen.pulses)
    if known == "ink" and division.marked < division.count - 1 and start - left > BESIDE_INK_MM:
        return True
    if known != "ink" and start - left > BEHIND_PULSE_MM:
        return True
    if known == "ink" and start > draft.seen.edges_mm[0]:
        return left - start > BESIDE_INK_MM
    ends = [one.right_mm for one in draft.seen.pulses if one.left_mm < start]
    return bool(ends) and float(np.median(ends)) - start > IN_PULSE_MM


def is_divided(draft: Draft) -> bool:
    """Whether a line runs through many rows of one column, as it does between two."""
    division, main = draft.division, draft.main
    if division.count > 1 or main < LEAST_ROWS:
        return False
    px = draft.seen.px_per_mm
    ruled = np.flatnonzero(draft.seen.marks(main).kinds["rule"]) / px
    inside = (ruled > division.start_mm + WITHIN_MM) & (ruled < division.end_mm - WITHIN_MM)
    return bool(inside.any())


def is_stretched(draft: Draft, speed: float) -> bool:
    """Whether columns are as much too short, or too long, as pulses are too narrow, or too wide:
    the picture was stretched along time, and its lines do not tell. speed: of the paper."""
    wide = [one.width_mm for one in draft.seen.pulses if not one.cut]
    off = laws.time_off(draft)
    if len(wide) < 2 or off is None or off < laws.FITS:
        return False
    pulse = float(np.median(wide)) / (PULSE_S * speed)
    shown = draft.division.width_mm - draft.division.gap_mm
    columns = min((shown / mm for mm in USUAL_MM), key=lambda times: abs(times - 1.0))
    return abs(pulse / columns - 1.0) < SAME_STRETCH and abs(pulse - 1.0) > laws.FITS
