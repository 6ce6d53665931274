"""The ECG on paper, true to scale, with attention over it and another ECG beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import streamlit as st

from ecg_core.intake.values import Annotation
from ecg_core.network.values import Attention
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from widgets.desk.bars import percent
from widgets.session.words import _
from widgets.viewer.component import Component
from widgets.viewer.pictures import HEAT_CSS
from widgets.viewer.shades import STEP_MM, lanes, palette, shares
from widgets.viewer.sheet import sheet

SCRIPTS = (
    "drawn",
    "lit",
    "reasons",
    "kept",
    "plan",
    "sheet",
    "shade",
    "calipers",
    "panel",
    "hands",
    "keys",
    "tools",
    "paper",
)
"""Parts of the viewer, in order: together they are one module, which the browser gets whole."""
CHOICES = ("target", "against", "method", "previous")
"""What only the server can answer: everything else stays in the browser."""

_COMPONENT = Component("ecg_paper", "viewer", "paper.html", "paper.css", SCRIPTS)


@dataclass(frozen=True, eq=False)
class Overlay:
    """Attention over the page; `second` is shown beside it, for another target.

    targets, methods: (key, plain name) of what the reader may choose from. caution: what the
    evidence holds against the method that made it. probable: how probable each target is; the
    shade of one that is not stays faint.
    """

    attention: Attention
    targets: Sequence[tuple[str, str]]
    methods: Sequence[tuple[str, str]] = ()
    second: Attention | None = None
    caution: str = ""
    probable: Mapping[str, float] = field(default_factory=dict)


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
    offered: Sequence[tuple[str, str, bool]] = (),
    earlier: Earlier | None = None,
    marks: Sequence[Annotation] = (),
) -> None:
    """Show a page; with `waves`, the reader lays it out as they like.

    on_choice: called with one of `CHOICES` and the value chosen, before the next run.
    offered: (key, name, same) of other ECGs to compare with; same: of the same patient.
    marks: annotations of the recording.
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
            "overlay": None if overlay is None else _overlay(overlay, page),
            "earlier": [list(offer) for offer in offered],
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


def _overlay(overlay: Overlay, page: EcgPage) -> dict[str, object]:
    second = overlay.second
    return {
        **_shaded(overlay.attention, overlay, page),
        "method": overlay.attention.method,
        "targets": [[key, _(name)] for key, name in overlay.targets],
        "methods": [[key, _(name)] for key, name in overlay.methods],
        "ramp": HEAT_CSS,
        "palette": [list(shade) for shade in palette()],
        "step": STEP_MM,
        "caution": _(overlay.caution),
        "second": None if second is None else _shaded(second, overlay, page),
    }


def _shaded(attention: Attention, overlay: Overlay, page: EcgPage) -> dict[str, object]:
    """One map: what it is for, how strong along each lead, and each lead's share."""
    probable = overlay.probable.get(attention.target)
    return {
        "target": attention.target,
        "name": _(dict(overlay.targets).get(attention.target, attention.target)),
        "probable": "" if probable is None else percent(probable),
        "weight": 1.0 if probable is None else probable,
        "lanes": lanes(attention.heat, page.boxes),
        "shares": shares(attention),
    }
