"""Scans become pages: find the grid, straighten, take the ink, place the leads."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page import plausible, quality
from ecg_core.page.bend import Bend
from ecg_core.page.follow import projected
from ecg_core.page.grid import Grid, find_grid
from ecg_core.page.gridless import scale_without_grid
from ecg_core.page.ink import RASTER, Ink, separate, straighten
from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.panels import Panels, find_panels
from ecg_core.page.quality import refuse, remark
from ecg_core.page.traces import Row, find_rows, keep_traces, without_rules
from ecg_core.page.values import PX_PER_MM, EcgPage, LeadBox, PageError, Remark

PEN_MM = 0.5
"""Width of the pen on pages drawn from records; ink of scans is brought near it."""
MAX_OVERSHOOT_MM = 25.0
"""So far beyond half a pitch the outer rows may swing before the page cuts them."""


@dataclass(frozen=True, eq=False)
class Reading:
    """Everything read off a scan on the way to its page.

    to_plane: 3 × 3 homography from pixels of the scan to mm of a plane. bend: what a sheet that
    is not flat adds to it. to_page: 3 × 3, from there to mm of the page (10 s = 250 mm wide).
    """

    page: EcgPage
    to_plane: np.ndarray
    bend: Bend | None
    to_page: np.ndarray
    panels: Panels

    @property
    def to_mm(self) -> np.ndarray:
        """Homography from pixels of the scan to mm of the page, as if the sheet were flat."""
        return self.to_page @ self.to_plane

    def on_page(self, points_px: np.ndarray) -> np.ndarray:
        """Where pixels of the scan (n × 2) lie on the page: mm from its top left, n × 2."""
        flat = projected(self.to_plane, points_px)
        if self.bend is not None:
            flat = flat + self.bend.at(flat)
        return projected(self.to_page, flat)


def from_scan(scan: EcgScan, layout: str | None = None) -> EcgPage:
    """Read the page off a scan: true to scale, upright, ink only.

    layout: name of the layout when the reader knows it; otherwise it is found.
    Raises PageError, with a reason from `quality.LIMITS`, when the scan cannot be read safely.
    """
    return read_scan(scan, layout).page


def read_scan(scan: EcgScan, layout: str | None = None) -> Reading:
    """As `from_scan`, with the geometry that was found."""
    height, width = scan.pixels.shape[:2]
    if min(height, width) < quality.MIN_SIDE_PX:
        raise refuse("too_small", width=width, height=height)
    grid = find_grid(scan.pixels)
    remarks: list[Remark] = []
    if grid is None:
        grid = scale_without_grid(scan.pixels)
        remarks.append(remark("no_grid"))
    else:
        x, y = grid.px_per_mm
        remarks.append(
            remark("geometry", x=x, y=y, angle=grid.angle_deg, residual=grid.residual_mm)
        )
    _check_geometry(grid, remarks)
    area = _area(grid)
    picture, shown = straighten(scan.pixels, grid.to_mm, min(grid.px_per_mm), area, grid.bend)
    ink, traces, rows, panels = _read_ink(picture, shown, layout)
    picture[~shown] = 255
    _check_panels(ink, panels, remarks)
    offset = np.array([[1.0, 0, -area[0]], [0, 1.0, -area[1]], [0, 0, 1.0]])
    return _page(scan, grid, offset, picture, ink, traces, rows, panels, remarks)


def _check_geometry(grid: Grid, remarks: list[Remark]) -> None:
    if min(grid.px_per_mm) < quality.MIN_PX_PER_MM:
        raise refuse("too_coarse", px_per_mm=min(grid.px_per_mm))
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


def _read_ink(
    picture: np.ndarray, shown: np.ndarray, layout: str | None
) -> tuple[Ink, np.ndarray, tuple[Row, ...], Panels]:
    """Ink, traces, rows and panels; traces in colour are tried when there are no dark ones."""
    problem: PageError | None = None
    for coloured in (False, True):
        ink = separate(picture, shown, coloured)
        if ink.contrast < quality.NO_CONTRAST:
            problem = problem or refuse("not_an_ecg")
            continue
        if ink.contrast < quality.MIN_CONTRAST or ink.contrast < quality.MIN_SNR * ink.noise:
            problem = problem or refuse("too_blurred", contrast=ink.contrast, noise=ink.noise)
            continue
        traces = keep_traces(ink.cover)
        rows = find_rows(traces)
        if not rows:
            traces = without_rules(traces)
            rows = find_rows(traces)
        if not rows:
            sparse = traces.mean() < 0.003
            problem = problem or refuse("not_an_ecg" if sparse else "unclear_rows")
            continue
        panels = find_panels(ink.cover, rows, layout)
        if panels is None:
            problem = problem or refuse("unknown_layout", rows=len(rows))
            continue
        return ink, traces, rows, panels
    assert problem is not None
    raise problem


def _check_panels(ink: Ink, panels: Panels, remarks: list[Remark]) -> None:
    seen = panels.seen_mm / panels.stretch
    if seen < quality.MIN_SEEN_MM:
        raise refuse("cut_off", seconds=seen / 25.0)
    if panels.separators < 2 and abs(seen - PAGE_WIDTH_MM) > quality.CLEAR_ENDS_MM:
        raise refuse("unclear_time", length=seen)
    if seen < quality.WHOLE_MM:
        remarks.append(remark("partly_cut_off", seconds=seen / 25.0))
    if panels.pulse is not None:
        if abs(panels.pulse.height_mm - 10.0) > 1.5:
            what = f"The calibration pulse is {panels.pulse.height_mm:.0f} mm high."
            raise refuse("unknown_calibration", what=what)
        remarks.append(remark("pulse", height=panels.pulse.height_mm, rows=panels.pulse.rows))
    if abs(panels.stretch - 1.0) > 0.002:
        remarks.append(remark("time_axis", percent=100.0 * (panels.stretch - 1.0)))
    if ink.contrast < quality.FAINT_CONTRAST or ink.contrast < quality.FAINT_SNR * ink.noise:
        remarks.append(remark("faint", contrast=ink.contrast, noise=ink.noise))
    if panels.assumed:
        remarks.append(remark("assumed", what=", ".join(panels.assumed)))


def _page(
    scan: EcgScan,
    grid: Grid,
    offset: np.ndarray,
    picture: np.ndarray,
    ink: Ink,
    traces: np.ndarray,
    rows: tuple[Row, ...],
    panels: Panels,
    remarks: list[Remark],
) -> Reading:
    top, bottom = _vertical_span(traces, rows, panels)
    height = round((bottom - top) * PX_PER_MM)
    size = (round(PAGE_WIDTH_MM * RASTER), round(height * RASTER / PX_PER_MM))
    move = np.array(
        [[1 / panels.stretch, 0, -panels.start_mm / panels.stretch], [0, 1, -top], [0, 0, 1.0]]
    )
    raster = np.diag([RASTER, RASTER, 1.0])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    shift = np.linalg.inv(half) @ raster @ move @ np.linalg.inv(raster) @ half
    cleaned = _without_separators(ink.cover * traces, rows, panels)
    drawn = cv2.warpPerspective(_penned(cleaned), shift, size, flags=cv2.INTER_LINEAR)
    small = cv2.resize(
        drawn, (round(PAGE_WIDTH_MM * PX_PER_MM), height), interpolation=cv2.INTER_AREA
    )
    colour = cv2.warpPerspective(
        picture, shift, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255)
    )
    boxes = _boxes(rows, panels, top, bottom)
    _blank_print(colour, drawn, rows, top, bottom)
    missing, flat = _absent(rows, boxes, panels)
    if missing:
        remarks.append(remark("missing_leads", leads=", ".join(missing)))
    if flat:
        remarks.append(remark("flat_leads", leads=", ".join(flat)))
    page = EcgPage(
        ink=np.rint(255.0 * np.clip(small, 0.0, 1.0)).astype(np.uint8),
        layout=panels.plan.name,
        boxes=boxes,
        source="scan",
        source_name=scan.name,
        source_sha256=scan.sha256,
        missing_leads=missing,
        source_px_per_mm=float(np.mean(grid.px_per_mm)),
        picture=colour,
    )
    page = replace(page, remarks=(*remarks, *plausible.remarks(page)))
    return Reading(page, grid.to_mm, grid.bend, move @ offset, panels)


def _vertical_span(
    traces: np.ndarray, rows: tuple[Row, ...], panels: Panels
) -> tuple[float, float]:
    """Top and bottom of the page (mm of the picture): half a pitch, or as far as traces swing."""
    baselines = np.array([row.baseline_px for row in rows]) / RASTER
    pitch = float(np.median(np.diff(baselines))) if len(rows) > 1 else panels.plan.row_pitch_mm
    x0 = max(round(panels.start_mm * RASTER), 0)
    x1 = round((panels.start_mm + PAGE_WIDTH_MM * panels.stretch) * RASTER)
    inked = np.flatnonzero(traces[:, x0:x1].any(axis=1)) / RASTER
    highest, lowest = (inked[0], inked[-1]) if len(inked) else (baselines[0], baselines[-1])
    up = np.clip(baselines[0] - highest + 1.0, pitch / 2, pitch / 2 + MAX_OVERSHOOT_MM)
    down = np.clip(lowest - baselines[-1] + 1.0, pitch / 2, pitch / 2 + MAX_OVERSHOOT_MM)
    # Whole canonical pixels.
    top = np.floor((baselines[0] - up) * PX_PER_MM) / PX_PER_MM
    bottom = np.ceil((baselines[-1] + down) * PX_PER_MM) / PX_PER_MM
    return float(top), float(bottom)


def _blank_print(
    colour: np.ndarray, drawn: np.ndarray, rows: tuple[Row, ...], top: float, bottom: float
) -> None:
    """Take print off the picture where only tall waves reach into header and footer, in place."""
    baselines = np.array([row.baseline_px for row in rows]) / RASTER
    half = float(np.median(np.diff(baselines))) / 2 if len(rows) > 1 else (bottom - top) / 2
    near = cv2.dilate((drawn > 0.2).astype(np.uint8), np.ones((2 * RASTER, 2 * RASTER), np.uint8))
    above = max(round((baselines[0] - half - top) * RASTER), 0)
    below = round((baselines[-1] + half - top) * RASTER)
    for part in (slice(0, above), slice(below, None)):
        colour[part][near[part] == 0] = 255


def _without_separators(cover: np.ndarray, rows: tuple[Row, ...], panels: Panels) -> np.ndarray:
    """Cut strokes that stand exactly between two columns back to where the traces are."""
    cleaned = cover.copy()
    reach = round(0.8 * RASTER)
    edges = sorted({round(box.x0_mm, 3) for box in panels.plan.boxes()} - {0.0})
    for edge in edges:
        x = round((panels.start_mm + edge * panels.stretch) * RASTER)
        if not 2 * reach < x < cover.shape[1] - 2 * reach:
            continue
        allowed = np.zeros(cover.shape[0], bool)
        for side in (x - 2 * reach, x + 2 * reach):
            allowed |= (cover[:, side - 2 : side + 3] > 0.3).any(axis=1)
        slack = np.ones(round(1.2 * RASTER) | 1)
        keep = np.convolve(allowed, slack, "same") > 0
        strip = cleaned[:, x - reach : x + reach + 1]
        solid = np.asarray((strip > 0.3).any(axis=1))
        # Only a stroke is cut: a run of ink over 4 mm tall in this narrow strip.
        stroke = np.ones((4 * RASTER, 1), np.uint8)
        tall = np.asarray(
            cv2.morphologyEx(solid.astype(np.uint8)[:, None], cv2.MORPH_OPEN, stroke)
        ).ravel()
        strip[(tall > 0) & ~np.asarray(keep)] = 0.0
    return cleaned


def _penned(cover: np.ndarray) -> np.ndarray:
    """Ink with its pen brought near `PEN_MM`."""
    columns = cover[:, ::3]
    edge = np.diff(np.pad(columns > 0.2, ((1, 1), (0, 0))).astype(np.int8), axis=0)
    column, start = np.nonzero((edge == 1).T)
    _, end = np.nonzero((edge == -1).T)
    short = (end - start > 0) & (end - start < 2 * RASTER)
    if not short.any():
        return cover
    total = np.vstack([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    # Where mains hum thickens a trace, its thin parts say how wide the pen is.
    width = float(np.percentile((total[end, column] - total[start, column])[short], 30))
    change = round(PEN_MM * RASTER - width)
    if -2 < change < 1:
        return cover
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(change) + 1, abs(change) + 1))
    return cv2.dilate(cover, kernel) if change > 0 else cv2.erode(cover, kernel)


def _boxes(rows: tuple[Row, ...], panels: Panels, top: float, bottom: float) -> tuple[LeadBox, ...]:
    baselines = np.array([row.baseline_px for row in rows]) / RASTER - top
    between = (baselines[1:] + baselines[:-1]) / 2
    tops, bottoms = np.append(0.0, between), np.append(between, bottom - top)
    pitch = panels.plan.row_pitch_mm
    boxes = []
    for box in panels.plan.boxes():
        row = round(box.y0_mm / pitch)
        boxes.append(replace(box, y0_mm=float(tops[row]), y1_mm=float(bottoms[row])))
    return tuple(boxes)


def _absent(
    rows: tuple[Row, ...], boxes: tuple[LeadBox, ...], panels: Panels
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leads without a trace, and leads whose trace is a straight line."""
    missing, flat = [], []
    row_of = {round(box.y0_mm, 6): i for i, box in enumerate({b.y0_mm: b for b in boxes}.values())}
    for box in boxes:
        row = rows[row_of[round(box.y0_mm, 6)]]
        x0 = max(round((panels.start_mm + (box.x0_mm + 2) * panels.stretch) * RASTER), 0)
        x1 = round((panels.start_mm + (box.x1_mm - 2) * panels.stretch) * RASTER)
        filled, curve = row.filled[x0:x1], row.curve_px[x0:x1]
        if not filled.size or filled.mean() < quality.MISSING_SHARE:
            missing.append(box.lead)
        elif np.ptp(curve[filled]) < quality.FLAT_MM * RASTER:
            flat.append(box.lead)
    return tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(flat))
