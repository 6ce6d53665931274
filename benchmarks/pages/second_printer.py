"""Sheets of a second printer, damaged, read, and held against what was printed.

`python -m benchmarks.pages.second_printer --ptbxl DIR --pages N --out FILE` writes one JSON line a
page, with what became of it (`benchmarks/pages/held_against.py`). It goes on where it was
interrupted; `--summary` counts what was written.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from benchmarks.markdown import measured
from benchmarks.pages import numbered
from benchmarks.pages.foreign.second_printer import BLOCKS, Sheet, look_of, printed
from benchmarks.pages.held_against import OUTCOMES, held_against, interval
from ecg_core.intake.values import EcgRecord
from ecg_core.page.drawn.damage import CONDITIONS, degrade

LOOKED_AT = 128
"""Pages before this number were looked at while rules of the reader were made."""


def judged(sheet: Sheet, damage: str, seed: int) -> dict[str, object]:
    """Damage a sheet, read it, and compare."""
    damaged = degrade(damage, sheet.pixels, seed, sheet.look.px_per_mm)
    row: dict[str, object] = {"damage": damage, **asdict(sheet.look)}
    return row | held_against(sheet, damaged.pixels, damaged.homography)


def page(number: int, some: list[EcgRecord]) -> dict[str, object]:
    """The page of a number."""
    look = look_of(number)
    record = some[number % len(some)]
    damage = tuple(CONDITIONS)[(number // len(BLOCKS)) % len(CONDITIONS)]
    return {"number": number, "record": record.name} | judged(printed(record, look), damage, number)


def summary(rows: list[dict[str, object]]) -> str:
    """Counts, and how many in a hundred are silently wrong at most (95 %)."""
    counts = Counter(str(row["outcome"]) for row in rows)
    said = ", ".join(f"{what} {counts[what]}" for what in ("read", "asked", "told", "refused"))
    most = interval(counts["silent"], len(rows))[1]
    return f"{len(rows)} pages: {said}, silently wrong {counts['silent']} (at most {most:.1f} %)"


def table(rows: list[dict[str, object]]) -> str:
    """What became of the pages, by damage."""
    kinds = list(dict.fromkeys(str(row["damage"]) for row in rows))
    groups = [(kind, [row for row in rows if row["damage"] == kind]) for kind in kinds]
    return measured(
        ("damage", "pages", "read", "asked", "told", "refused", "silently wrong"),
        [
            (kind, len(some), *(sum(row["outcome"] == what for row in some) for what in OUTCOMES))
            for kind, some in (*groups, *([("**all**", rows)] if rows else []))
        ],
    )


def compared(first: list[dict[str, object]], again: list[dict[str, object]]) -> str:
    """What became of the pages that were read again, as they were first read and now."""
    numbers = {row["number"] for row in again}
    groups = (("first", [row for row in first if row["number"] in numbers]), ("again", again))
    return measured(
        ("read", "pages", "right, nothing to ask", *OUTCOMES[1:4], "silently wrong"),
        [
            (name, len(some), *(sum(row["outcome"] == what for row in some) for what in OUTCOMES))
            for name, some in groups
            if some
        ],
    )


def main() -> None:
    """Run from the command line."""
    numbered.run(__doc__, page, summary, LOOKED_AT, 400, 24)


if __name__ == "__main__":
    main()
