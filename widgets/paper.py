"""The ECG on paper, true to scale, with the attention of the model over it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ecg_core.network.values import Attention
from ecg_core.page.values import EcgPage, LeadBox
from widgets.pictures import HEAT_CSS, data_url, heat_image, heights, ink_image

ASSETS = Path(__file__).parent.parent / "assets" / "viewer"


def _asset(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


_COMPONENT = st.components.v2.component(
    "ecg_paper",
    html=_asset("paper.html"),
    css=_asset("paper.css"),
    js=_asset("paper.js"),
)


def paper(
    page: EcgPage,
    attention: Attention | None,
    targets: tuple[tuple[str, str], ...],
    key: str,
    on_target: Callable[[str], None] | None = None,
) -> None:
    """Show a page; with `attention`, lay it over and let the reader choose among `targets`.

    targets: (key, plain name) of what attention can be shown for.
    on_target: called with the key that the reader chose, before the next run.
    """

    def chosen() -> None:
        target = st.session_state[key].get("target")
        if on_target and target:
            on_target(target)

    overlay = None
    if attention is not None:
        overlay = {
            "image": _heat_url(attention),
            "target": attention.target,
            "targets": [list(pair) for pair in targets],
            "ramp": HEAT_CSS,
        }
    _COMPONENT(
        key=key,
        data={"page": _sheet(page, _view_id(page)), "overlay": overlay},
        on_target_change=chosen,
    )


def _view_id(page: EcgPage) -> str:
    # The same ink can be shown with another filter's name or another set of missing leads.
    return f"{page.sha256}-{page.source_sha256}-{page.filter_name}-{page.start_s:g}"


@st.cache_data(
    max_entries=64,
    show_spinner=False,
    hash_funcs={Attention: lambda a: hashlib.sha256(a.heat.tobytes()).hexdigest()},
)
def _heat_url(attention: Attention) -> str:
    return data_url(heat_image(attention.heat))


@st.cache_data(max_entries=32, show_spinner=False)
def _sheet(_page: EcgPage, view_id: str) -> dict[str, object]:
    """All that the viewer draws, as plain values."""
    page = _page
    is_scan = page.source == "scan"
    baselines = sorted({trace.baseline_mm for trace in page.traces})
    return {
        "id": view_id,
        "width": page.width_mm,
        "height": page.height_mm,
        "speed": page.speed_mm_per_s,
        "gain": page.gain_mm_per_mv,
        "print": _print(page),
        "spoken": _spoken(page),
        "leads": [_label(box) for box in page.boxes if box.lead not in page.missing_leads],
        "absent": [_label(box) for box in page.boxes if box.lead in page.missing_leads],
        "traces": [
            {
                "x0": page.boxes[trace.box].x0_mm,
                "step": page.speed_mm_per_s / trace.fs_hz,
                "y": heights(trace.mv, trace.baseline_mm, page.gain_mm_per_mv),
            }
            for trace in page.traces
        ],
        "pulses": baselines,
        "ticks": [
            {"x": page.boxes[trace.box].x0_mm, "y": trace.baseline_mm}
            for trace in page.traces
            if page.boxes[trace.box].x0_mm > 0
        ],
        "ink": data_url(ink_image(page.ink)) if is_scan else None,
        "picture": data_url(page.picture, lossless=False) if page.picture is not None else None,
    }


def _label(box: LeadBox) -> dict[str, object]:
    return {"name": box.lead, "x": box.x0_mm + 1.5, "y": box.y0_mm + 4.0}


def _print(page: EcgPage) -> str:
    """What is printed below the traces: the scale, and where it comes from."""
    parts = [f"{page.speed_mm_per_s:g} mm/s", f"{page.gain_mm_per_mv:g} mm/mV"]
    if page.filter_name:
        parts.append(page.filter_name)
    if page.source_px_per_mm is not None:
        parts.append(f"scan of {page.source_px_per_mm:.1f} px/mm")
    return "   ".join(parts)


def _spoken(page: EcgPage) -> str:
    leads = ", ".join(dict.fromkeys(box.lead for box in page.boxes))
    return f"ECG of {page.source_name}: leads {leads}; {_print(page)}"
