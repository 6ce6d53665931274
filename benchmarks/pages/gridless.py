"""Exports without a grid, in the manner of four recorders, read and held against what was printed.

`python -m benchmarks.pages.gridless --ptbxl DIR --pages N --out FILE` writes one JSON line a page,
with what became of it (`benchmarks/pages/held_against.py`). It goes on where it was interrupted;
`--summary` counts what was written.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from benchmarks.markdown import measured
from benchmarks.pages import numbered
from benchmarks.pages.foreign.recorders import exported, style_of
from benchmarks.pages.held_against import OUTCOMES, held_against, interval
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
    numbered.run(__doc__, page, summary, LOOKED_AT, 100, 60)


if __name__ == "__main__":
    main()
