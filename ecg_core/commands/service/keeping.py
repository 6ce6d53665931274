"""`backup`, `restore`, `patients` and `serve-check`: keeping the data, and knowing all is well."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, complain, emit
from ecg_core.network import manifest
from ecg_core.store.cases.patients import forget_all, link_all
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep import health
from ecg_core.store.upkeep.backup import backup, restore
from ecg_core.store.upkeep.errors import StoreError


def register(subparsers: Any) -> None:
    """Add the subcommands."""
    data_dir = Path(os.environ.get("ECG_DATA_DIR") or "var")
    for name, what in (
        ("backup", "write database, originals and chain to one tar"),
        ("restore", "bring a back-up back into an empty directory, and verify it"),
        ("patients", "make the pseudonyms of all cases anew, from their original files"),
        ("pin", "write the manifests of model folders: hashes of cards and weights, signed"),
        ("serve-check", "configuration, database, chain and model integrity"),
    ):
        parser: argparse.ArgumentParser = subparsers.add_parser(name, help=what)
        if name in ("backup", "restore"):
            parser.add_argument("archive", type=Path, help="the tar")
        if name == "pin":
            parser.add_argument("folders", type=Path, nargs="+", help="model folders")
        if name == "patients":
            parser.add_argument("--forget", action="store_true", help="delete all of them instead")
        parser.add_argument("--data-dir", type=Path, default=data_dir)
        parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it and say what was done, as JSON lines."""
    url = os.environ.get("ECG_DATABASE_URL") or None
    if arguments.command == "serve-check":
        found = health.check(arguments.data_dir, url)
        for one in found:
            emit({"check": one.name, "ok": one.ok, "what": one.what})
        return ALL_READ if all(one.ok for one in found) else SOME_REJECTED
    if arguments.command == "pin":
        for folder in arguments.folders:
            manifest.pin(folder)
            emit({"folder": str(folder), "signed": bool(os.environ.get(manifest.KEY))})
        return ALL_READ
    try:
        if arguments.command == "patients":
            with closing(Store.open(arguments.data_dir, url)) as store:
                forget = arguments.forget
                emit({"forgotten": forget_all(store)} if forget else asdict(link_all(store)))
            return ALL_READ
        if arguments.command == "backup":
            saved = backup(arguments.data_dir, url, arguments.archive.resolve())
        else:
            saved = restore(arguments.archive, arguments.data_dir, url)
    except StoreError as error:
        complain(str(error))
        return SOME_REJECTED
    emit({"path": str(saved.path), "files": saved.files, "events": saved.events})
    return ALL_READ
