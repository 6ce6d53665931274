"""A labelled set scored beside readers at work: `make bench-beside`.

Export pages of PTB-XL (printed once into a cache) are scored by the app's own background process
while sessions read ECGs on a running server. Scoring is killed once while they read, resumed,
cancelled, and taken to its end. Rows go to `benchmarks/results/beside.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import psutil
from joblib import Parallel, delayed

from benchmarks.service.filled import fill
from benchmarks.service.room import Sitting, mixed_up, readers, server, sit
from benchmarks.service.sessions import Session
from ecg_core import network
from ecg_core.evidence.own_sets import scoring, sets
from ecg_core.evidence.own_sets.checking import check
from ecg_core.evidence.own_sets.columns import Column, ColumnRole, read_table
from ecg_core.evidence.own_sets.sets import LabelledSet, State
from ecg_core.intake import read_here
from ecg_core.intake.values import Bundle, EcgRecord, Upload
from ecg_core.page.drawn.printed import print_record
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account

OUT = Path(__file__).parents[1] / "results" / "beside.jsonl"
PNG = (cv2.IMWRITE_PNG_COMPRESSION, 3, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT)
LOOK_S = 0.2
PATIENCE_S = 600.0
LIST_EVERY_S = 3.0
CANCELLED_AT = 0.9
"""Share of the set that has an answer when the scoring is cancelled."""


def main() -> None:
    """Measure, print and keep the rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL in its official layout")
    parser.add_argument("--cache", type=Path, required=True, help="where printed pages are kept")
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--think", type=float, default=15.0, help="mean seconds on an ECG")
    parser.add_argument("--decisions", type=int, default=12, help="of each reader, twice")
    parser.add_argument("--cases", type=int, default=10_000, help="in the readers' worklist")
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args()
    bundles, table = pages(arguments.ptbxl, arguments.cache, arguments.pages)
    head = {"pages": len(bundles), "sessions": arguments.readers, "cores": os.cpu_count()}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        store = Store.open(folder)
        fill(store, arguments.cases, 2 * arguments.cases)
        people = readers(store, arguments.readers)
        store.close()
        labelled = labelled_set(folder, bundles, table)
        del bundles
        desk = Desk(people, arguments.think, arguments.decisions)
        with server(folder) as (address, _):
            rows = [*beside(address, desk, labelled)]
        store = Store.open(folder)
        wrong = mixed_up(store, desk.decided)
        whole = store.verify().ok
        store.close()
        rows.append({"what": "decisions", "n": len(desk.decided), "lost": wrong, "chain": whole})
        rows.append(accounts_for(labelled))
    with arguments.out.open("w", encoding="utf-8") as out:
        for row in rows:
            line = json.dumps(head | row)
            print(line, flush=True)
            out.write(line + "\n")


def pages(root: Path, cache: Path, count: int) -> tuple[list[Bundle], pd.DataFrame]:
    """Export pages of the first records (fold 10 left out), and their table of labels."""
    table = pd.read_csv(root / "ptbxl_database.csv", dtype=str, keep_default_na=False)
    table = table[table["strat_fold"] != "10"].head(count)
    cache.mkdir(parents=True, exist_ok=True)
    paths = [cache / f"{Path(name).name}.png" for name in table["filename_lr"]]
    missing = [
        (root / name, path)
        for name, path in zip(table["filename_lr"], paths, strict=True)
        if not path.exists()
    ]
    Parallel(n_jobs=os.cpu_count())(delayed(printed)(*one) for one in missing)
    table = table.assign(file=[path.name for path in paths])
    return [Bundle(p.name, (Upload(p.name, p.read_bytes()),)) for p in paths], table


def printed(record: Path, path: Path) -> None:
    """Print one record as a PNG page; a kill leaves no half page."""
    files = (record.with_suffix(".hea"), record.with_suffix(".dat"))
    bundle = Bundle(record.name, tuple(Upload(file.name, file.read_bytes()) for file in files))
    ecg = read_here(bundle)
    assert isinstance(ecg, EcgRecord)
    pixels = cv2.cvtColor(print_record(ecg).pixels, cv2.COLOR_RGB2BGR)
    partial = path.with_suffix(".partial")
    partial.write_bytes(cv2.imencode(".png", pixels, PNG)[1].tobytes())
    partial.replace(path)


def labelled_set(folder: Path, bundles: list[Bundle], table: pd.DataFrame) -> LabelledSet:
    """The set as the Performance page makes it, with PTB-XL's own statements."""
    roles = {
        "file": ColumnRole.FILE,
        "patient_id": ColumnRole.PATIENT,
        "scp_codes": ColumnRole.CODES,
    }
    columns = [Column(name, role) for name, role in roles.items()]
    text = table[list(roles)].to_csv(index=False)
    checked = check(read_table(text.encode()), columns, [one.name for one in bundles])
    card = network.card_of(network.default_model())
    asked = sets.identity(card.name, card.version, card.weights_sha256)
    return sets.create(folder, "archive", bundles, checked.labels, asked)


@dataclass
class Desk:
    """Readers with a pace, and what they decided so far."""

    people: list[tuple[Account, str]]
    think_s: float
    decisions: int
    decided: list[tuple[str, str]] = field(default_factory=list)
    left: Callable[[], int] = lambda: 0

    def reading(
        self, address: str, decisions: int, think_s: float, meanwhile: Callable[[], None]
    ) -> tuple[list[Sitting], list[float]]:
        """All at once, something else meanwhile; sittings, and seconds of opening the worklist."""
        draw = random.Random(20)
        over = threading.Event()
        opened: list[float] = []
        with ThreadPoolExecutor(len(self.people) + 1) as pool:
            lists = pool.submit(self._open_lists, address, over, opened)
            sittings: list[Future[Sitting]] = []
            for reader, cookie in self.people:
                pauses = [think_s * draw.uniform(0.5, 1.5) for _ in range(decisions)]
                sittings.append(pool.submit(sit, address, reader, cookie, pauses))
            self.left = lambda: sum(not one.done() for one in sittings)
            try:
                meanwhile()
                found = [one.result() for one in sittings]
            finally:
                over.set()
            lists.result()
        self.decided += [pair for one in found for pair in one.saved]
        return found, opened

    def _open_lists(self, address: str, over: threading.Event, opened: list[float]) -> None:
        session = Session(address, self.people[0][1])
        session.open("worklist")
        while not over.wait(LIST_EVERY_S):
            opened.append(session.open("worklist")[1])
        session.close()


@dataclass
class Leg:
    """A stretch of scoring: pages and seconds between its first answer and its end."""

    pages: int
    seconds: float


class Scorer:
    """The background process of a set: started as the app does, watched, killed."""

    def __init__(self, labelled: LabelledSet) -> None:
        self.labelled = labelled
        self._here = psutil.Process()

    def start(self) -> None:
        """Start it and wait for the first new answer."""
        before = self.labelled.done()
        scoring.start(self.labelled)
        _wait(lambda: self.labelled.done() > before)

    def running(self) -> list[psutil.Process]:
        """The process of the set and everything below it that works."""
        name = self.labelled.folder.name
        found = []
        for child in self._here.children():
            if any(name in word for word in child.cmdline()):
                found += [child, *child.children(recursive=True)]
        return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]

    def until(self, over: Callable[[], bool]) -> Leg:
        """Let it work until something is over, or all is scored."""
        first, started = self.labelled.done(), time.perf_counter()
        _wait(lambda: over() or self.labelled.done() >= self.labelled.info.cases)
        return Leg(self.labelled.done() - first, time.perf_counter() - started)

    def kill(self) -> float:
        """Kill the process itself, as a crash would; seconds until nothing of it is left."""
        everything = self.running()
        started = time.perf_counter()
        everything[0].kill()
        psutil.wait_procs(everything, timeout=PATIENCE_S)
        return time.perf_counter() - started

    def ended(self) -> float:
        """Seconds until it has ended by itself."""
        started = time.perf_counter()
        psutil.wait_procs(self.running(), timeout=PATIENCE_S)
        return time.perf_counter() - started


def beside(address: str, desk: Desk, labelled: LabelledSet) -> Iterator[dict[str, object]]:
    """Readers alone, then beside the scoring with a kill; then scoring alone, cancelled, ended."""
    desk.reading(address, 1, 0.0, lambda: None)
    yield from _waits("alone", *desk.reading(address, desk.decisions, desk.think_s, lambda: None))
    scorer = Scorer(labelled)
    scorer.start()
    half = time.monotonic() + desk.decisions * desk.think_s / 2
    legs: list[Leg] = []
    killed_s: list[float] = []

    def scored() -> None:
        legs.append(scorer.until(lambda: time.monotonic() > half))
        killed_s.append(scorer.kill())
        scorer.start()
        legs.append(scorer.until(lambda: not desk.left()))

    yield from _waits("beside", *desk.reading(address, desk.decisions, desk.think_s, scored))
    yield _speed("with readers", legs)
    enough = CANCELLED_AT * labelled.info.cases
    yield _speed("without readers", [scorer.until(lambda: labelled.done() >= enough)])
    labelled.cancel()
    yield {"what": "cancelled", "seconds": round(scorer.ended(), 2), "done": labelled.done()}
    labelled.cancel(False)
    scorer.start()
    scorer.until(lambda: False)
    looked_s = scorer.ended()
    yield {"what": "killed", "seconds": round(killed_s[0], 2)}
    yield {"what": "looked for shortcuts", "seconds": round(looked_s, 1)}


def _waits(when: str, sittings: list[Sitting], opened: list[float]) -> Iterator[dict[str, object]]:
    kinds = {
        "decision confirmed": [s for one in sittings for s in one.confirmed_s],
        "next case drawn": [s for one in sittings for s in one.next_drawn_s],
        "worklist opens": opened,
    }
    for what, took in kinds.items():
        middle, high = np.percentile(took, (50, 95)) * 1e3
        row = {"what": what, "when": when, "n": len(took)}
        yield row | {"p50_ms": round(float(middle), 1), "p95_ms": round(float(high), 1)}


def _speed(when: str, legs: list[Leg]) -> dict[str, object]:
    scored, seconds = sum(one.pages for one in legs), sum(one.seconds for one in legs)
    return {
        "what": "scored",
        "when": when,
        "n": scored,
        "per_s": round(scored / seconds, 2) if seconds else None,
    }


def accounts_for(labelled: LabelledSet) -> dict[str, object]:
    """Whether every page has exactly one answer."""
    lines = (labelled.folder / sets.ANSWERS).read_text(encoding="utf-8").splitlines()
    names = [json.loads(line)["name"] for line in lines]
    asked = {case.name for case in labelled.cases()}
    return {
        "what": "answers",
        "n": len(names),
        "lost": len(asked - set(names)),
        "doubled": len(names) - len(set(names)),
        "done": scoring.state(labelled) is State.DONE,
        "refused": sum(one.status == "refused" for one in labelled.answers().values()),
    }


def table() -> str:
    """Readers at work while a labelled set is scored, and what the scoring went through."""
    if not OUT.exists():
        return "Not measured yet."
    found = [json.loads(line) for line in OUT.read_text(encoding="utf-8").splitlines()]
    head = (
        f"{found[0]['pages']:,} pages, {found[0]['sessions']} sessions, {found[0]['cores']} cores."
    )
    lines = [
        head,
        "",
        "| what | n | alone p50 | p95 | beside p50 | p95 |",
        "|---|---|---|---|---|---|",
    ]
    waits = {(row["what"], row["when"]): row for row in found if "p50_ms" in row}
    for what in dict.fromkeys(what for what, _ in waits):
        alone, near = waits[what, "alone"], waits[what, "beside"]
        lines.append(
            f"| {what} | {alone['n']}, {near['n']} | {alone['p50_ms']:.0f} ms "
            f"| {alone['p95_ms']:.0f} ms | {near['p50_ms']:.0f} ms | {near['p95_ms']:.0f} ms |"
        )
    lines += ["", "| scoring | |", "|---|---|"]
    for row in found:
        if row["what"] == "scored":
            lines.append(f"| {row['when']} | {row['per_s']:.1f} pages/s (n = {row['n']}) |")
        elif "seconds" in row:
            names = {
                "cancelled": "cancelled: all processes ended after",
                "killed": "killed: nothing of it was left after",
                "looked for shortcuts": "search for shortcuts afterwards",
            }
            lines.append(f"| {names[row['what']]} | {row['seconds']:.1f} s |")
        elif row["what"] == "answers":
            state = "complete" if row["done"] else "**incomplete**"
            lines.append(
                f"| answers at the end, {state} | {row['n']}; lost {row['lost']}, doubled "
                f"{row['doubled']}, pages refused {row['refused']} |"
            )
        elif row["what"] == "decisions":
            chain = "whole" if row["chain"] else "**broken**"
            lines.append(f"| decisions | {row['n']}; lost {row['lost']}, chain {chain} |")
    return "\n".join(lines)


def _wait(over: Callable[[], bool]) -> None:
    end = time.monotonic() + 10 * PATIENCE_S
    while not over():
        if time.monotonic() > end:
            raise TimeoutError("the scoring does not go on")
        time.sleep(LOOK_S)


if __name__ == "__main__":
    main()
