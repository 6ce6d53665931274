"""The pages before the app: sign in, set up, change a password. Plain HTML, no scripts."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ecg_core.store.upkeep.errors import StoreError
from server import cookies, flood, place, provider, second_factor
from server.forms import (
    address,
    check_origin,
    code_field,
    field,
    fields,
    new_password,
    page,
    repeated,
)


async def sign_in(request: Request) -> Response:
    """Ask for name, password and code; what is right gets the cookie.

    One form for all three: an answer to the password alone would tell that it is right.
    """
    wanted = _local(request.query_params.get("next", "/"))
    problem, name = "", ""
    if request.method == "POST":
        form = await fields(request)
        name = form.get("name", "")
        try:
            check_origin(request)
            given = (name, form.get("password", ""), form.get("code", ""))
            token = await flood.sign_in(address(request), *given)
            return _signed_in(request, token, wanted)
        except flood.TooManyError as error:
            return page("Too many attempts", "", f"{error.reason} {error.hint}", 429)
        except StoreError as error:
            problem = f"{error.reason} {error.hint}"
    else:
        known = await run_in_threadpool(cookies.person, request.cookies, True, True)
        if known is not None:
            return RedirectResponse(second_factor.PATH if known.must_enrol else wanted, 303)
    other = ""
    if provider.configured():
        other = f'<a class="other" href="/?{provider.ASKED}=1">Sign in with your organisation</a>'
    return page(
        "Sign in",
        f"""<form method="post">
        {field("name", "Name", "text", "username", value=name, focus=not name)}
        {field("password", "Password", "password", "current-password", focus=bool(name))}
        {code_field("Code, if you have set up a second factor", optional=True)}
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
        return page(
            "This link cannot be used",
            '<p><a href="/account/sign-in">Sign in</a></p>',
            f"{error.reason} {error.hint}",
            410,
        )
    problem, name = "", ""
    if request.method == "POST":
        form = await fields(request)
        name = form.get("name", "")
        try:
            check_origin(request)
            whose = name if link.account is None else link.account.name
            given = (token, repeated(form), name, "", form.get("code", ""))
            use = place.accounts().use_link
            return _signed_in(request, await flood.guarded(address(request), whose, use, *given))
        except StoreError as error:
            problem = f"{error.reason} {error.hint}"
    code = ""
    if link.account is None:
        title, words = (
            "Set up ECG Triage",
            ("You are the first person here: you can read ECGs and give accounts to others."),
        )
        who = field("name", "Your name", "text", "username", value=name, focus=True)
    else:
        title, words = f"Welcome, {link.account.full_name}", "Choose your password."
        who = field("name", "Name", "text", "username", value=link.account.name, fixed=True)
        code = code_field("Code of your second factor") if link.account.second_factor else ""
    return page(
        title,
        f"""<p>{escape(words)}</p><form method="post">{who}{new_password()}{code}
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
        form = await fields(request)
        try:
            check_origin(request)
            given = (account, form.get("present", ""), repeated(form))
            people = place.accounts()
            await flood.guarded(address(request), account.name, people.change_password, *given)
            token = await run_in_threadpool(people.begin, account.id)
            return _signed_in(request, token)
        except StoreError as error:
            problem = f"{error.reason} {error.hint}"
    return page(
        "Change your password",
        f"""<form method="post">
        {field("present", "Current password", "password", "current-password", focus=True)}
        {new_password()}<button>Change password</button></form>
        <p class="quiet"><a href="/">Back</a>. Other browsers are signed out.</p>""",
        problem,
        400 if problem else 200,
    )


async def sign_out(request: Request) -> Response:
    """Sign this browser out; only a form of this app can ask for it."""
    try:
        check_origin(request)
    except StoreError as error:
        return page("Not signed out", "", f"{error.reason} {error.hint}", 403)
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
    Route(second_factor.PATH, second_factor.screen, methods=["GET", "POST"]),
]


def _signed_in(request: Request, token: str, wanted: str = "/") -> Response:
    response = RedirectResponse(wanted, 303)
    cookies.put(response, request, token)
    return response


def _local(wanted: str) -> str:
    """Where to go after signing in: only within this app.

    Browsers read a backslash as a slash and skip control characters, so that neither may occur.
    """
    parts = urlsplit(wanted)
    plain = wanted.isprintable() and "\\" not in wanted and " " not in wanted
    inside = wanted.startswith("/") and not wanted.startswith("//")
    return wanted if plain and inside and not (parts.scheme or parts.netloc) else "/"
