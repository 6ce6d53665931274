"""`patients`: link all stored cases to their patients' pseudonyms anew."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, complain, emit
from ecg_core.store.cases.patients import link_all
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep.errors import StoreError


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "patients", help="make the pseudonyms of all cases anew, from their original files"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Link the cases and say how many, as a JSON line."""
    try:
        url = os.environ.get("ECG_DATABASE_URL") or None
        with closing(Store.open(arguments.data_dir, url)) as store:
            emit(asdict(link_all(store)))
    except StoreError as error:
        complain(str(error))
        return SOME_REJECTED
    return ALL_READ
