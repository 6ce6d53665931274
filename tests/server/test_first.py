"""Of several processes of the app one has the turn, and another when it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from ecg_core.store.upkeep.errors import StoreError
from server.first import First

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
WAITS = """
import sys, time
from pathlib import Path
from server.first import First
said = Path(sys.argv[2])
first = First(Path(sys.argv[1]) / "lock", lambda: said.write_text("begun"))
first.start()
said.with_suffix(".started").touch()
time.sleep(60)
"""


def until(over: object, patience_s: float = PATIENCE_S) -> None:
    assert callable(over)
    end = time.monotonic() + patience_s
    while not over():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_of_processes_that_start_at_once_one_begins_and_when_it_is_killed_another(
    tmp_path: Path,
) -> None:
    said = [tmp_path / f"said{k}" for k in range(3)]
    command = [sys.executable, "-c", WAITS, str(tmp_path)]
    running = [subprocess.Popen([*command, str(path)], cwd=ROOT) for path in said]
    try:
        for left in (2, 1, 0):
            until(lambda: all(path.with_suffix(".started").exists() for path in said))
            until(lambda: any(path.exists() for path in said))
            (having,) = [path for path in said if path.exists()]
            # Longer than the others wait from one look to the next.
            time.sleep(1.5 * First.LOOK_S)
            assert sum(path.exists() for path in said) == 1
            ended = running[said.index(having)]
            ended.send_signal(signal.SIGKILL)
            ended.wait(PATIENCE_S)
            having.unlink()
            assert sum(one.poll() is None for one in running) == left
    finally:
        for one in running:
            one.kill()


def test_the_turn_is_left_to_the_next(tmp_path: Path) -> None:
    begun: list[str] = []
    one, other = (First(tmp_path / "lock", partial(begun.append, name)) for name in "ab")
    one.start()
    other.start()
    assert begun == ["a"]
    one.stop()
    until(lambda: begun == ["a", "b"])
    other.stop()


def test_who_never_had_the_turn_takes_nobodys(tmp_path: Path) -> None:
    begun: list[str] = []
    one, other = (First(tmp_path / "lock", partial(begun.append, name)) for name in "ab")
    one.start()
    other.start()
    other.stop()
    third = First(tmp_path / "lock", lambda: begun.append("c"))
    third.start()
    assert begun == ["a"]
    one.stop()
    until(lambda: begun == ["a", "c"])
    third.stop()


def test_what_cannot_begin_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(First, "LOOK_S", 0.01)
    tried: list[int] = []

    def begin() -> None:
        tried.append(1)
        if len(tried) < 3:
            raise StoreError("The database server cannot be reached.", "Try again.")

    one = First(tmp_path / "lock", lambda: None)
    one.start()
    other = First(tmp_path / "lock", begin)
    other.start()
    one.stop()
    until(lambda: len(tried) == 3)
    assert "cannot be reached" in caplog.text
    other.stop()


def test_a_start_that_fails_leaves_the_turn_to_others(tmp_path: Path) -> None:
    def fail() -> None:
        raise StoreError("No.", "")

    with pytest.raises(StoreError):
        First(tmp_path / "lock", fail).start()
    begun: list[int] = []
    one = First(tmp_path / "lock", lambda: begun.append(1))
    one.start()
    assert begun == [1]
    one.stop()
