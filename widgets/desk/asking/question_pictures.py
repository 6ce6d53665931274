"""Small pictures beside the answers to a page's question: what each would make of it."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.orders import AS_PRINTED, orders
from ecg_core.page.values import PX_PER_MM, EcgPage, LeadBox, Option, SheetQuestion

INK, LEAD = (24, 28, 30), (200, 40, 60)
"""Colours (RGB) of the strip, and of the lead laid over it."""
REACH_MM = 9.0
"""So much above and below the middle of a trace is shown."""
SCALE = 2
SMALL_PX = 420
LABEL = (20, 70, 160)


def pictures(page: EcgPage, asked: SheetQuestion) -> list[np.ndarray | None]:
    """A picture (RGB) for each answer; None where none would help."""
    if asked.code == "rhythm":
        return [_over_lead(page, asked, option) for option in asked.options]
    if asked.code == "layout":
        return [labelled(page, option.text) for option in asked.options]
    return [None] * len(asked.options)


def _over_lead(page: EcgPage, asked: SheetQuestion, option: Option) -> np.ndarray | None:
    """The rhythm strip with the lead that it may show laid over it, over that lead's seconds."""
    rows = [dict(one.set)["rhythm"].split(",") for one in asked.options]
    differing = next((i for i, some in enumerate(zip(*rows, strict=True)) if len(set(some)) > 1), 0)
    strips = page.boxes[-len(rows[0]) :]
    lead = next((b for b in page.boxes[: -len(strips)] if b.lead == option.text), None)
    if lead is None:
        return None
    return overlaid(page, strips[differing], lead)


def overlaid(page: EcgPage, strip: LeadBox, lead: LeadBox) -> np.ndarray:
    """Both traces in one picture (RGB), each with its middle in the middle."""
    first, last = (round(at * PX_PER_MM) for at in (lead.x0_mm, lead.x1_mm))
    below, above = (_around(page, box, first, last) for box in (strip, lead))
    shape = (*below.shape, 3)
    picture = np.full(shape, 255.0)
    for ink, colour in ((below, INK), (above, LEAD)):
        share = (ink / 255.0)[..., None] * (0.75 if colour is LEAD else 1.0)
        picture = picture * (1.0 - share) + np.array(colour) * share
    big = cv2.resize(picture, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC)
    return np.clip(big, 0, 255).astype(np.uint8)


def _around(page: EcgPage, box: LeadBox, first: int, last: int) -> np.ndarray:
    """Ink of a box between two columns (px), its middle at half height; uint8."""
    reach = round(REACH_MM * PX_PER_MM)
    padded = np.pad(page.ink, ((reach, reach), (0, 0)))
    top, bottom = (round(at * PX_PER_MM) for at in (box.y0_mm, box.y1_mm))
    part = page.ink[max(top, 0) : bottom, first:last].astype(float)
    inked = part.sum(axis=0) > 255.0
    rows = np.arange(len(part))[:, None]
    centres = (part * rows).sum(axis=0)[inked] / part.sum(axis=0)[inked]
    middle = max(top, 0) + (round(float(np.median(centres))) if inked.any() else len(part) // 2)
    return padded[middle : middle + 2 * reach, first:last]


def labelled(page: EcgPage, layout: str) -> np.ndarray:
    """The page, small, with the names of leads where a layout would have them."""
    shown = page.picture
    if shown is None:
        shown = np.repeat(255 - page.ink[..., None], 3, axis=2)
    scale = SMALL_PX / shown.shape[1]
    small = cv2.resize(shown, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).copy()
    height, width = small.shape[:2]
    rows = rows_of(page, layout)
    for number, row in enumerate(rows):
        y = round((number + 0.32) * height / len(rows)) + 4
        for column, lead in enumerate(row):
            x = round(column * width / len(row)) + 4
            for thick, colour in ((4, (255, 255, 255)), (1, LABEL)):
                cv2.putText(
                    small,
                    lead,
                    (x, y),
                    cv2.FONT_HERSHEY_SIMPLEX,
                    0.5,
                    colour,
                    thick,
                    cv2.LINE_AA,
                )
    return small


def rows_of(page: EcgPage, layout: str) -> tuple[tuple[str, ...], ...]:
    """Names of leads in the rows of a layout; those of the page where names are as printed."""
    below = {1: (("II",),), 2: (("II",), ("V1",)), 3: (("V1",), ("II",), ("V5",))}
    for order, most in orders():
        for count in range(most + 1):
            if order.named(count) == layout:
                return (*order.rows, *below.get(count, ()))
    if layout == page.layout or layout.endswith(AS_PRINTED):
        found: dict[float, list[str]] = {}
        for box in page.boxes:
            found.setdefault(box.y0_mm, []).append(box.lead)
        return tuple(tuple(found[y]) for y in sorted(found))
    return ((),)
