"""`benchmark` and `ablate`: methods side by side under one limit of CPU time, a row each."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from ecg_core.commands.files import ALL_READ, WRONG_USAGE, complain, emit
from ecg_core.evidence.field.method_rows import RESULTS

LIMIT_S = 300.0
"""CPU-seconds that each method may train."""
SUBCOMMANDS = {
    "benchmark": "train published kinds of model and ours side by side",
    "ablate": "train ours with one thing changed at a time",
}


def register(subparsers: Any) -> None:
    """Add both subcommands."""
    for name, words in SUBCOMMANDS.items():
        parser: argparse.ArgumentParser = subparsers.add_parser(name, help=words)
        parser.add_argument("--data", type=Path, default=Path("../data"))
        parser.add_argument("--out", type=Path, default=RESULTS, metavar="FILE")
        parser.add_argument("--cpu-seconds", type=float, default=LIMIT_S, dest="limit_s")
        parser.add_argument("--only", nargs="*", metavar="METHOD", help="default: every method")
        parser.add_argument(
            "--photos", action="store_true", help="compare on photographed prints, too (minutes)"
        )
        parser.add_argument("--seed", type=int, default=0)
        parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run what has no row yet; a row is written as soon as its method is done."""
    import torch

    from ecg_core.studies.baselines import ABLATIONS, BASELINES, material, small_budget

    methods = BASELINES if arguments.command == "benchmark" else ABLATIONS
    unknown = set(arguments.only or ()) - {method.key for method in methods}
    if unknown:
        complain(
            f"Unknown: {', '.join(sorted(unknown))}; there are {', '.join(m.key for m in methods)}"
        )
        return WRONG_USAGE
    torch.set_num_threads(1)
    for method in methods:
        if arguments.only and method.key not in arguments.only:
            continue
        if any(_same(row, method.key, arguments) for row in rows(arguments.out)):
            complain(f"{method.key}: has a row in {arguments.out}")
            continue
        try:
            pages = material.load(arguments.data, method.px_per_mm, photos=arguments.photos)
            row = small_budget.compare(method, pages, arguments.limit_s, arguments.seed)
        except FileNotFoundError as error:
            complain(f"No data at {arguments.data}: {error}")
            return WRONG_USAGE
        except ImportError as error:
            complain(f"{method.key} is left out: {error}")
            continue
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        with arguments.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        emit(row)
    return ALL_READ


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a result file; none where there is no file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _same(row: dict[str, Any], key: str, arguments: argparse.Namespace) -> bool:
    return (row["method"], row["limit_s"], row["seed"]) == (
        key,
        arguments.limit_s,
        arguments.seed,
    )
