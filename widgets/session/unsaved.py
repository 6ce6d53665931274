"""What was typed and not saved: the browser asks before it closes; drafts can be found again."""

from __future__ import annotations

import streamlit as st

from widgets.session.words import _

_COMPONENT = st.components.v2.component(
    "ecg_unsaved",
    html="<span hidden></span>",
    js="""
    export default function ({ data }) {
      window.onbeforeunload = data.dirty ? (event) => { event.preventDefault(); return "" } : null
      return () => { window.onbeforeunload = null }
    }
    """,
)


def warn(case_id: str, name: str, dirty: bool) -> None:
    """Remember whether there is a draft, and let the browser ask before the page is closed."""
    drafts = _drafts()
    if dirty:
        drafts[case_id] = name
    else:
        drafts.pop(case_id, None)
    _COMPONENT(key="unsaved", data={"dirty": dirty})
    if dirty:
        st.caption(":material/edit_note: " + _("Not saved yet."))


KEPT = 2
"""Cases decided on whose forms stay as they were, for whoever takes a decision back."""


def forget(case_id: str) -> None:
    """The draft was saved. What was chosen for cases decided long before is let go as well:
    Streamlit copies all that a session remembers for every box that it draws."""
    _drafts().pop(case_id, None)
    decided = [one for one in st.session_state.get("decided", ()) if one != case_id]
    st.session_state["decided"] = [*decided, case_id][-KEPT:]
    for old in decided[: 1 - KEPT]:
        for key in [key for key in st.session_state if str(key).endswith(f"_{old}")]:
            del st.session_state[key]


def drafts() -> dict[str, str]:
    """Case → name of what was typed and not saved in this session."""
    return dict(_drafts())


def _drafts() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault("drafts", {})
    return kept
