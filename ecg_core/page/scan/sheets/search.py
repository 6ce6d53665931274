"""From a flat picture to sheets, best first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ecg_core.page.layouts import STRIP
from ecg_core.page.orders import AS_PRINTED, ONE_LEAD, orders
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.sheets import laws, lengths
from ecg_core.page.scan.sheets.columns import Division, divisions, single
from ecg_core.page.scan.sheets.cut_pulses import cut_pulses_of
from ecg_core.page.scan.sheets.dividers import ends_of
from ecg_core.page.scan.sheets.pulses import pulses_of
from ecg_core.page.scan.sheets.rows import Row, rows_of
from ecg_core.page.scan.sheets.sheet import Draft, Owned, Seen, owned
from ecg_core.page.scan.sheets.text import Print

MOST_SETS, MOST_SLOW = 8, 14
INK = 0.45
ENOUGH, REST, TOGETHER = 10.0, 0.2, 0.5
"""So much speaks for a draft, so little is left of traces beside its rows, and so well does each of
them beat with the others, that other sets of rows are not asked."""
ALONE = 5.0
"""What it costs that one lead alone stands where no arrangement has it: it was misread."""
LEAD = re.compile(r"(?i)\blead (i{1,3}|[123])\b")


@dataclass(frozen=True, eq=False)
class Sights:
    """What is seen on a flat picture under every set of rows, each looked at when it is asked."""

    flat: Flat

    @cached_property
    def rows(self) -> list[tuple[Row, ...]]:
        """The likeliest sets of rows."""
        return rows_of(self.flat.trace, self.flat.px_per_mm)[:MOST_SETS]

    def __iter__(self) -> Iterator[Seen]:
        for place, rows in enumerate(self.rows):
            if place == len(self._seen):
                pulses = pulses_of(self._ink, rows)
                pulses = pulses or cut_pulses_of(self._ink, self.flat.shown, rows)
                shown, px_per_mm = self.flat.shown, self.flat.px_per_mm
                self._seen.append(Seen(rows, pulses, self._ink, self._trace, shown, px_per_mm))
            yield self._seen[place]

    @cached_property
    def _seen(self) -> list[Seen]:
        return []

    @cached_property
    def _ink(self) -> np.ndarray:
        return np.asarray(self._trace | (self.flat.text > INK))

    @cached_property
    def _trace(self) -> np.ndarray:
        return np.asarray(self.flat.trace > INK)


def drafts_of(
    sights: Sights,
    print_: Print,
    layout: str | None = None,
    rhythm: tuple[str, ...] | None = None,
) -> list[Draft]:
    """Everything that the picture may be, best first.

    layout: the only one that is asked, when it is known; with `AS_PRINTED`, as its names are
    read. rhythm: leads of the rows below, or of a
    strip's, when they are known.
    """
    printed = layout is not None and layout.endswith(AS_PRINTED)
    layout = layout.removesuffix(AS_PRINTED) if layout is not None else None
    found: list[Draft] = []
    for seen in sights:
        some = _with_rows(seen, print_, layout)
        found += [draft for draft in some if layout in (None, draft.name)]
        enough = max((draft.score for draft in found), default=0.0) >= ENOUGH
        if enough and min(seen.agreements) > TOGETHER and seen.extra < REST:
            break
    found.sort(key=lambda draft: -draft.score)
    best = [_weighed(draft, laws.SLOW) for draft in found[:MOST_SLOW]]
    if layout is None or printed:
        told = max((_names_say(draft) for draft in best), default=0.0)
        best += [
            _weighed(d, laws.SLOW)
            for draft in best[:3]
            for d in _as_printed(draft)
            # What an arrangement tells as well needs no leads of its own.
            if printed or _names_say(d) > told
        ]
    if printed:
        best = [draft for draft in best if draft.name.endswith(AS_PRINTED)] or best
    if rhythm is not None:
        best = [_told(draft, rhythm) for draft in best]
    best.sort(key=lambda draft: -draft.score)
    return best


def _with_rows(seen: Seen, print_: Print, layout: str | None) -> list[Draft]:
    """Everything that these rows may be."""
    n = len(seen.rows)
    found: list[Draft] = []
    known: dict[tuple[int, int], list[Division]] = {}
    placed: dict[tuple[int, int], list[Owned]] = {}
    baselines = seen.baselines_mm
    for order, below in orders():
        main = len(order.rows)
        if not 0 <= n - main <= below:
            continue
        if layout is not None and order.named(n - main) != layout:
            continue
        key = (main, order.columns)
        if key not in known:
            rows = seen.rows[:main]
            named = tuple(
                name
                for name in print_.names
                if int(np.argmin(np.abs(baselines - name.y_mm))) < main
            )
            pulses = tuple(p for p in seen.pulses if p.row < main)
            ends = ends_of(rows, pulses or seen.pulses)
            known[key] = (
                divisions(
                    order.columns,
                    rows,
                    seen.marks(main),
                    named,
                    ends,
                    lengths.cut(seen.edges_mm, ends),
                    lengths.runs_on(seen.edges_mm, ends),
                )
                if order.columns > 1
                else [single(ends)]
            )
            placed[key] = [owned(seen, print_.names, d, main) for d in known[key]]
        for division, own in zip(known[key], placed[key], strict=True):
            below_leads, assumed = _below(n - main)
            draft = Draft(
                order.named(n - main),
                seen,
                print_,
                division,
                (*order.rows, *below_leads),
                main,
                order.rarity + 0.3 * (n - main),
                own,
                assumed=tuple(main + i for i in assumed),
            )
            found.append(_weighed(_rhythm_named(draft), laws.QUICK))
    if n <= 6:
        found += [_weighed(draft, laws.QUICK) for draft in _strips(seen, print_)]
    return found


def _told(draft: Draft, rhythm: tuple[str, ...]) -> Draft:
    """The same with the leads of its single rows as they were told, top to bottom."""
    single = [r for r, row in enumerate(draft.leads) if len(row) == 1 and _is_single(draft, r)]
    leads = list(draft.leads)
    for row, lead in zip(single, rhythm, strict=False):
        leads[row] = (lead,)
    told = single if draft.name == ONE_LEAD else single[: len(rhythm)]
    if draft.name == ONE_LEAD:
        leads = [(rhythm[0],)] * len(leads)
    assumed = tuple(row for row in draft.assumed if row not in told)
    return replace(draft, leads=tuple(leads), assumed=assumed)


def _is_single(draft: Draft, row: int) -> bool:
    return row >= draft.main or draft.name in (STRIP, ONE_LEAD)


def _below(count: int) -> tuple[tuple[tuple[str, ...], ...], tuple[int, ...]]:
    usual = {0: (), 1: (("II",),), 2: (("II",), ("V1",)), 3: (("V1",), ("II",), ("V5",))}
    return usual[count], tuple(range(count))


def _strips(seen: Seen, print_: Print) -> list[Draft]:
    """Rows of one lead each, of the same seconds or one behind the other."""
    n = len(seen.rows)
    division = single(ends_of(seen.rows, seen.pulses))
    own = owned(seen, print_.names, division, n)
    usual = (("II",), ("II", "V1"), ("I", "II", "III"))
    found = []
    if n <= 3:
        leads = tuple((lead,) for lead in usual[n - 1])
        rare = 3.5 + 0.5 * n
        draft = Draft(STRIP, seen, print_, division, leads, n, rare, own, assumed=tuple(range(n)))
        found.append(_rhythm_named(draft))
    if n >= 2:
        leads = (("I",),) * n
        draft = Draft(ONE_LEAD, seen, print_, division, leads, n, 7.0, own, False, tuple(range(n)))
        found.append(_one_named(draft))
    return found


def _rhythm_named(draft: Draft) -> Draft:
    """Rows of one lead named by print."""
    if not draft.assumed:
        return draft
    own = laws.own_names(draft) if draft.main > len(draft.assumed) else _most_named(draft)
    leads, assumed = list(draft.leads), []
    for row in draft.assumed:
        read = {name for name in own.get((row, 0), frozenset()) if name not in ("I", "-aVR")}
        strong = {name for name in read if name not in laws.STRENGTH} or read
        # Of a strip nothing else tells: another name may be a caption's.
        told = read if draft.name == STRIP else strong
        if len(told) == 1:
            leads[row] = tuple(told)
        else:
            assumed.append(row)
    return replace(draft, leads=tuple(leads), assumed=tuple(assumed))


def _most_named(draft: Draft) -> dict[tuple[int, int], frozenset[str]]:
    """Names of rows of which none is expected, as high above the rows as names most of them."""
    return max(
        draft.own.places,
        key=lambda own: sum(
            max(laws.STRENGTH.get(name, 1.0) for name in own[row, 0])
            for row in draft.assumed
            if (row, 0) in own
        ),
    )


def _one_named(draft: Draft) -> Draft:
    own = laws.own_names(draft)
    read = {name for (row, _), some in own.items() if row >= 0 for name in some}
    strong = read - {"I"}
    for line in draft.print_.lines:
        if said := LEAD.search(line):
            strong = {"I" * int(said[1]) if said[1].isdigit() else said[1].upper()}
    if len(strong) == 1:
        lead = strong.pop()
        return replace(draft, leads=((lead,),) * len(draft.leads), assumed=())
    return draft


def _as_printed(draft: Draft) -> list[Draft]:
    """The same with the leads whose names are read where others were expected."""
    own = laws.own_names(draft)
    leads = [list(row) for row in draft.leads]
    changed = 0
    for (row, column), read in own.items():
        if row < 0 or row >= draft.main:
            continue
        strong = [name for name in read if name not in laws.STRENGTH]
        if len(strong) == 1 and strong[0] != leads[row][column]:
            leads[row][column] = strong[0]
            changed += 1
    flat = [lead for row in leads[: draft.main] for lead in row]
    if not changed or len(set(flat)) < len(flat):
        return []
    named = Draft(
        draft.name + AS_PRINTED,
        draft.seen,
        draft.print_,
        draft.division,
        tuple(tuple(row) for row in leads),
        draft.main,
        draft.rarity + (2.0 + 0.4 * changed if changed > 1 else ALONE),
        draft.own,
        draft.simultaneous,
        draft.assumed,
    )
    return [_weighed(named, laws.QUICK)]


def _names_say(draft: Draft) -> float:
    """What names say of a draft."""
    return next((one.value for one in draft.said if one.law == "names"), 0.0)


def _weighed(draft: Draft, some: tuple[laws.Law, ...]) -> Draft:
    return replace(draft, said=(*draft.said, *laws.said(draft, some)))
