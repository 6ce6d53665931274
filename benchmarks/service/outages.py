"""What else may fail while decisions are saved: `make bench-outages`.

Kills while saving, on SQLite and, where its programs are installed or a URL is given, on
PostgreSQL; a disk that is full; a database that another program holds for half a minute; a clock
that is set back by an hour; and a power cut (`benchmarks.service.power_cut`). Each row tells how
many decisions had been confirmed and how many of them are lost. Rows go to
`benchmarks/results/outages.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

from benchmarks.service.power_cut import cut_many
from benchmarks.service.saving import PYTHON_PATH, ROOT, answers, prepared, save
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import utc_text
from ecg_core.store.cases.store import Store, StoreError

OUT = ROOT / "benchmarks" / "results" / "outages.jsonl"
LOCKED_S = 30.0
BEHIND = timedelta(hours=1)
DISK_BYTES = 6_000_000


def kills(folder: Path, times: int, url: str | None = None) -> dict[str, object]:
    """Kill a program that saves, so often; each time the next finds all that was confirmed."""
    prepared(folder / "var", 400, url)
    draw, said, broken = random.Random(2), [], 0
    command = [sys.executable, "-m", "benchmarks.service.saving", str(folder / "var"), "400"]
    environment = PYTHON_PATH | ({"ECG_DATABASE_URL": url} if url else {})
    for _ in range(times):
        child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(draw.randint(1, 6))]
        time.sleep(draw.uniform(0.0, 0.2))
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.read().splitlines()
        child.wait()
        said += [json.loads(line) for line in lines if line.strip()]
        with closing(Store.open(folder / "var", url)) as store:
            broken += not store.verify().ok
    with closing(Store.open(folder / "var", url)) as store:
        return {"times": times} | found(store, said) | {"chain_broken": broken}


def found(store: Store, said: list[dict[str, object]]) -> dict[str, object]:
    """How many decisions were confirmed, and how many of them are not there."""
    lost = 0
    for one in said:
        events = {reading.event for reading in store.reopen(str(one["case"])).readings}
        lost += one["event"] not in events
    whole = store.verify(blobs=True).ok
    return {
        "decisions_confirmed": len(said),
        "decisions_lost": lost,
        "chain_broken": int(not whole),
    }


def full_disk(folder: Path) -> dict[str, object]:
    """Save on a disk of six megabytes until nothing fits, make room, and go on."""
    prepared(folder / "var", 60)
    made = answers(folder / "var")
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)], check=True
    )
    said: list[dict[str, object]] = []
    refused = 0
    try:
        with closing(Store.open(disk / "var")) as store:
            ballast = disk / "ballast"
            for number, new in enumerate(made):
                if number == 3:
                    # Whatever is left: the next case finds no room, or not enough of it.
                    _fill(ballast)
                if number == 20:
                    ballast.unlink()
                try:
                    said.append(save(store, new, f"full {number}"))
                except StoreError:
                    refused += 1
            row = found(store, said)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    return {"refused_in_words": refused} | row


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass


def locked(folder: Path) -> dict[str, object]:
    """Save while another program holds the database for half a minute; then all is tried again."""
    prepared(folder / "var", 5)
    said: list[dict[str, object]] = []
    refused: list[float] = []
    with closing(Store.open(folder / "var")) as store:
        held = threading.Event()
        holder = threading.Thread(target=_hold, args=(folder / "var" / "ecg-triage.db", held))
        holder.start()
        held.wait()
        for number, new in enumerate(answers(folder / "var")):
            while True:
                began = time.monotonic()
                try:
                    said.append(save(store, new, f"locked {number}"))
                    break
                except StoreError:
                    refused.append(round(time.monotonic() - began, 1))
        holder.join()
        return {
            "refused_in_words": len(refused),
            "longest_wait_s": max(refused, default=0.0),
        } | found(store, said)


def _hold(database: Path, held: threading.Event) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        held.set()
        time.sleep(LOCKED_S)
        other.execute("ROLLBACK")


def clock_back(folder: Path) -> dict[str, object]:
    """Save while the clock is set back by an hour, and after it is right again."""
    prepared(folder / "var", 9)
    said = []
    with closing(Store.open(folder / "var")) as store:
        for number, new in enumerate(answers(folder / "var")):
            with _clock(3 <= number < 6):
                said.append(save(store, new, f"clock {number}"))
        with store.snapshot() as session:
            told = session.connection().exec_driver_sql(
                "SELECT count(*) FROM events WHERE payload LIKE '%clock_behind_s%'"
            )
            behind = told.scalar()
        return {"events_that_tell_of_it": behind} | found(store, said)


def _clock(is_behind: bool) -> AbstractContextManager[object]:
    if not is_behind:
        return nullcontext()
    return patch.object(chain, "utc_now", lambda: utc_text(datetime.now(UTC) - BEHIND))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--postgresql", help="URL of an empty database; one is made unless told")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []

    def row(what: str, work: Callable[[Path], dict[str, object]]) -> None:
        with tempfile.TemporaryDirectory() as name:
            rows.append({"what": what} | work(Path(name)))
        print(json.dumps(rows[-1]), flush=True)

    row("database locked for 30 s", locked)
    row("clock set back by an hour", clock_back)
    if os.geteuid() == 0:
        row("disk full", full_disk)
    if shutil.which("strace"):
        row("power cut", lambda folder: asdict(cut_many(folder, arguments.cuts, 30)))
    row("killed while saving, SQLite", lambda folder: kills(folder, arguments.kills))
    if arguments.postgresql:
        row(
            "killed while saving, PostgreSQL",
            lambda folder: kills(folder, arguments.kills, arguments.postgresql),
        )
    arguments.out.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
