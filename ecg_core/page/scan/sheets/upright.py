"""Which way up a flat picture lies: the way whose sheet explains most."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.correction import Correction
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.layouts import STRIP
from ecg_core.page.orders import ONE_LEAD
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.rows import keep_traces
from ecg_core.page.scan.sheets.decide import Sheet, decide
from ecg_core.page.scan.sheets.rows import Row
from ecg_core.page.scan.sheets.scale import told_by
from ecg_core.page.scan.sheets.search import Sights, drafts_of
from ecg_core.page.scan.sheets.sheet import Draft
from ecg_core.page.scan.sheets.text import MAX_WORDS, Letters, Print
from ecg_core.page.values import Remark

SURE = 12.0
"""So much speaks for a way that no other is tried."""
NAMED, NEAR = 4.0, 2.0
"""Names that say so much can be read in one way alone; all print is read of ways that come as near
to the best as this."""
MOST = 24
"""So many words, the largest, and as many lines tell whether a picture lies otherwise."""
LONG, WEAK, BROKEN = 0.5, -3.0, -2.0
"""Rows that run along so much of a picture are not seen from the side, unless less speaks for them,
or for how much of them is drawn, than the others say."""
CLOSE, MIRRORED = 0.6, 3.0
"""Another way that explains hardly less is told as a doubt; a mirror must explain so much more."""
SPOKEN = 6.0
"""What lines say of a single lead never counts for so much."""
LONE_MM, BELOW = 30.0, 0.6
"""Names stand no farther above the first row than the next, and so many pitches below the last."""
SAME_IN_A_MIRROR, NAMES_ENOUGH, STRIP_LEADS = frozenset({"I", "II", "III"}), 2, 3


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
    found: list[tuple[float, int, _Way]] = []
    for turns in (0, 2, 1, 3) if free else (0,):
        way = _glimpsed(turned(flat, turns), correction, layout, MOST if turns else MAX_WORDS)
        if way.drafts:
            found.append((way.drafts[0].score - 0.5 * (turns > 0), turns, way))
        if way.drafts and way.is_upright:
            break
        # Rows that run along most of a picture are not seen from the side.
        if turns == 2 and any(_long(some[2].drafts[0]) for some in found):
            break
    if not found:
        raise refuse("not_an_ecg" if flat.trace.mean() < 0.003 else "unclear_rows")
    best = max(some[0] for some in found)
    found = [
        some if some[2].settled or some[0] < best - NEAR else _read_on(some, correction, layout)
        for some in found
    ]
    found.sort(key=lambda some: -some[0])
    score, turns, way = found[0]
    one_sided = True
    twelve = sum(len(row) for row in way.drafts[0].leads) > STRIP_LEADS
    if free and twelve and (score < SURE or not way.one_sided):
        one_sided = _is_seen_from_this_side(way, correction, layout)
    remarks = []
    if turns:
        remarks.append(remark("turned", degrees=90 * turns))
    if not one_sided or (len(found) > 1 and score - found[1][0] < CLOSE):
        remarks.append(remark("orientation_assumed"))
    return Upright(decide(way.drafts, correction, layout), way.flat, turns, tuple(remarks))


@dataclass(frozen=True, eq=False)
class _Way:
    """A picture as it may lie: its sheets, best first, and what was read on it.

    settled: print that was not read can change nothing.
    """

    sights: Sights
    letters: Letters
    drafts: list[Draft]
    printed: Print
    settled: bool

    @property
    def flat(self) -> Flat:
        """The picture."""
        return self.sights.flat

    @property
    def one_sided(self) -> bool:
        """Whether its print reads otherwise in a mirror."""
        return _is_one_sided(self.printed)

    @property
    def is_upright(self) -> bool:
        """Whether so much speaks for it, or so much was read, that no other way need be tried."""
        told = told_by(self.printed.lines)
        read = self.named >= NAMED or (told.speeds and told.limb)
        return bool(read or self.drafts[0].score >= SURE)

    @property
    def named(self) -> float:
        """What the names say of the best sheet."""
        return next((s.value for s in self.drafts[0].said if s.law == "names"), 0.0)


def _tells(printed: Print) -> bool:
    """Whether print tells speed or gain."""
    told = told_by(printed.lines)
    return bool(told.speeds or told.limb)


def _is_one_sided(printed: Print) -> bool:
    """Whether print reads otherwise in a mirror: speed, gain, most names."""
    lopsided = [one for one in printed.names if one.lead not in SAME_IN_A_MIRROR]
    return _tells(printed) or len(lopsided) >= NAMES_ENOUGH


def _glimpsed(flat: Flat, correction: Correction, layout: str | None, most: int) -> _Way:
    """A way, its print read no further than the names beside the rows, and speed and gain. most:
    so many words and lines at most."""
    sights, letters = Sights(flat), Letters(flat.text, flat.px_per_mm)
    if not sights.rows or not sights.rows[0]:
        return _Way(sights, letters, [], Print((), ()), False)
    top, bottom = _reach_mm(sights.rows[0])
    while True:
        printed = letters.glimpse(top, bottom, most)
        drafts = drafts_of(sights, printed, layout, correction.leads)
        own = _reach_mm(drafts[0].seen.rows) if drafts else (top, bottom)
        if own[0] >= top and own[1] <= bottom:
            return _Way(sights, letters, drafts, printed, most > MOST and _is_settled(drafts))
        top, bottom = min(top, own[0]), max(bottom, own[1])


def _is_settled(drafts: list[Draft]) -> bool:
    """Whether no other print can change what is thought of a picture: its scale was told, and no
    sheet is near that shows one lead, of which lines may speak. drafts: best first."""
    if not drafts:
        return False
    told = told_by(drafts[0].print_.lines)
    if not (told.speeds and told.limb and told.chest):
        return False
    strips = [one.score for one in drafts if one.name in (STRIP, ONE_LEAD)]
    return drafts[0].score - max(strips, default=-np.inf) > SPOKEN


def _read_on(
    some: tuple[float, int, _Way], correction: Correction, layout: str | None
) -> tuple[float, int, _Way]:
    """A way with its score and turns, all of its print read."""
    _, turns, way = some
    printed = way.letters.read()
    known = way.printed
    if set(printed.names) == set(known.names) and set(printed.lines) == set(known.lines):
        return some
    drafts = drafts_of(way.sights, printed, layout, correction.leads)
    way = replace(way, printed=printed, drafts=drafts, settled=True)
    return drafts[0].score - 0.5 * (turns > 0), turns, way


def _is_seen_from_this_side(way: _Way, correction: Correction, layout: str | None) -> bool:
    """Whether print tells that a picture is no mirror image; False where nothing tells.

    Raises PageError where print tells that it is one.
    """
    flat = way.flat
    if _tells(way.printed) or way.named >= MIRRORED:
        return True
    for across in ((slice(None), slice(None, None, -1)), (slice(None, None, -1),)):
        trace, text = (np.ascontiguousarray(part[across]) for part in (flat.trace, flat.text))
        letters = Letters(text, flat.px_per_mm)
        printed = letters.glimpse(0.0, len(text) / flat.px_per_mm, MOST)
        if not _is_one_sided(printed):
            continue
        if not way.one_sided:
            raise refuse("mirrored", why="its print can only be read in a mirror")
        sights = Sights(replace(flat, trace=trace, text=text))
        drafts = drafts_of(sights, printed, layout, correction.leads)
        other = replace(way, sights=sights, letters=letters, drafts=drafts, printed=printed)
        if drafts and other.named > 1.0 and other.named - way.named >= MIRRORED:
            raise refuse("mirrored", why="its lead names can only be read in a mirror")
    return way.one_sided


def _reach_mm(rows: tuple[Row, ...]) -> tuple[float, float]:
    """Between which heights the names of rows stand."""
    lines = np.array([row.baseline_px for row in rows]) / rows[0].px_per_mm
    pitch = float(np.median(np.diff(lines))) if len(rows) > 1 else LONE_MM
    return float(lines[0]) - pitch, float(lines[-1]) + BELOW * pitch


def _long(draft: Draft) -> bool:
    """Whether its rows run along most of the picture."""
    division = draft.division
    width_mm = draft.seen.trace.shape[1] / draft.seen.px_per_mm
    drawn = next((said.value for said in draft.said if said.law == "drawn"), 0.0)
    long = division.end_mm - division.start_mm > LONG * width_mm
    return long and draft.score > WEAK and drawn > BROKEN


def turned(flat: Flat, quarter_turns: int) -> Flat:
    """The same, turned clockwise."""
    if not quarter_turns:
        return flat
    parts = (flat.picture, flat.trace, flat.text, flat.shown)
    picture, trace, text, shown = (
        np.ascontiguousarray(np.rot90(part, -quarter_turns)) for part in parts
    )
    if quarter_turns % 2:
        # Print and traces were told apart by how they lie: on its side, print passed for waves.
        cover = np.maximum(trace, text)
        kept = keep_traces(cover)
        trace, text = np.where(kept, cover, 0.0), np.where(kept, 0.0, cover)
    return replace(flat, picture=picture, trace=trace, text=text, shown=shown)
