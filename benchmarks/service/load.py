"""Fifty and a hundred readers at once beside 10,000 cases: `make bench-load`.

With one process of the app and with two on the same data directory, to which sessions come in turn,
about as a proxy spreads them that keeps each with its process (docs/DEPLOY.md).

Each session decides at the pace of somebody who reads ECGs (15 s on each, half to one and a half
times that) and sees the next case; sessions begin at different moments. What others want of the
machine changes waiting times and is told as the load before; processor time per decision (of the
app and of the processes that read files for it) changes by it much less. Rows go to
`benchmarks/results/load.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from benchmarks.service.filled import fill
from benchmarks.service.room import ROOT, mixed_up, of_many, readers, server
from ecg_core.store.cases.store import Store

OUT = ROOT / "benchmarks" / "results" / "load.jsonl"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=22_000)
    parser.add_argument("--sessions", type=int, nargs="+", default=[50, 100, 100])
    parser.add_argument("--apps", type=int, nargs="+", default=[1, 1, 2], help="processes of each")
    parser.add_argument("--think", type=float, default=15.0, help="mean seconds on an ECG")
    parser.add_argument("--decisions", type=int, default=5, help="of each reader")
    parser.add_argument("--keep", type=Path, help="a filled data directory, made when missing")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch) / "var"
        store = Store.open(folder)
        if not store.count():
            fill(store, arguments.cases, arguments.events)
        cases = store.count()
        people = readers(store, max(arguments.sessions))
        store.close()
        decided: list[tuple[str, str]] = []
        for sessions, apps in zip(arguments.sessions, arguments.apps, strict=True):
            head: dict[str, object] = {"cases": cases, "sessions": sessions, "apps": apps}
            head["load"] = round(os.getloadavg()[0], 1)
            with ExitStack() as running, ThreadPoolExecutor(apps) as together:
                starting = [
                    together.submit(running.enter_context, server(folder)) for _ in range(apps)
                ]
                started = [one.result() for one in starting]
                found, pairs = of_many(
                    started, people[:sessions], arguments.think, arguments.decisions
                )
            rows += [head | row for row in found]
            decided += pairs
        store = Store.open(folder)
        wrong = mixed_up(store, decided)
        whole = store.verify().ok
        store.close()
    rows.append({"what": "afterwards", "n": len(decided), "wrong": wrong, "chain_whole": whole})
    lines = [json.dumps(row) for row in rows]
    print("\n".join(lines))
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
