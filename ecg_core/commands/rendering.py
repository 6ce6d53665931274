"""`render RECORD` prints a record as a sheet; `rectify SCAN` shows the page a scan gives."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import cv2

from ecg_core.commands import by_hand
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import EcgRecord, EcgScan, IntakeError, read
from ecg_core.page.drawn.damage import CONDITIONS, apply
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.layouts import DEFAULT_LAYOUT, LAYOUTS
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import PageError


def register(subparsers: Any) -> None:
    """Add both subcommands."""
    render: argparse.ArgumentParser = subparsers.add_parser("render", help="print a record")
    render.add_argument("path", metavar="RECORD")
    render.add_argument("--layout", choices=tuple(LAYOUTS), default=DEFAULT_LAYOUT)
    render.add_argument("--condition", choices=tuple(CONDITIONS), default="clean")
    render.add_argument("--seed", type=int, default=0)
    render.add_argument("--out", type=Path, required=True, metavar="PNG")
    render.set_defaults(run=run_render)
    rectify: argparse.ArgumentParser = subparsers.add_parser("rectify", help="page of a scan")
    rectify.add_argument("path", metavar="SCAN")
    by_hand.add(rectify)
    rectify.add_argument("--out", type=Path, required=True, metavar="PNG")
    rectify.set_defaults(run=run_rectify)


def run_render(arguments: argparse.Namespace) -> int:
    """Print the first ten seconds of a record and degrade the sheet."""
    try:
        ecg = read(next(bundles([arguments.path]))[1])
    except (FileNotFoundError, StopIteration):
        complain(f"No record at {arguments.path}")
        return WRONG_USAGE
    except IntakeError as error:
        emit({"input": arguments.path, "status": "rejected", "reasons": [str(error)]})
        return SOME_REJECTED
    if not isinstance(ecg, EcgRecord):
        complain(f"{arguments.path} is a picture, not a record")
        return WRONG_USAGE
    pixels = print_record(ten_seconds(ecg), arguments.layout).pixels
    pixels = apply(arguments.condition, pixels, arguments.seed)
    cv2.imwrite(str(arguments.out), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
    emit({"input": arguments.path, "status": "ok", "out": str(arguments.out)})
    return ALL_READ


def run_rectify(arguments: argparse.Namespace) -> int:
    """Write the canonical page's ink, dark on light."""
    try:
        ecg = read(next(bundles([arguments.path]))[1])
        if not isinstance(ecg, EcgScan):
            complain(f"{arguments.path} is a record, not a scan")
            return WRONG_USAGE
        read_as = by_hand.read_as(arguments)
        page = from_scan(ecg, read_as.scan_layout, read_as.correction)
    except (FileNotFoundError, StopIteration):
        complain(f"No scan at {arguments.path}")
        return WRONG_USAGE
    except (IntakeError, PageError) as error:
        emit({"input": arguments.path, "status": "rejected", "reasons": [str(error)]})
        return SOME_REJECTED
    cv2.imwrite(str(arguments.out), 255 - page.ink)
    emit(
        {
            "input": arguments.path,
            "status": "ok",
            "layout": page.layout,
            "px_per_mm": page.source_px_per_mm,
            "out": str(arguments.out),
        }
    )
    return ALL_READ
