"""Which lead is which: by the names printed, by Einthoven's law, by the waves strips repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.page.layouts import PAGE_WIDTH_MM, SCANNED, Layout, cabrera
from ecg_core.page.scan.einthoven import residual
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.lettering import Name
from ecg_core.page.scan.panels import Panels
from ecg_core.page.scan.rows import Row
from ecg_core.page.values import LeadBox

BEFORE_MM, FIRST_BEFORE_MM, AFTER_MM = 5.0, 24.0, 17.0
"""A lead's name stands so far before or after the start of its column; the first has a margin."""
WEIGHT = {"I": 0.2, "II": 0.7, "III": 0.7}
"""How much a name counts: strokes and specks pass for the simplest ones. Others count 1."""
FEW_HITS = 2.0
"""With fewer names read an unusual order is told as a doubt."""
CLEARER = 0.4
"""Another order of the limb leads must leave at most this share unexplained of what the usual
order leaves, or be named."""
WHOLE = 0.1
"""Six limb leads that leave less than this unexplained all across the page are all it shows."""
AGREEING = 0.25
"""Limb leads that leave less than this unexplained are where the layout says."""
SAME_WAVE_MM, UNUSUAL_MM, CLEARLY_MM = 0.35, 0.2, 0.08
"""A rhythm strip runs within this of the lead it shows, and any other lead clearly farther off."""
LABEL_MM = 9.0
"""Lead names stand in this first part of a column."""


@dataclass(frozen=True)
class Naming:
    """How sure the leads are: names read where they should be, names read where another lead
    should be (both weighed), what the limb leads leave unexplained. unusual_unnamed: another order
    than the usual one was taken for its waves alone, hardly any name being read."""

    hits: float
    misses: float
    residual: float | None
    contradicted: tuple[str, ...] = ()
    unusual_unnamed: bool = False


def may_be_name(x_mm: np.ndarray, panels: Panels) -> np.ndarray:
    """Which of some places on an upright picture are near enough to a column for its leads' names.

    All other orders of the same rows and columns have their columns there, too, or fewer.
    """
    near = np.zeros(len(x_mm), bool)
    for box_mm in {box.x0_mm for box in panels.plan.boxes()}:
        first, last = _span_mm(box_mm, panels)
        near |= (x_mm >= first) & (x_mm <= last)
    return near


def _span_mm(x0_mm: float, panels: Panels) -> tuple[float, float]:
    """Between which places of the picture the names of a column that begins at `x0_mm` stand."""
    start = panels.start_mm + x0_mm * panels.stretch
    return start - (FIRST_BEFORE_MM if x0_mm == 0 else BEFORE_MM), start + AFTER_MM


def settle(
    panels: Panels, rows: tuple[Row, ...], names: tuple[Name, ...], layout: str | None
) -> tuple[Panels, Naming]:
    """Choose the order of the leads and name the strips; `layout` is not questioned when given."""
    if panels.plan.name == "strip":
        return _named_strips(panels, rows, names), Naming(0.0, 0.0, None)
    plans = [panels.plan] if layout is not None else _orders(panels.plan)
    judged = [(plan, _judge(plan, panels, rows, names)) for plan in plans]
    plan, naming = judged[0]
    for other, found in judged[1:]:
        named = found.hits >= naming.hits + 2.0 and found.misses <= naming.misses
        related = (
            found.residual is not None
            and found.residual < AGREEING
            and (naming.residual is None or found.residual < CLEARER * naming.residual)
            and found.hits - found.misses >= naming.hits - naming.misses - 0.5
        )
        # Six limb leads that agree all across the page leave no room for chest leads beside them.
        whole = plan.name.startswith("6x2") and other.name.startswith("6x1 limb")
        whole = whole and found.residual is not None and found.residual < WHOLE
        whole = whole and found.hits >= naming.hits - 0.5
        if named or related or whole:
            plan, naming = other, found
    if plan is not judged[0][0] and naming.hits < FEW_HITS:
        naming = replace(naming, unusual_unnamed=True)
    panels = replace(panels, plan=plan)
    return _named_strips(panels, rows, names), naming


def every_second(panels: Panels, rows: tuple[Row, ...], middles_px: np.ndarray) -> np.ndarray:
    """Which pieces of print (middles, n × 2) stand in every second box, as on a chessboard, or
    beside a rhythm strip: bool, n."""
    plan = panels.plan
    columns = np.array([len(leads) for leads in plan.rows])
    baselines = np.array([row.baseline_px for row in rows])
    row = np.abs(middles_px[:, 1:] - baselines).argmin(axis=1)
    along_mm = (middles_px[:, 0] / RASTER - panels.start_mm) / panels.stretch + BEFORE_MM
    column = np.floor(along_mm.clip(0.0) * columns[row] / PAGE_WIDTH_MM)
    strip = columns[row] < columns.max()
    return np.asarray(((row + column) % 2 == 0) | strip)


def _orders(plan: Layout) -> list[Layout]:
    """A layout and the others that have the same rows and columns."""
    same = [plan, cabrera(plan)]
    if len(plan.rows) == 6:
        same += [SCANNED["6x1 limb"], SCANNED["6x1 limb Cabrera"], SCANNED["6x1 chest"]]
    return same


def _judge(plan: Layout, panels: Panels, rows: tuple[Row, ...], names: tuple[Name, ...]) -> Naming:
    hits = misses = 0.0
    contradicted = []
    for box in plan.boxes():
        if len(plan.rows[round(box.y0_mm / plan.row_pitch_mm)]) == 1 and _is_strip(plan, box):
            continue
        own = _names_of(box, plan, panels, rows, names)
        if box.lead in own:
            hits += WEIGHT.get(box.lead, 1.0)
        elif own and own != {"I"}:
            misses += max(WEIGHT.get(name, 1.0) for name in own if name != "I")
            contradicted.append(box.lead)
    left = residual(plan, rows, panels.start_mm, panels.stretch)
    return Naming(hits, misses, left, tuple(contradicted))


def _names_of(
    box: LeadBox, plan: Layout, panels: Panels, rows: tuple[Row, ...], names: tuple[Name, ...]
) -> set[str]:
    """Names that stand where a box's name should."""
    baselines = np.array([row.baseline_px for row in rows])
    row = round(box.y0_mm / plan.row_pitch_mm)
    first_mm, last_mm = _span_mm(box.x0_mm, panels)
    found = set()
    for name in names:
        if not first_mm <= name.x_px / RASTER <= last_mm:
            continue
        if int(np.argmin(np.abs(baselines - name.y_px))) == row:
            found.add(name.lead)
    return found


def _is_strip(plan: Layout, box: LeadBox) -> bool:
    """Whether a box is a rhythm strip: as long as the page, below columns."""
    return len(plan.rows[0]) > 1 and box.x0_mm == 0 and box.end_s - box.start_s > 9.0


def _named_strips(panels: Panels, rows: tuple[Row, ...], names: tuple[Name, ...]) -> Panels:
    """Rhythm strips named by print, else by the lead whose waves they repeat."""
    plan, assumed = panels.plan, list(panels.assumed)
    leads = [list(row) for row in plan.rows]
    for box in plan.boxes():
        row = round(box.y0_mm / plan.row_pitch_mm)
        strip = plan.name == "strip"
        if not strip and not _is_strip(plan, box):
            continue
        own = _names_of(box, plan, panels, rows, names) - {"-aVR"}
        if len(own) == 1 and own != {"I"}:
            leads[row] = list(own)
        elif strip:
            assumed.append(f"lead {box.lead}")
        else:
            lead = _repeated(plan, panels, rows, row)
            if lead is None:
                assumed.append(f"rhythm lead {box.lead}")
            else:
                leads[row] = [lead]
    named = Layout(plan.name, tuple(tuple(row) for row in leads), plan.row_pitch_mm)
    return replace(panels, plan=named, assumed=tuple(assumed))


def _repeated(plan: Layout, panels: Panels, rows: tuple[Row, ...], strip_row: int) -> str | None:
    """The lead whose waves a strip repeats; None when nothing tells."""
    apart: dict[str, float] = {}
    strip = rows[strip_row]
    usual = plan.rows[strip_row][0]
    for box in plan.boxes():
        row = rows[round(box.y0_mm / plan.row_pitch_mm)]
        if _is_strip(plan, box):
            continue
        x0 = round((panels.start_mm + (box.x0_mm + LABEL_MM) * panels.stretch) * RASTER)
        x1 = round((panels.start_mm + (box.x1_mm - 2.0) * panels.stretch) * RASTER)
        both = slice(max(x0, 0), max(x1, 1))
        seen = row.drawn[both] & strip.drawn[both]
        if seen.sum() < 20 * RASTER:
            continue
        step = (row.curve_px[both] - strip.curve_px[both])[seen] / RASTER
        apart[box.lead] = float(np.percentile(np.abs(step - np.median(step)), 80))
    ranked = sorted(apart, key=lambda lead: apart[lead])
    if len(ranked) < 2 or apart[ranked[0]] > SAME_WAVE_MM:
        return None
    if apart.get(usual, np.inf) < apart[ranked[0]] + CLEARLY_MM:
        return usual
    # Any other lead than the usual one must coincide closely, and alone.
    alone = apart[ranked[1]] >= max(2.0 * apart[ranked[0]], apart[ranked[0]] + CLEARLY_MM)
    if apart[ranked[0]] > UNUSUAL_MM or not alone or ranked[0] == "-aVR":
        return None
    return ranked[0]
