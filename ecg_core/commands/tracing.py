"""`trace SCAN… --out DIR`: the waveforms of scans as WFDB and CSV."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ecg_core.commands import by_hand
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import Bundle, EcgScan, IntakeError, read
from ecg_core.page.joined import from_scan
from ecg_core.page.recovered.samples import recover
from ecg_core.page.recovered.waveform_files import csv_text, stem, write_wfdb
from ecg_core.page.values import PageError
from ecg_core.read_as import ReadAs


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "trace", help="waveforms of scans as WFDB and CSV"
    )
    parser.add_argument("paths", nargs="+", metavar="SCAN")
    by_hand.add(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Recover every scan; a rejected one never stops the others."""
    code = ALL_READ
    try:
        for name, bundle in bundles(arguments.paths):
            line: dict[str, object] = {"input": name, "sha256": bundle.sha256}
            line |= _recovered(bundle, by_hand.read_as(arguments), arguments.out)
            code = SOME_REJECTED if line["status"] == "rejected" else code
            emit(line)
    except FileNotFoundError as error:
        complain(f"No such file: {error}")
        return WRONG_USAGE
    return code


def _recovered(bundle: Bundle, read_as: ReadAs, out: Path) -> dict[str, Any]:
    try:
        scan = read(bundle)
        if not isinstance(scan, EcgScan):
            reason = "This is a record: its waveforms need no recovery."
            return {"status": "rejected", "reasons": [reason]}
        page = from_scan(scan, read_as.scan_layout, read_as.correction)
    except (IntakeError, PageError) as error:
        return {"status": "rejected", "reasons": [str(error)]}
    recovery = recover(page)
    if not recovery.leads:
        return {"status": "rejected", "reasons": ["No lead could be recovered from the page."]}
    record = recovery.as_record()
    out.mkdir(parents=True, exist_ok=True)
    table = out / f"{stem(record)}.csv"
    table.write_text(csv_text(record), encoding="utf-8")
    return {
        "status": "ok",
        "layout": page.layout,
        "fs_hz": record.fs_hz,
        "leads": {
            lead.lead: {"start_s": lead.in_record_s, "quality": round(lead.quality, 3)}
            for lead in recovery.leads
        },
        "left_out": list(recovery.left_out),
        "files": [str(path) for path in (*write_wfdb(record, out), table)],
        "quality": {r.code: {"severity": str(r.severity), "text": r.text} for r in page.remarks},
    }
