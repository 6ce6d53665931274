"""`audit verify` and `audit export`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, emit
from ecg_core.triage.store import Store


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("audit", help="the audit trail")
    parser.add_argument("action", choices=("verify", "export"))
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the chain (exit 3 when it is broken) or write it to stdout."""
    store = Store.open(arguments.data_dir, os.environ.get("ECG_DATABASE_URL"))
    if arguments.action == "export":
        store.export(sys.stdout, arguments.format, actor="command line")
        return ALL_READ
    report = store.verify(blobs=True)
    emit(
        {
            "ok": report.ok,
            "events": report.events,
            "first_broken": report.first_broken_seq,
            "what": report.what,
        }
    )
    return ALL_READ if report.ok else SOME_REJECTED
