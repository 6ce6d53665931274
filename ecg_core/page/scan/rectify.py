"""Scans become pages: geometry, marks, sheets and the proof, the page of the best."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page.by_hand import as_json, in_words
from ecg_core.page.correction import Correction, ScanView, turn, view_of
from ecg_core.page.doubts import as_filed, plausible, quality, swapped
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.scan.bare import is_bare
from ecg_core.page.scan.composed.as_printed import as_printed
from ecg_core.page.scan.composed.moves import Composed
from ecg_core.page.scan.composed.page import page_of
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.geometry.bend import Bend
from ecg_core.page.scan.geometry.grid import FoundGrid, find_grids, scaled
from ecg_core.page.scan.geometry.gridless import scale_without_grid
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.ink import straighten
from ecg_core.page.scan.light import explained, light_on_dark
from ecg_core.page.scan.marks import flat_of
from ecg_core.page.scan.sheets import laws, size
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.upright import Upright, best_sheet
from ecg_core.page.scan.surround import without_surround
from ecg_core.page.values import EcgPage, PageError, Remark

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
NOTHING_SEEN = {"not_an_ecg", "unclear_rows", "no_grid_no_trace", "cut_off", "unclear_scale"}
STRIP_ROWS, LEAST_SCORE, LEAST_DRAWN = 3, 2.0, -1.2
"""Sheets of more leads than a strip for which so little speaks, or of which so
much is missing, are none that anybody could read."""
CUT_S, WHOLE_S, CUT_LEFT_MM = 0.6, 2.1, 1.0
"""Columns shorter than this that end where the picture ends, or begin so far before it, were cut
with it: hardly anything is left of the former, the latter are told."""
POOR, CLEARLY = 4.0, 2.0
"""Where so little speaks for a sheet, traces in colour are looked at, too; they must explain so
much more. Nor does it prove the scale of lines that may lie 5 mm apart."""
PARTS = (5.0 / 3.0, 5.0 / 4.0, 5.0 / 2.0)
"""Millimetres in a part of 5 mm that passed for one: a third, a fourth, a half."""
AROUND_MM = 120.0
"""So far around the ruled paper print and pulses are looked for."""


@dataclass(frozen=True, eq=False)
class ScanReading:
    """Everything read off a scan on the way to its page.

    to_plane: 3 × 3 homography from pixels of the scan to mm of a plane. bend: what a sheet that
    is not flat adds to it. to_flat: 3 × 3, from there to mm of the upright flat picture. composed:
    the page, and how the pieces of that picture lie on it.
    """

    page: EcgPage
    to_plane: np.ndarray
    bend: Bend | None
    to_flat: np.ndarray
    sheet: Sheet
    composed: Composed

    @property
    def to_mm(self) -> np.ndarray:
        """Homography from pixels of the scan to mm of the page, as if the sheet were flat and its
        columns lay on the page as they were printed."""
        first = self.composed.moves[0].affine
        to_page = np.linalg.inv(np.vstack([first, [0.0, 0.0, 1.0]]))
        return np.asarray(to_page @ self.to_flat @ self.to_plane)

    def with_remark(self, said: Remark) -> ScanReading:
        """The same, and one thing more to tell."""
        page = replace(self.page, remarks=(*self.page.remarks, said))
        return replace(self, page=page, composed=replace(self.composed, page=page))

    def on_page(self, points_px: np.ndarray) -> np.ndarray:
        """Where pixels of the scan (n × 2) lie on the page: mm from its top left, n × 2."""
        flat = projected(self.to_plane, points_px)
        if self.bend is not None:
            flat = flat + self.bend.at(flat)
        return self.composed.on_page(projected(self.to_flat, flat))


def from_scan(
    scan: EcgScan, layout: str | None = None, correction: Correction | None = None
) -> EcgPage:
    """Read the page off a scan: true to scale, upright, ink only.

    layout: name of the layout when the reader knows it; otherwise it is found. correction: what
    the reader set by hand.
    Raises PageError, with a reason from `quality.LIMITS`, when the scan cannot be read safely.
    """
    return read_scan(scan, layout, correction).page


def read_scan(
    scan: EcgScan,
    layout: str | None = None,
    correction: Correction | None = None,
    with_picture: bool = True,
) -> ScanReading:
    """As `from_scan`, with the geometry that was found.

    with_picture: the page keeps what the scan looks like; the network needs only its ink.
    """
    if scan.second_from is not None:
        raise refuse("two_pages")
    correction = correction or Correction()
    grids: list[FoundGrid] = []
    try:
        return _read_scan(scan, layout, correction, with_picture, grids)
    except PageError as refusal:
        height, width = scan.pixels.shape[:2]
        if min(height, width) < quality.SMALL_SIDE_PX and refusal.remark.code in NOTHING_SEEN:
            raise refuse(
                "too_small", width=width, height=height, least=quality.SMALL_SIDE_PX
            ) from None
        raise explained(scan.pixels, refusal, bool(grids)) from None


def _read_scan(
    scan: EcgScan,
    layout: str | None,
    correction: Correction,
    with_picture: bool,
    grids: list[FoundGrid],
) -> ScanReading:
    """As `read_scan`; a grid that was seen is left in `grids`, whatever comes after."""
    view = view_of(scan.pixels, correction.corners_px)
    if correction.corners_px is None:
        view = without_surround(view)
    view = view.turned(correction.quarter_turns or 0)
    height, width = view.pixels.shape[:2]
    if min(height, width) < quality.MIN_SIDE_PX or max(height, width) < quality.MIN_LONG_PX:
        raise refuse("too_small", width=width, height=height, least=quality.MIN_SIDE_PX)
    if light_on_dark(view.pixels):
        view = replace(view, pixels=255 - view.pixels)
    grids.extend([] if is_bare(view.pixels) else find_grids(view.pixels))
    if not grids:
        lying, grid = _without_grid(view, correction.quarter_turns is None)
        return _read_under(scan, lying, grid, layout, correction, with_picture)
    problem: PageError | None = None
    poor: ScanReading | None = None
    likeliest: tuple[float, ScanReading] | None = None
    for grid in grids:
        try:
            found = _read_under(scan, view, grid, layout, correction, with_picture)
        except PageError as error:
            problem = problem or error
            continue
        stretch = grid.px_per_mm[0] / grid.px_per_mm[1]
        odd, what = size.against(found.sheet, stretch, grid.guessed)
        if odd < size.UNLIKELY and grid.wide and found.sheet.score < POOR:
            # Its lines may be those of 5 mm, between which none are left.
            poor = poor or found
            continue
        if odd < size.UNLIKELY:
            return found
        if odd >= size.IMPOSSIBLE and correction == Correction():
            problem = refuse("unclear_scale", what=what)
        elif likeliest is None or odd < likeliest[0]:
            likeliest = odd, found.with_remark(remark("scale_unlikely", what=what))
    if poor is not None:
        return poor
    if likeliest is not None:
        return likeliest[1]
    assert problem is not None
    plain = grids[0].bend is None and correction == Correction()
    if problem.remark.code == "unclear_time" and plain:
        # Columns and pulses contradict it alike: parts of a cell of 5 mm passed for millimetres.
        for times in PARTS:
            with suppress(PageError):
                other = scaled(grids[0], times)
                found = _read_under(scan, view, other, layout, correction, with_picture)
                if size.against(found.sheet, 1.0, other.guessed)[0] < size.UNLIKELY:
                    return found
    if problem.remark.code == "unclear_scale":
        # What was taken for a grid is none: rows, creases or print.
        with suppress(PageError):
            lying, grid = _without_grid(view, correction.quarter_turns is None)
            return _read_under(scan, lying, grid, layout, correction, with_picture)
    raise problem


def _read_under(
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
    _check_geometry(grid, remarks)
    flat, found = _sheet_of(view, grid, correction, layout, free)
    remarks.extend(_check_cut(found.sheet, found.flat, correction))
    twelve = sum(len(row) for row in found.sheet.draft.leads) > STRIP_ROWS
    if twelve and not layout and correction == Correction() and _hardly_there(found.sheet):
        raise refuse("unclear_rows")
    remarks.extend(found.remarks)
    composed = page_of(scan, found.flat, found.sheet, float(np.mean(grid.px_per_mm)), with_picture)
    page = replace(
        composed.page, remarks=(*as_filed.remarks(scan), *remarks, *composed.page.remarks)
    )
    if with_picture:
        page = replace(page, sheet=as_printed(found.flat, found.sheet, composed))
    doubts = (*plausible.remarks(page), *swapped.remarks_on_scan(page))
    page = replace(page, remarks=(*page.remarks, *doubts))
    codes = {one.code for one in page.remarks}
    left = laws.unexplained(found.sheet.draft)
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
        _to_flat(flat, found.quarter_turns),
        found.sheet,
        replace(composed, page=page),
    )


def _hardly_there(sheet: Sheet) -> bool:
    """Whether next to nothing speaks for a sheet, or much of its rows was not found."""
    drawn = next((one.value for one in sheet.draft.said if one.law == "drawn"), 0.0)
    return sheet.score < LEAST_SCORE or drawn < LEAST_DRAWN


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
            flat = _flat(view, grid, coloured)
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
    shown_s = (division.end_mm - left_mm) / sheet.scale.speed
    if seconds < CUT_S:
        raise refuse("cut_off", seconds=shown_s)
    return [remark("partly_cut_off", seconds=shown_s)] if seconds < WHOLE_S else []


def _flat(view: ScanView, grid: FoundGrid, coloured: bool | None = None) -> Flat:
    """The picture made straight, with what stands around the ruled paper."""
    area = _area(view, grid)
    straight = straighten(view.pixels, grid.to_mm, min(grid.px_per_mm), area, grid.bend)
    return flat_of(straight, grid.area_mm, coloured)


def _to_flat(flat: Flat, quarter_turns: int) -> np.ndarray:
    """From mm of the plane to mm of the flat picture once it is upright."""
    height, width = flat.trace.shape
    # `turn` moves pixel centres: without their half pixel, it moves edges.
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    moved = half @ turn(quarter_turns, width, height) @ np.linalg.inv(half)
    raster = np.diag([flat.px_per_mm, flat.px_per_mm, 1.0])
    left, top = flat.corner_mm
    offset = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
    return np.asarray(np.linalg.inv(raster) @ moved @ raster @ offset)


def _without_grid(view: ScanView, free: bool) -> tuple[ScanView, FoundGrid]:
    """Geometry without a grid, the way up that has rows and an upright pulse.

    Rows without an upright pulse may be upside down; a tall picture without rows, sideways.
    """
    problem: PageError | None = None
    turns = [0]
    while turns:
        quarter_turns = turns.pop(0)
        turned = view.turned(quarter_turns)
        try:
            return turned, scale_without_grid(turned.pixels)
        except PageError as error:
            problem = problem or error
            if free and quarter_turns < 2 and error.remark.code == "no_scale":
                turns = [quarter_turns + 2]
            elif free and quarter_turns == 0 and view.pixels.shape[0] > view.pixels.shape[1]:
                turns = [1]
    assert problem is not None
    raise problem


def _check_geometry(grid: FoundGrid, remarks: list[Remark]) -> None:
    if min(grid.px_per_mm) < quality.MIN_PX_PER_MM:
        raise refuse("too_coarse", px_per_mm=min(grid.px_per_mm), least=quality.MIN_PX_PER_MM)
    if abs(grid.angle_deg) > quality.MAX_ANGLE_DEG:
        raise refuse("rotated", angle=grid.angle_deg)
    if grid.residual_mm > quality.MAX_RESIDUAL_MM:
        raise refuse("curved", residual=grid.residual_mm)
    if grid.bend is not None:
        if grid.bend.strain > quality.MAX_STRAIN:
            raise refuse("curved", residual=grid.bend.height_mm)
        remarks.append(remark("flattened", height=grid.bend.height_mm))
    if grid.residual_mm > quality.FLAT_RESIDUAL_MM:
        remarks.append(remark("slightly_curved", residual=grid.residual_mm))


def _area(view: ScanView, grid: FoundGrid) -> tuple[float, float, float, float]:
    """What is looked at: the ruled part of the paper and what the picture shows around it, from
    one 5 mm line to another; of a bent sheet, the ruled part alone."""
    left, top, right, bottom = grid.area_mm
    if grid.bend is not None:
        around = (5.0, 5.0, 5.0, 5.0)
    else:
        height, width = view.pixels.shape[:2]
        corners = projected(
            grid.to_mm, np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
        )
        low, high = corners.min(axis=0), corners.max(axis=0)
        beyond = (left - low[0], top - low[1], high[0] - right, high[1] - bottom)
        sides = np.clip(beyond, 5.0, AROUND_MM)
        around = (float(sides[0]), float(sides[1]), float(sides[2]), float(sides[3]))
    return (
        5.0 * np.floor((left - around[0]) / 5.0),
        5.0 * np.floor((top - around[1]) / 5.0),
        5.0 * np.ceil((right + around[2]) / 5.0),
        5.0 * np.ceil((bottom + around[3]) / 5.0),
    )
