"""The reading room under load: `make bench-room`.

10,000 cases and 200,000 events; the store by itself, one reader's session over the websocket, and
twenty at once who decide: at the pace of people who read ECGs, and without any pause. Rows go to
`benchmarks/results/room.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

import psutil

from benchmarks.service.filled import fill
from benchmarks.service.sessions import Screen, Session, healthy
from ecg_core.store.cases.readings import Phase, Reading
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Store
from ecg_core.store.cases.worklist import Pile, WorklistFilter
from ecg_core.store.people.accounts import Account, Accounts
from ecg_core.store.people.roles import Role
from ecg_core.triage.priority import Priority

ROOT = Path(__file__).parents[2]
OUT = ROOT / "benchmarks" / "results" / "room.jsonl"
PASSWORD = "correct horse battery"
QUIET_LOOKS = 10
"""Seconds without work after which the app has started: its worker starts some after itself."""
SAVED = " saved: "
"""What the app says of a decision that is in the store."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=40)
    parser.add_argument("--think", type=float, default=15.0, help="mean seconds on an ECG")
    parser.add_argument("--decisions", type=int, default=5, help="of each reader")
    parser.add_argument("--keep", type=Path, help="a filled data directory, made when missing")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch) / "var"
        store = Store.open(folder)
        if not store.count():
            fill(store, arguments.cases, arguments.events)
        events = store.link_before_end(0).seq
        # What others want of the machine meanwhile belongs to the figures.
        head = {"cases": store.count(), "events": events, "load": round(os.getloadavg()[0], 1)}
        people = readers(store, arguments.readers)
        decided: list[tuple[str, str]] = []
        rows = [*of_the_store(store, people[0][0], arguments.repeats)]
        store.close()
        with server(folder) as (address, app):
            rows += of_one_reader(address, people[0][1], arguments.repeats)
            for think_s in (arguments.think, 0.0):
                found, pairs = of_many([(address, app)], people, think_s, arguments.decisions)
                rows += found
                decided += pairs
        store = Store.open(folder)
        rows.append(
            {"what": "decisions mixed up", "n": len(decided), "wrong": mixed_up(store, decided)}
        )
        started = time.perf_counter()
        report = store.verify()
        seconds = round(time.perf_counter() - started, 2)
        rows.append(
            {
                "what": "chain whole afterwards",
                "ok": report.ok,
                "verified": report.events,
                "seconds": seconds,
            }
        )
        store.close()
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in rows:
            line = json.dumps(head | row)
            print(line, flush=True)
            out.write(line + "\n")


def readers(store: Store, number: int) -> list[tuple[Account, str]]:
    """Accounts that read, each with the cookie of a browser that is signed in."""
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
        people.add(by.actor, name, name, frozenset({Role.READER}))
        account = people.named(name)
        found.append((account, f"{NAME}={_signer().sign(people.begin(account.id)).decode()}"))
    return found


def of_the_store(store: Store, account: Account, repeats: int) -> Iterator[dict[str, object]]:
    """What lists, cases and decisions cost without the app."""
    room = Room(store, account)
    wanted = [
        WorklistFilter(),
        WorklistFilter(view=Pile.ALL, offset=9_000),
        WorklistFilter(priority=Priority.URGENT),
        WorklistFilter(text="ECG 01"),
    ]
    yield _timed("store: a page of the worklist", lambda n: room.worklist(wanted[n % 4]), repeats)
    rows, _ = room.worklist(WorklistFilter(limit=2 * repeats))
    yield _timed(
        "store: next case found, taken and reopened",
        lambda n: (
            room.take_next(WorklistFilter()),
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


@dataclass(frozen=True)
class Sitting:
    """What one reader's session came to: seconds of each decision, and what was not its own."""

    confirmed_s: tuple[float, ...]
    next_drawn_s: tuple[float, ...]
    saved: tuple[tuple[str, str], ...]
    crossed: int


def sit(
    address: str, reader: Account, cookie: str, pauses_s: Sequence[float], late_s: float = 0.0
) -> Sitting:
    """Open the worklist and a case; after each pause decide, and see the next case.

    late_s: so much later than others it begins. Raises RuntimeError when the screen does not offer
    what a reader needs.
    """
    time.sleep(late_s)
    session, confirmed, drawn, saved, crossed = Session(address, cookie), [], [], [], 0
    screen, _ = session.open("worklist")
    screen, _ = session.press(_button(screen, "Read the next case"))
    for pause_s in pauses_s:
        time.sleep(pause_s)
        case = dict(parse_qsl(session.query)).get("case", "")
        screen, seconds = session.press(_button(screen, "Agree: ", "Save decision"), SAVED)
        # A menu with another's name, or no decision confirmed, would be a mix-up of sessions.
        crossed += not screen.says(f"**{reader.full_name}**")
        drawn.append(seconds)
        confirmed.append(screen.seconds_to[SAVED])
        saved.append((reader.id, case))
    session.close()
    return Sitting(tuple(confirmed), tuple(drawn), tuple(saved), crossed)


def _button(screen: Screen, *labels: str) -> str:
    """The first button that begins in one of these ways, in their order."""
    for label in labels:
        for name, button in screen.buttons.items():
            if name.startswith(label):
                return button
    raise RuntimeError(f"no button {labels[0]!r}: {screen.words[-8:]}")


def of_many(
    apps: Sequence[tuple[str, psutil.Process]],
    people: list[tuple[Account, str]],
    think_s: float,
    decisions: int,
) -> tuple[list[dict[str, object]], list[tuple[str, str]]]:
    """All readers at once; gives rows, and who decided which case.

    apps: where each process of the app answers, to which readers come in turn, and that process.
    Their processor time, with that of the processes that read files for them, is told for each
    decision; other work on the machine changes it little. think_s: mean pause before each decision,
    half to one and a half times as long; 0: none.
    """
    draw = random.Random(20)
    pauses = [[think_s * draw.uniform(0.5, 1.5) for _ in range(decisions)] for _ in people]
    late_s = [think_s * draw.random() for _ in people]
    addresses = [apps[number % len(apps)][0] for number in range(len(people))]
    before_s = sum(_cpu_s(app) for _, app in apps)
    with ThreadPoolExecutor(len(people)) as pool:
        found = list(
            pool.map(
                lambda one: sit(one[0], *one[1], *one[2:]),
                zip(addresses, people, pauses, late_s, strict=True),
            )
        )
    pace = f"a decision every {think_s:.0f} s each" if think_s else "without a pause"
    crossed = sum(one.crossed for one in found)
    taken_s = sum(_cpu_s(app) for _, app in apps) - before_s
    cpu_ms = round(taken_s * 1e3 / (len(people) * decisions), 1)
    rows = [
        _row(f"{len(people)} sessions, {pace}: {what}", [s for one in found for s in times(one)])
        | {"crossed": crossed, "cpu_ms": cpu_ms}
        for what, times in (
            ("decision confirmed", lambda one: one.confirmed_s),
            ("next case drawn", lambda one: one.next_drawn_s),
        )
    ]
    return rows, [pair for one in found for pair in one.saved]


def mixed_up(store: Store, decided: list[tuple[str, str]]) -> int:
    """How many decisions are not in the store as one reading by their reader on their case."""
    wrong = 0
    for account, case_id in decided:
        readings = store.reopen(case_id).readings
        wrong += [one.account for one in readings].count(account) != 1
    return wrong


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The app on a data directory: where it answers, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", f"--server.port={port}"]
    environment = {**os.environ, "ECG_DATA_DIR": str(folder), "ECG_DATABASE_URL": ""}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    try:
        healthy(f"http://127.0.0.1:{port}")
        app = psutil.Process(process.pid)
        _at_rest(app)
        yield f"http://127.0.0.1:{port}", app
    finally:
        process.terminate()
        process.wait(30)


def _at_rest(app: psutil.Process, patience_s: float = 120.0) -> None:
    """Wait until the app has started all that it starts by itself, its worker among it."""
    end, quiet = time.monotonic() + patience_s, 0
    before_s = _cpu_s(app)
    while quiet < QUIET_LOOKS and time.monotonic() < end:
        time.sleep(1.0)
        now_s = _cpu_s(app)
        quiet = quiet + 1 if now_s - before_s < 0.1 else 0
        before_s = now_s


def _cpu_s(process: psutil.Process) -> float:
    """Of a process, those that it started, and those of them that ended."""
    total_s = 0.0
    for one in (process, *process.children(recursive=True)):
        # One that has just ended counts with its parent.
        with suppress(psutil.NoSuchProcess):
            total_s += sum(one.cpu_times()[:4])
    return total_s


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
