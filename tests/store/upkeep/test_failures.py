"""When the disk or the database fails: nothing is half stored, and the message says why."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event

from ecg_core.store.cases.store import Store, StoreError
from tests.store.stored_cases import add, agrees, case


def test_a_locked_database(tmp_path: Path) -> None:
    store = Store.open(tmp_path, busy_timeout_s=0.1)
    case_id = add(store, case(1))
    with closing(sqlite3.connect(tmp_path / "ecg-triage.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="in use by another program") as caught:
            store.record_reading(case_id, agrees(), "a")
        assert caught.value.hint == "Try again in a moment."
        # Reading goes on meanwhile.
        assert store.reopen(case_id).readings == ()
        other.execute("ROLLBACK")
    assert store.record_reading(case_id, agrees(), "a") == 3


def test_a_full_disk_under_the_files(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="disk is full") as caught:
            add(store, case(1))
    assert "Free some space" in caught.value.hint
    assert store.count() == 0
    assert store.verify(blobs=True).ok
    assert not list((store._blobs.folder / "unfinished").iterdir())


def test_a_full_disk_under_the_database(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    add(store, case(1))

    @event.listens_for(store._engine, "checkout")
    def no_more_pages(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def add_many() -> None:
        for number in range(2, 60):
            add(store, case(number))

    with pytest.raises(StoreError, match="disk is full"):
        add_many()
    store.close()
    reopened = Store.open(tmp_path)
    report = reopened.verify(blobs=True)
    assert (report.ok, report.events) == (True, 2 * reopened.count())


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "ecg-triage.db").write_bytes(b"An ECG, not a database. " * 100)
    with pytest.raises(StoreError, match="damaged") as caught:
        Store.open(tmp_path)
    assert "backup" in caught.value.hint


def test_a_data_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "var").write_bytes(b"")
    with pytest.raises(StoreError, match="disk refused"):
        Store.open(tmp_path / "var")


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "ecg-triage.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        Store.open(tmp_path)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://host/ecg", "mysql is not supported"),
        ("nonsense", "not a database URL"),
        ("nosuch://host/ecg", "not a database URL"),
    ],
)
def test_an_unusable_url(tmp_path: Path, url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words):
        Store.open(tmp_path, url)


def test_a_database_elsewhere(tmp_path: Path) -> None:
    """Its own anchor in the data directory; a second data directory starts to witness late."""
    url = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    with closing(Store.open(tmp_path / "a", url)) as store:
        add(store, case(1))
        assert store.verify(blobs=True).ok
    assert not (tmp_path / "a" / "ecg-triage.db").exists()
    with closing(Store.open(tmp_path / "b", url)) as store:
        assert store.verify().ok


def test_an_anchor_that_cannot_be_written_does_not_lose_a_decision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store.open(tmp_path)
    case_id = add(store, case(1))

    def refused(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", refused)
        assert store.record_reading(case_id, agrees(), "a") == 3
    assert "could not be moved on" in caplog.text
    assert store.verify().ok


def test_unfinished_files_of_dead_programs_are_cleared_away(tmp_path: Path) -> None:

    Store.open(tmp_path).close()
    scratch = tmp_path / "blobs" / "unfinished"
    (scratch / "old").write_bytes(b"half")
    (scratch / "new").write_bytes(b"half")
    two_days_ago = time.time() - 2 * 24 * 3600
    os.utime(scratch / "old", (two_days_ago, two_days_ago))
    Store.open(tmp_path).close()
    assert [path.name for path in scratch.iterdir()] == ["new"]
