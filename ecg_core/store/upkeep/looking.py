"""A store for whoever only looks: also at a copy that nobody may write to."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecg_core.store.audit.anchor import Anchor
from ecg_core.store.cases.blobs import Blobs
from ecg_core.store.cases.store import BUSY_TIMEOUT_S, Store, anchor_path
from ecg_core.store.upkeep.database import migrate, open_engine
from ecg_core.store.upkeep.errors import StoreError, in_words

_DATABASE = "ecg-triage.db"


@contextmanager
def store_to_look_at(data_dir: Path, url: str | None) -> Iterator[Store]:
    """The store of a data directory, closed afterwards. Raises StoreError.

    Of a write-protected copy the database is copied to a scratch folder and opened there, since
    SQLite writes even to read: originals and pages are read where they lie, and nothing is changed.
    """
    if url is None and not (data_dir / _DATABASE).is_file():
        raise StoreError(f"There is no database in {data_dir}.", "Name another with --data-dir.")
    if url is not None or _writable(data_dir):
        store = Store.open(data_dir, url)
        try:
            yield store
        finally:
            store.close()
        return
    with in_words(), tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        for part in (_DATABASE, f"{_DATABASE}-wal"):
            if (data_dir / part).exists():
                shutil.copyfile(data_dir / part, scratch / part)
        engine = open_engine(scratch, None, BUSY_TIMEOUT_S)
        migrate(engine)
        anchor = Anchor(anchor_path(data_dir, None), scratch)
        store = Store(engine, Blobs(data_dir / "blobs", to_write=False), anchor, data_dir)
        try:
            yield store
        finally:
            store.close()


def _writable(data_dir: Path) -> bool:
    return all(os.access(path, os.W_OK) for path in (data_dir, data_dir / _DATABASE))
