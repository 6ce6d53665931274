"""The store of this server process, and the key that signs its cookies."""

from __future__ import annotations

import os
import secrets
from functools import cache
from pathlib import Path

from ecg_core.triage.accounts import Accounts
from ecg_core.triage.store import Store


def data_dir() -> Path:
    """Where the database and the original files live."""
    return Path(os.environ.get("ECG_DATA_DIR") or "var").resolve()


def store() -> Store:
    """The one store of this process."""
    return _store(str(data_dir()), os.environ.get("ECG_DATABASE_URL") or None)


@cache
def _store(directory: str, url: str | None) -> Store:
    return Store.open(Path(directory), url)


def accounts() -> Accounts:
    """The people who may sign in."""
    return Accounts(store())


def cookie_key() -> bytes:
    """The key that signs cookies: `ECG_COOKIE_KEY`, else made once in the data directory."""
    given = os.environ.get("ECG_COOKIE_KEY")
    return given.encode() if given else _kept_key(data_dir() / "cookie.key")


@cache
def _kept_key(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    key = secrets.token_hex(32).encode()
    with os.fdopen(handle, "wb") as file:
        file.write(key)
    return key
