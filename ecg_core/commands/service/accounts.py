"""`accounts`: list, unlock, link, reset-factor. The way back in for whoever is locked out."""

from __future__ import annotations

import argparse
import os
from contextlib import closing
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, complain, emit
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.people.accounts import Account, Accounts
from ecg_core.store.people.roles import Actor, Role

BY = Actor("command line", roles=frozenset({Role.ADMINISTRATOR}))
"""Whoever can run this program on the data can change them: events name the way it was done."""


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "accounts",
        help="list accounts; unlock one, make a link for a password, take a second factor away",
    )
    parser.add_argument("action", choices=("list", "unlock", "link", "reset-factor"))
    parser.add_argument("name", nargs="?", default="", help="the account's name, as it signs in")
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Do it; every change is an event by "command line"."""
    if arguments.action != "list" and not arguments.name:
        complain("Name the account; `accounts list` shows them.")
        return WRONG_USAGE
    url = os.environ.get("ECG_DATABASE_URL") or None
    try:
        with closing(Store.open(arguments.data_dir, url)) as store:
            people = Accounts(store)
            if arguments.action == "list":
                for one in people.all(BY):
                    emit(_plain(one))
                return ALL_READ
            found = people.named(arguments.name)
            if arguments.action in ("unlock", "reset-factor"):
                way = people.unlock if arguments.action == "unlock" else people.reset_factor
                way(BY, found.id)
                emit(_plain(people.named(arguments.name)))
            else:
                emit({"name": found.name, "link": _address(people.new_link(BY, found.id))})
            return ALL_READ
    except StoreError as error:
        complain(str(error))
        return SOME_REJECTED


def _plain(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "full_name": account.full_name,
        "roles": sorted(account.roles),
        "active": account.active,
        "locked": account.locked,
        "provider": account.provider,
        "second_factor": account.second_factor,
    }


def _address(token: str) -> str:
    place = os.environ.get("ECG_PUBLIC_URL", "").rstrip("/") or "http://localhost:8501"
    return f"{place}/account/set-up?token={token}"
