"""Printing a record as a colour ECG sheet, the way carts and export programs draw it.

The network never reads these sheets: they are what `from_scan` is tested on, what demo pages are
made of, and what `conditions` degrades.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.page.layouts import (
    GAIN_MM_PER_MV,
    PAGE_WIDTH_MM,
    SCANNED,
    SPEED_MM_PER_S,
    Layout,
    strip_layout,
)
from ecg_core.page.values import LeadBox

DRAWN_PX_PER_MM = 20.0
"""Ink is drawn at least this fine and then averaged down, so that pens may be any width."""

PULSE_S, PULSE_MV = 0.2, 1.0
_SUBPIXEL_BITS = 4

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Grid:
    """Colours and line widths of printed paper; None where that line is not printed."""

    paper: Rgb
    fine: Rgb | None
    bold: Rgb | None
    fine_mm: float = 0.10
    bold_mm: float = 0.20


GRIDS: dict[str, Grid] = {
    "pink": Grid((255, 250, 248), (250, 205, 205), (238, 150, 150)),
    "red": Grid((255, 252, 250), (245, 165, 160), (225, 85, 80)),
    "orange": Grid((255, 253, 246), (252, 212, 170), (240, 160, 90)),
    "green": Grid((252, 255, 252), (195, 230, 200), (120, 190, 130)),
    "blue_grey": Grid((250, 251, 254), (205, 214, 228), (150, 165, 190)),
    "grey": Grid((255, 255, 255), (215, 215, 215), (165, 165, 165)),
    "none": Grid((255, 255, 255), None, None),
}
"""Paper by name; "none" is plain white paper."""


@dataclass(frozen=True)
class PrintStyle:
    """What a sheet looks like beside its traces.

    grid: a name in `GRIDS`. label: "above", "on", "below" or "none" (lead names against the
    trace). pulse: calibration pulse "left", "right" or "none". separators: between columns,
    "none", "ticks" or "full". grid_everywhere: the paper is ruled to its edges, not only around
    the traces. frame: a line around the ruled area. grid_offset_mm: where the first 5 mm
    crossing lies from the corner of the ruled area. footer: may name {speed} and {gain}. Widths
    and margins in mm.
    """

    grid: str = "pink"
    pen_mm: float = 0.35
    ink: Rgb = (18, 18, 26)
    label: str = "above"
    label_mm: float = 3.0
    pulse: str = "left"
    separators: str = "ticks"
    header: tuple[str, ...] = (
        "Name: SAMPLE, Print   ID: 000000   Sex: -   Age: --   01-Jan-2000 12:00",
        "HR -- bpm   PR --- ms   QRS --- ms   QT/QTc ---/--- ms   Axis -- deg",
    )
    footer: str = "{speed:g} mm/s   {gain:g} mm/mV   0.05\u2013150 Hz"
    side_mm: float = 16.0
    top_mm: float = 20.0
    bottom_mm: float = 12.0
    paper_mm: float = 4.0
    grid_everywhere: bool = False
    frame: bool = False
    grid_offset_mm: tuple[float, float] = (0.0, 0.0)
    speed_mm_per_s: float = SPEED_MM_PER_S
    gain_mm_per_mv: float = GAIN_MM_PER_MV


@dataclass(frozen=True, eq=False)
class PrintedPage:
    """A printed sheet and the truth about it.

    pixels: uint8, height × width × 3, RGB. boxes: of the drawn leads, in mm from the top left
    of the sheet. origin_mm: where time zero and the top of the first row lie on the sheet.
    """

    pixels: np.ndarray
    px_per_mm: float
    boxes: tuple[LeadBox, ...]
    origin_mm: tuple[float, float]
    layout: Layout


def print_record(
    record: EcgRecord,
    layout: str = "3x4+1R",
    px_per_mm: float = 8.0,
    style: PrintStyle | None = None,
) -> PrintedPage:
    """Print the first ten seconds of a record, exactly as its signals are (no filter).

    Where the paper runs faster than 25 mm/s, columns show as much less. layout: a name in
    `SCANNED`, or "strip" for the record's first three leads.
    Raises ValueError for an unknown layout, grid, label, pulse or separator.
    """
    style = style or PrintStyle()
    plan = _plan(record, layout)
    _check(style)
    scale = int(np.ceil(DRAWN_PX_PER_MM / px_per_mm))
    origin = (style.side_mm, style.top_mm)
    shown = SPEED_MM_PER_S / style.speed_mm_per_s
    width = round((2 * style.side_mm + PAGE_WIDTH_MM) * px_per_mm)
    height = round((style.top_mm + plan.height_mm + style.bottom_mm) * px_per_mm)
    boxes = tuple(
        replace(
            box,
            x0_mm=box.x0_mm + origin[0],
            x1_mm=box.x1_mm + origin[0],
            y0_mm=box.y0_mm + origin[1],
            y1_mm=box.y1_mm + origin[1],
            start_s=box.start_s * shown,
            end_s=box.end_s * shown,
        )
        for box in plan.boxes()
    )
    pen = _Pen(np.zeros((height * scale, width * scale), np.uint8), px_per_mm * scale)
    for box in boxes:
        _draw_lead(pen, record, box, style)
    _draw_furniture(pen, plan, boxes, style)
    ink = cv2.resize(pen.ink, (width, height), interpolation=cv2.INTER_AREA)
    cover = ink[:, :, None].astype(np.float32) / 255.0
    paper = _ruled_paper(width, height, px_per_mm, style)
    pixels = paper * (1.0 - cover) + np.array(style.ink, np.float32) * cover
    return PrintedPage(np.rint(pixels).astype(np.uint8), px_per_mm, boxes, origin, plan)


class _Pen:
    """Draws in millimetres into an 8-bit ink picture."""

    def __init__(self, ink: np.ndarray, px_per_mm: float) -> None:
        self.ink = ink
        self.px_per_mm = px_per_mm
        self.face = cv2.FontFace("sans")

    def line(self, x_mm: np.ndarray, y_mm: np.ndarray, pen_mm: float) -> None:
        # cv2 counts from pixel centres, millimetres from pixel edges.
        points = np.stack([x_mm, y_mm], axis=1) * self.px_per_mm - 0.5
        fixed = np.rint(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)
        thickness = max(1, round(pen_mm * self.px_per_mm))
        cv2.polylines(self.ink, [fixed], False, 255, thickness, cv2.LINE_AA, _SUBPIXEL_BITS)

    def text(self, text: str, x_mm: float, y_mm: float, height_mm: float) -> None:
        size = round(height_mm * self.px_per_mm / 0.72)  # capitals are 0.72 of the font size
        where = (round(x_mm * self.px_per_mm), round(y_mm * self.px_per_mm))
        cv2.putText(self.ink, text, where, 255, self.face, size, 500)


def _plan(record: EcgRecord, layout: str) -> Layout:
    if layout == "strip":
        return strip_layout(record.leads[:3])
    if layout not in SCANNED:
        raise ValueError(f"unknown layout {layout!r}; known: strip, {', '.join(SCANNED)}")
    return SCANNED[layout]


def _check(style: PrintStyle) -> None:
    for name, value, known in (
        ("grid", style.grid, tuple(GRIDS)),
        ("label", style.label, ("above", "on", "below", "none")),
        ("pulse", style.pulse, ("left", "right", "none")),
        ("separators", style.separators, ("none", "ticks", "full")),
    ):
        if value not in known:
            raise ValueError(f"unknown {name} {value!r}; known: {', '.join(known)}")


def _draw_lead(pen: _Pen, record: EcgRecord, box: LeadBox, style: PrintStyle) -> None:
    baseline = (box.y0_mm + box.y1_mm) / 2
    if style.label != "none":
        away = min(6.0, 0.3 * (box.y1_mm - box.y0_mm))
        rise = {"above": -away, "on": 0.5 * style.label_mm, "below": away + style.label_mm}
        pen.text(box.lead, box.x0_mm + 1.0, baseline + rise[style.label], style.label_mm)
    recorded = box.lead.removeprefix("-")
    if recorded not in record.leads:
        return
    first = max(round(box.start_s * record.fs_hz), 0)
    last = round(box.end_s * record.fs_hz) + 1
    mv = record.signals_mv[record.leads.index(recorded), first:last]
    if recorded != box.lead:
        mv = -mv
    x = box.x0_mm + (np.arange(len(mv)) + first - box.start_s * record.fs_hz) * (
        style.speed_mm_per_s / record.fs_hz
    )
    y = baseline - mv * style.gain_mm_per_mv
    valid = np.flatnonzero(np.isfinite(mv))
    for run in np.split(valid, np.flatnonzero(np.diff(valid) > 1) + 1):
        if len(run) > 1:
            pen.line(x[run], y[run], style.pen_mm)


def _draw_furniture(pen: _Pen, plan: Layout, boxes: tuple[LeadBox, ...], style: PrintStyle) -> None:
    left = boxes[0].x0_mm
    right = left + PAGE_WIDTH_MM
    for row in range(len(plan.rows)):
        baseline = boxes[0].y0_mm + plan.baseline_mm(row)
        if style.pulse != "none":
            foot = 1.5
            width = PULSE_S * style.speed_mm_per_s
            start = left - width - 3 * foot if style.pulse == "left" else right + foot
            x = start + np.array([0, foot, foot, foot + width, foot + width, 2 * foot + width])
            y = baseline - PULSE_MV * style.gain_mm_per_mv * np.array([0, 0, 1, 1, 0, 0])
            pen.line(x, y, style.pen_mm)
    if style.separators != "none":
        for box in boxes:
            if box.start_s > 0:
                middle = (box.y0_mm + box.y1_mm) / 2
                reach = 4.0 if style.separators == "ticks" else plan.row_pitch_mm / 2
                at = np.array([box.x0_mm, box.x0_mm])
                pen.line(at, middle + np.array([-reach, reach]), style.pen_mm)
    for number, text in enumerate(style.header):
        pen.text(text, style.paper_mm + 2.0, style.paper_mm + 3.5 + 5.0 * number, 2.6)
    sheet_bottom = pen.ink.shape[0] / pen.px_per_mm
    footer = style.footer.format(speed=style.speed_mm_per_s, gain=style.gain_mm_per_mv)
    pen.text(footer, style.paper_mm + 2.0, sheet_bottom - style.paper_mm - 1.0, 2.6)


@lru_cache(maxsize=8)
def _ruled_paper(width: int, height: int, px_per_mm: float, style: PrintStyle) -> np.ndarray:
    grid = GRIDS[style.grid]
    paper = np.empty((height, width, 3), np.float32)
    paper[:] = grid.paper
    if style.grid_everywhere:
        area = (0.0, 0.0, width / px_per_mm, height / px_per_mm)
    else:
        header = style.paper_mm + (5.0 * len(style.header) if style.header else 0.0)
        footer = style.paper_mm + (5.0 if style.footer else 0.0)
        area = (
            style.paper_mm,
            min(header, style.top_mm),
            width / px_per_mm - style.paper_mm,
            height / px_per_mm - min(footer, style.bottom_mm),
        )
    x0, y0, x1, y1 = area
    for colour, pitch, line in ((grid.fine, 1.0, grid.fine_mm), (grid.bold, 5.0, grid.bold_mm)):
        if colour is None:
            continue
        at_x = np.arange(x0 + style.grid_offset_mm[0] % pitch, x1 + 1e-6, pitch)
        at_y = np.arange(y0 + style.grid_offset_mm[1] % pitch, y1 + 1e-6, pitch)
        _rule(paper, at_x, at_y, area, line, px_per_mm, colour)
    if style.frame and grid.bold is not None:
        _rule(paper, np.array([x0, x1]), np.array([y0, y1]), area, 0.5, px_per_mm, grid.bold)
    paper.setflags(write=False)
    return paper


def _rule(
    paper: np.ndarray,
    at_x: np.ndarray,
    at_y: np.ndarray,
    area: tuple[float, float, float, float],
    line_mm: float,
    px_per_mm: float,
    colour: Rgb,
) -> None:
    """Blend lines into the paper, each pixel by the share of it that the line covers."""
    height, width = paper.shape[:2]
    across = _cover(width, at_x, line_mm, px_per_mm)[None, :]
    down = _cover(height, at_y, line_mm, px_per_mm)[:, None]
    inside_x = _span(width, area[0], area[2], px_per_mm)[None, :]
    inside_y = _span(height, area[1], area[3], px_per_mm)[:, None]
    cover = (np.maximum(across, down) * inside_x * inside_y)[:, :, None]
    paper += (np.array(colour, np.float32) - paper) * cover


def _cover(size: int, at_mm: np.ndarray, line_mm: float, px_per_mm: float) -> np.ndarray:
    """Share of each of `size` pixels that lines at `at_mm` cover."""
    edges = np.arange(size + 1) / px_per_mm
    inked = np.zeros(size + 1)
    for at in at_mm:
        inked += np.clip(edges - (at - line_mm / 2), 0.0, line_mm)
    return np.minimum(np.diff(inked) * px_per_mm, 1.0).astype(np.float32)


def _span(size: int, start_mm: float, end_mm: float, px_per_mm: float) -> np.ndarray:
    edges = np.clip(np.arange(size + 1) / px_per_mm, start_mm, end_mm)
    return (np.diff(edges) * px_per_mm).astype(np.float32)
