"""The pages, with what each needs; nobody is offered a page that they may not see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Permission
from widgets.session.words import _, noted

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage


@dataclass(frozen=True)
class PageEntry:
    """One page: its file, title, icon, what it is for, and what one must be allowed to do."""

    file: str
    title: str
    icon: str
    help: str
    needs: Permission


PAGES: tuple[PageEntry, ...] = (
    PageEntry(
        "pages/triage.py",
        noted("Triage"),
        ":material/ecg_heart:",
        noted("Open ECGs, see the machine's answer and where it looked, record a decision."),
        Permission.ADD_ECGS,
    ),
    PageEntry(
        "pages/worklist.py",
        noted("Worklist"),
        ":material/format_list_numbered:",
        noted("What is to be read, most urgent first."),
        Permission.SEE_WORKLIST,
    ),
    PageEntry(
        "pages/audit.py",
        noted("Audit"),
        ":material/history:",
        noted("Every case with its decisions; open one exactly as it was decided."),
        Permission.SEE_AUDIT,
    ),
    PageEntry(
        "pages/performance.py",
        noted("Performance"),
        ":material/monitoring:",
        noted("How well the model does, from the evidence shipped with it."),
        Permission.SEE_PERFORMANCE,
    ),
    PageEntry(
        "pages/model.py",
        noted("Model"),
        ":material/description:",
        noted("What the model is for, what it learned from, and when not to trust it."),
        Permission.SEE_PERFORMANCE,
    ),
    PageEntry(
        "pages/settings.py",
        noted("Settings"),
        ":material/tune:",
        noted("The priority rule, blind reading, note templates, time limits."),
        Permission.CHANGE_RULES,
    ),
    PageEntry(
        "pages/accounts.py",
        noted("Accounts"),
        ":material/group:",
        noted("Who may sign in, and in which roles."),
        Permission.MANAGE_ACCOUNTS,
    ),
)
"""In the order of the navigation; the first that a person may see is where they arrive."""


def pages(account: Account) -> list[StreamlitPage]:
    """The pages that this person may see; a page that says what to do for one without a role."""
    seen = [one for one in PAGES if account.may(one.needs)]
    if not seen:
        return [st.Page(_waiting, title=_("Waiting for a role"), icon=":material/hourglass_empty:")]
    return [
        st.Page(
            one.file, title=_(one.title), icon=one.icon, help=_(one.help), default=one is seen[0]
        )
        for one in seen
    ]


def _waiting() -> None:
    st.space("large")
    with st.container(horizontal_alignment="center"):
        st.subheader(_("Your account has no role yet"), anchor=False, text_alignment="center")
        st.caption(
            _(
                "An administrator gives you one on the Accounts page. "
                "This page then opens by itself."
            ),
            text_alignment="center",
        )
