"""One account opens so many screens and no more, whatever others have open."""

from __future__ import annotations

from contextlib import ExitStack
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import door, provider
from server.door import MOST_SCREENS, Door

STREAM = "/_stcore/stream"


async def screen(socket: WebSocket) -> None:
    await socket.accept()
    await socket.receive()


async def named(scope: Scope) -> SimpleNamespace | None:
    """Whoever the header names; nobody without one."""
    name = Headers(scope=scope).get("x-name")
    return None if name is None else SimpleNamespace(id=name)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setattr(door, "_person", named)
    return TestClient(Door(Starlette(routes=[WebSocketRoute(STREAM, screen)])))


def refusal(client: TestClient, headers: dict[str, str]) -> str:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(STREAM, headers=headers),
    ):
        pass
    return refused.value.reason or ""


@pytest.mark.parametrize("headers", [{"x-name": "a1"}, {}])
def test_the_next_one_is_refused_until_another_is_closed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    # Without a name: before a sign-in at a provider, counted by the address.
    monkeypatch.setattr(provider, "configured", lambda: "x-name" not in headers)
    with client, ExitStack() as held:
        for _ in range(MOST_SCREENS - 1):
            held.enter_context(client.websocket_connect(STREAM, headers=headers))
        with client.websocket_connect(STREAM, headers=headers):
            assert refusal(client, headers) == "too many screens"
            with client.websocket_connect(STREAM, headers={"x-name": "b2"}):
                pass
        with client.websocket_connect(STREAM, headers=headers):
            pass


def test_nobody_gets_none(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "configured", lambda: False)
    with client:
        assert refusal(client, {}) == "sign in"
