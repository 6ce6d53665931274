"""The ECG on paper, true to scale, with attention over it and another ECG beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from ecg_core.intake.values import Annotation
from ecg_core.network.values import Attention
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from widgets.viewer.pictures import HEAT_CSS, heat_url
from widgets.viewer.sheet import sheet

ASSETS = Path(__file__).parents[2] / "assets" / "viewer"
SCRIPTS = ("drawn", "lit", "plan", "sheet", "calipers", "panel", "hands", "keys", "paper")
"""Parts of the viewer, in order: together they are one module, which the browser gets whole."""
CHOICES = ("target", "against", "method", "previous")
"""What only the server can answer: everything else stays in the browser."""

_COMPONENT = st.components.v2.component(
    "ecg_paper",
    html=(ASSETS / "paper.html").read_text(encoding="utf-8"),
    css=(ASSETS / "paper.css").read_text(encoding="utf-8"),
    js="\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS),
)


@dataclass(frozen=True, eq=False)
class Overlay:
    """Attention over the page; `second` is shown beside it, for another target.

    targets, methods: (key, plain name) of what the reader may choose from. caution: what the
    evidence holds against the method that made it.
    """

    attention: Attention
    targets: Sequence[tuple[str, str]]
    methods: Sequence[tuple[str, str]] = ()
    second: Attention | None = None
    caution: str = ""


@dataclass(frozen=True, eq=False)
class Earlier:
    """Another ECG to compare with. shift_s: by so much its beats come too early for overlaying.

    same: the files of both name the same patient.
    """

    key: str
    title: str
    page: EcgPage
    waves: Waves | None
    shift_s: float = 0.0
    same: bool = False


def paper(
    page: EcgPage,
    waves: Waves | None,
    overlay: Overlay | None,
    key: str,
    on_choice: Callable[[str, str], None] | None = None,
    offered: Sequence[tuple[str, str]] = (),
    earlier: Earlier | None = None,
    marks: Sequence[Annotation] = (),
) -> None:
    """Show a page; with `waves`, the reader lays it out as they like.

    on_choice: called with one of `CHOICES` and the value chosen, before the next run.
    offered: (key, name) of other ECGs to compare with. marks: annotations of the recording.
    """

    def chosen(name: str) -> None:
        value = st.session_state[key].get(name)
        if on_choice and value is not None:
            on_choice(name, value)

    # The names of these parameters are the component's own: the types cannot know them.
    told: dict[str, Any] = {f"on_{name}_change": partial(chosen, name) for name in CHOICES}
    _COMPONENT(
        key=key,
        data={
            "page": sheet(page, waves, marks),
            "overlay": None if overlay is None else _overlay(overlay),
            "earlier": [list(pair) for pair in offered],
            "previous": None
            if earlier is None
            else {
                "key": earlier.key,
                "title": earlier.title,
                "page": sheet(earlier.page, earlier.waves),
                "shift": earlier.shift_s,
                "same": earlier.same,
            },
        },
        **told,
    )


def _overlay(overlay: Overlay) -> dict[str, object]:
    names = dict(overlay.targets)
    first, second = overlay.attention, overlay.second
    return {
        "image": _heat_url(first),
        "target": first.target,
        "name": names.get(first.target, first.target),
        "method": first.method,
        "targets": [list(pair) for pair in overlay.targets],
        "methods": [list(pair) for pair in overlay.methods],
        "ramp": HEAT_CSS,
        "caution": overlay.caution,
        "second": None
        if second is None
        else {
            "image": _heat_url(second),
            "target": second.target,
            "name": names.get(second.target, second.target),
        },
    }


@st.cache_data(
    max_entries=64,
    show_spinner=False,
    hash_funcs={Attention: lambda a: hashlib.sha256(a.heat.tobytes()).hexdigest()},
)
def _heat_url(attention: Attention) -> str:
    return heat_url(attention.heat)
