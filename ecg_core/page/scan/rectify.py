"""Scans become pages: find the grid, straighten, take the ink, place the leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page.by_hand import as_json, in_words
from ecg_core.page.correction import Correction, View, view_of
from ecg_core.page.doubts import as_filed, plausible, quality, swapped
from ecg_core.page.doubts.quality import refuse, remark
from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.compose import Squeeze, compose
from ecg_core.page.scan.geometry.bend import Bend
from ecg_core.page.scan.geometry.follow import projected
from ecg_core.page.scan.geometry.grid import Grid, find_grid
from ecg_core.page.scan.geometry.gridless import scale_without_grid
from ecg_core.page.scan.ink import RASTER, Ink, straighten
from ecg_core.page.scan.light import explained
from ecg_core.page.scan.panels import Panels
from ecg_core.page.scan.upright import find_upright
from ecg_core.page.values import EcgPage, PageError, Remark


@dataclass(frozen=True, eq=False)
class Reading:
    """Everything read off a scan on the way to its page.

    to_plane: 3 × 3 homography from pixels of the scan to mm of a plane. bend: what a sheet that
    is not flat adds to it. to_page: 3 × 3, from there to mm of the page as printed (250 mm wide).
    squeeze: how columns move from there when the paper ran faster than 25 mm/s.
    """

    page: EcgPage
    to_plane: np.ndarray
    bend: Bend | None
    to_page: np.ndarray
    panels: Panels
    squeeze: Squeeze | None = None

    @property
    def to_mm(self) -> np.ndarray:
        """Homography from pixels of the scan to mm of the page, as if the sheet were flat."""
        return self.to_page @ self.to_plane

    def on_page(self, points_px: np.ndarray) -> np.ndarray:
        """Where pixels of the scan (n × 2) lie on the page: mm from its top left, n × 2."""
        flat = projected(self.to_plane, points_px)
        if self.bend is not None:
            flat = flat + self.bend.at(flat)
        places = projected(self.to_page, flat)
        return places if self.squeeze is None else self.squeeze.on_page(places)


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
) -> Reading:
    """As `from_scan`, with the geometry that was found.

    with_picture: the page keeps what the scan looks like; the network needs only its ink.
    """
    correction = correction or Correction()
    grids: list[Grid] = []
    try:
        return _read_scan(scan, layout, correction, with_picture, grids)
    except PageError as refusal:
        raise explained(scan.pixels, refusal, bool(grids)) from None


def _read_scan(
    scan: EcgScan,
    layout: str | None,
    correction: Correction,
    with_picture: bool,
    grids: list[Grid],
) -> Reading:
    """As `read_scan`; a grid that was seen is left in `grids`, whatever comes after."""
    view = view_of(scan.pixels, correction.corners_px).turned(correction.quarter_turns or 0)
    height, width = view.pixels.shape[:2]
    if min(height, width) < quality.MIN_SIDE_PX:
        raise refuse("too_small", width=width, height=height, least=quality.MIN_SIDE_PX)
    free = correction.quarter_turns is None
    grid = find_grid(view.pixels)
    remarks: list[Remark] = []
    if grid is None:
        view, grid = _without_grid(view, free)
        remarks.append(remark("no_grid"))
    else:
        grids.append(grid)
        x, y = grid.px_per_mm
        remarks.append(
            remark("geometry", x=x, y=y, angle=grid.angle_deg, residual=grid.residual_mm)
        )
    _check_geometry(grid, remarks)
    area = _area(grid)
    straight = straighten(view.pixels, grid.to_mm, min(grid.px_per_mm), area, grid.bend)
    picture, shown = straight.picture, straight.shown
    lying = find_upright(picture, shown, layout, free)
    found = lying.found(picture, shown, correction)
    remarks.extend(lying.remarks)
    _check_panels(lying.ink, found.panels, remarks)
    remarks.extend(found.calibration.remarks())
    page, move, squeeze = compose(scan, found, float(np.mean(grid.px_per_mm)), with_picture)
    left, top = straight.corner_mm
    offset = np.array([[1.0, 0, -left], [0, 1.0, -top], [0, 0, 1.0]])
    size_mm = (picture.shape[1] / RASTER, picture.shape[0] / RASTER)
    page = replace(page, remarks=(*as_filed.remarks(scan), *remarks, *page.remarks))
    doubts = (*plausible.remarks(page), *swapped.remarks_on_scan(page))
    page = replace(page, remarks=(*page.remarks, *doubts))
    if by_hand := as_json(layout, correction):
        said = remark("by_hand", what=in_words(layout, correction))
        page = replace(page, correction=by_hand, remarks=(*page.remarks, said))
    return Reading(
        page,
        grid.to_mm @ view.from_scan,
        grid.bend,
        move @ lying.turn_mm(*size_mm) @ offset,
        found.panels,
        squeeze,
    )


def _without_grid(view: View, free: bool) -> tuple[View, Grid]:
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


def _check_geometry(grid: Grid, remarks: list[Remark]) -> None:
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


def _area(grid: Grid) -> tuple[float, float, float, float]:
    """The ruled part of the paper and 5 mm around it, from one 5 mm line to another."""
    left, top, right, bottom = grid.area_mm
    return (
        5.0 * np.floor(left / 5.0 - 1.0),
        5.0 * np.floor(top / 5.0 - 1.0),
        5.0 * np.ceil(right / 5.0 + 1.0),
        5.0 * np.ceil(bottom / 5.0 + 1.0),
    )


def _check_panels(ink: Ink, panels: Panels, remarks: list[Remark]) -> None:
    seen = panels.seen_mm / panels.stretch
    if seen < quality.MIN_SEEN_MM:
        raise refuse("cut_off", seconds=seen / 25.0)
    columns = max(len(row) for row in panels.plan.rows)
    told = panels.separators >= min(2, columns - 1) > 0
    if not told and abs(seen - PAGE_WIDTH_MM) > quality.CLEAR_ENDS_MM:
        raise refuse("unclear_time", length=seen)
    if seen < quality.WHOLE_MM:
        remarks.append(remark("partly_cut_off", seconds=seen / 25.0))
    if panels.pulse is not None:
        remarks.append(remark("pulse", height=panels.pulse.height_mm, rows=panels.pulse.rows))
    if abs(panels.stretch - 1.0) > 0.002:
        remarks.append(remark("time_axis", percent=100.0 * (panels.stretch - 1.0)))
    if ink.contrast < quality.FAINT_CONTRAST or ink.contrast < quality.FAINT_SNR * ink.noise:
        remarks.append(remark("faint", contrast=ink.contrast, noise=ink.noise))
    if panels.assumed:
        remarks.append(remark("assumed", what=", ".join(panels.assumed)))
