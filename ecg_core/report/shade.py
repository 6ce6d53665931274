"""Attention under the traces of a report: each part of a lead where the lead lies now."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from ecg_core.network.shade import heat_image
from ecg_core.page.layouts import CANVAS_MARGIN_MM, SPEED_MM_PER_S, Layout
from ecg_core.page.values import PX_PER_MM, EcgPage, LeadBox

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

MM = 72.0 / 25.4
"""Points in a millimetre."""
STRENGTH = 0.55
"""How strong the shade is: grid and traces are drawn over it and stand out, in grey too."""

Rectangle = tuple[float, float, float, float]
"""x0, y0, x1, y1 in mm from the upper left corner of a page or of the area."""


def draw(
    canvas: Canvas,
    heat: np.ndarray,
    page: EcgPage,
    plan: Layout | None,
    left_mm: float,
    top_mm: float,
    size: float = 1.0,
) -> None:
    """Draw the shade; what lies over it is drawn later.

    heat: page height × width in page pixels, 0 to 1. plan: how the leads are laid out anew, None
    where the page lies as it is, `size` times as large. left_mm, top_mm: of the area's upper
    left corner, from the lower left corner of the sheet.
    """
    from reportlab.lib.utils import ImageReader

    shade = heat_image(heat)
    shade[..., 3] = (shade[..., 3] * STRENGTH).astype(np.uint8)
    whole = (0.0, 0.0, page.width_mm, page.height_mm)
    placed = [(whole, whole)] if plan is None else pieces(page.boxes, plan)
    for source, (x0, y0, x1, y1) in placed:
        first, top, last, bottom = (round(mm * PX_PER_MM) for mm in source)
        part = shade[max(top, 0) : bottom, max(first, 0) : last]
        if not part.size or not part[..., 3].any():
            continue
        buffer = io.BytesIO()
        Image.fromarray(part).save(buffer, "PNG")
        buffer.seek(0)
        canvas.drawImage(
            ImageReader(buffer),
            (left_mm + x0 * size) * MM,
            (top_mm - y1 * size) * MM,
            (x1 - x0) * size * MM,
            (y1 - y0) * size * MM,
            mask="auto",
        )


def pieces(boxes: tuple[LeadBox, ...], plan: Layout) -> Iterator[tuple[Rectangle, Rectangle]]:
    """Where each part of the heat lies on the page, and where it goes: as in the viewer, the box
    that shows most of the lead's seconds, within the lead's own row."""
    for target in plan.boxes():
        shared = {
            box: min(box.end_s, target.end_s) - max(box.start_s, target.start_s)
            for box in boxes
            if box.lead == target.lead
        }
        if not shared or max(shared.values()) <= 1e-6:
            continue
        box = max(shared, key=lambda one: (shared[one], -(one.end_s - one.start_s)))
        start_s, width_mm = max(box.start_s, target.start_s), shared[box] * SPEED_MM_PER_S
        from_mm = box.x0_mm + (start_s - box.start_s) * SPEED_MM_PER_S
        to_mm = target.x0_mm + (start_s - target.start_s) * SPEED_MM_PER_S
        yield (
            (from_mm, box.y0_mm, from_mm + width_mm, box.y1_mm),
            (
                to_mm,
                target.y0_mm + CANVAS_MARGIN_MM,
                to_mm + width_mm,
                target.y1_mm + CANVAS_MARGIN_MM,
            ),
        )
