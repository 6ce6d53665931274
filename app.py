"""Starts the app: settings, navigation, and the notice that stays in sight."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

st.set_page_config(
    page_title="ECG Triage",
    page_icon=str(Path(__file__).parent / "assets" / "icon.svg"),
    layout="wide",
    menu_items={},
)

page = st.navigation(
    [
        st.Page(
            "pages/triage.py",
            title="Triage",
            icon=":material/ecg_heart:",
            default=True,
            help="Open ECGs, see the machine's answer and where it looked, record a decision.",
        ),
        st.Page(
            "pages/audit.py",
            title="Audit",
            icon=":material/history:",
            help="Every case with its decisions; open one exactly as it was decided.",
        ),
        st.Page(
            "pages/performance.py",
            title="Performance",
            icon=":material/monitoring:",
            help="How well the model does, from the evidence shipped with it.",
        ),
        st.Page(
            "pages/model.py",
            title="Model",
            icon=":material/description:",
            help="What the model is for, what it learned from, and when not to trust it.",
        ),
    ],
    position="top",
)
# In the header, which stays in sight while the page scrolls. Words and their style come as one
# element, so that nothing moves when the style arrives.
STYLE = (Path(__file__).parent / "assets" / "style.css").read_text(encoding="utf-8")
with st.container(key="notice", width="content"):
    st.caption(f"<style>{STYLE}</style>Research use only. Not a diagnosis.", unsafe_allow_html=True)

# Navigation and notice are painted before anything heavy is imported, and the page before the
# model: its libraries alone take seconds.
with st.skeleton(height=420):
    from widgets import engine
page.run()
engine.warm_up()
