"""The language of a browser: what its person chose, else what it asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from ecg_core.store.upkeep.errors import StoreError
from ecg_core.words import ENGLISH, catalogue, languages, nearest

COOKIE = "ecg_language"
"""Holds what a person chose; scripts may read and write it, it tells nobody anything."""

_language: ContextVar[str] = ContextVar("language", default=ENGLISH)

Endpoint = Callable[[Request], Awaitable[Response]]


def chosen(cookies: Mapping[str, str], asked: str | None) -> str:
    """The language to speak. asked: what the browser names, one or several.

    >>> chosen({"ecg_language": "de"}, "en-GB"), chosen({"ecg_language": "?"}, "de-CH,en;q=0.5")
    ('de', 'de')
    """
    kept = cookies.get(COOKIE, "")
    return kept if kept in languages() else nearest(asked)


def spoken(endpoint: Endpoint) -> Endpoint:
    """A page that speaks the language of the browser that asks for it."""

    @wraps(endpoint)
    async def speaking(request: Request) -> Response:
        _language.set(chosen(request.cookies, request.headers.get("accept-language")))
        return await endpoint(request)

    return speaking


def language() -> str:
    """The language of the page that is being made."""
    return _language.get()


def why(problem: StoreError) -> str:
    """Why something cannot be done, and what helps."""
    return f"{_(problem.reason)} {_(problem.hint)}".strip()


def noted(text: str, /) -> str:
    """A text that goes through `_` where it is shown."""
    return text


def counted(one: str, many: str, n: int, /, **values: object) -> str:
    """A text that depends on a number, its place {n}."""
    return catalogue(language()).count(one, many, n, **values)


def _(text: str, /, context: str = "", **values: object) -> str:
    """A text of an account page in the language of whoever asks for it."""
    return catalogue(language()).say(text, context, **values)
