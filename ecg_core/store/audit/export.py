"""The chain as a file that others can check: every column of every event, hashes included."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from enum import StrEnum
from typing import TextIO

from ecg_core.spreadsheet import safe_cell
from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.audit.chain import event_plain
from ecg_core.store.cases.schema import EventRow


class ExportFormat(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSONL = "jsonl"


COLUMNS = (
    "seq",
    "created_utc",
    "actor",
    "action",
    "case_id",
    "payload",
    "token",
    "previous_hash",
    "role",
    "hash",
)


def write(events: Iterable[EventRow], out: TextIO, fmt: ExportFormat) -> int:
    """Write events in the order given; gives their number.

    In JSON lines, an event's hash is the SHA-256 of its line without the `hash` member, written
    with sorted keys and without spaces. An event without a role has no such member there, and an
    empty cell in CSV, where what a spreadsheet would take for a formula begins with an apostrophe.
    """
    rows = ({**event_plain(event), "hash": event.hash} for event in events)
    written = 0
    if fmt is ExportFormat.CSV:
        table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
        table.writeheader()
        for row in rows:
            table.writerow({name: safe_cell(value) for name, value in row.items()})
            written += 1
    else:
        for row in rows:
            out.write(canonical_json(row) + "\n")
            written += 1
    return written
