"""Dialogs that stay until the reader closes them, or leaves the page or the ECG.

A dialog that is drawn in the run of its press alone is gone with the next run, whoever asks for it:
a page that is shown before its answer, a lapse of the sign-in, a second press.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

_OPEN, _PAGE = "dialog_open", "dialog_page"


def on_page(path: str) -> None:
    """Which page is shown: a dialog of another one was left, and does not wait for the reader."""
    if st.session_state.get(_PAGE) != path:
        _close()
    st.session_state[_PAGE] = path


def button(label: str, icon: str, key: str, title: str, draw: Callable[[], None]) -> None:
    """A button, and the dialog that its press opens until it is closed.

    key: of the button; what is drawn belongs to it, so it names the ECG as well. title: over what
    `draw` draws.
    """
    if st.button(label, icon=icon, key=key):
        st.session_state[_OPEN] = key, label
    opened = st.session_state.get(_OPEN)
    if opened == (key, label):
        st.dialog(title, width="large", on_dismiss=_close)(draw)()
    elif opened is not None and opened[1] == label:
        # The same of another ECG: that one was left.
        _close()


def _close() -> None:
    st.session_state.pop(_OPEN, None)
