"""A short confirmation that outlives the rerun that follows what was done."""

from __future__ import annotations

import streamlit as st

_KEY = "notice_later"


def later(words: str, icon: str = ":material/check:") -> None:
    """Say this at the beginning of the next run; a toast of this run would be lost with it."""
    st.session_state[_KEY] = (words, icon)


def show() -> None:
    """Say what was left to be said."""
    left = st.session_state.pop(_KEY, None)
    if left is not None:
        words, icon = left
        st.toast(words, icon=icon)
