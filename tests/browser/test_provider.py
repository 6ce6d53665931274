"""Signing in at an identity provider: a small one of this test, with real signed tokens."""

from __future__ import annotations

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from ecg_core.store.cases.room_schema import AccountRow
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store
from tests.browser.conftest import ROOT, _wait_for, shoot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ADA = {"sub": "1", "name": "Dr. Ada", "email": "ada@example.org", "groups": ["ecg-readers"]}
EVE = {"sub": "9", "name": "Eve", "email": "eve@example.org", "groups": ["cleaners"]}
CLIENT, SECRET = "ecg-triage", "client secret of the test"


class Provider(ThreadingHTTPServer):
    """OpenID Connect, authorisation code flow: whoever asks is `person`, signed with `key`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.published = RSAKey.generate_key(2048, {"kid": "of the test"})
        self.key = self.published
        self.person: dict[str, Any] = ADA
        self.nonces: dict[str, str] = {}


class Answers(BaseHTTPRequestHandler):
    """What the provider says."""

    server: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        issuer = self.server.issuer
        if parts.path == "/.well-known/openid-configuration":
            self._json(
                {
                    "issuer": issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/keys",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                }
            )
        elif parts.path == "/keys":
            self._json({"keys": [self.server.published.as_dict(private=False)]})
        elif parts.path == "/authorize":
            assert asked["client_id"] == CLIENT
            code = secrets.token_hex(8)
            self.server.nonces[code] = asked.get("nonce", "")
            back = urlencode({"code": code, "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        code, now = parse_qs(body)["code"][0], int(time.time())
        claims = self.server.person | {
            "iss": self.server.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.server.nonces.pop(code),
        }
        token = jwt.encode({"alg": "RS256", "kid": "of the test"}, claims, self.server.key)
        self._json(
            {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token}
        )

    def _json(self, value: object) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_: object) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    made = Provider()
    Thread(target=made.serve_forever, daemon=True).start()
    yield made
    made.shutdown()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("oidc") / "data"


@pytest.fixture(scope="module")
def site(browser: Browser, provider: Provider, data: Path) -> Iterator[str]:
    """Address of an app that knows the provider."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    written = data.parent / "secrets.toml"
    written.write_text(f"""
[auth]
redirect_uri = "{address}/oauth2callback"
cookie_secret = "{secrets.token_hex(32)}"
client_id = "{CLIENT}"
client_secret = "{SECRET}"
server_metadata_url = "{provider.issuer}/.well-known/openid-configuration"
[sign_in]
claim = "groups"
[sign_in.roles]
ecg-readers = "reader"
ecg-leads = "lead"
""")
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "ECG_DATA_DIR": str(data), "ECG_DATABASE_URL": ""}
    environment["ECG_WORKER"] = "elsewhere"
    with (data.parent / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, f"--secrets.files={written}"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(f"{address}/_stcore/health")
            yield address
        finally:
            server.kill()
            server.wait(10)


def through_the_provider(browser: Browser, site: str) -> Page:
    """Somebody new at the sign-in page, who chooses the provider."""
    page = browser.new_context().new_page()
    page.goto(f"{site}/account/sign-in")
    page.get_by_role("link", name="Sign in with your organisation").click()
    return page


def test_groups_decide_who_comes_in_and_as_what(
    provider: Provider, site: str, data: Path, browser: Browser
) -> None:
    page = through_the_provider(browser, site)
    menu = page.get_by_role("button", name="Dr. Ada")
    expect(menu).to_be_visible()
    expect(page.get_by_role("link", name="Worklist")).to_be_visible()
    expect(page.get_by_role("link", name="Audit")).to_have_count(0)
    page.reload()
    expect(menu).to_be_visible()
    menu.click()
    expect(page.get_by_role("dialog")).to_contain_text("Reader")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()

    # Another group at the next sign-in is another role.
    provider.person = ADA | {"groups": ["ecg-leads", "cyclists"]}
    page = through_the_provider(browser, site)
    expect(page.get_by_role("link", name="Audit")).to_be_visible()

    # Somebody whom the provider knows and this program does not.
    provider.person = EVE
    page = through_the_provider(browser, site)
    expect(page.get_by_text(re.compile("You are not known here"))).to_be_visible()
    expect(page.get_by_role("link", name="Worklist")).to_have_count(0)
    shoot(page, "unknown_person_wide_light")

    # A token that somebody else signed.
    provider.person = ADA | {"groups": ["ecg-leads"]}
    provider.key = RSAKey.generate_key(2048, {"kid": "of the test"})
    page = through_the_provider(browser, site)
    page.wait_for_timeout(3000)
    expect(page.get_by_role("link", name="Worklist")).to_have_count(0)

    with closing(Store.open(data)) as store, store.snapshot() as session:
        people = session.scalars(select(AccountRow)).all()
        assert [(row.full_name, row.roles) for row in people] == [("Dr. Ada", "lead")]
        (seen,) = {row.subject for row in people}
        assert seen == f"{provider.issuer}#1"
        actions = session.scalars(select(EventRow.action).order_by(EventRow.seq)).all()
        assert actions.count("sign_in") == 2
        assert "sign_in_failed" in actions
