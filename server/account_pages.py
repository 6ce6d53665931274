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
from server.words import _, spoken, why


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
            return page(_("Too many attempts"), "", why(error), 429)
        except StoreError as error:
            problem = why(error)
    else:
        known = await run_in_threadpool(cookies.person, request.cookies, True, True)
        if known is not None:
            return RedirectResponse(second_factor.PATH if known.must_enrol else wanted, 303)
    other = ""
    if provider.configured():
        words = escape(_("Sign in with your organisation"))
        other = f'<a class="other" href="/?{provider.ASKED}=1">{words}</a>'
    new = _(
        "New here? An administrator gives you a link. On a new installation the "
        "link is printed where the program was started."
    )
    return page(
        _("Sign in"),
        f"""<form method="post">
        {field("name", _("Name"), "text", "username", value=name, focus=not name)}
        {field("password", _("Password"), "password", "current-password", focus=bool(name))}
        {code_field(_("Code, if you have set up a second factor"), optional=True)}
        <button>{escape(_("Sign in"))}</button></form>{other}
        <p class="quiet">{escape(new)}</p>""",
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
            _("This link cannot be used"),
            f'<p><a href="/account/sign-in">{escape(_("Sign in"))}</a></p>',
            why(error),
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
            problem = why(error)
    code = ""
    if link.account is None:
        title, words = (
            _("Set up ECG Triage"),
            _("You are the first person here: you can read ECGs and give accounts to others."),
        )
        who = field("name", _("Your name"), "text", "username", value=name, focus=True)
    else:
        title = _("Welcome, {name}", name=link.account.full_name)
        words = _("Choose your password.")
        who = field("name", _("Name"), "text", "username", value=link.account.name, fixed=True)
        code = code_field(_("Code of your second factor")) if link.account.second_factor else ""
    return page(
        title,
        f"""<p>{escape(words)}</p><form method="post">{who}{new_password()}{code}
        <button>{escape(_("Start"))}</button></form>""",
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
            problem = why(error)
    return page(
        _("Change your password"),
        f"""<form method="post">
        {field("present", _("Current password"), "password", "current-password", focus=True)}
        {new_password()}<button>{escape(_("Change password"))}</button></form>
        <p class="quiet"><a href="/">{escape(_("Back"))}</a>.
        {escape(_("Other browsers are signed out."))}</p>""",
        problem,
        400 if problem else 200,
    )


async def sign_out(request: Request) -> Response:
    """Sign this browser out; only a form of this app can ask for it."""
    try:
        check_origin(request)
    except StoreError as error:
        return page(_("Not signed out"), "", why(error), 403)
    known = cookies.token(request.cookies)
    if known is not None:
        await run_in_threadpool(place.accounts().sign_out, known)
    response = RedirectResponse("/account/sign-in", 303)
    cookies.take_away(response)
    return response


ROUTES = [
    Route("/account/sign-in", spoken(sign_in), methods=["GET", "POST"]),
    Route("/account/set-up", spoken(set_up), methods=["GET", "POST"]),
    Route("/account/password", spoken(password), methods=["GET", "POST"]),
    Route("/account/sign-out", spoken(sign_out), methods=["POST"]),
    Route(second_factor.PATH, spoken(second_factor.screen), methods=["GET", "POST"]),
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
