"""Who is at the screen: asked anew at every run, so that a lost role or sign-in counts at once.

Within a run it is asked once (`one_run`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from ecg_core.store.audit.audit_room import AuditRoom
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoreError
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import ROLE_NAMES, NotAllowedError, Permission, Role
from server import cookies, place, provider
from server.second_factor import PATH as FACTOR_PATH
from widgets.session import words
from widgets.session.one_run import once
from widgets.session.text import plain
from widgets.session.words import _, noted, why

if TYPE_CHECKING:
    # scikit-learn comes with them, which the first paint must not wait for.
    from ecg_core.evidence.own_sets.set_room import SetRoom
    from ecg_core.evidence.practice_room import PracticeRoom

WATCH_S = 20
"""How often a page that nobody touches looks whether its person is still signed in."""


def gate() -> Account:
    """The person at the screen; nobody signed in gets no further than this."""
    try:
        account = once("account", lambda: cookies.person(_cookies()) or _from_provider())
    except StoreError as problem:
        st.error(why(problem), icon=":material/block:")
        if provider.configured() and st.user.is_logged_in:
            st.button(_("Sign in as somebody else"), icon=":material/logout:", on_click=st.logout)
        st.stop()
    if account is None:
        _signed_out()
    if st.session_state.get("account") not in (None, account.id):
        # The browser took its session up again after somebody else signed in: nothing of it (opened
        # ECGs, drafts, what was seen) is this person's.
        st.session_state.clear()
    st.session_state["account"] = account.id
    _watch(account.id)
    return account


def me(needs: Permission | None = None) -> Account:
    """The person at the screen, who must be allowed to do this; else the page ends here."""
    account = once("account", lambda: cookies.person(_cookies()))
    if account is None:
        _signed_out()
    if needs is not None:
        try:
            account.actor.require(needs)
        except NotAllowedError as refused:
            st.error(why(refused), icon=":material/lock:")
            st.stop()
    return account


def room() -> Room:
    """The reading room as the person at the screen sees it."""
    return Room(place.store(), me())


def audit_room() -> AuditRoom:
    """The audit as the person at the screen sees it. Raises NotAllowedError."""
    return AuditRoom(place.store(), me(), place.chain_watch())


def practice_room() -> PracticeRoom:
    """Daily use as the person at the screen may see it. Raises NotAllowedError."""
    from ecg_core.evidence.practice_room import PracticeRoom

    return PracticeRoom(place.store(), me())


def set_room() -> SetRoom:
    """Own labelled sets as the person at the screen may handle them."""
    from ecg_core.evidence.own_sets.set_room import SetRoom

    return SetRoom(place.store(), me())


def room_later() -> Callable[[], Room]:
    """The reading room for what runs after the page, as downloads do, without the browser's words.

    The sign-in of now is asked anew then: who was signed out, or lost a role, gets nothing.
    """
    held = dict(_cookies())

    def again() -> Room:
        account = cookies.person(held, touch=False)
        if account is None:
            raise StoreError(noted("You are signed out."), noted("Sign in again."))
        return Room(place.store(), account)

    return again


def menu(account: Account) -> None:
    """Name, roles, password, second factor and sign-out, in the header."""
    roles = ", ".join(_(ROLE_NAMES[role], context="role") for role in Role if role in account.roles)
    with st.popover(
        plain(account.full_name), icon=":material/account_circle:", type="tertiary", key="person"
    ):
        st.markdown(f"**{plain(account.full_name)}**  \n{roles or _('No role yet')}")
        if account.provider == "local":
            factor = _("Second factor") if account.second_factor else _("Set up a second factor")
            st.html(
                '<a class="plain-link" href="/account/password" target="_self">'
                f"{_('Change password')}</a><br>"
                f'<a class="plain-link" href="{FACTOR_PATH}" target="_self">{factor}</a>'
            )
        words.choose()
        if st.button(_("Sign out"), icon=":material/logout:", key="sign_out", width="stretch"):
            _sign_out()


def _cookies() -> Mapping[str, str]:
    return st.context.cookies


def _sign_out() -> None:
    known = cookies.token(_cookies())
    if known is not None:
        place.accounts().sign_out(known)
    if provider.configured() and st.user.is_logged_in:
        st.logout()
    st.rerun()


def _from_provider() -> Account | None:
    """A person whom the identity provider vouches for, signed in here as well."""
    if not provider.configured():
        return None
    if not st.user.is_logged_in:
        if provider.ASKED in st.query_params:
            st.login()
            st.stop()
        return None
    token = cookies.provider_token(_cookies())
    if token is None:
        return None
    people = place.accounts()
    if people.known(token):
        # Signed out here, or idle for too long: the provider has to be asked anew.
        st.logout()
        st.stop()
    subject = f"{st.user.get('iss', '')}#{st.user.get('sub', '')}"
    name = str(st.user.get("email") or st.user.get("sub"))
    roles = provider.roles_of(st.user.to_dict())
    account = people.by_subject(subject, name, str(st.user.get("name") or name), roles)
    people.begin(account.id, token)
    return account


def _signed_out() -> NoReturn:
    st.session_state.clear()
    with st.container(horizontal_alignment="center"):
        st.space("large")
        st.subheader(_("You are signed out"), anchor=False, text_alignment="center")
        st.caption(_("Everything that you saved is kept."), text_alignment="center")
        sign_in = f'<a class="sign-in" href="/account/sign-in" target="_self">{_("Sign in")}</a>'
        st.html(sign_in)
    st.stop()


@st.fragment(run_every=WATCH_S)
def _watch(account_id: str) -> None:
    """End the page when the sign-in has ended, though nobody touches it."""
    found = once("account", lambda: cookies.person(_cookies(), touch=False))
    if found is None or found.id != account_id:
        st.rerun()
