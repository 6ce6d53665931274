"""The ECG of a report, drawn as vectors and true to scale: 25 mm/s and 10 mm/mV."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ecg_core.page import layouts
from ecg_core.page.layouts import GAIN_MM_PER_MV, PAGE_WIDTH_MM, SPEED_MM_PER_S, Layout
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from ecg_core.report import shade
from ecg_core.report.shade import MM

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FINE, COARSE, INK = (0.97, 0.86, 0.84), (0.92, 0.70, 0.67), (0.07, 0.09, 0.10)
DRAWN_FS_HZ = 260.0
"""More points than this are not seen on paper."""
PULSE_MM = 5.0
TALLEST_MM = 140.0


def plan_of(page: EcgPage, waves: Waves | None) -> Layout:
    """How the ECG is laid out: 3×4 with one rhythm strip, or its few leads as strips."""
    if waves is None:
        return layouts.LAYOUTS.get(page.layout, layouts.LAYOUTS[layouts.DEFAULT_LAYOUT])
    if len(waves.leads) <= 3:
        return layouts.strip_layout(waves.leads)
    return layouts.LAYOUTS[layouts.DEFAULT_LAYOUT]


def height_mm(page: EcgPage, waves: Waves | None) -> float:
    """Height of the area on paper."""
    if waves is None:
        return page.height_mm * scale(page, waves)
    return plan_of(page, waves).canvas_mm


def scale(page: EcgPage, waves: Waves | None) -> float:
    """1, but for a page that cannot be laid out anew and is too tall for the report."""
    return min(1.0, TALLEST_MM / page.height_mm) if waves is None else 1.0


def draw(
    canvas: Canvas,
    page: EcgPage,
    waves: Waves | None,
    left_mm: float,
    top_mm: float,
    heat: np.ndarray | None = None,
) -> None:
    """Draw grid, traces, lead names and calibration pulses.

    left_mm, top_mm: of the area's upper left corner, from the lower left corner of the sheet.
    heat: attention in page pixels, laid under the traces.
    """
    tall = height_mm(page, waves)
    if heat is not None:
        plan_anew = None if waves is None else plan_of(page, waves)
        shade.draw(canvas, heat, page, plan_anew, left_mm, top_mm, scale(page, waves))
    if waves is None:
        size = scale(page, waves)
        # A grid as much smaller as the traces: squares are still 40 ms and 0.1 mV.
        grid(canvas, left_mm, top_mm - tall, page.width_mm * size, tall, size)
        _ink(canvas, page, left_mm, top_mm, size)
        for box in page.boxes:
            x, y = left_mm + (box.x0_mm + 1.5) * size, top_mm - (box.y0_mm + 3.0) * size
            name(canvas, box.lead, x, y)
        return
    grid(canvas, left_mm, top_mm - tall, PAGE_WIDTH_MM, tall)
    plan = plan_of(page, waves)
    rows = [row for row, leads in enumerate(plan.rows) for _ in leads]
    for box, row in zip(plan.boxes(), rows, strict=True):
        zero_mm = top_mm - plan.baseline_mm(row) - layouts.CANVAS_MARGIN_MM
        if box.lead in waves.leads:
            wave = waves.mv[waves.leads.index(box.lead)]
            part, fs_hz = _part(wave, waves.fs_hz, box.start_s, box.end_s)
            trace(canvas, part, fs_hz, left_mm + box.x0_mm, zero_mm)
        name_mm = top_mm - box.y0_mm - layouts.CANVAS_MARGIN_MM - 3.0
        name(canvas, box.lead, left_mm + box.x0_mm + 1.5, name_mm)
        if box.x0_mm > 0:
            canvas.setLineWidth(0.6)
            x = (left_mm + box.x0_mm) * MM
            canvas.line(x, (zero_mm - 2) * MM, x, (zero_mm + 2) * MM)
    for row in range(len(plan.rows)):
        zero_mm = top_mm - plan.baseline_mm(row) - layouts.CANVAS_MARGIN_MM
        pulse(canvas, left_mm - PULSE_MM - 2.0, zero_mm)


def name(canvas: Canvas, lead: str, x_mm: float, y_mm: float) -> None:
    """A lead's name, from its lower left corner."""
    canvas.setFillColorRGB(*INK)
    canvas.setFont("Report", 8)
    canvas.drawString(x_mm * MM, y_mm * MM, lead)


def grid(
    canvas: Canvas, left: float, bottom: float, width: float, height: float, pitch: float = 1.0
) -> None:
    """Lines each `pitch` mm, every fifth of them strong, from the upper left corner."""
    top = bottom + height
    for step, colour, pen in ((1, FINE, 0.25), (5, COARSE, 0.5)):
        canvas.setStrokeColorRGB(*colour)
        canvas.setLineWidth(pen)
        xs = [left + n * pitch for n in range(0, round(width / pitch) + 1, step)]
        ys = [top - n * pitch for n in range(0, int(height / pitch + 1e-6) + 1, step)]
        canvas.lines(
            [(x * MM, bottom * MM, x * MM, top * MM) for x in xs]
            + [(left * MM, y * MM, (left + width) * MM, y * MM) for y in ys]
        )


def _part(wave: np.ndarray, fs_hz: float, start_s: float, end_s: float) -> tuple[np.ndarray, float]:
    part = wave[round(start_s * fs_hz) : round(end_s * fs_hz) + 1]
    step = max(int(fs_hz // DRAWN_FS_HZ), 1)
    return part[::step], fs_hz / step


def trace(canvas: Canvas, mv: np.ndarray, fs_hz: float, x_mm: float, zero_mm: float) -> None:
    """A wave (mV) to the right of `x_mm`; where nothing is known the pen is lifted."""
    canvas.setStrokeColorRGB(*INK)
    canvas.setLineWidth(0.7)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    drawing = False
    for sample, level in enumerate(mv.tolist()):
        if not np.isfinite(level):
            drawing = False
            continue
        x = (x_mm + sample / fs_hz * SPEED_MM_PER_S) * MM
        y = (zero_mm + level * GAIN_MM_PER_MV) * MM
        if drawing:
            path.lineTo(x, y)
        else:
            path.moveTo(x, y)
        drawing = True
    canvas.drawPath(path, stroke=1, fill=0)


def pulse(canvas: Canvas, x_mm: float, zero_mm: float) -> None:
    """1 mV for 0.2 s."""
    top_mm = zero_mm + GAIN_MM_PER_MV
    right_mm = x_mm + PULSE_MM
    canvas.setStrokeColorRGB(*INK)
    canvas.setLineWidth(0.7)
    corners = [(x_mm - 1, zero_mm), (x_mm, zero_mm), (x_mm, top_mm), (right_mm, top_mm)]
    corners += [(right_mm, zero_mm), (right_mm + 1, zero_mm)]
    for (x0, y0), (x1, y1) in pairwise(corners):
        canvas.line(x0 * MM, y0 * MM, x1 * MM, y1 * MM)


def _ink(canvas: Canvas, page: EcgPage, left_mm: float, top_mm: float, size: float) -> None:
    """The page's ink as a picture; `size` 1 is its own in millimetres."""
    from reportlab.lib.utils import ImageReader

    pixels = np.zeros((*page.ink.shape, 4), np.uint8)
    pixels[..., 3] = page.ink
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    buffer.seek(0)
    canvas.drawImage(
        ImageReader(buffer),
        left_mm * MM,
        (top_mm - page.height_mm * size) * MM,
        page.width_mm * size * MM,
        page.height_mm * size * MM,
        mask="auto",
    )
