"""`evaluate`: score a labelled data set, keep the rows as evidence, print the figures."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecg_core import network
from ecg_core.commands.files import ALL_READ, WRONG_USAGE, complain, emit
from ecg_core.network.registry import models_folder
from ecg_core.page.layouts import DEFAULT_LAYOUT, LAYOUTS


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("evaluate", help="measure the model")
    parser.add_argument("--dataset", choices=("ptb-xl",), default="ptb-xl")
    parser.add_argument("--root", type=Path, required=True, metavar="DIR")
    parser.add_argument("--split", type=int, choices=(9, 10), required=True, help="PTB-XL fold")
    parser.add_argument("--condition", default="clean")
    parser.add_argument("--layout", choices=tuple(LAYOUTS), default=DEFAULT_LAYOUT)
    parser.add_argument("--limit", type=int, help="only about this many recordings")
    parser.add_argument("--model", choices=network.list_models() or None)
    parser.add_argument(
        "--all", action="store_true", help="every layout, then carry the figures into the card"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: the model's evidence")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and print one JSON line per figure."""
    from ecg_core.learning import evaluate, evidence, ptbxl, release
    from ecg_core.page.conditions import CONDITIONS

    if arguments.condition not in CONDITIONS:
        complain(f"Unknown condition; there are {', '.join(CONDITIONS)}")
        return WRONG_USAGE
    try:
        data = ptbxl.load(arguments.root)
    except FileNotFoundError as error:
        complain(f"No PTB-XL at {arguments.root}: {error}")
        return WRONG_USAGE
    classifier = network.load(arguments.model)
    home = models_folder() / classifier.card.name
    folder = arguments.out or home / "evidence"
    if arguments.all:
        evaluate.write_all(classifier, data, arguments.split, folder)
        for figure in release.carry_figures(home).figures:
            emit(asdict(figure))
        return ALL_READ
    found = evaluate.evaluate_ptbxl(
        classifier, data, arguments.split, arguments.condition, arguments.layout, arguments.limit
    )
    found.write(folder)
    for figure in evidence.figures(found):
        emit(asdict(figure))
    return ALL_READ
