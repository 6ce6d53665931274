"""The command line: JSON lines on stdout, progress and messages on stderr.

Exit codes: 0 all read, 3 some rejected, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from threading import Thread

from ecg_core import importing

COMMANDS: dict[str, str] = {
    "measure": "measuring",
    "predict": "predicting",
    "explain": "explaining",
    "render": "rendering",
    "rectify": "rendering",
    "report": "reporting",
    "trace": "tracing",
    "redact": "redacting",
    "train": "training",
    "evaluate": "evaluating",
    "benchmark": "benchmarking",
    "ablate": "benchmarking",
    "score": "scoring",
    "attend-evidence": "attending",
    "curate": "curating",
    "crossval": "crossvalidating",
    "export": "exporting",
    "audit": "service.audit",
    "accounts": "service.accounts",
    "worker": "service.worker",
    "backup": "service.keeping",
    "restore": "service.keeping",
    "patients": "service.keeping",
    "pin": "service.keeping",
    "serve-check": "service.keeping",
}
"""Subcommand → file in `ecg_core/commands`; in the order in which the help lists them."""


READ_FILES = frozenset({"measure", "explain", "render", "rectify", "report", "trace"})
"""Subcommands that read ECGs, by the process that does so."""


def parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of all subcommands, or of the file alone that has `command`.

    Each imports what it works with, PyTorch and scikit-learn among it: who asks for one command
    does not wait for the others.
    """
    top = argparse.ArgumentParser(
        prog="python -m ecg_core", description="ECG Triage. Research use only. Not a diagnosis."
    )
    subparsers = top.add_subparsers(dest="command", required=True)
    files = [COMMANDS[command]] if command in COMMANDS else dict.fromkeys(COMMANDS.values())
    for file in files:
        import_module(f"ecg_core.commands.{file}").register(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if len(words) > 1 and words[0] in READ_FILES:
        # The process that reads files imports its libraries while this one imports its own.
        from ecg_core.intake import warm_up

        Thread(target=warm_up, name="start-reader", daemon=True).start()
    with importing.much():
        reader = parser(words[0] if words else "")
    chosen = reader.parse_args(words)
    code: int = chosen.run(chosen)
    return code
