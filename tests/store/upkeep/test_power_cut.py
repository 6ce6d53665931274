"""The power is cut while decisions are saved: nothing that was confirmed is lost."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from benchmarks.service.noted_writes import Call, Disk
from ecg_core.store.upkeep import files

OPEN, SYNC_FOLDER = Call("open", 2, "."), Call("sync", 2)


def laid(disk: Disk, folder: Path, draw: random.Random | None = None) -> dict[str, bytes]:
    shutil.rmtree(folder, ignore_errors=True)
    disk.lay_out(folder, draw)
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_cut_takes_what_was_not_synced(tmp_path: Path) -> None:
    base, after = tmp_path / "base", tmp_path / "after"
    base.mkdir()
    (base / "old").write_bytes(b"kept")
    disk = Disk(base)
    disk.apply(Call("open", 1, "new"))
    disk.apply(Call("write", 1, data=b"abc", at=0))
    # Neither bytes nor name have reached the disk; bytes alone do not help.
    assert laid(disk, after) == {"old": b"kept"}
    disk.apply(Call("sync", 1))
    assert laid(disk, after) == {"old": b"kept"}
    disk.apply(OPEN)
    disk.apply(SYNC_FOLDER)
    disk.apply(Call("write", 1, data=b"xyz", at=3))
    assert laid(disk, after) == {"old": b"kept", "new": b"abc"}
    # By chance a part of it may be there: one block is whole or not at all.
    found = {laid(disk, after, random.Random(seed))["new"] for seed in range(8)}
    assert found == {b"abc", b"abcxyz"}
    disk.apply(Call("rename", name="new", other="old"))
    assert laid(disk, after) == {"old": b"kept", "new": b"abc"}
    disk.apply(SYNC_FOLDER)
    assert laid(disk, after) == {"old": b"abc"}


def test_a_new_folder_is_brought_to_the_disk_before_what_lies_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(files, "_sync_folder", synced.append)
    (tmp_path / "scratch").mkdir()
    files.write_whole(tmp_path / "a" / "b" / "file", b"x", tmp_path / "scratch")
    assert synced == [tmp_path, tmp_path / "a", tmp_path / "a" / "b"]
    synced.clear()
    files.write_whole(tmp_path / "a" / "b" / "other", b"x", tmp_path / "scratch")
    assert synced == [tmp_path / "a" / "b"]


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_cuts_lose_nothing_that_was_confirmed(tmp_path: Path) -> None:
    from benchmarks.service.power_cut import cut_many

    try:
        outcome = cut_many(tmp_path, 6, 3)
    except PermissionError:
        pytest.skip("this machine lets nobody trace")
    assert outcome.cuts == 6 and outcome.decisions_confirmed > 0
    assert (outcome.decisions_lost, outcome.chain_broken, outcome.bytes_damaged) == (0, 0, 0)
