"""Who sees which page: asked at every run, whatever address or click brought them there."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.store.people.roles import Role
from server import place
from tests.app.conftest import READER, ROOT, Cookies, drop_record, words
from widgets.session.navigation import PAGES

FORBIDDEN = {
    Role.READER: {"audit", "accounts", "settings"},
    Role.LEAD: {"accounts"},
    Role.ADMINISTRATOR: {"triage"},
    Role.AUDITOR: {"triage", "accounts", "settings"},
}


def become(held: Cookies, *roles: Role) -> None:
    """Let an administrator make an account with these roles, and sign it in here."""
    people = place.accounts()
    by = people.signed_in(people.sign_in(READER, "correct horse battery"))
    assert by is not None
    name = f"somebody{len(people.all(by.actor))}"
    link = people.add(by.actor, name, "Somebody", frozenset(roles))
    held.sign_in(people.use_link(link, "another long one"))


def start() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=300).run()


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_its_pages_and_no_other(
    role: Role, settled: None, browser_cookies: Cookies
) -> None:
    become(browser_cookies, role)
    app = start()
    refused = set()
    for entry in PAGES:
        try:
            app.switch_page(entry.file).run()
        except ValueError:
            # A page that is not offered cannot be reached by its file either.
            refused.add(entry.file.removeprefix("pages/").removesuffix(".py"))
        assert not app.exception
    assert refused == FORBIDDEN[role]


def test_an_account_without_a_role_waits_and_sees_nothing(
    settled: None, browser_cookies: Cookies
) -> None:
    # An identity provider vouches for somebody to whom no administrator has given a role yet.
    people = place.accounts()
    somebody = people.by_subject("issuer#1", "somebody", "Somebody")
    browser_cookies.sign_in(people.begin(somebody.id))
    app = start()
    assert "Your account has no role yet" in words(app)
    for entry in PAGES:
        with pytest.raises(ValueError, match="page"):
            app.switch_page(entry.file).run()


def test_a_session_taken_up_by_another_person_holds_nothing_of_the_first(
    app: AppTest, browser_cookies: Cookies
) -> None:
    drop_record(app, "normal")
    app.session_state["viewed"] = {"a case"}
    become(browser_cookies, Role.READER)
    app.run()
    assert not app.exception
    # What is kept is the new person's: no opened ECG, no case that counts as seen.
    assert "viewed" not in app.session_state
    assert not [one for one in words(app).splitlines() if "normal" in one and "Save" in one]
    assert "Open ECGs" not in [button.label for button in app.button]


def test_nobody_sees_anything_without_a_sign_in(settled: None, browser_cookies: Cookies) -> None:
    browser_cookies.clear()
    app = start()
    assert not app.exception
    assert "You are signed out" in words(app)
    assert "Research use only. Not a diagnosis." in words(app)
    assert not app.file_uploader


def test_a_role_taken_away_ends_the_page_at_the_next_click(
    app: AppTest, browser_cookies: Cookies
) -> None:
    become(browser_cookies, Role.READER)
    app.run()
    drop_record(app, "normal")
    people = place.accounts()
    by = people.signed_in(people.sign_in(READER, "correct horse battery"))
    assert by is not None
    somebody = next(one for one in people.all(by.actor) if one.full_name == "Somebody")
    people.change(by.actor, somebody.id, roles=frozenset({Role.AUDITOR}))
    app.run()
    assert not app.exception
    assert not [button for button in app.button if button.key.startswith("save_")]


def test_signing_out_here_ends_it(app: AppTest) -> None:
    app.button(key="sign_out").click().run()
    assert "You are signed out" in words(app)
    app.run()
    assert "You are signed out" in words(app)
