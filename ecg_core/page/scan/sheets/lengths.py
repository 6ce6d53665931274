"""How long columns are: whether that is usual, and whether enough on the sheet says so."""

from __future__ import annotations

from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.dividers import Marks
from ecg_core.page.scan.sheets.even import PEN_END_MM

USUAL_MM, THIRDS_MM = (62.5, 125.0, 31.25, 250.0), (83.33, 41.67, 166.67)
"""Columns of 2.5, 5 and 10 s, and a third of that where there are three, at 25 and 50 mm/s."""
SURE, MARK_MM, END_MM = 0.6, 0.4, 0.5
"""A mark as strong as this tells a begin to within so much, the first and the last ink of the rows
to within a little more."""
EDGE_MM, CUT_LEFT_MM, BEHIND_PULSE_MM = 3.0, 1.0, 9.0
"""Rows that end, or begin, as near to the picture's edge may be cut by it. Books shorten rows, and
put the pulse before what is left: then they begin as near as the third says."""
RUNS_ON_MM = 0.8
"""Rows that are drawn as near to it run on beyond it: nothing tells how far."""
EARLY = 0.1
"""Of three columns or more the last is shorter by no more than that, per width."""
NEEDED = {2: 3}
"""Two places tell begin and width of columns. So many must, of two; of more columns, four."""


def unusual(division: Division) -> float | None:
    """How far columns are from usual ones, per length; None where there is only one.

    Printers leave a blank between columns as wide as usual, or behind columns as long as usual.
    """
    if division.count < 2:
        return None
    shown = division.width_mm - division.gap_mm
    usual = (*USUAL_MM, *(THIRDS_MM if division.count == 3 else ()))
    return min(abs(wide / mm - 1.0) for wide in (division.width_mm, shown) for mm in usual)


def cut(edges_mm: tuple[float, float], ends: tuple[float, float, str]) -> tuple[bool, bool]:
    """Whether the first column, and the last, may be shorter than the others.

    edges_mm: where the picture begins and ends. ends: begin and end of the rows (mm), and how their
    begin is known.
    """
    left, right = edges_mm
    before = CUT_LEFT_MM if ends[2] == "ink" else BEHIND_PULSE_MM
    return ends[0] < left + before, ends[1] > right - EDGE_MM


def runs_on(edges_mm: tuple[float, float], ends: tuple[float, float, str]) -> tuple[bool, bool]:
    """As `cut`, whether they run on beyond the edges."""
    left, right = edges_mm
    return ends[2] == "ink" and ends[0] < left + RUNS_ON_MM, ends[1] > right - RUNS_ON_MM


def ends_early(
    division: Division, edges_mm: tuple[float, float], ends: tuple[float, float, str]
) -> bool:
    """Whether rows end well before the last of three columns or more, though the picture goes on:
    narrower columns fill them, whatever marks say."""
    due = division.start_mm + division.count * division.width_mm - division.gap_mm
    early = division.count > 2 and due - ends[1] > EARLY * division.width_mm
    return early and not cut(edges_mm, ends)[1]


def all_marked(division: Division, marks: Marks) -> bool:
    """Whether a mark stands where every column but the first begins."""
    px, strength = marks.px_per_mm, marks.strength
    reach = max(round(MARK_MM * px), 1)
    begins = [division.start_mm + step * division.width_mm for step in range(1, division.count)]
    near = [strength[max(round(x * px) - reach, 0) : round(x * px) + reach + 1] for x in begins]
    return all(some.size and some.max() >= SURE for some in near)


def agreed(division: Division, marks: Marks, ends: tuple[float, float, str]) -> bool:
    """Whether marks and the ends of the rows, more of them than columns need, tell these columns.

    ends: begin and end of the rows (mm), and how their begin is known.
    """
    left, right, known = ends
    told = division.count - 1
    # Behind a pulse that the trace runs on from, its first sample is where nothing tells it.
    told += known != "pulse" and abs(left + PEN_END_MM - division.start_mm) < END_MM
    due = division.start_mm + division.count * division.width_mm - division.gap_mm
    told += abs(right - PEN_END_MM - due) < END_MM
    return bool(told >= NEEDED.get(division.count, 4) and all_marked(division, marks))
