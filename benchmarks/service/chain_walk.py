"""What verifying the whole audit chain costs: `python -m benchmarks.service.chain_walk --events
17000`.

A store is filled with cases, views and decisions, and walked from its first event: every event's
hash, every case, reading and state against its events, accounts and settings against theirs.
Processor time is told beside the time by the clock: on a busy machine only the former compares.
`--folder` keeps the store, so that another version of the program can walk the same one.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

from benchmarks.service.filled import fill
from ecg_core.store.audit import checkpoints
from ecg_core.store.audit.watching import ChainWatch
from ecg_core.store.cases.readings import Reading
from ecg_core.store.cases.store import CaseFilter, Store


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=17_000)
    parser.add_argument("--cases", type=int, default=3_000)
    parser.add_argument("--readings", type=int, default=400, help="decisions among the events")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="a filled store, made when missing")
    parser.add_argument("--version", default="", help="which program this is, for the row")
    parser.add_argument(
        "--signed",
        action="store_true",
        help="a look that goes on from a signed walk",
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        store = Store.open(arguments.folder or Path(scratch) / "var")
        if not store.count():
            fill(store, arguments.cases, arguments.events - arguments.readings)
            for number, one in enumerate(store.search(CaseFilter(limit=arguments.readings))):
                reading = Reading(
                    "Dr. Filler", False, one.triage, one.priority, "Filled", findings=("SR",)
                )
                store.record_reading(one.id, reading, f"filled {number}")
        if arguments.signed:
            os.environ[checkpoints.KEY] = checkpoints.new_key()[0]
            assert ChainWatch(store).walk().ok
        walks = [walk(store, arguments.signed) for _ in range(arguments.repeats)]
        row = {
            "what": "whole chain verified",
            "version": arguments.version,
            "events": store.verify().events,
            "cases": store.count(),
            "readings": arguments.readings,
            "cpu_s": round(min(cpu_s for cpu_s, _ in walks), 2),
            "clock_s": round(min(clock_s for _, clock_s in walks), 2),
            "machine": platform.machine(),
        }
        store.close()
    print(json.dumps(row))


def walk(store: Store, signed: bool) -> tuple[float, float]:
    """Processor and clock seconds of one verification, or of a look that goes on from one."""
    cpu_s, clock_s = time.process_time(), time.perf_counter()
    report = ChainWatch(store).state().report if signed else store.verify()
    assert report.ok, report.what
    return time.process_time() - cpu_s, time.perf_counter() - clock_s


if __name__ == "__main__":
    main()
