"""The command line of a benchmark whose pages are drawn by number: it goes on where it stopped."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

from benchmarks.pages.rectify import records
from ecg_core.intake.values import EcgRecord

Row = dict[str, object]


def run(
    description: str | None,
    page: Callable[[int, list[EcgRecord]], Row],
    summary: Callable[[list[Row]], str],
    first: int,
    pages: int,
    most_records: int,
) -> None:
    """Draw and read the pages that the file of rows lacks, and print what became of all.

    page: draws and reads one by its number, of one of `most_records` of PTB-XL fold 9. first,
    pages: the numbers, unless others are asked for.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL folder")
    parser.add_argument("--first", type=int, default=first, help="number of the first page")
    parser.add_argument("--pages", type=int, default=pages)
    parser.add_argument("--out", type=Path, required=True, help="the JSON lines")
    parser.add_argument("--summary", action="store_true", help="only count what was written")
    arguments = parser.parse_args()
    lines = arguments.out.read_text(encoding="utf-8").splitlines() if arguments.out.exists() else []
    rows: list[Row] = [json.loads(line) for line in lines]
    if not arguments.summary:
        done = {row["number"] for row in rows}
        some = records(arguments.ptbxl, most_records)
        with arguments.out.open("a", encoding="utf-8") as out:
            for number in range(arguments.first, arguments.first + arguments.pages):
                if number not in done:
                    rows.append(page(number, some))
                    print(json.dumps(rows[-1]), file=out, flush=True)
    print(summary(rows))
