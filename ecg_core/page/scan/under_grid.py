"""A scan read under one geometry: the best sheet on it, whether that is one, and its page."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page.by_hand import as_json, in_words
from ecg_core.page.correction import Correction, ScanView
from ecg_core.page.doubts import as_filed, plausible, swapped
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.scan import beside
from ecg_core.page.scan.composed.as_printed import as_printed
from ecg_core.page.scan.composed.page import page_of
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.geometry.grid import FoundGrid
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.scan.sheets import laws, lengths, limb_sums
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.doubts.astray import (
    PULSE_S,
    chest_leads_twice,
    columns_by_names,
    lacks_columns,
)
from ecg_core.page.scan.sheets.doubts.doubted import AGREEING, UNUSUAL
from ecg_core.page.scan.sheets.upright import Upright, best_sheet
from ecg_core.page.scan.straight import check_geometry, straightened, to_flat
from ecg_core.page.values import PageError, Remark

NAMELESS, ODD = (
    {"assumed", "assumed_scale"},
    {
        "steps",
        "layout_close",
        "gain_close",
        "orientation_assumed",
    },
)
"""Neither name nor scale is told, and one of these speaks against it: that is no ECG."""
ADDS_UP = 0.1
"""Curves that leave no more of I + III = II and the augmented leads unexplained are no chart's."""
UNRELATED = 0.9
"""Limb leads that leave more of I + III = II and the augmented leads unexplained are none."""
STRIP_ROWS, LEAST_SCORE, LEAST_DRAWN, LEAST_STRIP = 3, 2.0, -1.2, -4.0
"""Sheets of more leads than a strip for which so little speaks, or of which so
much is missing, are none that anybody could read; nor is a strip for which less speaks."""
OTHERWISE = -1.5
"""Where little speaks for a sheet, and its names this much against it, it was not understood."""
CUT_S, WHOLE_S, CUT_LEFT_MM = 0.6, 2.1, 1.0
"""Columns shorter than this that end where the picture ends, or begin so far before it, were cut
with it: hardly anything is left of the former, the latter are told."""
ASTRAY = 0.025
"""Three pulses or more that are off by more than this, and by the same, are no chance."""
MISSING = 0.75
"""Where so much of the last column that names tell is not on the picture, leads are gone."""
POOR, CLEARLY = 4.0, 2.0
"""Where so little speaks for a sheet, traces in colour are looked at, too; they must explain so
much more. Nor does it prove the scale of lines that may lie 5 mm apart."""


def read_under(
    scan: EcgScan,
    view: ScanView,
    grid: FoundGrid,
    layout: str | None,
    correction: Correction,
    with_picture: bool,
) -> ScanReading:
    """As `read_scan`, with the geometry given."""
    free = correction.quarter_turns is None
    remarks: list[Remark] = []
    if grid.covered > 0.0:
        x, y = grid.px_per_mm
        remarks.append(
            remark("geometry", x=x, y=y, angle=grid.angle_deg, residual=grid.residual_mm)
        )
    else:
        remarks.append(remark("scale_agreed" if grid.agreed else "no_grid"))
    check_geometry(grid, remarks)
    flat, found = _sheet_of(view, grid, correction, layout, free)
    remarks.extend(_check_cut(found.sheet, found.flat, correction))
    remarks.extend(_check_agreed(found.sheet, grid))
    twelve = sum(len(row) for row in found.sheet.draft.leads) > STRIP_ROWS
    least = LEAST_SCORE if twelve else LEAST_STRIP
    hardly = found.sheet.score < least or (twelve and _hardly_drawn(found.sheet))
    hardly |= twelve and found.sheet.score < POOR and _says(found.sheet, "names") < OTHERWISE
    hardly |= twelve and chest_leads_twice(found.sheet.draft)
    if hardly and not layout and correction == Correction():
        raise refuse("rows_missing" if limb_sums.run_on(found.sheet.draft) else "unclear_rows")
    remarks.extend(found.remarks)
    if grid.covered > 0.0 and correction.corners_px is None:
        upright = to_flat(flat, found.quarter_turns)
        remarks.extend(beside.remarks_of(view.pixels, grid, found.sheet, upright))
    elif grid.covered <= 0.0:
        remarks.extend(beside.remarks_without_grid(found.sheet.draft))
    composed = page_of(scan, found.flat, found.sheet, float(np.mean(grid.px_per_mm)), with_picture)
    page = replace(
        composed.page, remarks=(*as_filed.remarks(scan), *remarks, *composed.page.remarks)
    )
    if with_picture:
        page = replace(page, sheet=as_printed(found.flat, found.sheet, composed))
    doubts = (*plausible.remarks(page), *swapped.remarks_on_scan(page))
    page = replace(page, remarks=(*page.remarks, *doubts))
    codes = {one.code for one in page.remarks}
    left = limb_sums.unexplained(found.sheet.draft)
    if twelve and not layout and correction == Correction() and _unlike_leads(found, codes, left):
        raise refuse("unclear_rows")
    # Curves without a name, a pulse or a scale that jump like no heart: a chart, not an ECG.
    if (
        not found.sheet.draft.named
        and found.sheet.draft.seen.alike <= laws.ALIKE
        and codes >= NAMELESS
        and codes & ODD
        and (left is None or left > ADDS_UP)
        and correction == Correction()
        and layout is None
    ):
        raise refuse("not_an_ecg")
    if by_hand := as_json(layout, correction):
        said = remark("by_hand", what=in_words(layout, correction))
        page = replace(page, correction=by_hand, remarks=(*page.remarks, said))
    return ScanReading(
        page,
        grid.to_mm @ view.from_scan,
        grid.bend,
        to_flat(flat, found.quarter_turns),
        found.sheet,
        replace(composed, page=page),
    )


def _hardly_drawn(sheet: Sheet) -> bool:
    """Whether much of a sheet's rows was not found."""
    return _says(sheet, "drawn") < LEAST_DRAWN


def _says(sheet: Sheet, law: str) -> float:
    """What one law says of a sheet."""
    return next((one.value for one in sheet.draft.said if one.law == law), 0.0)


def _unlike_leads(found: Upright, codes: set[str], left: float | None) -> bool:
    """Whether nothing names the leads or the way up, and the limb leads have nothing to do with one
    another: whatever the rows show, it is not what they were taken for.

    left: what the limb leads leave unexplained.
    """
    nameless = not found.sheet.draft.named and "orientation_assumed" in codes
    return nameless and left is not None and left > UNRELATED


def _sheet_of(
    view: ScanView, grid: FoundGrid, correction: Correction, layout: str | None, free: bool
) -> tuple[Flat, Upright]:
    """The best sheet and the flat picture it was seen on, which shows traces in colour as well
    where dark ones alone make none."""
    problem: PageError | None = None
    best: tuple[Flat, Upright] | None = None
    for coloured in (None, True):
        try:
            flat = straightened(view, grid, coloured)
            found = best_sheet(flat, correction, layout, free)
        except PageError as error:
            problem = problem or error
            continue
        if best is None or _better(found.sheet, best[1].sheet):
            best = flat, found
        named_strip = found.sheet.draft.named and len(found.sheet.draft.leads) <= STRIP_ROWS
        if found.sheet.score > POOR or named_strip:
            break
    if best is None:
        assert problem is not None
        raise problem
    return best


def _better(sheet: Sheet, other: Sheet) -> bool:
    """Whether a sheet is to be preferred to one seen before: clearly likelier, or hardly less so
    but with names where the other shows none."""
    needed = -CLEARLY if sheet.draft.named and not other.draft.named else CLEARLY
    return sheet.score > other.score + needed


def _check_agreed(sheet: Sheet, grid: FoundGrid) -> list[Remark]:
    """What is told where no grid, but pulses and print alone tell the scale: columns as long as
    hardly any, since pulses of small pictures tell it to a few percent only, or usual ones that
    make all pulses too high and too wide alike, or too low and too narrow."""
    off, said = lengths.unusual(sheet.draft.division), {one.code for one in sheet.remarks}
    if not grid.agreed or off is None or "columns_unusual" in said:
        return []
    if off < UNUSUAL and not _pulses_astray(sheet):
        return []
    seconds = sheet.draft.division.width_mm / sheet.scale.speed
    return [remark("columns_unusual", seconds=seconds)]


def _pulses_astray(sheet: Sheet) -> bool:
    """Whether pulses are off in height and width alike: the scale is."""
    pulses = [one for one in sheet.draft.seen.pulses if not one.cut]
    if len(pulses) < AGREEING:
        return False
    high = np.median([one.height_mm for one in pulses]) / sheet.scale.gain_limb - 1.0
    wide = np.median([one.width_mm for one in pulses]) / (PULSE_S * sheet.scale.speed) - 1.0
    return bool(min(abs(high), abs(wide)) > ASTRAY and abs(high - wide) < ASTRAY)


def _check_cut(sheet: Sheet, flat: Flat, correction: Correction) -> list[Remark]:
    """What is told where columns begin or end with the picture, though they should not.

    Raises PageError where hardly anything of them is shown.
    """
    division = sheet.draft.division
    left_mm = max(sheet.draft.seen.edges_mm[0], division.start_mm)
    spans = [min(x1, division.end_mm) - max(x0, left_mm) for x0, x1 in division.edges()]
    seconds = min(spans) / sheet.scale.speed
    after = round((division.end_mm + 2.0) * flat.px_per_mm)
    row = round(sheet.draft.seen.rows[0].baseline_px)
    beyond = after >= flat.shown.shape[1] or not flat.shown[row, after]
    beyond = beyond or left_mm > division.start_mm + CUT_LEFT_MM
    if division.count < 2 or not beyond or correction != Correction():
        return []
    shown_mm = division.end_mm - left_mm
    shown_s = shown_mm / sheet.scale.speed
    named_mm = columns_by_names(sheet.draft)
    # What is left of a page's columns is no page of narrower ones.
    missing = named_mm is not None and shown_mm < (division.count - MISSING) * named_mm
    missing |= lacks_columns(sheet.draft)
    if seconds < CUT_S or missing:
        raise refuse("cut_off", seconds=shown_s)
    return [remark("partly_cut_off", seconds=shown_s)] if seconds < WHOLE_S else []
