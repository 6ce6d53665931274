"""Every page is entered through app.py, whichever address is asked for first."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_app() -> None:
    """Send a run that did not come through app.py through it.

    Until app.py has run once, Streamlit takes a folder called `pages` for its older way of
    building apps and runs the file of the address alone: no navigation, no research notice.
    """
    if PagesManager.uses_pages_directory:
        PagesManager.uses_pages_directory = False
        st.rerun()
