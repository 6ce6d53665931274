"""`attend-evidence`: does attention tell anything? Rows as evidence, figures on stdout."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import Any

from ecg_core import network
from ecg_core.commands.files import ALL_READ, WRONG_USAGE, complain, emit
from ecg_core.network.registry import models_folder
from ecg_core.network.values import METHOD_NAMES

LIMIT = 100
COVERED = {
    "planted": ("planted", "control"),
    "agreement": ("agreement", "strangers"),
    "perturbed": ("deletion", "insertion", "road"),
}
"""Tests whose rows go by other names."""


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "attend-evidence", help="sanity checks of attention"
    )
    parser.add_argument("--root", type=Path, required=True, metavar="DIR", help="PTB-XL")
    parser.add_argument("--split", type=int, choices=(9, 10), required=True, help="PTB-XL fold")
    parser.add_argument("--limit", type=int, default=LIMIT, help="about so many ECGs a test")
    parser.add_argument("--model", choices=network.list_models() or None)
    parser.add_argument(
        "--method",
        action="append",
        choices=tuple(METHOD_NAMES),
        help="only this one (repeatable); rows of the others are kept",
    )
    parser.add_argument(
        "--test",
        choices=("outside", "planted", "wave", "randomised", "agreement", "perturbed"),
        help="only this one; rows of the others are kept",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: the model's evidence")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run every test and print one JSON line per figure."""
    from ecg_core.evidence.attention import rows
    from ecg_core.network.attention import METHODS
    from ecg_core.studies.attention.evidence import Evidence
    from ecg_core.training.data import ptbxl

    try:
        data = ptbxl.load(arguments.root, folds=(arguments.split,))
    except FileNotFoundError as error:
        complain(f"No PTB-XL at {arguments.root}: {error}")
        return WRONG_USAGE
    classifier = network.load(arguments.model)
    home = models_folder() / classifier.card.name / "evidence"
    path = arguments.out or home / rows.FILE_NAME
    methods = tuple(arguments.method or METHODS)
    study = Evidence(classifier, data, arguments.split, arguments.limit, methods)
    covered = COVERED.get(arguments.test, (arguments.test,))
    only_some = arguments.method or arguments.test
    known = rows.read(path) if only_some and path.exists() else ()
    kept = (
        row
        for row in known
        if not (row.map in methods and (arguments.test is None or row.test in covered))
    )
    rows.write(chain(kept, study.rows(arguments.test or "")), path)
    for figure in rows.figures(rows.read(path)):
        emit(asdict(figure))
    return ALL_READ
