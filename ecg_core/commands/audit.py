"""`audit verify`, `audit export` and `audit anchor`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, complain, emit
from ecg_core.store.audit import daily
from ecg_core.store.cases.store import Store


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("audit", help="the audit trail")
    parser.add_argument("action", choices=("verify", "export", "anchor"))
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    parser.add_argument(
        "--anchors", type=Path, help="daily anchors kept outside (JSON lines) to verify against"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the chain (exit 3 when it is broken) or write it to stdout."""
    store = Store.open(arguments.data_dir, os.environ.get("ECG_DATABASE_URL") or None)
    if arguments.action == "export":
        store.export(sys.stdout, arguments.format, actor="command line")
        return ALL_READ
    if arguments.action == "anchor":
        for anchor in daily.anchors(store):
            emit(asdict(anchor))
        return ALL_READ
    report = store.verify(blobs=True)
    if arguments.anchors is not None:
        lines = arguments.anchors.read_text(encoding="utf-8").splitlines()
        kept = [daily.DailyAnchor(**json.loads(line)) for line in lines if line.strip()]
        wrong = daily.compare(store, kept)
        for words in wrong:
            complain(words)
        if wrong:
            report = replace(report, ok=False, what=wrong[0])
    emit(
        {
            "ok": report.ok,
            "events": report.events,
            "first_broken": report.first_broken_seq,
            "what": report.what,
        }
    )
    return ALL_READ if report.ok else SOME_REJECTED
