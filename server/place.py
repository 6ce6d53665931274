"""The store of this server process, and the key that signs its cookies."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from threading import Event

from ecg_core.store.audit.watching import ChainWatch
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Accounts
from ecg_core.store.people.keys import kept_key

JOBS_CAME = Event()
"""Set where ECGs were written down to be read in the background: they are looked for at once; those
that another process of the app wrote down, within a second."""


def data_dir() -> Path:
    """Where the database and the original files live."""
    return Path(os.environ.get("ECG_DATA_DIR") or "var").resolve()


def store() -> Store:
    """The one store of this process."""
    return _store(str(data_dir()), os.environ.get("ECG_DATABASE_URL") or None)


@cache
def _store(directory: str, url: str | None) -> Store:
    return Store.open(Path(directory), url)


def chain_watch() -> ChainWatch:
    """What this process knows of the audit chain."""
    return _chain_watch(store())


@cache
def _chain_watch(of: Store) -> ChainWatch:
    return ChainWatch(of)


def accounts() -> Accounts:
    """The people who may sign in."""
    return Accounts(store())


def cookie_key() -> bytes:
    """The key that signs cookies: `ECG_COOKIE_KEY`, else made once in the data directory."""
    given = os.environ.get("ECG_COOKIE_KEY")
    return given.encode() if given else _kept_key(data_dir() / "cookie.key")


_kept_key = cache(kept_key)
