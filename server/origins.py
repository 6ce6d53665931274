"""Which hosts this server answers for, and which sites may send it forms, uploads and sockets."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from starlette.datastructures import Headers

HOSTS, ORIGINS = "ECG_HOSTS", "ECG_ORIGINS"


def is_our_host(host: str) -> bool:
    """Whether a `Host` header names this server; every one does while `ECG_HOSTS` is not set.

    A name in the list goes for every port, "*.example.org" for all names below.
    """
    known = _listed(HOSTS)
    if not known:
        return True
    try:
        name = (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return False
    for one in known:
        below = one.startswith("*.") and name.endswith(one[1:])
        if below or one in (host.lower(), name):
            return True
    return False


def may_send(headers: Headers) -> bool:
    """Whether what comes with these headers comes from this app, or a site of `ECG_ORIGINS`.

    Browsers say where a form, an upload or a websocket comes from; programs need not.
    """
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        same = urlsplit(origin).netloc.lower()
    except ValueError:
        return False
    if same and same == headers.get("host", "").lower():
        return True
    return origin.lower().rstrip("/") in _origins()


def _origins() -> set[str]:
    """Also by the address that browsers know: a proxy may give another host than they asked for."""
    public = urlsplit(os.environ.get("ECG_PUBLIC_URL", ""))
    own = {f"{public.scheme}://{public.netloc}".lower()} if public.netloc else set()
    return own | {one.rstrip("/") for one in _listed(ORIGINS)}


def _listed(name: str) -> list[str]:
    return [one.strip().lower() for one in os.environ.get(name, "").split(",") if one.strip()]
