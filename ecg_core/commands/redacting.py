"""`redact SCAN --out PNG`: the original picture with the print beside the traces painted over."""

from __future__ import annotations

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import EcgScan, IntakeError, read
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.redact import RedactionUnavailableError, redact
from ecg_core.page.values import PageError


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "redact", help="paint over the print beside the traces of a scan"
    )
    parser.add_argument("path", metavar="SCAN")
    parser.add_argument("--out", type=Path, required=True, metavar="PNG")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Redact one scan; of a page that cannot be read, all print goes."""
    try:
        scan = read(next(bundles([arguments.path]))[1])
        if not isinstance(scan, EcgScan):
            complain(f"{arguments.path} is a record, not a scan")
            return WRONG_USAGE
        reading = None
        with suppress(PageError):
            reading = read_scan(scan)
        redacted = redact(scan.pixels, reading)
    except (FileNotFoundError, StopIteration):
        complain(f"No scan at {arguments.path}")
        return WRONG_USAGE
    except RedactionUnavailableError as error:
        complain(str(error))
        return WRONG_USAGE
    except IntakeError as error:
        emit({"input": arguments.path, "status": "rejected", "reasons": [str(error)]})
        return SOME_REJECTED
    cv2.imwrite(str(arguments.out), cv2.cvtColor(redacted.pixels, cv2.COLOR_RGB2BGR))
    emit(
        {
            "input": arguments.path,
            "status": "ok",
            "page_read": reading is not None,
            "painted_over": redacted.regions,
            "kept": redacted.kept,
            "out": str(arguments.out),
        }
    )
    complain("Look at the result before you share it: handwriting may have been missed.")
    return ALL_READ
