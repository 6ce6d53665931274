"""Signed checkpoints: a chain rewritten whole is told from the one that was signed."""

from __future__ import annotations

import base64
import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.store.audit import checkpoints, merkle
from ecg_core.store.audit.checkpoints import Checkpoint
from ecg_core.store.cases.store import Store, StoreError

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def rfc6962(leaves: Sequence[bytes]) -> bytes:
    """The tree as the RFC defines it: split at the largest power of two below the size."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + rfc6962(leaves[:k]) + rfc6962(leaves[k:])).digest()


@given(st.integers(1, 70), st.data())
def test_root_and_proofs_are_those_of_the_rfc(size: int, data: st.DataObject) -> None:
    leaves = [merkle.leaf(hashlib.sha256(bytes([k])).hexdigest()) for k in range(size)]
    assert merkle.root(leaves) == rfc6962(leaves)
    index = data.draw(st.integers(0, size - 1))
    steps = merkle.proof(leaves, index)
    assert merkle.led_to(leaves[index], steps) == merkle.root(leaves)
    if size > 1:
        assert merkle.led_to(leaves[(index + 1) % size], steps) != merkle.root(leaves)


def events(store: Store, count: int) -> None:
    for k in range(count):
        store.record_failure(f"event {k}")


def test_a_chain_rewritten_whole_no_longer_fits_what_was_signed(folder: Path) -> None:
    store = Store.open(folder)
    size_before = checkpoints.make(store, KEY).size
    events(store, 3)
    early = checkpoints.make(store, KEY)
    events(store, 3)
    late = checkpoints.make(store, KEY)
    assert (early.size, late.size) == (size_before + 3, size_before + 6)
    assert checkpoints.compare(store, [early, late], KEY.public_key()) == ()
    with closing(sqlite3.connect(folder / "ecg-triage.db", isolation_level=None)) as raw:
        guards = raw.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall()
        for (name,) in guards:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE events SET hash = ? WHERE seq = ?", ("ab" * 32, early.size + 2))
    (told,) = checkpoints.compare(store, [late, early], KEY.public_key())
    assert told.startswith(f"Of the events {early.size + 1} to {late.size} at least one")
    store.close()


def test_a_cut_tail_and_another_key_are_told(store: Store) -> None:
    events(store, 2)
    made = checkpoints.make(store, KEY)
    longer = replace(made, size=made.size + 5)
    other = Ed25519PrivateKey.generate().public_key()
    assert checkpoints.compare(store, [longer], None)[0].endswith("are no longer there.")
    assert "not signed by this key" in checkpoints.compare(store, [made], other)[0]
    assert "not signed by this key" in checkpoints.compare(store, [longer], KEY.public_key())[0]


def test_checkpoints_are_made_daily_and_after_many_events() -> None:
    last = Checkpoint("o", 10, "", "2026-03-01T08:00:00.000000Z")
    assert checkpoints.is_due(None, 1, last.created_utc)
    assert not checkpoints.is_due(last, 10, "2026-03-02T08:00:00.000000Z")
    assert not checkpoints.is_due(last, 11, "2026-03-01T09:00:00.000000Z")
    assert checkpoints.is_due(last, 11, "2026-03-02T00:00:00.000000Z")
    assert checkpoints.is_due(last, 10 + checkpoints.EVERY_EVENTS, last.created_utc)


def test_a_checkpoint_is_appended_where_it_is_sent(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events(store, 1)
    made = checkpoints.make(store, KEY)
    monkeypatch.setenv(checkpoints.SENT_TO, f"folder:{tmp_path}, pigeon:x, folder:/nowhere/at/all")
    failed = checkpoints.send(made)
    assert [line.split(":")[0] for line in failed] == [
        "ECG_CHECKPOINT_TO names no known kind of place",
        "The checkpoint did not reach folder",
    ]
    checkpoints.send(made)
    assert checkpoints.read_file(tmp_path / "checkpoints.jsonl") == (made, made)
    (tmp_path / "checkpoints.jsonl").write_text("nonsense")
    with pytest.raises(StoreError, match="holds no checkpoints"):
        checkpoints.read_file(tmp_path / "checkpoints.jsonl")


def test_keys_come_from_a_file_or_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, public = checkpoints.new_key()
    (tmp_path / "key").write_text(private + "\n")
    for given_as in (private, str(tmp_path / "key")):
        monkeypatch.setenv(checkpoints.KEY, given_as)
        key = checkpoints.public_key()
        assert key is not None and base64.b64encode(key.public_bytes_raw()).decode() == public
    monkeypatch.setenv(checkpoints.KEY, "no key")
    with pytest.raises(StoreError, match="no Ed25519 key"):
        checkpoints.signing_key()


def test_one_event_is_shown_to_be_under_a_checkpoint(store: Store) -> None:
    events(store, 5)
    made = checkpoints.make(store, KEY)
    shown = checkpoints.proof_of(store, made.size - 1, made)
    # As a script does that knows nothing of this program.
    text = json.dumps(shown["event"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    found = hashlib.sha256(b"\x00" + hashlib.sha256(text.encode()).digest()).digest()
    for side, beside in shown["proof"]:  # type: ignore[attr-defined]
        both = (bytes.fromhex(beside), found) if side == "left" else (found, bytes.fromhex(beside))
        found = hashlib.sha256(b"\x01" + both[0] + both[1]).digest()
    assert found.hex() == made.root
    assert shown["checkpoint"] == made.plain()
    with pytest.raises(StoreError, match="not under this checkpoint"):
        checkpoints.proof_of(store, made.size + 1, made)


def test_the_app_signs_when_it_is_due_and_not_again(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(checkpoints.KEY, raising=False)
    assert checkpoints.keep_up(store, folder) == ()
    assert not (folder / "checkpoints.jsonl").exists()
    monkeypatch.setenv(checkpoints.KEY, checkpoints.new_key()[0])
    monkeypatch.setenv(checkpoints.SENT_TO, f"folder:{tmp_path}")
    events(store, 1)
    for _ in range(2):
        assert checkpoints.keep_up(store, folder) == ()
    (kept,) = checkpoints.read_file(tmp_path / "checkpoints.jsonl")
    assert checkpoints.compare(store, [kept], checkpoints.public_key()) == ()
