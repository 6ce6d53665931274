"""The rows of the worklist in the browser: a click anywhere on one opens its case."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import streamlit as st

from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoreError
from widgets.session.words import _, noted
from widgets.viewer.component import Component
from widgets.viewer.pictures import ink_url
from widgets.worklist.rows import ListLine

COLUMNS = (
    "",
    noted("Priority"),
    noted("ECG"),
    noted("The machine says"),
    noted("Measured"),
    noted("Status"),
    noted("Waiting"),
    noted("Assigned"),
)
THUMB_PX = (300, 132)
"""Width and height of a small picture, twice as fine as it is shown."""

_COMPONENT = Component("ecg_worklist", "worklist", "list.html", "list.css", ("list",))


def table(found: Sequence[ListLine], room: Room, chosen: Callable[[str], None]) -> None:
    """Show these cases. chosen: called with the id of one that was clicked, before the next run."""

    def clicked() -> None:
        case_id = st.session_state["worklist_rows"].get("open")
        if case_id:
            chosen(str(case_id))

    _COMPONENT(
        key="worklist_rows",
        data={
            "caption": _("Worklist, most urgent first"),
            "columns": [_(name) for name in COLUMNS],
            "rows": [line.plain(_thumb(line.page_blob, room)) for line in found],
        },
        on_open_change=clicked,
    )


@st.cache_data(max_entries=2000, show_spinner=False)
def _thumb(page_blob: str, _room: Room) -> str:
    """A small picture of a stored page, nothing where it cannot be read."""
    try:
        return ink_url(thumbnail(_room.ink(page_blob)))
    except (StoreError, OSError, ValueError, KeyError):
        return ""


def thumbnail(ink: np.ndarray) -> np.ndarray:
    """Ink of a page, small; thin traces stay as dark as they were."""
    wide, high = THUMB_PX
    scale = min(wide / ink.shape[1], high / ink.shape[0])
    size = (max(round(ink.shape[1] * scale), 1), max(round(ink.shape[0] * scale), 1))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype(float)
    return np.clip(small * 1.6, 0, 255).astype(np.uint8)
