"""Every route that there is, by who may reach it: also what Streamlit adds with another version."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient
from starlette.types import Message, Scope
from streamlit.web.server.starlette.starlette_app import create_streamlit_routes

from ecg_core.store.people.roles import Permission
from server import cookies, door, provider
from server.account_pages import ROUTES
from server.door import Door
from tests.server.loops import in_a_thread

ANYBODY, SIGNED_IN, ADDS, NOBODY = "anybody", "signed in", "may add ECGs", "nobody"
REACH: dict[str, str] = {
    # Whether the server answers, and how to sign in: nothing of any case.
    "/_stcore/health": ANYBODY,
    "/auth/login": ANYBODY,
    "/auth/logout": ANYBODY,
    "/oauth2callback": ANYBODY,
    "/account/sign-in": ANYBODY,
    "/account/set-up": ANYBODY,
    "/account/password": ANYBODY,
    "/account/sign-out": ANYBODY,
    "/account/second-factor": ANYBODY,
    "/_stcore/host-config": SIGNED_IN,
    "/media/{file_id:path}": SIGNED_IN,
    "/component/{path:path}": SIGNED_IN,
    "/_stcore/bidi-components/{path:path}": SIGNED_IN,
    "/_stcore/upload_file/{session_id}/{file_id}": ADDS,
    "/_stcore/metrics": NOBODY,
    "/_stcore/agent/interact": NOBODY,
    "/_stcore/agent/openapi.json": NOBODY,
    "/_stcore/agent/mcp": NOBODY,
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")
BY_WAY_OF = ("", "/static/..", "/account/..", "//", "/./")
"""Ways round by which a path could begin with an open one."""


async def named(scope: Scope) -> SimpleNamespace | None:
    """Whoever the header names, with the permission that it names; nobody without one."""
    told = Headers(scope=scope).get("x-permission")
    if told is None:
        return None
    return SimpleNamespace(id="a1", may=lambda one: one == Permission(told))


async def reached(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The door before an app that answers on every path."""
    monkeypatch.setattr(door, "_person", named)
    monkeypatch.setattr(provider, "configured", lambda: False)
    app = Starlette(routes=[Route("/{path:path}", reached, methods=list(METHODS))])
    return TestClient(Door(app), follow_redirects=False)


def served() -> set[str]:
    """The paths of Streamlit's own routes and of the account pages."""
    streamlit = create_streamlit_routes(MagicMock())
    return {getattr(one, "path", "") for one in (*streamlit, *ROUTES)}


def test_every_route_is_known() -> None:
    # The rest: the websocket, which the door asks by itself, and the files of the front end.
    others = {"/_stcore/stream", ""}
    # A route that comes with another version of Streamlit is judged here before it is served.
    assert served() - others == set(REACH)


def permitted(who: str) -> set[str]:
    return {
        ANYBODY: {"nobody", "reads", "adds"},
        SIGNED_IN: {"reads", "adds"},
        ADDS: {"adds"},
        NOBODY: set(),
    }[who]


@pytest.mark.parametrize("path", REACH)
@pytest.mark.parametrize("method", METHODS)
def test_who_reaches_it(client: TestClient, path: str, method: str) -> None:
    people = {
        "nobody": {},
        "reads": {"x-permission": Permission.SEE_WORKLIST},
        "adds": {"x-permission": Permission.ADD_ECGS},
    }
    address = path.replace(":path", "").replace("{", "").replace("}", "")
    for who, headers in people.items():
        answer = client.request(method, address, headers=headers)
        let_in = answer.status_code == 200
        assert let_in == (who in permitted(REACH[path])), (who, answer.status_code)


@pytest.mark.parametrize("before", BY_WAY_OF)
@pytest.mark.parametrize("path", ["/media/x.png", "/_stcore/upload_file/a/b", "/_stcore/metrics"])
def test_no_way_round(before: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_person", named)
    monkeypatch.setattr(provider, "configured", lambda: False)
    routes = [Route("/media/{file_id:path}", reached), Route("/_stcore/{rest:path}", reached)]
    said: list[Message] = []

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    # As it comes over the line: the client of a person would shorten the path first.
    whole = before + path
    scope: Scope = {"type": "http", "method": "GET", "path": whole, "raw_path": whole.encode()}
    scope |= {"headers": [], "query_string": b"", "scheme": "http", "root_path": ""}
    in_a_thread(Door(Starlette(routes=routes))(scope, receive, send))
    assert said[0]["status"] in (401, 404)


@pytest.mark.parametrize(
    "others",
    ["", "a/b=c; ", "{x}=1; ", "a@b=1; ", "$Version=1; ", "=; ;; ", 'q="a;b"; ', "\x80=1; "],
)
def test_cookies_of_other_programs_on_the_host_keep_nobody_out(
    others: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []
    found = lambda jar, _touch: asked.append(jar.get(cookies.NAME))  # noqa: E731
    monkeypatch.setattr(cookies, "person", found)
    scope: Scope = {
        "type": "http",
        "headers": [(b"cookie", f"{others}{cookies.NAME}=t".encode("latin-1"))],
    }
    assert in_a_thread(door._person(scope)) is None
    assert asked == ["t"]
