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


def forget(case_id: str) -> None:
    """The draft was saved."""
    _drafts().pop(case_id, None)


def drafts() -> dict[str, str]:
    """Case → name of what was typed and not saved in this session."""
    return dict(_drafts())


def _drafts() -> dict[str, str]:
    kept: dict[str, str] = st.session_state.setdefault("drafts", {})
    return kept
