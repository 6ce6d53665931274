"""The page of the second factor, and the door that leads to it whoever must set one up."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from ecg_core.store.people.accounts import Account
from ecg_core.store.upkeep.settings import FactorFor, Settings
from server import flood, place
from server.account_pages import ROUTES
from server.door import Door
from server.flood import Window
from tests.store.people.test_second_factor import authenticator

STEP_S = 30.0
PASSWORD = "correct horse battery"
PAGE = "/account/second-factor"


async def inside(_request: Request) -> Response:
    return PlainTextResponse("cases")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starlette]:
    """The account pages and a page of cases behind the door."""
    monkeypatch.setenv("ECG_DATA_DIR", str(tmp_path))
    for name in ("_addresses", "_names"):
        monkeypatch.setattr(flood, name, Window(100, 60.0))
    people = place.accounts()
    people.use_link(people.first_link() or "", PASSWORD, "ada", "Dr Ada")
    yield Starlette(routes=[*ROUTES, Route("/", inside)], middleware=[Middleware(Door)])
    place.store().close()


@pytest.fixture
def browser(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False) as client:
        yield client


def sign_in(browser: TestClient, code: str = "") -> int:
    given = {"name": "ada", "password": PASSWORD, "code": code}
    return browser.post("/account/sign-in", data=given).status_code


def ada() -> Account:
    found = place.accounts().signed_in(place.accounts().begin(place.accounts().named("ada").id))
    assert found is not None
    return found


def shown(page: str) -> tuple[str, str]:
    """The key that a page shows, and what its form sends back."""
    key = re.search(r"<code>([A-Z2-7 ]{39})</code>", page)
    sealed = re.search(r'name="offer" value="([^"]+)"', page)
    assert key and sealed
    return key[1].replace(" ", ""), unescape(sealed[1])


def now(late_s: int = 0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=late_s)


def enrol(browser: TestClient) -> tuple[str, list[str]]:
    """Set one up as a person does; gives the key and the recovery codes."""
    secret, sealed = shown(browser.get(PAGE).text)
    # No step of the clock may end between making a code and checking it.
    if (left_s := STEP_S - time.time() % STEP_S) < 5.0:
        time.sleep(left_s)
    # The code of the step before: the tests then have the present one to sign in with.
    given = {"do": "set up", "offer": sealed, "password": PASSWORD}
    answer = browser.post(PAGE, data={**given, "code": authenticator(secret, now(-30))})
    assert answer.status_code == 200
    return secret, re.findall(r"<li><code>([a-z0-9-]{19})</code>", answer.text)


def test_from_setting_up_to_signing_in(browser: TestClient) -> None:
    assert sign_in(browser) == 303
    page = browser.get(PAGE).text
    assert "data:image/svg+xml" in page and "QR code" in page
    secret, codes = enrol(browser)
    assert len(codes) == 10
    # This browser goes on.
    assert browser.get("/").text == "cases"
    assert "10 recovery codes left" in browser.get(PAGE).text
    browser.post("/account/sign-out")
    refused = browser.post("/account/sign-in", data={"name": "ada", "password": PASSWORD})
    wrong = browser.post("/account/sign-in", data={"name": "ada", "password": "wrong"})
    assert (refused.status_code, refused.text) == (wrong.status_code, wrong.text)
    code = authenticator(secret, now())
    assert sign_in(browser, code) == 303
    assert browser.get("/").text == "cases"
    browser.post("/account/sign-out")
    assert sign_in(browser, code) == 401
    assert sign_in(browser, codes[0]) == 303


def test_a_mistyped_code_keeps_the_key_on_the_page(browser: TestClient) -> None:
    sign_in(browser)
    secret, sealed = shown(browser.get(PAGE).text)
    given = {"do": "set up", "offer": sealed, "password": PASSWORD, "code": "000000"}
    answer = browser.post(PAGE, data=given)
    assert (answer.status_code, shown(answer.text)) == (400, (secret, sealed))
    assert "not the code that the authenticator shows now" in answer.text


def test_an_offer_of_another_account_is_refused(browser: TestClient) -> None:
    sign_in(browser)
    people = place.accounts()
    other = people.by_subject("id#1", "eve", "Eve")
    offer = people.offer_factor(other)
    code = authenticator(offer.secret, now())
    given = {"do": "set up", "offer": offer.sealed, "password": PASSWORD, "code": code}
    answer = browser.post(PAGE, data=given)
    assert answer.status_code == 400 and "took too long" in answer.text
    assert not ada().second_factor


def test_another_site_sets_nothing_up(browser: TestClient) -> None:
    sign_in(browser)
    secret, sealed = shown(browser.get(PAGE).text)
    given = {"do": "set up", "offer": sealed, "password": PASSWORD}
    given["code"] = authenticator(secret, now())
    answer = browser.post(PAGE, data=given, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert not ada().second_factor


def test_removing_and_new_codes_by_the_form(browser: TestClient) -> None:
    sign_in(browser)
    _, codes = enrol(browser)
    answer = browser.post(PAGE, data={"do": "renew", "password": PASSWORD, "code": codes[0]})
    fresh = re.findall(r"<li><code>([a-z0-9-]{19})</code>", answer.text)
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    for code, status in ((codes[1], 400), (fresh[0], 303)):
        given = {"do": "remove", "password": PASSWORD, "code": code}
        assert browser.post(PAGE, data=given).status_code == status
    assert not ada().second_factor


def test_whoever_must_have_one_sees_nothing_before(app: Starlette, browser: TestClient) -> None:
    sign_in(browser)
    before = browser.get("/")
    place.store().change_settings(replace(Settings(), factor_for=FactorFor.EVERYBODY), ada().actor)
    html = {"accept": "text/html"}
    assert before.text == "cases"
    assert browser.get("/").status_code == 401
    assert browser.get("/", headers=html).headers["location"] == "/account/sign-in?next=/"
    assert browser.put("/_stcore/upload_file/a/b").status_code == 401
    assert browser.get("/account/password").status_code == 303
    assert browser.get("/account/sign-in").headers["location"] == PAGE
    assert "An administrator asks for a second factor" in browser.get(PAGE).text
    with pytest.raises(WebSocketDisconnect), browser.websocket_connect("/_stcore/stream"):
        pass
    enrol(browser)
    assert browser.get("/").text == "cases"


def test_nobody_reaches_the_page_unsigned(browser: TestClient) -> None:
    assert browser.get(PAGE).headers["location"] == f"/account/sign-in?next={PAGE}"
    assert browser.post(PAGE, data={"do": "remove"}).status_code == 303


def test_tries_at_the_page_are_counted_before_they_are_checked(
    browser: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(browser)
    monkeypatch.setattr(flood, "_names", Window(5, 60.0))
    looked: list[str] = []
    monkeypatch.setattr(
        type(place.accounts()), "remove_factor", lambda *given: looked.append(given[3]) or 1 / 0
    )
    codes = []
    for k in range(20):
        given = {"do": "remove", "password": PASSWORD, "code": f"{k:06d}"}
        try:
            codes.append(browser.post(PAGE, data=given).status_code)
        except ZeroDivisionError:
            codes.append(500)
    assert (codes.count(500), len(looked), codes.count(400)) == (5, 5, 15)
