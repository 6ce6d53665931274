"""The way along a pile: cases in the order in which the list showed them, to and fro."""

from __future__ import annotations

import time
from collections.abc import Callable

import streamlit as st

from ecg_core.store.cases.room import Room
from ecg_core.store.cases.worklist import WorklistFilter
from widgets.session.words import _

_KEY, _GONE_ON = "pile", "gone_on"
BELATED_S, UNDRAWN_S = 3.0, 30.0
"""So long after the next case is drawn, or was asked for and is not drawn yet, a key may still come
with the address of the one before."""


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


def gone_on(before: str, to: str) -> None:
    """The program opens another case than the one on the desk; "" is the list."""
    if before:
        st.session_state[_GONE_ON] = (before, to, time.monotonic() + UNDRAWN_S)


def at_hand(address: str) -> str:
    """The case that lies on the desk, given the one that the browser's address names.

    A key pressed again before the browser has changed its address brings the case before along:
    believed, it would be laid back on the desk.
    """
    before, to, until_s = st.session_state.get(_GONE_ON, ("", "", 0.0))
    return to if address == before and time.monotonic() < until_s else address


def drawn(case_id: str) -> None:
    """The case, or with "" the list, is on the screen as a whole."""
    before, to, until_s = st.session_state.get(_GONE_ON, ("", "", 0.0))
    if to == case_id:
        until_s = min(until_s, time.monotonic() + BELATED_S)
        st.session_state[_GONE_ON] = (before, to, until_s)


def steps(case_id: str, show: Callable[[str], None]) -> None:
    """Where in the pile the case lies, and the way to its neighbours. show: opens one."""
    row = _pile()
    if len(row) < 2 or case_id not in row:
        return
    here = row.index(case_id)
    st.markdown(_("**{here} of {n}**", here=here + 1, n=len(row)), width="content")
    for label, icon, key, at in (
        (_("Previous"), ":material/chevron_left:", "K", here - 1),
        (_("Next"), ":material/chevron_right:", "J", here + 1),
    ):
        there = 0 <= at < len(row)
        if st.button(
            label, icon=icon, shortcut=key, disabled=not there, key=f"step_{key}", type="tertiary"
        ):
            show(row[at])


def _pile() -> tuple[str, ...]:
    kept = st.session_state.get(_KEY, ())
    return kept if isinstance(kept, tuple) else ()
