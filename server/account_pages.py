"""The pages before the app: sign in, set up, change a password. Plain HTML, no scripts."""

from __future__ import annotations

import os
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from ecg_core.store.people.passwords import SHORTEST
from ecg_core.store.upkeep.errors import StoreError
from server import cookies, flood, place, provider
from server.origins import may_send

_STYLE = (Path(__file__).parent / "account.css").read_text(encoding="utf-8")
_LONGEST_FIELD = 500


async def sign_in(request: Request) -> Response:
    """Ask for name and password; a right pair gets the cookie."""
    wanted = _local(request.query_params.get("next", "/"))
    problem, name = "", ""
    if request.method == "POST":
        form = await _form(request)
        name = form.get("name", "")
        try:
            _check_origin(request)
            token = await flood.sign_in(_address(request), name, form.get("password", ""))
            return _signed_in(request, token, wanted)
        except flood.TooManyError as error:
            return _page("Too many tries", "", f"{error.reason} {error.hint}", 429)
        except StoreError as error:
            problem = f"{error.reason} {error.hint}"
    elif await run_in_threadpool(cookies.person, request.cookies) is not None:
        return RedirectResponse(wanted, 303)
    other = ""
    if provider.configured():
        other = f'<a class="other" href="/?{provider.ASKED}=1">Sign in with your organisation</a>'
    return _page(
        "Sign in",
        f"""<form method="post">
        {_field("name", "Name", "text", "username", value=name, focus=not name)}
        {_field("password", "Password", "password", "current-password", focus=bool(name))}
        <button>Sign in</button></form>{other}
        <p class="quiet">New here? An administrator gives you a link. On a new installation the
        link is printed where the program was started.</p>""",
        problem,
        401 if problem else 200,
    )


async def set_up(request: Request) -> Response:
    """Choose a password by a one-time link; the very first person also chooses a name."""
    token = request.query_params.get("token", "")
    try:
        link = await run_in_threadpool(place.accounts().link, token)
    except StoreError as error:
        return _page(
            "This link cannot be used",
            '<p><a href="/account/sign-in">Sign in</a></p>',
            f"{error.reason} {error.hint}",
            410,
        )
    problem, name = "", ""
    if request.method == "POST":
        form = await _form(request)
        name = form.get("name", "")
        try:
            _check_origin(request)
            fresh = _repeated(form)
            made = await run_in_threadpool(place.accounts().use_link, token, fresh, name)
            return _signed_in(request, made, "/")
        except StoreError as error:
            problem = f"{error.reason} {error.hint}"
    if link.account is None:
        title, words = (
            "Set up ECG Triage",
            ("You are the first person here: you can read ECGs and give accounts to others."),
        )
        who = _field("name", "Your name", "text", "username", value=name, focus=True)
    else:
        title, words = f"Welcome, {link.account.full_name}", "Choose your password."
        who = _field("name", "Name", "text", "username", value=link.account.name, fixed=True)
    return _page(
        title,
        f"""<p>{escape(words)}</p><form method="post">{who}{_new_password()}
        <button>Start</button></form>""",
        problem,
        400 if problem else 200,
    )


async def password(request: Request) -> Response:
    """Change one's own password."""
    account = await run_in_threadpool(cookies.person, request.cookies)
    if account is None:
        return RedirectResponse("/account/sign-in?next=/account/password", 303)
    problem = ""
    if request.method == "POST":
        form = await _form(request)
        try:
            _check_origin(request)
            fresh = _repeated(form)
            people = place.accounts()
            await run_in_threadpool(people.change_password, account, form.get("present", ""), fresh)
            token = await run_in_threadpool(people.begin, account.id)
            return _signed_in(request, token, "/")
        except StoreError as error:
            problem = f"{error.reason} {error.hint}"
    return _page(
        "Change your password",
        f"""<form method="post">
        {_field("present", "Present password", "password", "current-password", focus=True)}
        {_new_password()}<button>Change password</button></form>
        <p class="quiet"><a href="/">Back</a>. Other browsers are signed out.</p>""",
        problem,
        400 if problem else 200,
    )


async def sign_out(request: Request) -> Response:
    """Sign this browser out; only a form of this app can ask for it."""
    try:
        _check_origin(request)
    except StoreError as error:
        return _page("Not signed out", "", f"{error.reason} {error.hint}", 403)
    known = cookies.token(request.cookies)
    if known is not None:
        await run_in_threadpool(place.accounts().sign_out, known)
    response = RedirectResponse("/account/sign-in", 303)
    cookies.take_away(response)
    return response


ROUTES = [
    Route("/account/sign-in", sign_in, methods=["GET", "POST"]),
    Route("/account/set-up", set_up, methods=["GET", "POST"]),
    Route("/account/password", password, methods=["GET", "POST"]),
    Route("/account/sign-out", sign_out, methods=["POST"]),
]


def _signed_in(request: Request, token: str, wanted: str) -> Response:
    response = RedirectResponse(wanted, 303)
    cookies.put(response, request, token)
    return response


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=8) as form:
        return {
            name: value[:_LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)
        }


def _address(request: Request) -> str:
    """Who sends this: the browser's address, or that which the proxy in front tells.

    A proxy is believed only where `ECG_PROXY` says that there is one: anybody can send a header.
    """
    forwarded = request.headers.get("x-forwarded-for", "")
    if os.environ.get("ECG_PROXY") and forwarded:
        return forwarded.split(",")[-1].strip()
    return request.client.host if request.client else ""


def _check_origin(request: Request) -> None:
    """Raises StoreError for a form that another site sent."""
    if not may_send(request.headers):
        raise StoreError("This form came from another site.", "Open the app and try again.")


def _local(wanted: str) -> str:
    """Where to go after signing in: only within this app.

    Browsers read a backslash as a slash and skip control characters, so that neither may occur.
    """
    parts = urlsplit(wanted)
    plain = wanted.isprintable() and "\\" not in wanted and " " not in wanted
    inside = wanted.startswith("/") and not wanted.startswith("//")
    return wanted if plain and inside and not (parts.scheme or parts.netloc) else "/"


def _repeated(form: dict[str, str]) -> str:
    if form.get("password", "") != form.get("again", ""):
        raise StoreError("The two passwords differ.", "Type both again.")
    return form.get("password", "")


def _new_password() -> str:
    return _field(
        "password", f"Password, at least {SHORTEST} characters", "password", "new-password"
    ) + _field("again", "Password again", "password", "new-password")


def _field(
    name: str,
    label: str,
    kind: str,
    autocomplete: str,
    value: str = "",
    focus: bool = False,
    fixed: bool = False,
) -> str:
    extra = " autofocus" if focus else ""
    extra += " readonly" if fixed else " required"
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{autocomplete}" '
        f'value="{escape(value)}" maxlength="200"{extra}>'
    )


def _page(title: str, body: str, problem: str = "", status: int = 200) -> HTMLResponse:
    said = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return HTMLResponse(
        f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{escape(title)} · ECG Triage</title><style>{_STYLE}</style></head>
        <body><main><p class="name">ECG Triage</p><h1>{escape(title)}</h1>{said}{body}
        </main><footer>Research use only. Not a diagnosis.</footer></body></html>""",
        status,
    )
