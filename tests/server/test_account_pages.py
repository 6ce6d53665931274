"""The account pages, asked as a browser or an attacker would: origins, addresses, floods."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient

from ecg_core.store.people.signing_in import SignInError
from server import flood, forms, place
from server.account_pages import ROUTES
from server.flood import TooManyError, Window
from tests.server.loops import in_a_thread

PASSWORD = "correct horse battery"


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    for name in ("_addresses", "_names"):
        monkeypatch.setattr(flood, name, Window(5, 60.0))
    link = place.accounts().first_link()
    assert link is not None
    place.accounts().use_link(link, PASSWORD, "ada", "Dr Ada")
    with TestClient(Starlette(routes=ROUTES), follow_redirects=False) as client:
        yield client
    place.store().close()


def sign_in(browser: TestClient, wanted: str = "/", password: str = PASSWORD) -> tuple[int, str]:
    answer = browser.post(
        "/account/sign-in", params={"next": wanted}, data={"name": "ada", "password": password}
    )
    return answer.status_code, answer.headers.get("location", "")


@pytest.mark.parametrize(
    ("wanted", "where"),
    [
        ("/worklist?case=1", "/worklist?case=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\\/evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_only_into_this_app(browser: TestClient, wanted: str, where: str) -> None:
    assert sign_in(browser, wanted) == (303, where)


def test_signing_out_is_asked_for_by_a_form_of_this_app(browser: TestClient) -> None:
    sign_in(browser)
    assert browser.get("/account/sign-out").status_code == 405
    foreign = browser.post("/account/sign-out", headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403 and "another site" in foreign.text
    assert browser.post("/account/sign-out").status_code == 303


def test_a_burst_of_tries_is_turned_away_before_hashing(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def refuse(_self: object, name: str, _password: str, _code: str) -> str:
        checked.append(name)
        raise SignInError("The name or the password is wrong.", "Try again.")

    monkeypatch.setattr(type(place.accounts()), "sign_in", refuse)
    codes = [sign_in(browser, password="wrong")[0] for _ in range(40)]
    assert codes.count(401) == len(checked) == 5
    assert codes.count(429) == 35


def test_tries_at_the_same_moment_are_counted_before_they_are_checked(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(
        type(place.accounts()), "sign_in", lambda _self, name, *_: checked.append(name)
    )
    monkeypatch.setattr(flood._names, "forget", lambda _name: None)

    async def burst() -> list[object]:
        tries = [flood.sign_in(f"10.0.0.{k}", "ada", "wrong") for k in range(40)]
        return await asyncio.gather(*tries, return_exceptions=True)

    turned_away = [one for one in in_a_thread(burst()) if isinstance(one, TooManyError)]
    assert (len(checked), len(turned_away)) == (5, 35)


def test_a_window_forgets_with_time() -> None:
    now = [0.0]
    window = Window(2, 10.0, clock=lambda: now[0])
    assert [window.admits("a") for _ in range(3)] == [True, True, False]
    now[0] = 10.5
    assert window.admits("a")


def test_a_proxy_is_believed_only_where_it_is_said_to_be_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def sender(*told: str) -> str:
        headers = [(b"x-forwarded-for", one.encode()) for one in told]
        scope = {"type": "http", "headers": headers, "client": ("10.0.0.1", 5)}
        return forms.address(HTTPConnection(scope))

    forms._tell_of_proxy.cache_clear()
    monkeypatch.delenv("ECG_PROXY", raising=False)
    assert sender() == "10.0.0.1" and not caplog.messages
    # Said once, however many visitors it has.
    assert [sender("192.0.2.7"), sender("192.0.2.8")] == ["10.0.0.1"] * 2
    assert len(caplog.messages) == 1 and "ECG_PROXY=1" in caplog.messages[0]
    monkeypatch.setenv("ECG_PROXY", "1")
    # What the browser itself sent stands before what the proxy adds.
    assert sender("203.0.113.9, 192.0.2.7") == "192.0.2.7"


def test_an_ipv6_sender_has_no_more_tries_by_having_more_addresses(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    monkeypatch.setattr(
        type(place.accounts()), "sign_in", lambda _self, name, *_: checked.append(name)
    )

    async def burst() -> list[object]:
        tries = [flood.sign_in(f"2001:db8::{k:x}", f"name {k}", "wrong") for k in range(15)]
        return await asyncio.gather(*tries, return_exceptions=True)

    refused = [one for one in in_a_thread(burst()) if isinstance(one, TooManyError)]
    assert (len(checked), len(refused)) == (5, 10)


def test_the_pages_speak_as_the_browser_asks_unless_its_person_chose(browser: TestClient) -> None:
    german = {"accept-language": "de-AT,de;q=0.9,en;q=0.8"}
    answer = browser.get("/account/sign-in", headers=german)
    assert '<html lang="de">' in answer.text and "<button>Anmelden</button>" in answer.text
    wrong = browser.post("/account/sign-in", data={"name": "ada", "password": "no"}, headers=german)
    problem = wrong.text.partition('role="alert">')[2].partition("<")[0]
    assert wrong.status_code == 401 and "Passwort" in problem and "password" not in problem
    browser.cookies.set("ecg_language", "en")
    answer = browser.get("/account/sign-in", headers=german)
    assert '<html lang="en">' in answer.text and "<button>Sign in</button>" in answer.text
    assert "Research use only. Not a diagnosis." in answer.text
