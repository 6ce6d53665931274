"""What a reader set by hand on a scan, as it is kept with the page and said beside it."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from ecg_core.page.correction import Correction
from ecg_core.page.layouts import STRIP
from ecg_core.page.values import EcgPage, Option

TURNS = ("upright as it came", "a quarter turn clockwise", "half a turn", "a quarter turn back")


def as_json(layout: str | None, correction: Correction) -> str:
    """What was set, for the record; empty when nothing was."""
    corners = correction.corners_px
    found = {
        "corners_px": None if corners is None else [[round(v, 1) for v in xy] for xy in corners],
        "quarter_turns": correction.quarter_turns,
        "layout": layout,
        "speed_mm_per_s": correction.speed_mm_per_s,
        "gain_mm_per_mv": correction.gain_mm_per_mv,
        "leads": None if correction.leads is None else list(correction.leads),
    }
    told = {name: value for name, value in found.items() if value is not None}
    return json.dumps(told, sort_keys=True) if told else ""


def from_json(kept: str) -> tuple[str | None, Correction]:
    """Layout and correction that `as_json` wrote down. Raises ValueError for anything else."""
    told = json.loads(kept) if kept else {}
    corners, leads = told.get("corners_px"), told.get("leads")
    return told.get("layout"), Correction(
        None if corners is None else tuple((float(x), float(y)) for x, y in corners),
        told.get("quarter_turns"),
        told.get("speed_mm_per_s"),
        told.get("gain_mm_per_mv"),
        None if leads is None else tuple(leads),
    )


def in_words(layout: str | None, correction: Correction) -> str:
    """What was set, for the reader of the page; empty when nothing was."""
    said = []
    if correction.corners_px is not None:
        said.append("corners")
    if correction.quarter_turns is not None:
        said.append(TURNS[correction.quarter_turns])
    if layout is not None:
        said.append(f"layout {layout}")
    if correction.speed_mm_per_s is not None:
        said.append(f"{correction.speed_mm_per_s:g} mm/s")
    if correction.gain_mm_per_mv is not None:
        said.append(f"{correction.gain_mm_per_mv:g} mm/mV")
    if correction.leads is not None:
        said.append(f"leads {', '.join(correction.leads)}")
    return ", ".join(said)


def chosen(
    option: Option, layout: str | None, correction: Correction
) -> tuple[str | None, Correction]:
    """Layout and correction once an answer to a page's question is set besides.

    Raises ValueError for an answer that sets what cannot be set by hand.
    """
    for name, value in option.set:
        match name:
            case "layout":
                layout = value
            case "speed":
                correction = replace(correction, speed_mm_per_s=float(value))
            case "gain":
                correction = replace(correction, gain_mm_per_mv=float(value))
            case "lead" | "rhythm":
                correction = replace(correction, leads=tuple(value.split(",")))
            case _:
                raise ValueError(f"{name!r} cannot be set by hand")
    return layout, correction


def single_rows(page: EcgPage) -> tuple[str, ...]:
    """What the rows show whose lead can be set by hand, top to bottom: a strip's, or the rhythm
    strips' below twelve leads."""
    if page.layout == STRIP:
        return tuple(box.lead for box in page.boxes)
    below = re.search(r"\+(\d)R", page.layout)
    return tuple(box.lead for box in page.boxes[-int(below[1]) :]) if below else ()
