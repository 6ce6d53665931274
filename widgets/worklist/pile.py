"""The way along a pile: cases in the order in which the list showed them, to and fro."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from ecg_core.store.cases.room import Room
from ecg_core.store.cases.worklist import WorklistFilter

_KEY = "pile"


def begin(room: Room, wanted: WorklistFilter, case_id: str) -> None:
    """Take what the list shows as the pile, unless the case lies in the present one."""
    if case_id not in _pile():
        ids = room.pile(wanted)
        st.session_state[_KEY] = ids if case_id in ids else (case_id, *ids)


def forget() -> None:
    """The reader is back at the list: the next case begins a pile anew."""
    st.session_state[_KEY] = ()


def put(case_id: str, after: str) -> None:
    """Lay a case that came by another way (more urgent, read anew) behind the one at hand."""
    row = list(_pile())
    if case_id not in row and after in row:
        row.insert(row.index(after) + 1, case_id)
        st.session_state[_KEY] = tuple(row)


def steps(case_id: str, show: Callable[[str], None]) -> None:
    """Where in the pile the case lies, and the way to its neighbours. show: opens one."""
    row = _pile()
    if len(row) < 2 or case_id not in row:
        return
    here = row.index(case_id)
    st.markdown(f"**{here + 1} of {len(row)}**", width="content")
    for label, icon, key, at in (
        ("Previous", ":material/chevron_left:", "K", here - 1),
        ("Next", ":material/chevron_right:", "J", here + 1),
    ):
        there = 0 <= at < len(row)
        if st.button(
            label, icon=icon, shortcut=key, disabled=not there, key=f"step_{key}", type="tertiary"
        ):
            show(row[at])


def _pile() -> tuple[str, ...]:
    kept = st.session_state.get(_KEY, ())
    return kept if isinstance(kept, tuple) else ()
