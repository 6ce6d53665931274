"""From the ink, rows and panels of a straightened scan to the canonical page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import cv2
import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import remark
from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.calibration import Calibration
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.panels import Panels
from ecg_core.page.scan.rows import Row, vertical_runs
from ecg_core.page.values import PEN_MM, PX_PER_MM, EcgPage, LeadBox

INVERTED = "-aVR"
"""The lead that Cabrera's order prints upside down; the page shows it as aVR."""
MAX_OVERSHOOT_MM = 25.0
"""So far beyond half a pitch the outer rows may swing before the page cuts them."""


@dataclass(frozen=True, eq=False)
class Found:
    """What a straightened scan shows: uint8 RGB picture, ink cover (0 to 1), which ink is trace
    (bool), its rows and panels, and the scale it was printed at."""

    picture: np.ndarray
    cover: np.ndarray
    traces: np.ndarray
    rows: tuple[Row, ...]
    panels: Panels
    calibration: Calibration


@dataclass(frozen=True, eq=False)
class Squeeze:
    """How the columns of a print lie on the page when its paper ran faster.

    Every column begins where it was printed and is as much shorter as the paper ran faster.
    bands: top and bottom (mm of the page) of neighbouring rows with equally many columns, and
    how many. time_scale: length on the page, relative to the print.
    """

    bands: tuple[tuple[float, float, int], ...]
    time_scale: float

    def on_page(self, places_mm: np.ndarray) -> np.ndarray:
        """Places (n × 2) of the page as printed, moved to where the page has them."""
        moved = places_mm.copy()
        for top, bottom, columns in self.bands:
            inside = (places_mm[:, 1] >= top) & (places_mm[:, 1] < bottom)
            width = PAGE_WIDTH_MM / columns
            left = width * np.clip(places_mm[inside, 0] // width, 0, columns - 1)
            moved[inside, 0] = left + (places_mm[inside, 0] - left) * self.time_scale
        return moved


def compose(
    scan: EcgScan, found: Found, px_per_mm: float, with_picture: bool = True
) -> tuple[EcgPage, np.ndarray, Squeeze | None]:
    """The page (without remarks about its geometry), and how places of the picture lead to it.

    px_per_mm: resolution of the scan. with_picture: keep what the scan looks like, for people to
    see. The second value is the 3 × 3 homography from mm of the
    picture to mm of the page; the third, where the paper ran faster, tells how columns move then.
    """
    rows, panels = found.rows, found.panels
    tall = found.calibration.height_scale
    top, bottom = _vertical_span(found)
    height = round((bottom - top) * tall * PX_PER_MM)
    size = (round(PAGE_WIDTH_MM * RASTER), round(height * RASTER / PX_PER_MM))
    move = np.array(
        [
            [1 / panels.stretch, 0, -panels.start_mm / panels.stretch],
            [0, tall, -top * tall],
            [0, 0, 1],
        ]
    )
    boxes = _boxes(rows, panels, top, bottom, tall)
    squeeze = _squeeze(boxes, found.calibration.time_scale)
    cleaned = _without_separators(found.cover * found.traces, rows, panels)
    if tall == 1.0 and squeeze is None:
        drawn = _moved(penned(cleaned), move, size, 0.0, None)
    else:
        if squeeze is not None:
            cleaned = cv2.dilate(cleaned, np.ones((1, RASTER // 2), np.uint8))
        drawn = penned(_moved(cleaned, move, size, 0.0, squeeze), upright=True)
    small = cv2.resize(
        drawn, (round(PAGE_WIDTH_MM * PX_PER_MM), height), interpolation=cv2.INTER_AREA
    )
    colour = None
    if with_picture:
        colour = _moved(found.picture, move, size, 255.0, squeeze)
        _blank_print(colour, drawn, rows, top, bottom, tall)
    for box in boxes:
        if box.lead == INVERTED:
            for part in (small,) if colour is None else (small, colour):
                _invert(part, box)
    boxes = _as_shown(boxes, found.calibration.time_scale)
    boxes = tuple(replace(box, lead=box.lead.removeprefix("-")) for box in boxes)
    ink = np.rint(255.0 * np.clip(small, 0.0, 1.0)).astype(np.uint8)
    missing, flat = _absent(rows, panels)
    remarks = []
    if missing:
        remarks.append(remark("missing_leads", leads=", ".join(missing)))
    if flat:
        remarks.append(remark("flat_leads", leads=", ".join(flat)))
    page = EcgPage(
        ink=ink,
        layout=panels.plan.name,
        boxes=boxes,
        source="scan",
        source_name=scan.name,
        source_sha256=scan.sha256,
        missing_leads=missing,
        remarks=tuple(remarks),
        source_px_per_mm=px_per_mm,
        picture=colour,
    )
    return page, move, squeeze


def _invert(picture: np.ndarray, box: LeadBox) -> None:
    """Turn the waves of a box upside down about its zero line, in place."""
    px_per_mm = picture.shape[1] / PAGE_WIDTH_MM
    row = round((box.y0_mm + box.y1_mm) / 2 * px_per_mm)
    half = round((box.y1_mm - box.y0_mm) / 2 * px_per_mm)
    x = slice(round(box.x0_mm * px_per_mm), round(box.x1_mm * px_per_mm))
    part = picture[max(row - half, 0) : row + half + 1, x]
    part[:] = part[::-1].copy()


def _squeeze(boxes: tuple[LeadBox, ...], time_scale: float) -> Squeeze | None:
    if time_scale == 1.0:
        return None
    rows = [list(group) for _, group in groupby(boxes, key=lambda box: box.y0_mm)]
    bands = []
    for columns, alike in groupby(rows, key=len):
        band = list(alike)
        bands.append((band[0][0].y0_mm, band[-1][0].y1_mm, columns))
    return Squeeze(tuple(bands), time_scale)


def _moved(
    picture: np.ndarray,
    move: np.ndarray,
    size: tuple[int, int],
    border: float,
    squeeze: Squeeze | None,
) -> np.ndarray:
    """A picture on the page's canvas (`RASTER` px per mm), column by column where squeezed."""
    raster = np.diag([RASTER, RASTER, 1.0])
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])

    def warped(to_page: np.ndarray) -> np.ndarray:
        shift = np.linalg.inv(half) @ raster @ to_page @ np.linalg.inv(raster) @ half
        return cv2.warpPerspective(
            picture, shift, size, flags=cv2.INTER_LINEAR, borderValue=(border, border, border)
        )

    if squeeze is None:
        return warped(move)
    canvas = np.full_like(picture, border, shape=(size[1], size[0], *picture.shape[2:]))
    for top, bottom, left, width in _pieces(squeeze):
        into = np.array(
            [[squeeze.time_scale, 0, left * (1 - squeeze.time_scale)], [0, 1, 0], [0, 0, 1]]
        )
        y = slice(round(top * RASTER), round(bottom * RASTER))
        x = slice(round(left * RASTER), round((left + width * squeeze.time_scale) * RASTER))
        canvas[y, x] = warped(into @ move)[y, x]
    return canvas


def _pieces(squeeze: Squeeze) -> Iterator[tuple[float, float, float, float]]:
    """Top, bottom, left side and printed width (mm) of every column of every band."""
    for top, bottom, columns in squeeze.bands:
        width = PAGE_WIDTH_MM / columns
        for column in range(columns):
            yield top, bottom, width * column, width


def _as_shown(boxes: tuple[LeadBox, ...], time_scale: float) -> tuple[LeadBox, ...]:
    """Boxes that end where the paper that ran faster shows no more of the lead."""
    if time_scale == 1.0:
        return boxes
    return tuple(
        replace(
            box,
            x1_mm=box.x0_mm + (box.x1_mm - box.x0_mm) * time_scale,
            start_s=box.start_s * time_scale,
            end_s=box.end_s * time_scale,
        )
        for box in boxes
    )


def _vertical_span(found: Found) -> tuple[float, float]:
    """Top and bottom of the page (mm of the picture): half a pitch, or as far as traces swing."""
    traces, rows, panels = found.traces, found.rows, found.panels
    baselines = np.array([row.baseline_px for row in rows]) / RASTER
    pitch = float(np.median(np.diff(baselines))) if len(rows) > 1 else panels.plan.row_pitch_mm
    x0 = max(round(panels.start_mm * RASTER), 0)
    x1 = round((panels.start_mm + PAGE_WIDTH_MM * panels.stretch) * RASTER)
    inked = np.flatnonzero(traces[:, x0:x1].any(axis=1)) / RASTER
    highest, lowest = (inked[0], inked[-1]) if len(inked) else (baselines[0], baselines[-1])
    up = np.clip(baselines[0] - highest + 1.0, pitch / 2, pitch / 2 + MAX_OVERSHOOT_MM)
    down = np.clip(lowest - baselines[-1] + 1.0, pitch / 2, pitch / 2 + MAX_OVERSHOOT_MM)
    # Whole canonical pixels.
    fine = PX_PER_MM * found.calibration.height_scale
    top = np.floor((baselines[0] - up) * fine) / fine
    bottom = np.ceil((baselines[-1] + down) * fine) / fine
    return float(top), float(bottom)


def _blank_print(
    colour: np.ndarray,
    drawn: np.ndarray,
    rows: tuple[Row, ...],
    top: float,
    bottom: float,
    tall: float,
) -> None:
    """Take print off the picture where only tall waves reach into header and footer, in place."""
    baselines = np.array([row.baseline_px for row in rows]) / RASTER
    half = float(np.median(np.diff(baselines))) / 2 if len(rows) > 1 else (bottom - top) / 2
    near = cv2.dilate((drawn > 0.2).astype(np.uint8), np.ones((2 * RASTER, 2 * RASTER), np.uint8))
    above = max(round((baselines[0] - half - top) * tall * RASTER), 0)
    below = round((baselines[-1] + half - top) * tall * RASTER)
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


def penned(cover: np.ndarray, upright: bool = False) -> np.ndarray:
    """Ink with its pen brought near `PEN_MM`; upright: where only heights were rescaled."""
    columns = cover[:, ::3]
    column, start, end = vertical_runs(columns > 0.2)
    short = (end - start > 0) & (end - start < 2 * RASTER)
    if not short.any():
        return cover
    total = np.vstack([np.zeros((1, columns.shape[1])), np.cumsum(columns, axis=0)])
    # Where mains hum thickens a trace, its thin parts say how wide the pen is.
    width = float(np.percentile((total[end, column] - total[start, column])[short], 30))
    change = round(PEN_MM * RASTER - width)
    if -2 < change < 1:
        return cover
    size = (1 if upright else abs(change) + 1, abs(change) + 1)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, size)
    return cv2.dilate(cover, kernel) if change > 0 else cv2.erode(cover, kernel)


def _boxes(
    rows: tuple[Row, ...], panels: Panels, top: float, bottom: float, tall: float
) -> tuple[LeadBox, ...]:
    baselines = (np.array([row.baseline_px for row in rows]) / RASTER - top) * tall
    between = (baselines[1:] + baselines[:-1]) / 2
    tops, bottoms = np.append(0.0, between), np.append(between, (bottom - top) * tall)
    pitch = panels.plan.row_pitch_mm
    boxes = []
    for box in panels.plan.boxes():
        row = round(box.y0_mm / pitch)
        boxes.append(replace(box, y0_mm=float(tops[row]), y1_mm=float(bottoms[row])))
    return tuple(boxes)


def _absent(rows: tuple[Row, ...], panels: Panels) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leads without a trace, and leads whose trace is a straight line."""
    missing, flat = [], []
    for box in panels.plan.boxes():
        row = rows[round(box.y0_mm / panels.plan.row_pitch_mm)]
        x0 = max(round((panels.start_mm + (box.x0_mm + 2) * panels.stretch) * RASTER), 0)
        x1 = round((panels.start_mm + (box.x1_mm - 2) * panels.stretch) * RASTER)
        filled, curve = row.filled[x0:x1], row.curve_px[x0:x1]
        if not filled.size or filled.mean() < quality.MISSING_SHARE:
            missing.append(box.lead.removeprefix("-"))
        elif np.ptp(curve[filled]) < quality.FLAT_MM * RASTER:
            flat.append(box.lead.removeprefix("-"))
    return tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(flat))
