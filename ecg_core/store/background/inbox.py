"""A watched folder: what is put there becomes jobs, and moves to `taken` beside it.

Folders in it are lists of their own. A file is taken once it has stopped growing; files of one
record are taken together when they lie there together.
"""

from __future__ import annotations

import logging
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from ecg_core import intake
from ecg_core.intake.isolation.limits import LIMITS
from ecg_core.intake.values import Upload
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.store import Store

_log = logging.getLogger(__name__)
LIST = "Inbox"
TAKEN = "taken"
MOST_FILES = 200
"""Taken at a time, so that the first of a thousand is read before the last is taken."""


class Inbox:
    """One watched folder, made when it is not there."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.folder = folder
        self._jobs = Jobs(store)
        self._seen: dict[Path, tuple[int, int]] = {}
        self._left: set[Path] = set()
        (folder / TAKEN).mkdir(parents=True, exist_ok=True)

    def look(self) -> list[str]:
        """Take what has come to rest since the last look; gives the new jobs. Raises OSError."""
        now = {path: _size(path) for path in self._files()}
        at_rest = [path for path, size in now.items() if self._seen.get(path) == size]
        self._seen = now
        jobs: list[str] = []
        for parent in sorted({path.parent for path in at_rest}):
            # A record's files come one after the other: while one grows, its folder waits.
            here = sorted(path for path in now if path.parent == parent)
            if all(path in at_rest for path in here):
                jobs += self._take(parent, here[:MOST_FILES])
        return jobs

    def _files(self) -> list[Path]:
        return [
            path
            for path in self.folder.rglob("*")
            if path.is_file()
            and not path.is_symlink()
            and not any(part.startswith(".") for part in path.relative_to(self.folder).parts)
            and path.relative_to(self.folder).parts[0] != TAKEN
            and not self._too_large(path)
        ]

    def _too_large(self, path: Path) -> bool:
        """Whether a file is larger than any ECG that is read: it stays where it lies, and the log
        names it once. Read into memory it could end the worker again and again."""
        large = _size(path)[0] > LIMITS.max_file_bytes
        if large and path not in self._left:
            self._left.add(path)
            _log.warning("%s is larger than an ECG may be and is left where it lies.", path)
        return large

    def _take(self, parent: Path, files: list[Path]) -> list[str]:
        bundles = intake.split([Upload(path.name, _read(path)) for path in files])
        inside = parent.relative_to(self.folder)
        name = LIST if inside == Path() else f"{LIST}: {inside.as_posix()}"
        jobs = self._jobs.submit(bundles, name, LIST)
        # Written down first, moved then: after a crash in between the same ECG is one case.
        aside = self.folder / TAKEN / f"{datetime.now(UTC):%Y-%m-%d}" / inside
        aside.mkdir(parents=True, exist_ok=True)
        for path in files:
            shutil.move(path, _free(aside / path.name))
            self._seen.pop(path, None)
        return jobs


def _read(path: Path) -> bytes:
    """A file's bytes. Raises OSError for a link that took its place since it was looked at."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read(LIMITS.max_file_bytes)


def _size(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _free(path: Path) -> Path:
    """The path, or one beside it that is not taken."""
    number = 1
    while os.path.lexists(path):
        path = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return path
