"""`audit`: verify, export, anchor; and signed checkpoints: key, checkpoint, proof."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, SOME_REJECTED, WRONG_USAGE, complain, emit
from ecg_core.store.audit import checkpoints, daily, timestamps, walked
from ecg_core.store.audit.checkpoints import Checkpoint
from ecg_core.store.audit.verification import ChainReport
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.upkeep.looking import store_to_look_at


def register(subparsers: Any) -> None:
    """Add the subcommand."""
    parser: argparse.ArgumentParser = subparsers.add_parser("audit", help="the audit trail")
    parser.add_argument(
        "action", choices=("verify", "export", "anchor", "key", "checkpoint", "proof")
    )
    parser.add_argument(
        "--data-dir", type=Path, default=Path(os.environ.get("ECG_DATA_DIR") or "var")
    )
    parser.add_argument("--format", choices=("csv", "jsonl"), default="jsonl")
    parser.add_argument(
        "--anchors", type=Path, help="daily anchors kept outside (JSON lines) to verify against"
    )
    parser.add_argument(
        "--checkpoints",
        type=Path,
        action="append",
        default=[],
        help="signed checkpoints kept outside (JSON lines): to verify against, or to prove by",
    )
    parser.add_argument(
        "--new",
        action="store_true",
        help="verify only what came after the last walk over all that the app signed",
    )
    parser.add_argument("--event", type=int, help="the event to prove (`proof`)")
    parser.add_argument("--out", type=Path, help="where the new private key goes (`key`)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check the chain (exit 3 when it is broken) or write it to stdout."""
    if arguments.action == "key":
        return _key(arguments.out, arguments.data_dir)
    url = os.environ.get("ECG_DATABASE_URL") or None
    try:
        if arguments.action in ("export", "checkpoint"):
            with closing(Store.open(arguments.data_dir, url)) as store:
                return _do(arguments, store)
        with store_to_look_at(arguments.data_dir, url) as store:
            return _do(arguments, store)
    except StoreError as error:
        complain(str(error))
        return SOME_REJECTED


def _do(arguments: argparse.Namespace, store: Store) -> int:
    if arguments.action == "checkpoint":
        return _checkpoint(store)
    if arguments.action == "proof":
        kept = [one for path in arguments.checkpoints for one in checkpoints.read_file(path)]
        if not kept or arguments.event is None:
            complain("Name --event and the --checkpoints that it is under.")
            return WRONG_USAGE
        last = max(kept, key=lambda one: one.size)
        emit(checkpoints.proof_of(store, arguments.event, last))
        return ALL_READ
    if arguments.action == "export":
        store.export(sys.stdout, arguments.format, actor="command line")
        return ALL_READ
    if arguments.action == "anchor":
        for anchor in daily.anchors(store):
            emit(asdict(anchor))
        return ALL_READ
    report = _since_signed(store) if arguments.new else store.verify(blobs=True)
    for words in report.changed:
        complain(words)
    if arguments.anchors is not None:
        lines = arguments.anchors.read_text(encoding="utf-8").splitlines()
        anchors = [daily.DailyAnchor(**json.loads(line)) for line in lines if line.strip()]
        wrong = daily.compare(store, anchors)
        for words in wrong:
            complain(words)
        if wrong:
            report = replace(report, ok=False, what=wrong[0])
    key = checkpoints.public_key()
    signed = [one for path in arguments.checkpoints for one in checkpoints.read_file(path)]
    authority = timestamps.trusted()
    rewritten = checkpoints.compare(store, signed, key)
    rewritten += checkpoints.wrong_stamps(signed, authority)
    for words in rewritten:
        complain(words)
    if rewritten:
        report = replace(report, ok=False, what=rewritten[0])
    emit(
        {
            "ok": report.ok,
            "events": report.events,
            "since": report.since,
            "first_broken": report.first_broken_seq,
            "what": report.what,
            "changed": list(report.changed),
            "stamped": sum(bool(one.timestamp) for one in signed),
            "not_covered": _not_covered(signed, key is not None, bool(authority)),
        }
    )
    return ALL_READ if report.ok else SOME_REJECTED


def _since_signed(store: Store) -> ChainReport:
    """What follows the last signed walk. Raises StoreError where none is known by its key."""
    mark = walked.last(store)
    if mark is None:
        raise StoreError(
            "No walk over the whole chain is signed by this key.",
            f"Set {checkpoints.PUBLIC_KEY}, or verify without --new.",
        )
    if mark.wrong:
        return ChainReport(False, mark.end.seq, None, mark.wrong)
    return store.verify(since=mark.end)


def _not_covered(signed: list[Checkpoint], with_key: bool, with_authority: bool) -> str:
    """What an "ok" does not say."""
    if not signed:
        return (
            "No checkpoint from outside was given: somebody who can write the data folder could "
            "have rewritten the whole chain."
        )
    if not with_key:
        return "No key was given: the checkpoints' signatures were not checked."
    later = f"Events after {max(one.size for one in signed)} are under no checkpoint yet."
    if any(one.timestamp for one in signed) and not with_authority:
        later += (
            f" {timestamps.CERTIFICATES} is not set: who signed the time stamps was not checked."
        )
    return later


def _checkpoint(store: Store) -> int:
    key = checkpoints.signing_key()
    if key is None:
        complain(f"{checkpoints.KEY} is not set: nothing can be signed.")
        return WRONG_USAGE
    made, failed = checkpoints.stamped(checkpoints.make(store, key))
    emit(made.plain())
    failed += checkpoints.send(made)
    for words in failed:
        complain(words)
    return SOME_REJECTED if failed else ALL_READ


def _key(out: Path | None, data_dir: Path) -> int:
    if out is None or data_dir.resolve() in out.resolve().parents:
        complain("Name a file for the key with --out, outside the data folder.")
        return WRONG_USAGE
    private, public = checkpoints.new_key()
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(private + "\n")
    emit({"key": str(out), "public_key": public})
    return ALL_READ
