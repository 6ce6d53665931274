"""`measure PATH…`: intervals, axes and ST levels of each ECG, one JSON object a case."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from ecg_core.commands import by_hand
from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, bundles, complain, emit
from ecg_core.intake import Bundle, IntakeError
from ecg_core.page.values import PageError
from ecg_core.preparing import measured
from ecg_core.read_as import ReadAs
from ecg_core.report.plain import measurements_to_plain


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "measure", help="rate, intervals, axes and ST levels"
    )
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument(
        "--start", type=float, default=0.0, metavar="S", help="where the ten seconds begin"
    )
    by_hand.add(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure every case; a rejected one never stops the others."""
    read_as = replace(by_hand.read_as(arguments), start_s=arguments.start)
    code = ALL_READ
    try:
        for name, bundle in bundles(arguments.paths):
            line = measure_line(name, bundle, read_as)
            code = SOME_REJECTED if line["status"] == "rejected" else code
            emit(line)
    except FileNotFoundError as error:
        complain(f"No such file: {error}")
        return WRONG_USAGE
    return code


def measure_line(name: str, bundle: Bundle, read_as: ReadAs) -> dict[str, object]:
    """One case as plain values; numbers that could not be measured are null and say why."""
    head: dict[str, object] = {"input": name, "sha256": bundle.sha256}
    try:
        found = measured(bundle, read_as)
    except IntakeError as error:
        return head | {"status": "rejected", "reasons": [f"{error.reason} {error.hint}".strip()]}
    except PageError as error:
        return head | {"status": "rejected", "reasons": [str(error)]}
    except ValueError as error:
        return head | {"status": "rejected", "reasons": [str(error)]}
    return head | {"status": "ok"} | measurements_to_plain(found)
