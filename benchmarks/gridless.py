"""Exports without a grid, in the manner of four recorders, read and held against what was printed.

`python -m benchmarks.gridless --ptbxl DIR --pages N --out FILE` writes one JSON line a page, with
what became of it (`benchmarks/held_against.py`). It goes on where it was interrupted; `--summary`
counts what was written.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.foreign.recorders import exported, style_of
from benchmarks.held_against import OUTCOMES, held_against, interval
from benchmarks.markdown import measured
from benchmarks.rectify import records
from ecg_core.intake.values import EcgRecord

LOOKED_AT = 180
"""Pages before this number were looked at while rules of the reader were made."""


def page(number: int, some: list[EcgRecord]) -> dict[str, object]:
    """The page of a number."""
    style, record = style_of(number), some[number % len(some)]
    export = exported(record, style)
    found = held_against(export, export.pixels, np.eye(3))
    return {"number": number, "record": record.name, **asdict(style)} | found


def answered(rows: list[dict[str, object]]) -> int:
    """How many were read rightly, with a doubt or without."""
    return sum(row["outcome"] in ("read", "asked") for row in rows)


def summary(rows: list[dict[str, object]]) -> str:
    """What became of all of them, with 95 % intervals."""
    n, right = len(rows), answered(rows)
    silent = sum(row["outcome"] == "silent" for row in rows)
    low, high = interval(right, n)
    return (
        f"{n} pages: answered rightly {right} ({100 * right / n:.1f} %; {low:.1f} to {high:.1f}), "
        f"silently wrong {silent} (at most {interval(silent, n)[1]:.1f} %)"
    )


def table(rows: list[dict[str, object]]) -> str:
    """What became of the pages, by recorder and by place of the pulse."""
    groups = [
        (f"{key}: {value}", [row for row in rows if row[key] == value])
        for key in ("manner", "pulse")
        for value in dict.fromkeys(str(row[key]) for row in rows)
    ]
    shown = []
    for name, some in (*groups, *([("**all**", rows)] if rows else [])):
        low, high = interval(answered(some), len(some))
        share = f"{100 * answered(some) / len(some):.0f} % ({low:.0f} to {high:.0f})"
        counts = (sum(row["outcome"] == what for row in some) for what in OUTCOMES)
        shown.append((name, len(some), share, *counts))
    head = ("pages", "n", "answered rightly", *OUTCOMES[:4], "silently wrong")
    return measured(head, shown)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL folder")
    parser.add_argument("--first", type=int, default=LOOKED_AT, help="number of the first page")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--out", type=Path, required=True, help="the JSON lines")
    parser.add_argument("--summary", action="store_true", help="only count what was written")
    arguments = parser.parse_args()
    lines = arguments.out.read_text(encoding="utf-8").splitlines() if arguments.out.exists() else []
    rows = [json.loads(line) for line in lines]
    if not arguments.summary:
        done = {row["number"] for row in rows}
        some = records(arguments.ptbxl, 60)
        with arguments.out.open("a", encoding="utf-8") as out:
            for number in range(arguments.first, arguments.first + arguments.pages):
                if number not in done:
                    rows.append(page(number, some))
                    print(json.dumps(rows[-1]), file=out, flush=True)
    print(summary(rows))


if __name__ == "__main__":
    main()
