"""`score SET`: ask the model about every case of a labelled set that has no answer yet."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, complain, emit


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "score", help="score a labelled set of the Performance page, or go on with it"
    )
    parser.add_argument("folder", type=Path, metavar="SET", help="its folder below labelled/")
    parser.add_argument("--processes", type=int, help="default: one a core")
    parser.add_argument("--dask", metavar="ADDRESS", help="address of a Dask scheduler instead")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Score and print what came of it as one JSON line."""
    from ecg_core.evidence.own_sets import background, engines, scoring
    from ecg_core.evidence.own_sets.sets import LabelledSet, State

    if not (arguments.folder / "set.json").is_file():
        complain(f"No labelled set at {arguments.folder}")
        return WRONG_USAGE
    background.yield_to_readers()
    background.one_thread()
    labelled = LabelledSet(arguments.folder)
    engine = engines.configured()
    if arguments.dask:
        engine = engines.dask(arguments.dask)
    elif arguments.processes:
        engine = engines.processes(arguments.processes)
    found = scoring.score(labelled, engine)
    emit({**asdict(labelled.info), "state": str(found), "answered": labelled.done()})
    return ALL_READ if found is State.DONE else SOME_REJECTED
