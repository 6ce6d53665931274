"""Any layout, arranged as the default page: every lead where the network expects it.

A reader's eye finds lead V1 wherever it is printed. The network need not learn that: the boxes of
the page say where each lead lies, so its ink is moved, unscaled, to the place it has on the
3×4 page with one rhythm strip. Layouts that show more than 2.5 s of a lead keep the seconds that
the default page would show; what a layout does not show stays blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecg_core.page import layouts
from ecg_core.page.values import PX_PER_MM, LeadBox

PLAN = layouts.LAYOUTS[layouts.DEFAULT_LAYOUT]
HALF_ROW_MM = PLAN.row_pitch_mm / 2
NEIGHBOUR_SHARE = 0.9
"""So far towards the next row's zero line, in row pitches, a lead's ink is taken."""
SIZE_PX = (round(PLAN.canvas_mm * PX_PER_MM), round(layouts.PAGE_WIDTH_MM * PX_PER_MM))
"""Height and width of an arranged page."""


@dataclass(frozen=True)
class InkMove:
    """One lead's ink on its way: corners in px of the page and of the arranged page, and size."""

    lead: str
    from_y: int
    from_x: int
    to_y: int
    to_x: int
    height: int
    width: int


def arrange(ink: np.ndarray, boxes: Sequence[LeadBox]) -> np.ndarray:
    """The ink of a page (height × width, any type) on the default page, `SIZE_PX`."""
    arranged = np.zeros(SIZE_PX, ink.dtype)
    for m in moves(ink.shape[0], ink.shape[1], boxes):
        target = arranged[m.to_y : m.to_y + m.height, m.to_x : m.to_x + m.width]
        source = ink[m.from_y : m.from_y + m.height, m.from_x : m.from_x + m.width]
        np.maximum(target, source, out=target)
    return arranged


def put_back(
    heat: np.ndarray, height_px: int, width_px: int, boxes: Sequence[LeadBox]
) -> np.ndarray:
    """A map of the arranged page laid where its leads came from; zero elsewhere."""
    page = np.zeros((height_px, width_px), heat.dtype)
    for m in moves(height_px, width_px, boxes):
        target = page[m.from_y : m.from_y + m.height, m.from_x : m.from_x + m.width]
        source = heat[m.to_y : m.to_y + m.height, m.to_x : m.to_x + m.width]
        np.maximum(target, source, out=target)
    return page


def moves(height_px: int, width_px: int, boxes: Sequence[LeadBox]) -> tuple[InkMove, ...]:
    """Where each part of the arranged page comes from; parts beyond the page are left out."""
    if not boxes:
        return ()
    baselines = baselines_mm(boxes)
    first, last = min(baselines), max(baselines)
    steps = np.diff(np.unique(np.round(baselines, 3)))
    pitch = float(np.median(steps)) if len(steps) else PLAN.row_pitch_mm
    half_mm = min(HALF_ROW_MM, NEIGHBOUR_SHARE * pitch)
    found = []
    rows = len(PLAN.rows)
    for row, leads in enumerate(PLAN.rows):
        for slot in [box for box in PLAN.boxes() if _row(box) == row]:
            strip = len(leads) == 1
            at = _strip(boxes) if strip else _showing(slot, boxes)
            if at is None:
                continue
            box, baseline = boxes[at], baselines[at]
            seconds = min(slot.end_s - slot.start_s, box.end_s - box.start_s)
            start_s = min(max(slot.start_s, box.start_s), box.end_s - seconds)
            # The outer rows bring the margin along when nothing is printed there.
            above = layouts.CANVAS_MARGIN_MM if row == 0 and baseline == first else 0.0
            below = layouts.CANVAS_MARGIN_MM if row == rows - 1 and baseline == last else 0.0
            speed = layouts.SPEED_MM_PER_S
            to_x_mm = slot.x0_mm + (max(start_s - slot.start_s, 0.0) * speed if strip else 0.0)
            found.append(
                _move(
                    box.lead,
                    from_mm=(
                        baseline - half_mm - above,
                        box.x0_mm + (start_s - box.start_s) * speed,
                    ),
                    to_mm=(
                        PLAN.baseline_mm(row) + layouts.CANVAS_MARGIN_MM - half_mm - above,
                        min(to_x_mm, layouts.PAGE_WIDTH_MM - seconds * speed),
                    ),
                    size_mm=(2 * half_mm + above + below, seconds * speed),
                    page=(height_px, width_px),
                )
            )
    return tuple(move for move in found if move is not None)


def arranged_boxes(height_px: int, width_px: int, boxes: Sequence[LeadBox]) -> tuple[LeadBox, ...]:
    """Boxes of the leads on the arranged page; what no ink was moved to has none."""
    found = []
    for m in moves(height_px, width_px, boxes):
        middle_mm = (m.to_y + m.height / 2) / PX_PER_MM - layouts.CANVAS_MARGIN_MM
        row = min(int(middle_mm // PLAN.row_pitch_mm), len(PLAN.rows) - 1)
        top_mm = row * PLAN.row_pitch_mm + layouts.CANVAS_MARGIN_MM
        x0_mm, x1_mm = m.to_x / PX_PER_MM, (m.to_x + m.width) / PX_PER_MM
        start_s, end_s = (x / layouts.SPEED_MM_PER_S for x in (x0_mm, x1_mm))
        bottom_mm = top_mm + PLAN.row_pitch_mm
        found.append(LeadBox(m.lead, x0_mm, top_mm, x1_mm, bottom_mm, start_s, end_s))
    return tuple(found)


def baselines_mm(boxes: Sequence[LeadBox]) -> list[float]:
    """Height of the zero line of each box.

    Boxes meet half-way between two baselines; only the outermost reach further, to the edge of
    the paper, so their baselines are half a pitch from the inner edge.
    """
    rows = sorted({(box.y0_mm, box.y1_mm) for box in boxes})
    centre = {row: (row[0] + row[1]) / 2 for row in rows}
    if len(rows) > 2:
        half = float(np.median([bottom - top for top, bottom in rows[1:-1]])) / 2
        centre[rows[0]] = rows[0][1] - half
        centre[rows[-1]] = rows[-1][0] + half
    return [centre[box.y0_mm, box.y1_mm] for box in boxes]


def _row(box: LeadBox) -> int:
    return round(box.y0_mm / PLAN.row_pitch_mm)


def _showing(slot: LeadBox, boxes: Sequence[LeadBox]) -> int | None:
    """The box of the slot's lead that shows most of the slot's seconds; shorter boxes first."""
    same = [index for index, box in enumerate(boxes) if box.lead == slot.lead]
    if not same:
        return None

    def merit(index: int) -> tuple[float, float]:
        box = boxes[index]
        shared = min(box.end_s, slot.end_s) - max(box.start_s, slot.start_s)
        return round(max(shared, 0.0), 2), -(box.x1_mm - box.x0_mm)

    return max(same, key=merit)


def _strip(boxes: Sequence[LeadBox]) -> int | None:
    """The longest box, lead II where several are as long: the rhythm strip."""
    longest = max(box.x1_mm - box.x0_mm for box in boxes)
    if longest <= PLAN.boxes()[0].x1_mm + 1.0:
        wanted = [index for index, box in enumerate(boxes) if box.lead == "II"]
        return wanted[0] if wanted else None
    long = [i for i, box in enumerate(boxes) if box.x1_mm - box.x0_mm > longest - 1.0]
    return max(long, key=lambda i: (boxes[i].lead == "II", -i))


def _move(
    lead: str,
    from_mm: tuple[float, float],
    to_mm: tuple[float, float],
    size_mm: tuple[float, float],
    page: tuple[int, int],
) -> InkMove | None:
    """In whole pixels, cut at the edges of both pages."""
    source, target, size = (
        [round(v * PX_PER_MM) for v in pair] for pair in (from_mm, to_mm, size_mm)
    )
    for axis in (0, 1):
        cut = max(-source[axis], -target[axis], 0)
        source[axis] += cut
        target[axis] += cut
        size[axis] = min(size[axis] - cut, page[axis] - source[axis], SIZE_PX[axis] - target[axis])
    if min(size) <= 0:
        return None
    return InkMove(lead, source[0], source[1], target[0], target[1], size[0], size[1])
