"""Hostile inputs through the isolated reader: `make bench-hostile`.

Files of every registered format, broken, cut, swollen, misnamed and with absurd numbers, and the
bombs and outside paths that are known to be tried, go the way of every upload: sorted into cases,
then read in the process that is locked in. Each case is answered (a whole ECG within the limits),
refused with its cause, refused as damaged without one, or stopped by a limit or a lock; anything
else is a crash, a reader that died included, unless it had taken all the memory that it may have
(some libraries end their process then). Memory is that of the processes that read files,
looked at five times a second. Files outside are those that are new or changed, while it ran,
beneath the program, the home folder, the temporary folder, the folder that the paths aim at, and
`/etc`. Rows go to `benchmarks/results/hostile.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from benchmarks.service.hostile import bombs, damaged
from benchmarks.service.hostile.damaged import Hostile
from benchmarks.service.memory import Watch
from benchmarks.service.room import ROOT
from ecg_core.intake import (
    LIMITS,
    READERS,
    EcgRecord,
    EcgScan,
    IntakeError,
    read,
    split,
)
from tests.intake.test_battery import SAMPLES

OUT = ROOT / "benchmarks" / "results" / "hostile.jsonl"
_OWN = ("__pycache__", ".git", ".hypothesis")
"""Folders that Python, Git and the library of the tests write to, whatever is read."""
OUTCOMES = ("refused", "unnamed", "stopped", "answered", "crashed")
_STOPPED = re.compile("was stopped: (it took|the file made)")
AT_THE_LIMIT, _LIMIT_MB = 0.8, LIMITS.max_memory_bytes / 2**20
"""Share of the memory that a reader may have; it is looked at five times a second."""
_UNNAMED = "could not be read as an ECG; the file is damaged or unusual"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--every", type=int, default=1, help="take every so many of the files")
    parser.add_argument("--only", help="one kind: the others keep their rows")
    parser.add_argument("--told", type=Path, help="also write what became of each file")
    arguments = parser.parse_args()
    assert {one.reader for one in SAMPLES.values()} == {reader.name for reader in READERS}
    logging.disable(logging.ERROR)
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        for folder in ("home", "tmp", "canary"):
            (base / folder).mkdir()
        (base / "canary" / "secret").write_text("not for readers")
        os.environ |= {"HOME": str(base / "home"), "TMPDIR": str(base / "tmp")}
        tempfile.tempdir = None
        rows, told = tried(base, arguments.every, arguments.only)
    if arguments.only and arguments.out.exists():
        kept = [json.loads(line) for line in arguments.out.read_text().splitlines()]
        rows = [next((new for new in rows if new["kind"] == old["kind"]), old) for old in kept]
    lines = [json.dumps(row) for row in rows]
    print("\n".join(lines))
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if arguments.told:
        arguments.told.write_text("".join(json.dumps(one) + "\n" for one in told), encoding="utf-8")


def tried(
    base: Path, every: int, only: str | None = None
) -> tuple[list[dict[str, object]], list[tuple[str, ...]]]:
    """A row for each kind, and what became of each case."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    formats: dict[str, set[str]] = defaultdict(set)
    longest_s: Counter[str] = Counter()
    most_mb: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    loads: dict[str, float] = {}
    told = []
    each = chain(
        damaged.broken(), damaged.truncated(), damaged.numbers(), damaged.misnamed(),
        bombs.paths(base / "canary"), bombs.bombs(), damaged.oversized(),
    )  # fmt: skip
    all_files = (one for one in each if only in (None, one.kind))
    for kind, some in _by_kind(all_files, every):
        watch, began, loads[kind] = Watch(), time.time(), round(os.getloadavg()[0], 1)
        for one in some:
            formats[kind].add(one.of)
            watch.begin()
            for outcome, words, seconds in became(one):
                if outcome == "crashed" and watch.lately_mb() > AT_THE_LIMIT * _LIMIT_MB:
                    outcome = "stopped"
                counts[kind][outcome] += 1
                longest_s[kind] = max(longest_s[kind], seconds)
                told.append((kind, one.of, one.files[0].name[:80], outcome, words))
        most_mb[kind] = watch.stop()["readers_mb"]
        outside[kind] = len(changed_since(began, base))
    rows: list[dict[str, object]] = [
        {"kind": kind, "formats": len(formats[kind]), "files": sum(found.values())}
        | {outcome: found[outcome] for outcome in OUTCOMES}
        | {
            "longest_s": round(longest_s[kind], 1),
            "load": loads[kind],
            "memory_mb": round(most_mb[kind]),
            "written_outside": outside[kind],
        }
        for kind, found in counts.items()
    ]
    return rows, told


def _by_kind(files: Iterator[Hostile], every: int) -> Iterator[tuple[str, Iterator[Hostile]]]:
    """Files of one kind follow one another: they are made when they are read."""
    first = next(files, None)
    while first is not None:
        kind, held = first.kind, [first]

        def some(kind: str = kind, held: list[Hostile] = held) -> Iterator[Hostile]:
            number = 0
            while held and held[0].kind == kind:
                one = held.pop()
                if number % every == 0:
                    yield one
                number += 1
                if (following := next(files, None)) is not None:
                    held.append(following)

        yield kind, some()
        first = held[0] if held else None


def became(one: Hostile) -> Iterator[tuple[str, str, float]]:
    """What became of every case among the files: outcome, words, seconds."""
    started = time.perf_counter()
    try:
        bundles = split(one.files)
    except Exception as error:
        yield "crashed", f"split: {error!r}", time.perf_counter() - started
        return
    for bundle in bundles:
        outcome, words = "answered", ""
        try:
            _is_whole(read(bundle))
        except IntakeError as error:
            words = f"{error.reason} {error.hint}"
            if "its reader crashed" in words:
                outcome = "crashed"
            elif _STOPPED.search(words):
                outcome = "stopped"
            else:
                outcome = "unnamed" if _UNNAMED in words else "refused"
        except Exception as error:
            outcome, words = "crashed", repr(error)
        yield outcome, words, time.perf_counter() - started
        started = time.perf_counter()


def _is_whole(ecg: EcgRecord | EcgScan) -> None:
    """An answer is an ECG that the program can work on. Raises AssertionError."""
    if isinstance(ecg, EcgScan):
        assert ecg.pixels.dtype == np.uint8 and 0 < ecg.pixels.size <= 3 * LIMITS.max_pixels
        return
    assert ecg.signals_mv.size and not np.isinf(ecg.signals_mv).any()
    assert np.isfinite(ecg.signals_mv).any()
    assert LIMITS.min_fs_hz <= ecg.fs_hz <= LIMITS.max_fs_hz
    assert LIMITS.min_duration_s <= ecg.duration_s


def changed_since(began: float, base: Path) -> list[Path]:
    """Files that are new or changed where readers have no business."""
    found = []
    for top in (base, ROOT, Path("/etc")):
        for folder, names, files in os.walk(top):
            names[:] = [name for name in names if name not in _OWN]
            for name in (*files, *names):
                path = Path(folder) / name
                try:
                    # Scratch folders come and go in the temporary folder: what stays there counts.
                    if path.lstat().st_ctime > began and path != base / "tmp":
                        found.append(path)
                except OSError:
                    continue
    return found


if __name__ == "__main__":
    main()
