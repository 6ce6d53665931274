"""Which lead a rhythm strip shows: the one whose waves it repeats."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.page.scan.sheets import laws
from ecg_core.page.scan.sheets.sheet import Draft

SAME_WAVE_MM, UNUSUAL_MM, CLEARLY_MM = 0.35, 0.2, 0.08
"""A rhythm strip runs within this of the lead it shows, and any other lead clearly farther off."""
LABEL_MM, LEAST_MM = 9.0, 20.0
ALIKE = 0.7
"""And so much nearer than a level line would: an edge of paper runs near to any calm lead."""


def rhythm_found(draft: Draft) -> Draft:
    """Rows whose lead is not named, or named by strokes alone, or named like another, by the lead
    whose waves they repeat; in doubt where letters name another lead of the sheet."""
    leads, assumed = list(draft.leads), []
    told = [row for row in range(draft.main, len(leads)) if row not in draft.assumed]
    for row in told:
        seen_lead = _seen_lead(draft, row)
        if leads[row][0] in laws.STRENGTH:
            leads[row] = (seen_lead,)
        elif leads[row][0] in _above(draft) and seen_lead != leads[row][0]:
            # Captions and footers name leads, too.
            leads[row] = (seen_lead,)
            assumed.append(row)
    for row in told:
        if sum(leads[other] == leads[row] for other in told) > 1:
            leads[row] = (_seen_lead(draft, row),)
    for row in draft.assumed:
        lead = _repeated(draft, row) if row >= draft.main else None
        if lead is None:
            assumed.append(row)
        else:
            leads[row] = (lead,)
    # No recorder prints a lead twice: of two rows of one name, the later was misread.
    below = [leads[row] for row in range(draft.main, len(leads))]
    twice = [draft.main + place for place, lead in enumerate(below) if lead in below[:place]]
    assumed += [row for row in twice if row not in assumed]
    return replace(draft, leads=tuple(leads), assumed=tuple(assumed))


def _above(draft: Draft) -> set[str]:
    """The leads of the rows above the strips."""
    return {lead for row in draft.leads[: draft.main] for lead in row}


def _seen_lead(draft: Draft, row: int) -> str:
    """The lead of a named row: another whose waves it repeats while it beats with all others, and
    whose own waves it does not."""
    named = draft.leads[row][0]
    apart = _apart(draft, row)
    if draft.seen.agreements[row] < laws.BARELY or apart.get(named, np.inf) <= SAME_WAVE_MM:
        return named
    return _repeated(draft, row) or named


def _apart(draft: Draft, strip: int) -> dict[str, float]:
    """How far (mm) a row runs from each lead over the same time, but for a fifth of it."""
    apart: dict[str, float] = {}
    for lead, (shown, own) in _both(draft, strip).items():
        step = (shown - own) / draft.seen.px_per_mm
        apart[lead] = float(np.percentile(np.abs(step - np.median(step)), 80))
    return apart


def _both(draft: Draft, strip: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Heights (px) of each lead, and of a row over the same time."""
    px, rows = draft.seen.px_per_mm, draft.seen.rows
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for row in range(draft.main):
        for lead, (x0, x1) in zip(draft.leads[row], draft.spans(row), strict=True):
            both = slice(max(round((x0 + LABEL_MM) * px), 0), max(round((x1 - 2.0) * px), 1))
            seen = rows[row].filled[both] & rows[strip].filled[both]
            if seen.sum() >= LEAST_MM * px:
                found[lead] = rows[row].curve_px[both][seen], rows[strip].curve_px[both][seen]
    return found


def _is_alike(draft: Draft, strip: int, lead: str, apart_mm: float) -> bool:
    """Whether a row runs much nearer to a lead than a level line would."""
    shown, _ = _both(draft, strip)[lead]
    level = float(np.percentile(np.abs(shown - np.median(shown)), 80)) / draft.seen.px_per_mm
    return apart_mm < ALIKE * level


def _repeated(draft: Draft, strip: int) -> str | None:
    # No strip shows -aVR; where columns show the same seconds it may run near to one of II.
    apart = {lead: off for lead, off in _apart(draft, strip).items() if lead != "-aVR"}
    ranked = sorted(apart, key=lambda lead: apart[lead])
    if len(ranked) < 2 or apart[ranked[0]] > SAME_WAVE_MM:
        return None
    usual = draft.leads[strip][0]
    if apart.get(usual, np.inf) < apart[ranked[0]] + CLEARLY_MM:
        return usual if _is_alike(draft, strip, usual, apart[usual]) else None
    # Any other lead than the usual one must coincide closely, and alone.
    alone = apart[ranked[1]] >= max(2.0 * apart[ranked[0]], apart[ranked[0]] + CLEARLY_MM)
    alone &= _is_alike(draft, strip, ranked[0], apart[ranked[0]])
    return ranked[0] if apart[ranked[0]] <= UNUSUAL_MM and alone else None
