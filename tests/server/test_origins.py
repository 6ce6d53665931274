"""Whom the door turns away: other hosts, and what other sites send."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from server import door, origins
from server.door import Door


@pytest.mark.parametrize(
    ("listed", "host", "ours"),
    [
        ("", "anything.example", True),
        ("ecg.example", "ecg.example", True),
        ("ecg.example", "ECG.example:8501", True),
        ("ecg.example:8501", "ecg.example:8501", True),
        ("ecg.example:8501", "ecg.example:9000", False),
        ("ecg.example, *.ward.example", "a.ward.example", True),
        ("*.ward.example", "ward.example.evil", False),
        ("*.ward.example", "evilward.example", False),
        ("ecg.example", "evil.example", False),
        ("ecg.example", "", False),
        ("ecg.example", "[bad", False),
        ("::1", "[::1]:8501", True),
    ],
)
def test_hosts(monkeypatch: pytest.MonkeyPatch, listed: str, host: str, ours: bool) -> None:
    monkeypatch.setenv(origins.HOSTS, listed)
    assert origins.is_our_host(host) is ours


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("http://testserver", True),
        ("https://portal.example", True),
        ("https://ecg.example", True),
        ("http://portal.example", False),
        ("https://portal.example.evil", False),
        ("null", False),
        ("", False),
        ("http://[", False),
    ],
)
def test_what_sites_may_send(
    monkeypatch: pytest.MonkeyPatch, origin: str | None, may: bool
) -> None:
    monkeypatch.setenv(origins.ORIGINS, "https://portal.example/")
    monkeypatch.setenv("ECG_PUBLIC_URL", "https://ecg.example/triage")
    headers = {"host": "testserver"} | ({} if origin is None else {"origin": origin})
    assert origins.may_send(Headers(headers)) is may


def test_the_door_asks_both(monkeypatch: pytest.MonkeyPatch) -> None:
    async def somebody(_scope: object) -> object:
        return SimpleNamespace(id="a1")

    async def page(request: Request) -> Response:
        return PlainTextResponse(request.method)

    async def sockets(socket: WebSocket) -> None:
        hosts.append(socket.headers["host"])
        await socket.accept()
        await socket.close()

    hosts: list[str] = []

    monkeypatch.setattr(door, "_person", somebody)
    monkeypatch.setenv(origins.HOSTS, "testserver")
    routes = [
        Route("/page", page, methods=["GET", "POST"]),
        Route("/_stcore/health", page),
        WebSocketRoute("/_stcore/stream", sockets),
    ]
    evil = {"origin": "https://evil.example"}
    with TestClient(Door(Starlette(routes=routes))) as client:
        assert client.get("/page", headers=evil).text == "GET"
        assert client.post("/page").text == "POST"
        assert client.post("/page", headers=evil).status_code == 403
        assert client.get("/page", headers={"host": "evil.example"}).status_code == 421
        assert client.get("/_stcore/health", headers={"host": "10.0.0.7"}).status_code == 200
        with client.websocket_connect("/_stcore/stream"):
            pass
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            client.websocket_connect("/_stcore/stream", headers=evil),
        ):
            pass
        assert refused.value.reason == "other site"
        # Streamlit compares origin and host anew: where the door let one in, they are alike.
        monkeypatch.setenv(origins.ORIGINS, "https://portal.example:8443")
        portal = {"origin": "https://portal.example:8443"}
        with client.websocket_connect("/_stcore/stream", headers=portal):
            pass
    assert hosts == ["testserver", "portal.example:8443"]
