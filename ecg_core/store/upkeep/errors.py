"""What goes wrong with a store, said in words: what happened and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError


class StoreError(Exception):
    """Something was not stored or cannot be read: the reason, and what the reader can do."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(f"{reason} {hint}")
        self.reason = reason
        self.hint = hint


_FULL = ("The disk is full, so nothing was saved.", "Free some space and try again.")
_READ_ONLY = (
    "The data directory or the database cannot be written to, so nothing was saved.",
    "Let the account that runs this program write there (ECG_DATA_DIR).",
)
_BUSY = (
    "The database is in use by another program, so nothing was saved.",
    "Try again in a moment.",
)
_DAMAGED = (
    "The database file is damaged.",
    "Stop the program and restore the data directory from a backup.",
)

_SQLITE: tuple[tuple[str, tuple[str, str]], ...] = (
    ("SQLITE_BUSY", _BUSY),
    ("SQLITE_LOCKED", _BUSY),
    ("SQLITE_FULL", _FULL),
    ("SQLITE_READONLY", _READ_ONLY),
    ("SQLITE_CANTOPEN", _READ_ONLY),
    ("SQLITE_CORRUPT", _DAMAGED),
    ("SQLITE_NOTADB", _DAMAGED),
    (
        "SQLITE_IOERR",
        ("The disk could not be read or written.", "Check the disk, then try again."),
    ),
)
"""SQLite's error names by their beginning."""

_POSTGRESQL_DISK_FULL = "53100"

_SYSTEM: dict[int, tuple[str, str]] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.EROFS: _READ_ONLY,
}


@contextmanager
def in_words() -> Iterator[None]:
    """Turn errors of the database and the disk into `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(*_of_database(error)) from error
    except SQLAlchemyError as error:
        raise StoreError(
            f"The database refused the work: {error}.", "Nothing was saved; tell support."
        ) from error
    except OSError as error:
        known = _SYSTEM.get(error.errno or 0)
        raise StoreError(
            *(known or (f"The disk refused the work: {error.strerror}.", "Check the disk."))
        ) from error


def _of_database(error: DBAPIError) -> tuple[str, str]:
    name = getattr(error.orig, "sqlite_errorname", "")
    for start, words in _SQLITE:
        if name.startswith(start):
            return words
    if getattr(error.orig, "sqlstate", None) == _POSTGRESQL_DISK_FULL:
        return _FULL
    if not name and isinstance(error, OperationalError):
        return (
            "The database server cannot be reached, so nothing was saved.",
            "Check that it runs and that ECG_DATABASE_URL is right.",
        )
    return (f"The database refused the work: {error.orig}.", "Nothing was saved; tell support.")
