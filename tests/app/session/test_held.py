"""What is read from files is held within a budget of bytes, however many readers open."""

from __future__ import annotations

import mmap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from widgets.session.held import Desk, Held


def scan(name: str, megabytes: int) -> EcgScan:
    return EcgScan(name, name, np.zeros((megabytes, 1000, 1000), np.uint8)[..., :1000])


def test_the_longest_unused_go_when_they_take_too_much() -> None:
    held, made = Held(most_bytes=10_000_000), list[str]()

    def get(name: str, megabytes: int = 3) -> None:
        held.get(name, lambda: made.append(name) or scan(name, megabytes))  # type: ignore[func-returns-value]

    for name in ("a", "b", "c", "a", "d", "a", "c"):
        get(name)
        assert held.bytes <= 10_000_000
    # "b" was the longest unused when "d" came.
    assert made == ["a", "b", "c", "d"]
    get("b")
    assert made[-1] == "b"
    # One that is larger than all of the room is given, and pushes nobody out.
    get("huge", 20)
    get("huge", 20)
    get("c")
    assert made[-2:] == ["huge", "huge"] and held.bytes == 9_000_000


def test_large_pictures_lie_in_files_without_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "scratch"
    folder.mkdir()
    held = Held(folder=folder)
    pixels = np.random.default_rng(1).integers(0, 256, (3000, 2000, 3), np.uint8)
    large = EcgScan("a", "a", pixels, notes=("kept",))
    got = held.get("a", lambda: large)
    assert isinstance(got, EcgScan) and got.notes == ("kept",)
    assert np.array_equal(got.pixels, pixels) and type(got.pixels) is np.ndarray
    assert isinstance(got.pixels.base, np.memmap | mmap.mmap) and got.pixels.flags.writeable
    assert not list(folder.iterdir())
    small = scan("b", 3)
    assert held.get("b", lambda: small) is small
    # Where no file can be made it stays in memory.
    assert Held(folder=tmp_path / "gone").get("c", lambda: large) is large


def test_what_cannot_be_read_is_tried_again() -> None:
    held = Held()

    def fail() -> EcgScan:
        raise ValueError("unread")

    for _ in range(2):
        with pytest.raises(ValueError, match="unread"):
            held.get("a", fail)
    assert held.get("a", lambda: scan("a", 1)).name == "a"


def test_readers_of_one_ecg_wait_for_the_one_who_reads_it() -> None:
    held, made = Held(), list[int]()

    def slowly() -> EcgScan:
        time.sleep(0.05)
        made.append(1)
        return scan("a", 1)

    threads = [threading.Thread(target=held.get, args=("a", slowly)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert made == [1]


def test_only_so_many_bytes_are_worked_on_at_the_same_time() -> None:
    desk, now, most = Desk(100), [0], [0]
    lock = threading.Lock()

    def work(size: int) -> None:
        with desk.room_for(size):
            with lock:
                now[0] += size
                most[0] = max(most[0], now[0])
            time.sleep(0.002)
            with lock:
                now[0] -= size

    threads = [threading.Thread(target=work, args=(size,)) for size in [40] * 10 + [300] + [5] * 20]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert now == [0] and most == [300]
