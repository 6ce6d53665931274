"""Kill the program at random points of saving, scoring and uploading: `make bench-faults`.

A child process uploads ECGs, lets a model read them, and saves decisions; each decision is
reported only once the store has confirmed it. The child is killed without warning at a random
moment. Then the store is opened anew: every confirmed decision is there, no case is half, the
chain is whole, and what was uploaded and not yet read is read now.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import struct
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import torch

from ecg_core.intake import Bundle, Upload
from ecg_core.network import Answering
from ecg_core.network.statements import Triage
from ecg_core.network.who_answers import Models
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.readings import Reading
from ecg_core.store.cases.store import CaseFilter, Store
from ecg_core.triage.priority import Priority

ROOT = Path(__file__).parents[2]
OUT = ROOT / "benchmarks" / "results" / "faults.jsonl"
HEADER = "{name} 2 100 1000\n{name}.dat 16 200 16 0 0 0 0 II\n{name}.dat 16 200 16 0 0 0 0 V1\n"
MOST_STEPS, LONGEST_MOMENT_S = 12, 0.3
FORK = multiprocessing.get_context("fork")


class Ecgs(Protocol):
    """Where the ECGs of the child come from."""

    def __call__(self, number: int) -> Bundle: ...


@dataclass
class Outcome:
    """What many kills came to.

    uploads_given_up: not lost, but killed so often while being read that the program stopped
    trying and says so.
    """

    kills: int = 0
    uploads: int = 0
    cases: int = 0
    decisions_confirmed: int = 0
    decisions_lost: int = 0
    half_cases: int = 0
    chain_broken: int = 0
    uploads_lost: int = 0
    uploads_given_up: int = 0


def strips(number: int) -> Bundle:
    """A small two-lead record, another one for each number."""
    draw = random.Random(number)
    name = f"strip{number}"
    samples = [draw.randint(-150, 150) for _ in range(2000)]
    data = struct.pack(f"<{len(samples)}h", *samples)
    header = HEADER.format(name=name).encode()
    return Bundle(name, (Upload(f"{name}.hea", header), Upload(f"{name}.dat", data)))


def kill_many(
    folder: Path, kills: int, answering: Models, ecgs: Ecgs = strips, seed: int = 1
) -> Outcome:
    """Start the child and kill it, this often; gives what was found after each kill."""
    draw, outcome = random.Random(seed), Outcome()
    # The first runs without being killed: it makes the database.
    Store.open(folder).close()
    uploaded: set[str] = set()
    for attempt in range(kills):
        reader, writer = os.pipe()
        child = FORK.Process(
            target=_work, args=(folder, answering, ecgs, 1000 * attempt, attempt, writer)
        )
        child.start()
        os.close(writer)
        with os.fdopen(reader, "rb") as reports:
            # Killed after some of its work and a moment, so that on any machine every step is hit.
            lines = [reports.readline() for _ in range(draw.randint(1, MOST_STEPS))]
            time.sleep(draw.uniform(0.0, LONGEST_MOMENT_S))
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
            child.join(30)
            if child.exitcode != -signal.SIGKILL:
                raise RuntimeError(f"the child ended by itself: {child.exitcode}")
            lines += reports.read().splitlines()
        outcome.kills += 1
        # A line is written in one piece or not at all.
        said = [json.loads(line) for line in lines if line.strip()]
        uploaded |= {job for one in said for job in one.get("jobs", [])}
        _look(folder, said, outcome)
    store = Store.open(folder)
    jobs = Jobs(store)
    jobs.release()
    for job in jobs.unfinished():
        jobs.run(job, answering)
    progress = jobs.progress()
    outcome.uploads, outcome.cases = len(uploaded), store.count()
    outcome.uploads_lost = len(uploaded) - min(len(uploaded), progress.total) + progress.waiting
    # Said to the person who uploaded it: killed too often while it was read.
    outcome.uploads_given_up = progress.refused
    for start in range(0, outcome.cases, 100):
        some = store.search(CaseFilter(offset=start))
        outcome.half_cases += sum(not store.reopen(line.id).checks.ok for line in some)
    outcome.chain_broken += not store.verify(blobs=True).ok
    store.close()
    return outcome


def _look(folder: Path, said: list[dict[str, object]], outcome: Outcome) -> None:
    """Open the store as the next program would, and compare it with what was confirmed."""
    store = Store.open(folder)
    outcome.chain_broken += not store.verify().ok
    for one in said:
        if "event" not in one:
            continue
        outcome.decisions_confirmed += 1
        case = store.reopen(str(one["case"]))
        events = {reading.event for reading in case.readings}
        outcome.decisions_lost += one["event"] not in events
    outcome.half_cases += sum(not store.reopen(line.id).checks.ok for line in store.search())
    store.close()


def _work(folder: Path, answering: Models, ecgs: Ecgs, first: int, seed: int, writer: int) -> None:
    """Upload, score and decide until killed."""
    # A forked process has none of the threads that torch would wait for.
    torch.set_num_threads(1)
    draw = random.Random(seed)
    store = Store.open(folder)
    jobs = Jobs(store)
    jobs.release()
    os.write(writer, b"\n")
    for number in range(first, first + 900):
        ids = jobs.submit([ecgs(number)], "Faults", "Benchmark")
        os.write(writer, json.dumps({"jobs": ids}).encode() + b"\n")
        for job in jobs.unfinished()[: draw.randint(0, 2)]:
            jobs.run(job, answering)
        for line in store.search()[: draw.randint(0, 3)]:
            agrees = not line.abstained and line.machine_triage is Triage.OTHER
            reading = Reading(
                "Benchmark",
                agrees,
                Triage.OTHER,
                draw.choice(list(Priority)),
                "" if agrees else "Noise",
                findings=None if agrees else ("SR",),
            )
            event = store.record_reading(line.id, reading, f"{number} {line.id}")
            os.write(writer, json.dumps({"case": line.id, "event": event}).encode() + b"\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    answering = Answering()
    answering.to("strip")
    with tempfile.TemporaryDirectory() as name:
        outcome = kill_many(Path(name) / "var", arguments.kills, answering)
    line = json.dumps(asdict(outcome))
    arguments.out.write_text(line + "\n", encoding="utf-8")
    print(line)


if __name__ == "__main__":
    main()
