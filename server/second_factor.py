"""The account page of the second factor: set it up, make new recovery codes, take it away."""

from __future__ import annotations

from html import escape

import segno
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ecg_core.store.people.accounts import Account
from ecg_core.store.people.factors import NewFactor
from ecg_core.store.upkeep.errors import StoreError
from server import cookies, flood, place
from server.forms import address, check_origin, code_field, field, fields, page
from server.words import _, counted, why

PATH = "/account/second-factor"
_SET_UP, _RENEW, _REMOVE = "set up", "renew", "remove"


async def screen(request: Request) -> Response:
    """What the person's second factor is now, and what can be done about it."""
    account = await run_in_threadpool(cookies.person, request.cookies, True, True)
    if account is None:
        return RedirectResponse(f"/account/sign-in?next={PATH}", 303)
    if account.provider != "local":
        words = _("Your organisation signs you in: a second factor is set up there.")
        return page(_("Second factor"), f"<p>{escape(words)}</p>{_back(account)}")
    problem, form = "", {}
    if request.method == "POST":
        form = await fields(request)
        try:
            check_origin(request)
            return await _done(request, account, form)
        except StoreError as error:
            problem = why(error)
    if account.second_factor:
        return await _present(account, problem)
    return await _offer(account, form.get("offer", ""), problem)


async def _done(request: Request, account: Account, form: dict[str, str]) -> Response:
    """Do what a form asks for. Raises StoreError."""
    people, sender = place.accounts(), (address(request), account.name)
    given = (form.get("password", ""), form.get("code", ""))
    wanted = form.get("do")
    if wanted == _REMOVE:
        await flood.guarded(*sender, people.remove_factor, account, *given)
        return RedirectResponse(PATH, 303)
    if wanted == _RENEW:
        return _codes(await flood.guarded(*sender, people.renew_recovery, account, *given))
    offer = people.offered(account, form.get("offer", ""))
    response = _codes(await flood.guarded(*sender, people.enrol, account, offer, *given))
    # Every browser was signed out: this one has just shown who it is.
    cookies.put(response, request, await run_in_threadpool(people.begin, account.id))
    return response


async def _offer(account: Account, sealed: str, problem: str) -> Response:
    """The way to set one up: picture, secret, and a form that wants the first code.

    sealed: of the form that comes back, so that a mistyped code does not ask to scan anew.
    """
    people = place.accounts()
    try:
        offer = await run_in_threadpool(people.offered, account, sealed)
    except StoreError:
        offer = await run_in_threadpool(people.offer_factor, account)
    asked = escape(_("An administrator asks for a second factor before you go on."))
    scan = escape(_("Scan this with an authenticator app, then type the code that it shows."))
    return page(
        _("Set up a second factor"),
        f"""{f"<p>{asked}</p>" if account.must_enrol else ""}
        <p>{scan}</p>
        {_picture(offer)}
        <p class="quiet">{escape(_("Or type this key:"))} <code>{_grouped(offer.secret)}</code></p>
        <form method="post"><input type="hidden" name="offer" value="{escape(offer.sealed)}">
        {code_field(_("Code that the app shows"), focus=True)}
        {field("password", _("Your password"), "password", "current-password")}
        <button name="do" value="{_SET_UP}">{escape(_("Set up"))}</button></form>
        {_back(account)}""",
        problem,
        400 if problem else 200,
    )


async def _present(account: Account, problem: str) -> Response:
    left = await run_in_threadpool(place.accounts().recovery_codes_left, account)
    set_up = counted(
        "It is set up; {n} recovery code left.", "It is set up; {n} recovery codes left.", left
    )
    remove = escape(_("Remove second factor"))
    return page(
        _("Second factor"),
        f"""<p>{escape(set_up)}</p>
        <form method="post">
        {field("password", _("Your password"), "password", "current-password", focus=True)}
        {code_field(_("Code, or a recovery code"))}
        <button name="do" value="{_RENEW}">{escape(_("Make new recovery codes"))}</button>
        <button class="second" name="do" value="{_REMOVE}">{remove}</button>
        </form>{_back(account)}""",
        problem,
        400 if problem else 200,
    )


def _codes(codes: tuple[str, ...]) -> Response:
    rows = "".join(f"<li><code>{escape(one)}</code></li>" for one in codes)
    once = _(
        "Each signs you in once when you are without your telephone. They are shown now and "
        "never again: print them, or write them down."
    )
    return page(
        _("Your recovery codes"),
        f"""<p>{escape(once)}</p><ul class="codes">{rows}</ul>
        <p><a href="/">{escape(_("I have kept them"))}</a></p>""",
    )


def _picture(offer: NewFactor) -> str:
    uri = segno.make(offer.address, error="m", micro=False).svg_data_uri(scale=5, light="#fff")
    return (
        f'<img class="picture" src="{escape(uri)}" alt="{escape(_("QR code of the key below"))}">'
    )


def _grouped(secret: str) -> str:
    return " ".join(secret[k : k + 4] for k in range(0, len(secret), 4))


def _back(account: Account) -> str:
    words = escape(_("Back"))
    return "" if account.must_enrol else f'<p class="quiet"><a href="/">{words}</a></p>'
