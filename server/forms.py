"""What the account pages are made of: forms without scripts, and where they came from."""

from __future__ import annotations

import logging
import os
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

from ecg_core.store.people.passwords import SHORTEST
from ecg_core.store.upkeep.errors import StoreError
from server.origins import may_send
from server.words import _, language, noted

_log = logging.getLogger(__name__)
_STYLE = (Path(__file__).parent / "account.css").read_text(encoding="utf-8")
_LONGEST_FIELD = 500


async def fields(request: Request) -> dict[str, str]:
    """What was typed into a form; files and what is too long are left out."""
    async with request.form(max_files=0, max_fields=8) as form:
        return {
            name: value[:_LONGEST_FIELD] for name, value in form.items() if isinstance(value, str)
        }


def address(request: HTTPConnection) -> str:
    """Who sends this: the browser's address, or that which the proxy in front tells.

    A proxy is believed only where `ECG_PROXY` says that there is one: anybody can send a header.
    """
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and os.environ.get("ECG_PROXY"):
        return forwarded.split(",")[-1].strip()
    if forwarded:
        _tell_of_proxy()
    return request.client.host if request.client else ""


@cache
def _tell_of_proxy() -> None:
    """Once: behind a proxy that is not believed, everybody's tries count as those of one."""
    _log.warning(
        "A proxy tells addresses, which are not believed: tries to sign in are counted for all of "
        "its visitors together. Set ECG_PROXY=1 where a proxy of yours sets X-Forwarded-For."
    )


def check_origin(request: Request) -> None:
    """Raises StoreError for a form that another site sent."""
    if not may_send(request.headers):
        raise StoreError(
            noted("This form came from another site."), noted("Open the app and try again.")
        )


def repeated(form: dict[str, str]) -> str:
    """A new password that was typed twice alike. Raises StoreError."""
    if form.get("password", "") != form.get("again", ""):
        raise StoreError(noted("The two passwords differ."), noted("Type both again."))
    return form.get("password", "")


def new_password() -> str:
    """Two fields for a new password."""
    return field(
        "password",
        _("Password, at least {n} characters", n=SHORTEST),
        "password",
        "new-password",
    ) + field("again", _("Password again"), "password", "new-password")


def code_field(label: str, optional: bool = False, focus: bool = False) -> str:
    """The field for a code of a second factor, which telephones fill in."""
    return field("code", label, "text", "one-time-code", focus=focus, optional=optional)


def field(
    name: str,
    label: str,
    kind: str,
    autocomplete: str,
    value: str = "",
    focus: bool = False,
    fixed: bool = False,
    optional: bool = False,
) -> str:
    """A labelled field."""
    extra = " autofocus" if focus else ""
    if fixed:
        extra += " readonly"
    elif not optional:
        extra += " required"
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{autocomplete}" '
        f'value="{escape(value)}" maxlength="200"{extra}>'
    )


def page(title: str, body: str, problem: str = "", status: int = 200) -> HTMLResponse:
    """A whole account page."""
    said = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    return HTMLResponse(
        f"""<!doctype html><html lang="{language()}"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{escape(title)} · ECG Triage</title><style>{_STYLE}</style></head>
        <body><main><p class="name">ECG Triage</p><h1>{escape(title)}</h1>{said}{body}
        </main><footer>{escape(_("Research use only. Not a diagnosis."))}</footer></body></html>""",
        status,
    )
