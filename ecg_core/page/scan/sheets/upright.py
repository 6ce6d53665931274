"""Which way up a flat picture lies: the way whose sheet explains most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.correction import Correction
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.sheets.decide import Sheet, decide
from ecg_core.page.scan.sheets.search import drafts_of
from ecg_core.page.scan.sheets.sheet import Draft
from ecg_core.page.scan.sheets.text import print_of
from ecg_core.page.values import Remark

SURE = 12.0
"""So much speaks for a way that no other is tried."""
LONG, WEAK = 0.5, -6.0
CLOSE, MIRRORED = 0.6, 3.0
"""Another way that explains hardly less is told as a doubt; a mirror must explain so much more."""


@dataclass(frozen=True, eq=False)
class Upright:
    """The sheet, the flat picture brought upright, and by how many clockwise quarter turns."""

    sheet: Sheet
    flat: Flat
    quarter_turns: int
    remarks: tuple[Remark, ...]


def best_sheet(flat: Flat, correction: Correction, layout: str | None, free: bool) -> Upright:
    """The best sheet of all ways a picture may lie. free: its orientation is not known.

    Raises PageError where no way shows rows of traces, or the page is mirrored.
    """
    found: list[tuple[float, int, list[Draft], Flat]] = []
    for turns in (0, 2, 1, 3) if free else (0,):
        way = turned(flat, turns)
        drafts = _drafts(way, correction, layout)
        if drafts:
            found.append((drafts[0].score - 0.5 * (turns > 0), turns, drafts, way))
        if drafts and drafts[0].score >= SURE:
            break
        # Rows that run along most of a picture are not seen from the side.
        if turns == 2 and any(_long(some[2][0]) for some in found):
            break
    if not found:
        raise refuse("not_an_ecg" if flat.trace.mean() < 0.003 else "unclear_rows")
    found.sort(key=lambda way: -way[0])
    score, turns, drafts, way = found[0]
    if free and score < SURE:
        _check_mirror(way, correction, layout, drafts[0])
    remarks = []
    if turns:
        remarks.append(remark("turned", degrees=90 * turns))
    if len(found) > 1 and score - found[1][0] < CLOSE:
        remarks.append(remark("orientation_assumed"))
    return Upright(decide(drafts, correction, layout), way, turns, tuple(remarks))


def _long(draft: Draft) -> bool:
    """Whether its rows run along most of the picture."""
    division = draft.division
    width_mm = draft.seen.trace.shape[1] / draft.seen.px_per_mm
    return division.end_mm - division.start_mm > LONG * width_mm and draft.score > WEAK


def _drafts(flat: Flat, correction: Correction, layout: str | None) -> list[Draft]:
    return drafts_of(flat, print_of(flat.text, flat.px_per_mm), layout, correction.leads)


def _check_mirror(flat: Flat, correction: Correction, layout: str | None, best: Draft) -> None:
    mirrored = replace(
        flat,
        trace=np.ascontiguousarray(flat.trace[:, ::-1]),
        text=np.ascontiguousarray(flat.text[:, ::-1]),
    )
    drafts = _drafts(mirrored, correction, layout)
    if not drafts:
        return
    named, other = (next(s.value for s in d.said if s.law == "names") for d in (best, drafts[0]))
    if other > 1.0 and other - named >= MIRRORED:
        raise refuse("mirrored", why="its lead names can only be read in a mirror")


def turned(flat: Flat, quarter_turns: int) -> Flat:
    """The same, turned clockwise."""
    if not quarter_turns:
        return flat
    parts = (flat.picture, flat.trace, flat.text, flat.shown)
    picture, trace, text, shown = (
        np.ascontiguousarray(np.rot90(part, -quarter_turns)) for part in parts
    )
    return replace(flat, picture=picture, trace=trace, text=text, shown=shown)
