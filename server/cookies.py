"""The cookie that keeps a browser signed in over a reload: signed, and out of reach of scripts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from itsdangerous import BadSignature, Signer
from starlette.requests import Request
from starlette.responses import Response

from ecg_core.store.audit.canonical import sha256_text
from ecg_core.store.people.accounts import Account
from server import place

NAME = "ecg_sign_in"
PROVIDER_NAME = "_streamlit_user"
"""Streamlit's own signed cookie of a person whom an identity provider vouches for."""

_SALT = b"ecg-triage-sign-in"
_TWELVE_HOURS_S = 12 * 3600


def put(response: Response, request: Request, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        NAME,
        _signer().sign(token).decode(),
        max_age=_TWELVE_HOURS_S,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_https(request),
    )


def take_away(response: Response) -> None:
    """Let the browser forget its token."""
    response.delete_cookie(NAME, path="/")


def token(cookies: Mapping[str, str]) -> str | None:
    """What signs a browser in, from its cookies: our token, or one made of the provider's cookie.

    None when there is neither, or the signature is wrong.
    """
    signed = cookies.get(NAME)
    return _unsigned(signed, place.cookie_key()) if signed else provider_token(cookies)


@lru_cache(maxsize=1024)
def _unsigned(signed: str, key: bytes) -> str | None:
    """The token in a cookie, None when it was not signed with this key. Asked many times a page."""
    try:
        return Signer(key, salt=_SALT).unsign(signed).decode()
    except (BadSignature, UnicodeDecodeError):
        return None


def provider_token(cookies: Mapping[str, str]) -> str | None:
    """A token that stands for one sign-in at the identity provider; None without its cookie.

    The cookie itself is checked by Streamlit; only then a token like this becomes known.
    """
    if not cookies.get(PROVIDER_NAME):
        return None
    # What does not fit into one cookie is cut up, and the first then only counts the pieces.
    pieces = sorted(name for name in cookies if name.startswith(PROVIDER_NAME))
    return f"provider-{sha256_text('|'.join(f'{name}={cookies[name]}' for name in pieces))}"


def person(
    cookies: Mapping[str, str], touch: bool = True, enrolling: bool = False
) -> Account | None:
    """Who is signed in by these cookies. touch: whether this is a sign of life.

    Whoever still has to set up a second factor is nobody, but to the page where that is done
    (enrolling).
    """
    known = token(cookies)
    found = None if known is None else place.accounts().signed_in(known, touch)
    return None if found is not None and found.must_enrol and not enrolling else found


def is_https(request: Request) -> bool:
    """Whether the browser came by TLS, here or at the proxy in front."""
    forwarded = request.headers.get("x-forwarded-proto", "")
    return "https" in (request.url.scheme, forwarded.split(",")[0].strip())


def _signer() -> Signer:
    return Signer(place.cookie_key(), salt=_SALT)
