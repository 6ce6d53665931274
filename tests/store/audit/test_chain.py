"""The audit chain: what was stored cannot be changed without a trace."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecg_core.network.values import ModelIdentity
from ecg_core.store.audit import chain
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import ChainReport, Store, StoreError
from tests.store.stored_cases import add, agrees, case

EVENTS = 8
COLUMNS = (
    "created_utc",
    "actor",
    "action",
    "case_id",
    "payload",
    "token",
    "previous_hash",
    "hash",
    "role",
)
TABLES = ("actions", "blobs", "cases", "case_files", "events", "readings", "chain_head")


def raw(folder: Path) -> sqlite3.Connection:
    """The database without the store, as an intruder has it."""
    return sqlite3.connect(folder / "ecg-triage.db", isolation_level=None)


def unguarded(folder: Path) -> sqlite3.Connection:
    """The same with all triggers dropped."""
    connection = raw(folder)
    connection.execute("PRAGMA synchronous = OFF")
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        connection.execute(f"DROP TRIGGER {name}")
    return connection


def verified(folder: Path, blobs: bool = False) -> ChainReport:
    with closing(Store.open(folder)) as store:
        return store.verify(blobs)


def test_an_untouched_history_is_whole(folder: Path) -> None:
    assert verified(folder, blobs=True) == ChainReport(
        True, EVENTS, None, "All 8 events are in order, and all stored bytes match their hashes."
    )


def test_an_empty_store_is_whole(store: Store) -> None:
    assert store.verify(blobs=True).ok


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "REPLACE"])
def test_the_database_refuses_change(folder: Path, table: str, verb: str) -> None:
    with closing(raw(folder)) as connection:
        column = connection.execute(f"PRAGMA table_info({table})").fetchone()[1]
        before = connection.execute(f"SELECT * FROM {table}").fetchall()
        command = {
            "UPDATE": f"UPDATE {table} SET {column} = {column}",
            "DELETE": f"DELETE FROM {table}",
            "REPLACE": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        }[verb]
        with pytest.raises(sqlite3.IntegrityError, match=r"only grow|chain_head|chain head"):
            connection.execute(command)
        assert connection.execute(f"SELECT * FROM {table}").fetchall() == before


@pytest.mark.parametrize("column", ["token", "previous_hash", "hash"])
def test_replacing_an_event_by_any_of_its_unique_columns_is_refused(
    folder: Path, column: str
) -> None:
    with closing(raw(folder)) as connection:
        fresh = {"token": "'new'", "previous_hash": "'p'", "hash": "'h'"} | {column: column}
        with pytest.raises(sqlite3.IntegrityError, match="REPLACE refused"):
            connection.execute(
                "INSERT OR REPLACE INTO events SELECT 99, created_utc, actor, action, case_id, "
                f"payload, {fresh['token']}, {fresh['previous_hash']}, {fresh['hash']}, role "
                "FROM events WHERE seq = 5"
            )


edits = st.tuples(st.just("edit"), st.integers(1, EVENTS), st.sampled_from(COLUMNS), st.text())
flips = st.tuples(
    st.just("flip"), st.integers(1, EVENTS), st.sampled_from(COLUMNS), st.integers(0, 500)
)
removals = st.tuples(st.just("remove"), st.integers(1, EVENTS), st.just(""), st.just(0))
swaps = st.tuples(st.just("swap"), st.integers(1, EVENTS), st.just(""), st.integers(1, EVENTS))


@settings(max_examples=50, deadline=None)
@given(harm=st.one_of(edits, flips, removals, swaps))
def test_any_edit_removal_or_reorder_breaks_the_chain(
    history: Path, harm: tuple[str, int, str, str | int]
) -> None:
    kind, seq, column, value = harm
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(history, Path(name) / "copy"))
        with closing(unguarded(folder)) as connection:
            if kind == "remove":
                connection.execute("DELETE FROM events WHERE seq = ?", (seq,))
                first = seq
            elif kind == "swap":
                assume(seq != value)
                first = min(seq, int(value))
                for old, new in ((seq, -1), (value, seq), (-1, value)):
                    connection.execute("UPDATE events SET seq = ? WHERE seq = ?", (new, old))
            else:
                find = f"SELECT {column} FROM events WHERE seq = ?"
                (old,) = connection.execute(find, (seq,)).fetchone()
                changed = flipped(old, int(value)) if kind == "flip" else str(value)
                assume(changed != old)
                command = f"UPDATE events SET {column} = ? WHERE seq = ?"
                try:
                    connection.execute(command, (changed, seq))
                except sqlite3.IntegrityError:
                    assume(False)  # another event has that token or hash
                first = seq
        report = verified(folder)
        assert not report.ok
        assert report.first_broken_seq == first


def flipped(text: str | None, place: int) -> str:
    """The text with one letter made another."""
    letters = list(text or "0")
    at = place % len(letters)
    letters[at] = "1" if letters[at] != "1" else "2"
    return "".join(letters)


def cut_tail(folder: Path) -> None:
    """Remove the last two events and set the head back, leaving no trace in the database."""
    with closing(unguarded(folder)) as connection:
        connection.execute("DELETE FROM readings WHERE seq > 6")
        connection.execute("DELETE FROM events WHERE seq > 6")
        connection.execute(
            "UPDATE chain_head SET seq = 6, hash = (SELECT hash FROM events WHERE seq = 6)"
        )


def test_a_cut_tail_is_noticed_by_the_anchor(folder: Path) -> None:
    cut_tail(folder)
    report = verified(folder)
    assert (report.ok, report.first_broken_seq) == (False, 7)
    assert "later events were removed" in report.what
    # Events that are added after the cut do not cover it up.
    with closing(Store.open(folder)) as store:
        for number in (7, 8):
            add(store, case(number))
        assert store.verify().events == 10
    report = verified(folder)
    assert (report.ok, report.first_broken_seq) == (False, 8)


def test_a_lost_or_damaged_anchor_is_told(folder: Path) -> None:
    (folder / "chain.anchor").write_text("{")
    assert "damaged" in verified(folder).what
    (folder / "chain.anchor").unlink()
    with closing(Store.open(folder)) as store:
        add(store, case(9))
    assert "anchor is missing" in verified(folder).what


def test_a_chain_rebuilt_with_new_hashes_is_noticed(folder: Path) -> None:
    with closing(unguarded(folder)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("UPDATE events SET actor = 'Dr Eve' WHERE seq = 5")
        before = "0" * 64
        for row in connection.execute("SELECT * FROM events ORDER BY seq").fetchall():
            event = EventRow(**{**dict(row), "previous_hash": before})
            before = chain.event_hash(event)
            connection.execute(
                "UPDATE events SET previous_hash = ?, hash = ? WHERE seq = ?",
                (event.previous_hash, before, event.seq),
            )
        connection.execute("UPDATE chain_head SET hash = ?", (before,))
    report = verified(folder)
    assert (report.ok, report.first_broken_seq) == (False, 8)
    assert "not the one that was stored" in report.what


@pytest.mark.parametrize(
    ("command", "seq"),
    [
        ("UPDATE cases SET triage = 'normal' WHERE added_seq = 3", 3),
        ("UPDATE cases SET name = 'x' WHERE added_seq = 1", 1),
        ("UPDATE case_files SET name = 'x' WHERE position = 1", 1),
        ("DELETE FROM case_files", 1),
        ("UPDATE readings SET agrees = 1 WHERE seq = 6", 6),
        ("UPDATE readings SET note = 'x' WHERE seq = 5", 5),
        ("UPDATE readings SET created_utc = '2020' WHERE seq = 5", 5),
        ("DELETE FROM readings WHERE seq = 8", 8),
        ("DELETE FROM cases WHERE added_seq = 3", 3),
        (
            "INSERT INTO readings SELECT 7, case_id, 9, created_utc, reader, agrees, triage, "
            "priority, reason, note, phase, verdict, findings, confidence, second_wanted, blind, "
            "account FROM readings WHERE seq = 6",
            7,
        ),
        ("UPDATE case_states SET status = 'new' WHERE standing_seq = 8", 3),
        ("UPDATE case_states SET rank = 0, priority = 'immediate' WHERE standing_seq = 6", 1),
        ("DELETE FROM case_states WHERE standing_seq = 8", 3),
        ("DELETE FROM chain_head", 8),
        ("UPDATE chain_head SET seq = 7", 8),
        ("UPDATE chain_head SET seq = 9", 9),
        ("UPDATE chain_head SET hash = 'x'", 8),
    ],
)
def test_rows_that_no_longer_say_what_their_event_says(
    folder: Path, command: str, seq: int
) -> None:
    with closing(unguarded(folder)) as connection:
        connection.execute(command)
    report = verified(folder)
    assert (report.ok, report.first_broken_seq) == (False, seq)


def test_nothing_is_added_to_a_chain_without_its_end(folder: Path) -> None:
    with closing(unguarded(folder)) as connection:
        connection.execute("DELETE FROM chain_head")
    with closing(Store.open(folder)) as store, pytest.raises(StoreError, match="end is missing"):
        add(store, case(9))


def test_a_changed_case_says_so_when_reopened(folder: Path) -> None:
    with closing(unguarded(folder)) as connection:
        connection.execute("UPDATE readings SET note = 'x' WHERE seq = 5")
        connection.execute("UPDATE events SET actor = 'Dr Eve' WHERE seq = 5")
    with closing(Store.open(folder)) as store:
        newer, older = store.search()
        checks = store.reopen(older.id).checks
        assert (checks.page, checks.originals, checks.rows, checks.events) == (
            True,
            True,
            False,
            False,
        )
        assert not checks.ok
        assert store.reopen(newer.id).checks.ok


def test_a_damaged_page_is_named_and_not_shown(store: Store, tmp_path: Path) -> None:
    case_id = add(store, case(1))
    page = store.reopen(case_id).events[0].payload["page_blob"]
    path = tmp_path / "var" / "blobs" / page[:2] / page[2:]
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert store.verify().ok
    report = store.verify(blobs=True)
    assert (report.ok, page in report.what) == (False, True)
    with pytest.raises(StoreError, match=page):
        store.reopen(case_id)
    path.unlink()
    with pytest.raises(StoreError, match=f"missing: {page}"):
        store.reopen(case_id)


def test_a_damaged_original_is_flagged(store: Store, tmp_path: Path) -> None:
    case_id = add(store, case(1))
    sha256 = store.reopen(case_id).files[1].sha256
    (tmp_path / "var" / "blobs" / sha256[:2] / sha256[2:]).write_bytes(b"other")
    assert not store.reopen(case_id).checks.originals
    with pytest.raises(StoreError, match=sha256):
        store.original(case_id, 1)
    assert sha256 in store.verify(blobs=True).what


def test_bytes_that_were_damaged_are_mended_by_the_same_bytes(store: Store, tmp_path: Path) -> None:
    first = add(store, case(1))
    sha256 = store.reopen(first).files[0].sha256
    (tmp_path / "var" / "blobs" / sha256[:2] / sha256[2:]).write_bytes(b"other")
    newer = case(1, model=ModelIdentity("page", "2", "cd" * 32, "page-1"))
    add(store, newer)
    assert store.verify(blobs=True).ok


def test_an_anchor_that_lags_is_no_fault(folder: Path) -> None:
    """A program may die between the commit and the anchor."""
    before = (folder / "chain.anchor").read_bytes()
    with closing(Store.open(folder)) as store:
        case_id = store.search()[1].id
        store.record_reading(case_id, agrees(), "later")
    (folder / "chain.anchor").write_bytes(before)
    assert verified(folder).ok
