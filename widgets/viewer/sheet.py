"""A page as plain values that the viewer lays out and draws by itself, without asking again."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecg_core.intake.values import Annotation
from ecg_core.page import layouts
from ecg_core.page.arrange import baselines_mm
from ecg_core.page.layouts import Layout
from ecg_core.page.values import EcgPage, SheetPicture
from ecg_core.page.viewed import Waves
from widgets.session.words import _, language, noted
from widgets.viewer.pictures import data_url, ink_url, jpeg_url

LIFTED = -32768
"""Stands for a sample that is not drawn."""

LAYOUT_NAMES: dict[str, str] = {
    "3x4": noted("3 × 4"),
    "3x4+1R": noted("3 × 4, one rhythm strip"),
    "3x4+2R": noted("3 × 4, two rhythm strips"),
    "3x4+3R": noted("3 × 4, three rhythm strips"),
    "6x2": noted("6 × 2"),
    "6x2+1R": noted("6 × 2, one rhythm strip"),
    "6x2+2R": noted("6 × 2, two rhythm strips"),
    "12x1": noted("12 × 1"),
    "12x1+1R": noted("12 × 1, one rhythm strip"),
    "4x3": noted("4 × 3"),
    "4x3+1R": noted("4 × 3, one rhythm strip"),
    "6x1": noted("6 × 1"),
    "3x5": noted("3 × 5"),
    "3x5+1R": noted("3 × 5, one rhythm strip"),
    "3x5+2R": noted("3 × 5, two rhythm strips"),
    "2x6": noted("2 × 6"),
    "2x6+1R": noted("2 × 6, one rhythm strip"),
    "strip": noted("Rhythm strip"),
    "one lead": noted("One lead, row after row"),
}


def layout_name(name: str) -> str:
    """A layout as a reader calls it.

    >>> layout_name("3x4+1R"), layout_name("6x2+1R Cabrera"), layout_name("3x4 by rows")
    ('3 × 4, one rhythm strip', '6 × 2, one rhythm strip, Cabrera', '3 × 4, by rows')
    """
    if name in LAYOUT_NAMES:
        return _(LAYOUT_NAMES[name])
    size, _space, order = name.partition(" ")
    if size not in LAYOUT_NAMES:
        return name
    order = order.replace("Cabrera, aVR", "Cabrera with aVR upright")
    return f"{_(LAYOUT_NAMES[size])}, {_(order)}"


def sheet(
    page: EcgPage, waves: Waves | None, marks: Sequence[Annotation] = ()
) -> dict[str, object]:
    """All that the viewer needs of one ECG; `waves` let it change layout, speed and gain.

    marks: annotations of the whole recording; those of the page are drawn.
    """
    known = "" if waves is None else hashlib.sha256(waves.mv.tobytes()).hexdigest()[:16]
    # The same ink can be shown with another filter's name or another set of missing leads.
    key = f"{page.sha256}-{page.source_sha256}-{page.filter_name}-{page.start_s:g}-{known}"
    end_s = page.start_s + layouts.PAGE_SECONDS
    shown = [
        {"t": mark.time_s - page.start_s, "text": mark.note or mark.symbol}
        for mark in marks
        if page.start_s <= mark.time_s < end_s
    ]
    return {**_sheet(page, waves, key, language()), "marks": shown}


@st.cache_data(max_entries=32, show_spinner=False)
def _sheet(_page: EcgPage, _waves: Waves | None, key: str, language: str) -> dict[str, object]:
    page, waves = _page, _waves
    is_scan = page.source == "scan"
    return {
        "id": key,
        "ecg": page.source_sha256,
        "width": page.width_mm,
        "height": page.height_mm,
        "margin": layouts.CANVAS_MARGIN_MM,
        "seconds": layouts.PAGE_SECONDS,
        "layout": page.layout,
        "layouts": [_layout(plan) for plan in _offered(page, waves)],
        "boxes": [
            {
                "lead": box.lead,
                "x0": box.x0_mm,
                "y0": box.y0_mm,
                "x1": box.x1_mm,
                "y1": box.y1_mm,
                "t0": box.start_s,
                "t1": box.end_s,
                "baseline": baseline,
            }
            for box, baseline in zip(page.boxes, baselines_mm(page.boxes), strict=True)
        ],
        "absent": list(page.missing_leads),
        "lost": _("not recovered") if is_scan else _("not recorded"),
        "filter": _(page.filter_name),
        "origin": _origin(page),
        "spoken": _spoken(page),
        "waves": None if waves is None else _waves_plain(waves),
        "ink": ink_url(page.ink) if is_scan else None,
        "picture": _picture(page),
        "sheet": _printed(page.sheet),
    }


def _picture(page: EcgPage) -> str | None:
    """Address of what the scan looks like: as it is printed, where that is known."""
    if page.sheet is not None:
        return jpeg_url(page.sheet.jpeg)
    return data_url(page.picture, lossless=False) if page.picture is not None else None


def _printed(printed: SheetPicture | None) -> dict[str, object] | None:
    if printed is None:
        return None
    return {
        "left": printed.left_mm,
        "width": printed.width_mm,
        "starts": list(printed.starts_mm),
        "named": list(printed.named),
    }


def _offered(page: EcgPage, waves: Waves | None) -> tuple[Layout, ...]:
    if page.layout in layouts.LAYOUTS:
        return tuple(layouts.LAYOUTS.values())
    if waves is None:
        return ()
    if page.layout == layouts.STRIP:
        return (layouts.strip_layout(tuple(dict.fromkeys(box.lead for box in page.boxes))),)
    return (_as_printed(page), *layouts.LAYOUTS.values())


def _as_printed(page: EcgPage) -> Layout:
    """The page's own layout, where only printers know it."""
    rows: dict[float, list[str]] = {}
    for box in sorted(page.boxes, key=lambda one: (one.y0_mm, one.x0_mm)):
        rows.setdefault(box.y0_mm, []).append(box.lead)
    pitch = max(box.y1_mm - box.y0_mm for box in page.boxes)
    return Layout(page.layout, tuple(tuple(row) for row in rows.values()), pitch)


def _layout(plan: Layout) -> dict[str, object]:
    return {
        "name": plan.name,
        "title": layout_name(plan.name),
        "rows": [list(row) for row in plan.rows],
        "pitch": plan.row_pitch_mm,
    }


def _waves_plain(waves: Waves) -> dict[str, object]:
    return {
        "fs": waves.fs_hz,
        "leads": {lead: microvolts(mv) for lead, mv in zip(waves.leads, waves.mv, strict=True)},
    }


def microvolts(mv: np.ndarray) -> str:
    """Samples in µV, int16 as base64; NaN (not drawn) becomes `LIFTED`."""
    level = np.asarray(mv, np.float64) * 1000
    drawn = np.where(np.isfinite(level), np.clip(np.round(level), -32767, 32767), LIFTED)
    return base64.b64encode(drawn.astype("<i2").tobytes()).decode()


def _origin(page: EcgPage) -> dict[str, str]:
    """What is printed of where a sheet comes from, as a picture and as traces."""
    if page.source == "record":
        return {"picture": "", "traces": ""}
    resolution = ""
    if page.source_px_per_mm is not None:
        resolution = _("scan of {px_per_mm:.1f} px/mm", px_per_mm=page.source_px_per_mm)
    source = resolution or _("scan")
    return {"picture": resolution, "traces": _("traces recovered from the {source}", source=source)}


def _spoken(page: EcgPage) -> str:
    leads = ", ".join(dict.fromkeys(box.lead for box in page.boxes))
    scale = _("{speed:g} mm/s, {gain:g} mm/mV", speed=page.speed_mm_per_s, gain=page.gain_mm_per_mv)
    return _(
        "ECG of {name}: leads {leads}; {scale}",
        name=page.source_name,
        leads=leads,
        scale=", ".join(filter(None, (scale, _(page.filter_name)))),
    )
