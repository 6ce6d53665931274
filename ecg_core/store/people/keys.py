"""Secret keys of a data directory: each made once, readable by the app's account alone."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

PSEUDONYM_KEY, FACTOR_KEY = "pseudonym.key", "factor.key"
SHORTEST = 16


def kept_key(path: Path) -> bytes:
    """The key in a file, made when it is not there; programs that start together agree on one.

    Raises OSError when it can neither be read nor made, ValueError when the file holds no key.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # Whole before it has its name: nobody ever reads half a key. mkstemp's mode is 0600.
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(32).encode())
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):
                os.link(name, path)
        finally:
            os.unlink(name)
    key = path.read_bytes().strip()
    if len(key) < SHORTEST:
        raise ValueError(f"{path.name} holds no key of at least {SHORTEST} characters")
    return key


def pseudonym_key(data_dir: Path) -> bytes:
    """What makes pseudonyms of patients: `ECG_PSEUDONYM_KEY`, else kept in the data directory.

    Raises OSError and ValueError like `kept_key`.
    """
    return _given_or_kept("ECG_PSEUDONYM_KEY", data_dir / PSEUDONYM_KEY)


def factor_key(data_dir: Path) -> bytes:
    """What seals second factors: `ECG_FACTOR_KEY`, else kept in the data directory.

    Raises OSError and ValueError like `kept_key`.
    """
    return _given_or_kept("ECG_FACTOR_KEY", data_dir / FACTOR_KEY)


def _given_or_kept(variable: str, path: Path) -> bytes:
    given = os.environ.get(variable)
    if not given:
        return kept_key(path)
    if len(given) < SHORTEST:
        raise ValueError(f"{variable} has fewer than {SHORTEST} characters")
    return given.encode()
