"""At the door: nobody gets in unsigned, and every answer carries headers that protect it.

Pages check roles themselves; here it is asked whether somebody is signed in at all, before
Streamlit's own routes (the websocket, uploads, downloads) are reached.
"""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Permission
from ecg_core.store.upkeep.errors import StoreError
from server import cookies, provider
from server.forms import address
from server.origins import is_our_host, may_send
from server.uploads import UNTOLD_BYTES, Quota, QuotaError

HEALTH = "/_stcore/health"
OPEN = ("/account/", HEALTH, "/static/", "/favicon", "/auth/", "/oauth2callback")
"""Beginnings of paths that everybody may ask for: they hold no case."""
CLOSED = ("/_stcore/agent/", "/_stcore/metrics", "/_stcore/script-health-check")
"""Of Streamlit, and used by nobody here: programs that press buttons, numbers on sessions, a run
for nobody. Closed whatever its configuration says."""
SIGN_IN = "/account/sign-in"

MOST_SCREENS = 30
"""Of one account at the same time: each is a session of its own, with memory and a thread."""

APP_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "font-src 'self' data:; connect-src 'self' {sockets} data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""What a page may load: nothing from elsewhere. Streamlit's front end needs inline code."""
ACCOUNT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: dict[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=()",
}


class Door:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.quota = Quota()
        self.screens: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, _with_headers(scope, send))
        else:
            await self.app(scope, receive, send)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers, refused = Headers(scope=scope), ""
        somebody = await _person(scope)
        # Before a sign-in at a provider there is nobody yet: such screens count by their address.
        whose = address(HTTPConnection(scope)) if somebody is None else somebody.id
        if not is_our_host(headers.get("host", "")) or not may_send(headers):
            refused = "other site"
        elif somebody is None and not provider.configured():
            refused = "sign in"
        elif self.screens[whose] >= MOST_SCREENS:
            refused = "too many screens"
        if refused:
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refused})
            return
        self.screens[whose] += 1
        try:
            await self.app(_of_one_site(scope, headers), receive, send)
        finally:
            self.screens[whose] -= 1
            if not self.screens[whose]:
                del self.screens[whose]

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, headers = scope["path"], Headers(scope=scope)
        # Whoever watches over this server asks by an address of its own.
        if path != HEALTH and not is_our_host(headers.get("host", "")):
            await PlainTextResponse("No such host here.", 421)(scope, receive, send)
            return
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and not may_send(headers):
            await PlainTextResponse("This came from another site.", 403)(scope, receive, send)
            return
        if path.startswith(CLOSED):
            await PlainTextResponse("There is nothing here.", 404)(scope, receive, send)
            return
        if path.startswith(OPEN) or _is_asset(path):
            await self.app(scope, receive, send)
            return
        somebody = await _person(scope)
        if somebody is None:
            if provider.configured() and not path.startswith(("/media/", "/_stcore/upload")):
                await self.app(scope, receive, send)
            elif _wants_page(scope):
                query = scope["query_string"].decode("latin-1")
                wanted = quote(path + (f"?{query}" if query else ""), safe="/")
                await RedirectResponse(f"{SIGN_IN}?next={wanted}", 303)(scope, receive, send)
            else:
                await PlainTextResponse("Sign in first.", 401)(scope, receive, send)
        elif path.startswith("/_stcore/upload") and not somebody.may(Permission.ADD_ECGS):
            await PlainTextResponse("Not allowed for this role.", 403)(scope, receive, send)
        elif path.startswith("/_stcore/upload") and scope["method"] in ("PUT", "POST"):
            await self._upload(somebody, scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _upload(self, somebody: Account, scope: Scope, receive: Receive, send: Send) -> None:
        """An upload waits until what this account is uploading already leaves room for it."""
        told = Headers(scope=scope).get("content-length", "")
        size = int(told) if told.isascii() and told.isdigit() else UNTOLD_BYTES
        try:
            async with self.quota.admitted(somebody.id, size):
                await self.app(scope, receive, send)
        except QuotaError:
            words = "Too much is being uploaded at once: wait until it has arrived."
            await PlainTextResponse(words, 429)(scope, receive, send)


def _of_one_site(scope: Scope, headers: Headers) -> Scope:
    """A websocket whose origin was let in, with the host that this origin names.

    Streamlit compares both anew, with a list of its own, and would ask an address elsewhere for
    what this machine is called.
    """
    origin = urlsplit(headers.get("origin", "")).netloc
    if not origin or origin == headers.get("host"):
        return scope
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    return {**scope, "headers": [*others, (b"host", origin.encode("latin-1"))]}


def _is_asset(path: str) -> bool:
    """Parts of the front end at the root, which hold nothing of any case."""
    return path.count("/") == 1 and path.endswith((".js", ".css", ".png", ".ico", ".svg", ".json"))


def _wants_page(scope: Scope) -> bool:
    accepted = Headers(scope=scope).get("accept", "")
    return scope["method"] == "GET" and "text/html" in accepted


async def _person(scope: Scope) -> Account | None:
    # As the account pages read them; the standard library's parser ends at a name of some other
    # program on the same host that it holds to be illegal.
    plain = HTTPConnection(scope).cookies
    try:
        # Not a sign of life: the page reports those itself.
        return await run_in_threadpool(cookies.person, plain, False)
    except StoreError:
        return None


def _with_headers(scope: Scope, send: Send) -> Send:
    account = scope["path"].startswith("/account/")

    async def wrapped(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault(
                "content-security-policy", ACCOUNT_POLICY if account else _app_policy(scope)
            )
            if _https(scope):
                headers.setdefault("strict-transport-security", "max-age=31536000")
            if account or scope["path"].startswith("/media/"):
                headers["cache-control"] = "no-store"
        await send(message)

    return wrapped


def _app_policy(scope: Scope) -> str:
    """The policy with this host's websockets, which 'self' does not cover in every browser."""
    host = Headers(scope=scope).get("host", "")
    known = re.fullmatch(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?", host)
    return APP_POLICY.format(sockets=f"ws://{host} wss://{host}" if known else "")


def _https(scope: Scope) -> bool:
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "")
    return "https" in (scope["scheme"], forwarded.split(",")[0].strip())
