"""Cut the power while decisions are saved: `python -m benchmarks.service.power_cut` (needs strace).

A child saves cases and decisions; every call by which it changes files is noted in order. From
these notes the disk is made again as it could lie after a cut at any moment: what was synced is
there, of what was not, nothing, or a part drawn by chance, block by block; a name that was not
synced with its folder is gone. On each such disk the store is opened: every decision that had been
confirmed is there, the chain is whole, all stored bytes match.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.service.noted_writes import Disk, read_notes
from benchmarks.service.saving import PYTHON_PATH, prepared
from ecg_core.store.cases.store import Store, StoreError

TRACED = (
    "open",
    "openat",
    "creat",
    "close",
    "read",
    "lseek",
    "write",
    "pwrite64",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "unlink",
    "mkdir",
)
"""Calls that change files, or say where the next bytes go."""


@dataclass
class Cuts:
    """What many cuts came to."""

    cuts: int = 0
    decisions_confirmed: int = 0
    decisions_lost: int = 0
    chain_broken: int = 0
    bytes_damaged: int = 0


def cut_many(folder: Path, cuts: int, decisions: int, seed: int = 1) -> Cuts:
    """Save so many decisions under notes, and look at so many cuts."""
    base, live, notes = folder / "base", folder / "live", folder / "notes"
    prepared(base, decisions)
    shutil.copytree(base, live)
    command = ["strace", "-f", "-qq", "-xx", "-s", "100000000", "-e", f"trace={','.join(TRACED)}"]
    child = [sys.executable, "-m", "benchmarks.service.saving", str(live), str(decisions)]
    subprocess.run(
        [*command, "-o", str(notes), *child], check=True, env=PYTHON_PATH, stdout=subprocess.DEVNULL
    )
    calls = list(read_notes(notes, live))
    draw, outcome = random.Random(seed), Cuts()
    moments = sorted(draw.sample(range(1, len(calls) + 1), min(cuts, len(calls))))
    for number, moment in enumerate(moments):
        disk = Disk(base)
        for call in calls[:moment]:
            disk.apply(call)
        after = folder / "after"
        shutil.rmtree(after, ignore_errors=True)
        # Half of the cuts lose all that was not synced, half of them a part of it.
        disk.lay_out(after, None if number % 2 else draw)
        _look(after, disk.said, outcome)
    return outcome


def _look(after: Path, said: list[str], outcome: Cuts) -> None:
    outcome.cuts += 1
    store = Store.open(after)
    report = store.verify()
    outcome.chain_broken += not report.ok
    outcome.bytes_damaged += report.ok and not store.verify(blobs=True).ok
    for line in said:
        told = json.loads(line)
        outcome.decisions_confirmed += 1
        try:
            events = {one.event for one in store.reopen(told["case"]).readings}
        except StoreError:
            events = set()
        outcome.decisions_lost += told["event"] not in events
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--decisions", type=int, default=40)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        outcome = cut_many(Path(name), arguments.cuts, arguments.decisions)
    print(json.dumps({"what": "power cut"} | asdict(outcome)))


if __name__ == "__main__":
    main()
