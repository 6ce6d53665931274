"""The reading room under load: `make bench-room`.

10,000 cases and 200,000 events; the store by itself, one reader's session over the websocket, and
twenty at once who decide. Rows go to `benchmarks/results/room.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.filled import fill
from benchmarks.sessions import Session, healthy
from ecg_core.triage.accounts import Account, Accounts
from ecg_core.triage.priority import Priority
from ecg_core.triage.readings import Phase, Reading
from ecg_core.triage.roles import Role
from ecg_core.triage.room import Room
from ecg_core.triage.store import Store
from ecg_core.triage.worklist import View, WorklistFilter

ROOT = Path(__file__).parents[1]
OUT = ROOT / "benchmarks" / "results" / "room.jsonl"
PASSWORD = "correct horse battery"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--keep", type=Path, help="a filled data directory, made when missing")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch) / "var"
        store = Store.open(folder)
        if not store.count():
            fill(store, arguments.cases, arguments.events)
        events = store.link_before_end(0).seq
        head = {"cases": store.count(), "events": events}
        people = readers(store, arguments.readers)
        rows = [*of_the_store(store, people[0][0], arguments.repeats)]
        store.close()
        with server(folder) as address:
            tokens = [cookie for _, cookie in people]
            rows += of_one_reader(address, tokens[0], arguments.repeats)
            rows += of_many(address, tokens, [account.full_name for account, _ in people])
        store = Store.open(folder)
        report = store.verify()
        rows.append({"what": "chain whole afterwards", "ok": report.ok, "events": report.events})
        store.close()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in rows:
            line = json.dumps(head | row)
            print(line, flush=True)
            out.write(line + "\n")


def readers(store: Store, number: int) -> list[tuple[Account, str]]:
    """Accounts that read, each with the cookie of a signed-in browser."""
    from server.cookies import NAME, _signer

    os.environ["ECG_COOKIE_KEY"] = "of the benchmark"
    people = Accounts(store)
    link = people.first_link()
    if link is not None:
        people.use_link(link, PASSWORD, "benchmark")
    by = people.signed_in(people.sign_in("benchmark", PASSWORD))
    assert by is not None
    found = []
    for count in range(number):
        name = f"reader {count} {time.time_ns()}"
        token = people.use_link(
            people.add(by.actor, name, name, frozenset({Role.READER})), PASSWORD
        )
        account = people.signed_in(token)
        assert account is not None
        found.append((account, f"{NAME}={_signer().sign(token).decode()}"))
    return found


def of_the_store(store: Store, account: Account, repeats: int) -> Iterator[dict[str, object]]:
    """What lists, cases and decisions cost without the app."""
    room = Room(store, account)
    wanted = [
        WorklistFilter(),
        WorklistFilter(view=View.ALL, offset=9_000),
        WorklistFilter(priority=Priority.URGENT),
        WorklistFilter(text="ECG 01"),
    ]
    yield _timed("store: a page of the worklist", lambda n: room.worklist(wanted[n % 4]), repeats)
    rows, _ = room.worklist(WorklistFilter(limit=2 * repeats))
    yield _timed(
        "store: next case found, taken and reopened",
        lambda n: (
            room.following(WorklistFilter()),
            room.turn(rows[n].id),
            room.reopen(rows[n].id),
        ),
        repeats,
    )

    def decide(n: int) -> None:
        row = rows[n]
        reading = Reading("", False, row.triage, row.priority, "Benchmark", findings=("SR",))
        room.read(row.id, reading, f"{account.id} {n}", Phase.FINAL)

    yield _timed("store: decision saved", decide, repeats)


def of_one_reader(address: str, cookie: str, repeats: int) -> list[dict[str, object]]:
    """Opening the worklist and the next case, as one session sees it."""
    opened, nexts = [], []
    session = Session(address, cookie)
    session.open("worklist")
    for _ in range(repeats):
        screen, seconds = session.open("worklist")
        opened.append(seconds)
        button = screen.buttons.get("Read the next case")
        if button is None:
            raise RuntimeError(f"no next case: {screen.words[:5]}")
        screen, seconds = session.press(button)
        nexts.append(seconds)
    session.close()
    return [_row("session: worklist opens", opened), _row("session: next case opens", nexts)]


def of_many(address: str, cookies: list[str], names: list[str]) -> list[dict[str, object]]:
    """All readers at once: each opens a case, decides, and sees the next one."""

    def read(cookie: str, name: str) -> tuple[list[float], int]:
        session, took, crossed = Session(address, cookie), [], 0
        screen, _ = session.open("worklist")
        button = screen.buttons.get("Read the next case")
        if button is not None:
            screen, _ = session.press(button)
        for _ in range(5):
            # A name of another reader in one's own menu would be a leak between sessions.
            crossed += not screen.says(name)
            save = screen.buttons.get("Save decision")
            if save is None:
                screen, _ = session.open("worklist")
                button = screen.buttons.get("Read the next case")
                if button is not None:
                    screen, _ = session.press(button)
                continue
            screen, seconds = session.press(save)
            took.append(seconds)
        session.close()
        return took, crossed

    with ThreadPoolExecutor(len(cookies)) as pool:
        found = list(pool.map(read, cookies, names))
    took = [seconds for one, _ in found for seconds in one]
    row = _row(f"{len(cookies)} sessions at once: decision saved and next case drawn", took)
    return [row | {"crossed": sum(crossed for _, crossed in found)}]


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The app on a data directory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "ECG_DATA_DIR": str(folder), "ECG_DATABASE_URL": ""}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        healthy(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def _timed(what: str, action: Callable[[int], object], repeats: int) -> dict[str, object]:
    took = []
    for n in range(repeats):
        started = time.perf_counter()
        action(n)
        took.append(time.perf_counter() - started)
    return _row(what, took)


def _row(what: str, took: list[float]) -> dict[str, object]:
    if not took:
        return {"what": what, "n": 0}
    cut = statistics.quantiles(took, n=20) if len(took) > 1 else [took[0]] * 19
    return {
        "what": what,
        "n": len(took),
        "p50_ms": round(statistics.median(took) * 1e3, 1),
        "p95_ms": round(cut[18] * 1e3, 1),
    }


if __name__ == "__main__":
    main()
