"""`curate DIR --out DIR`: duplicates, conflicts, groups and leaks of a folder of ECG pages."""

from __future__ import annotations

import argparse
import secrets
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, complain, emit


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "curate", help="find duplicates, conflicts, groups and leaks in a folder of pages"
    )
    parser.add_argument("root", type=Path, metavar="DIR", help="its sub-folders are the classes")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument(
        "--readings", type=Path, metavar="DIR", help="pages already read; default: OUT/readings"
    )
    parser.add_argument(
        "--no-print", action="store_true", help="leave header and footer unread: no patient groups"
    )
    parser.add_argument(
        "--group-by", choices=("identity", "day"), default="identity", help="day: coarser groups"
    )
    parser.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        help="secret with which identities are hashed; default: a new one, forgotten afterwards",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Curate, write manifest, summary and report, and print the summary as one JSON line."""
    from ecg_core.evidence.probes import printed
    from ecg_core.studies.curation import report
    from ecg_core.studies.curation.curate import curate
    from ecg_core.studies.curation.readings import STORE, ReadingStore
    from ecg_core.studies.curation.values import Fate

    if not arguments.root.is_dir():
        complain(f"No such folder: {arguments.root}")
        return WRONG_USAGE
    if arguments.key is not None and not arguments.key.is_file():
        complain(f"No such file: {arguments.key}")
        return WRONG_USAGE
    reads_print = not arguments.no_print
    if reads_print and not printed.available():
        complain(
            "Header and footer stay unread, so there are no patient groups: rapidocr and "
            "onnxruntime are not installed (requirements-dev.txt)."
        )
        reads_print = False
    key = None
    if reads_print:
        key = arguments.key.read_bytes() if arguments.key else secrets.token_bytes(32)
    store = ReadingStore(arguments.readings or arguments.out / STORE)
    with _Bars() as bars:
        curation = curate(
            arguments.root, store, key, arguments.group_by == "day", arguments.processes, bars.tell
        )
    if not curation.rows:
        complain(f"No images below {arguments.root}")
        return WRONG_USAGE
    emit(report.write(curation, arguments.root, store, arguments.out))
    refused = any(row.reason.startswith(Fate.UNREADABLE) for row in curation.rows)
    return SOME_REJECTED if refused else ALL_READ


class _Bars:
    """One progress bar per step, on stderr."""

    def __init__(self) -> None:
        self._bars: dict[str, tqdm] = {}

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *error: object) -> None:
        for bar in self._bars.values():
            bar.close()

    def tell(self, step: str, done: int, total: int) -> None:
        """Move the step's bar."""
        if step not in self._bars:
            self._bars[step] = tqdm(total=total, desc=step, unit="page", file=sys.stderr)
        self._bars[step].update(done - self._bars[step].n)
