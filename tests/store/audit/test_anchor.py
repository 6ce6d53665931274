"""The witness of the chain's end, written by several threads of one process."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ecg_core.store.audit import anchor
from ecg_core.store.audit.anchor import Anchor, ChainPlace


def test_a_thread_with_an_older_event_does_not_take_the_anchor_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    witness = Anchor(tmp_path / "anchor.json", tmp_path)
    witness.begin(ChainPlace(1, "a"))
    written = anchor.write_whole
    older_writes, newer_is_done = threading.Event(), threading.Event()

    def slow(path: Path, content: bytes, scratch: Path) -> None:
        if b'"seq": 2' in content:
            older_writes.set()
            # A newer event that did not wait its turn would be remembered by now.
            newer_is_done.wait(0.3)
        written(path, content, scratch)

    def newer() -> None:
        older_writes.wait(10)
        witness.advance(ChainPlace(3, "c"))
        newer_is_done.set()

    monkeypatch.setattr(anchor, "write_whole", slow)
    thread = threading.Thread(target=newer)
    thread.start()
    witness.advance(ChainPlace(2, "b"))
    thread.join()
    assert witness.read() == ChainPlace(3, "c")
