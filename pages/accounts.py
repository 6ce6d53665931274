"""Accounts: who may sign in, in which roles, and who reads blind."""

from __future__ import annotations

from typing import NoReturn

import pandas as pd
import streamlit as st

from ecg_core.store.cases.store import StoreError
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import ALLOWED, PERMISSION_NAMES, ROLE_NAMES, Permission, Role
from server import place
from server.start import address
from widgets.session import notice, person
from widgets.session.entrance import through_app
from widgets.session.text import plain
from widgets.session.words import _, noted, why

BLIND_NAMES = {
    "list": noted("As set for the list"),
    "always": noted("Always"),
    "never": noted("Never"),
}


def links() -> None:
    """The link that was just made; it is shown once."""
    made = st.session_state.get("account_link")
    if made is None:
        return
    name, token = made
    st.success(_("Give {name} this link. It works once, within three days.", name=plain(name)))
    st.code(f"{address()}/account/set-up?token={token}", language=None, wrap_lines=True)
    if st.button(_("Done"), key="link_done"):
        del st.session_state["account_link"]
        st.rerun()


def _turn() -> int:
    """Counts what was saved here: what was open over the list has another key then, and closes."""
    return int(st.session_state.setdefault("accounts_turn", 0))


def _done() -> NoReturn:
    """Something was saved: show the page anew, with nothing open over it."""
    st.session_state["accounts_turn"] = _turn() + 1
    st.rerun()


def add() -> None:
    """A new account."""
    with (
        st.popover(_("Add a person"), icon=":material/person_add:", key=f"add_person_{_turn()}"),
        st.form("add_person", border=False, clear_on_submit=True),
    ):
        name = st.text_input(_("User name"), key="new_name")
        full_name = st.text_input(_("Full name, shown with decisions"), key="new_full_name")
        roles = st.pills(
            _("Roles"),
            list(Role),
            selection_mode="multi",
            format_func=lambda one: _(ROLE_NAMES[one], context="role"),
            key="new_roles",
        )
        if st.form_submit_button(_("Add"), type="primary"):
            try:
                by = person.me(Permission.MANAGE_ACCOUNTS).actor
                token = place.accounts().add(by, name, full_name, frozenset(roles))
            except StoreError as problem:
                st.error(why(problem))
            else:
                st.session_state["account_link"] = (full_name or name, token)
                _done()


def row(account: Account) -> None:
    """One person: what they are, and a way to change it."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        words = f"**{plain(account.full_name)}**"
        if account.name != account.full_name:
            signs_in = _("signs in as {name}", name=plain(account.name))
            words += f"  \n:gray[{signs_in}]"
        st.markdown(words, width=230)
        for role in Role:
            if role in account.roles:
                st.badge(_(ROLE_NAMES[role], context="role"), color="blue")
        if not account.roles:
            st.badge(_("No role yet"), icon=":material/hourglass:", color="orange")
        if not account.active:
            st.badge(_("Deactivated"), icon=":material/block:", color="gray")
        if account.locked:
            st.badge(_("Locked"), icon=":material/lock:", color="orange")
        if account.provider == "local" and not account.has_password:
            st.badge(_("Link not used yet"), icon=":material/link:", color="gray")
        if account.second_factor:
            st.badge(_("Second factor"), icon=":material/phonelink_lock:", color="gray")
        if account.blind != "list":
            st.badge(
                _("Reads blind: {when}", when=_(BLIND_NAMES[account.blind].lower())), color="gray"
            )
        st.space("stretch")
        with st.popover(_("Change"), icon=":material/edit:", key=f"edit_{account.id}_{_turn()}"):
            change(account)


def change(account: Account) -> None:
    """Roles, blind reading, activity, a new link."""
    key, people = account.id, place.accounts()
    with st.form(f"change_{key}", border=False):
        roles = st.pills(
            _("Roles"),
            list(Role),
            selection_mode="multi",
            default=[role for role in Role if role in account.roles],
            format_func=lambda one: _(ROLE_NAMES[one], context="role"),
            key=f"roles_{key}",
        )
        blind = st.segmented_control(
            _("Reads blind"),
            list(BLIND_NAMES),
            default=account.blind,
            required=True,
            format_func=lambda one: _(BLIND_NAMES[one]),
            key=f"blind_{key}",
        )
        active = st.toggle(_("May sign in"), value=account.active, key=f"active_{key}")
        if st.form_submit_button(_("Save"), type="primary"):
            try:
                by = person.me(Permission.MANAGE_ACCOUNTS).actor
                people.change(by, key, frozenset(roles), active, blind or "list")
            except StoreError as problem:
                st.error(why(problem))
            else:
                notice.later(_("{name} saved.", name=plain(account.full_name)))
                _done()
    if account.provider == "local" and st.button(
        _("New password link"), icon=":material/link:", key=f"link_{key}"
    ):
        by = person.me(Permission.MANAGE_ACCOUNTS).actor
        st.session_state["account_link"] = (account.full_name, people.new_link(by, key))
        _done()
    if account.second_factor and st.button(
        _("Remove second factor"), icon=":material/phonelink_erase:", key=f"factor_{key}"
    ):
        people.reset_factor(person.me(Permission.MANAGE_ACCOUNTS).actor, key)
        notice.later(_("{name} signs in without a second factor.", name=plain(account.full_name)))
        _done()


def table() -> None:
    """Who may do what."""
    with st.expander(_("What each role may do")):
        st.dataframe(
            pd.DataFrame(
                {
                    _("Action"): [_(PERMISSION_NAMES[one]) for one in Permission],
                    **{
                        _(ROLE_NAMES[role], context="role"): [
                            _("Yes") if one in ALLOWED[role] else "" for one in Permission
                        ]
                        for role in Role
                    },
                }
            ),
            hide_index=True,
            alt=_("Roles and what each may do"),
        )


through_app()
me = person.me(Permission.MANAGE_ACCOUNTS)
try:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(_("Accounts"), width="stretch")
        add()
    links()
    for one in place.accounts().all(me.actor):
        row(one)
    table()
except StoreError as problem:
    st.error(why(problem), icon=":material/block:")
