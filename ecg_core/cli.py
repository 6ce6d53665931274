"""The command line: JSON lines on stdout, progress and messages on stderr.

Exit codes: 0 all read, 3 some rejected, 2 wrong usage.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ecg_core.commands import (
    attending,
    audit,
    benchmarking,
    crossvalidating,
    curating,
    evaluating,
    explaining,
    exporting,
    keeping,
    measuring,
    predicting,
    redacting,
    rendering,
    reporting,
    scoring,
    tracing,
    training,
    worker,
)

COMMANDS = (
    measuring,
    predicting,
    explaining,
    rendering,
    reporting,
    tracing,
    redacting,
    training,
    evaluating,
    benchmarking,
    scoring,
    attending,
    curating,
    crossvalidating,
    exporting,
    audit,
    worker,
    keeping,
)


def parser() -> argparse.ArgumentParser:
    """The parser of all subcommands."""
    top = argparse.ArgumentParser(
        prog="python -m ecg_core", description="ECG Triage. Research use only. Not a diagnosis."
    )
    subparsers = top.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.register(subparsers)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = parser().parse_args(arguments)
    code: int = chosen.run(chosen)
    return code
