"""Sheets of a second printer, damaged, read, and held against what was printed.

`python -m benchmarks.second_printer --ptbxl DIR --pages N --out FILE` writes one JSON line a page:
"read" (right, nothing to ask), "asked" (right, with a question or a doubt that bears on it),
"told" (wrong, and a doubt says so), "refused", or "silent": a lead, its order, the gain (10 %), the
speed or a time (40 ms) wrong without a word. It goes on where it was interrupted; `--summary`
counts what was written.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.foreign.second_printer import BLOCKS, Look, Piece, Sheet, look_of, printed
from benchmarks.markdown import measured
from benchmarks.rectify import records
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.drawn.damage import CONDITIONS, degrade
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.rectify import ScanReading, read_scan
from ecg_core.page.values import PageError, Severity

OFF_MM, OFF_GAIN = 1.0, 0.10
"""40 ms, and how wrong a height may be."""
LOOKED_AT = 128
"""Pages before this number were looked at while rules of the reader were made."""
INSET_MM, FOOT_MM = 3.0, 4.0
BEARS = {
    "leads": {
        *("layout_close", "names_differ", "assumed", "limbs_disagree", "orientation_assumed"),
        *("one_lead", "einthoven", "rows_apart", "order_assumed", "missing_leads"),
    },
    "gain": {"gain_close", "assumed_scale", "scale_unlikely", "two_gains", "no_grid"},
    "time": {
        *("columns_close", "columns_unusual", "speed_close", "assumed_scale", "scale_unlikely"),
        *("partly_cut_off", "slightly_curved", "no_grid"),
    },
}
"""Doubts and questions that send the reader to what is wrong."""


def judged(sheet: Sheet, damage: str, seed: int) -> dict[str, object]:
    """Damage a sheet, read it, and compare."""
    damaged = degrade(damage, sheet.pixels, seed, sheet.look.px_per_mm)
    row: dict[str, object] = {"damage": damage, **asdict(sheet.look)}
    try:
        reading = read_scan(EcgScan("scan", "0" * 64, np.ascontiguousarray(damaged.pixels)))
    except PageError as error:
        return row | {"outcome": "refused", "reason": error.remark.code}
    wrong = wrong_with(reading, sheet, damaged.homography)
    doubts = {r.code for r in reading.page.remarks if r.severity is Severity.DOUBT}
    if reading.page.question is not None:
        doubts.add(
            {"speed": "speed_close", "gain": "gain_close"}.get(
                reading.page.question.code, "assumed"
            )
        )
    bearing = set().union(*(BEARS[kind] for kind in (wrong or BEARS)))
    if not wrong:
        outcome = "asked" if doubts & bearing else "read"
    else:
        outcome = "told" if all(doubts & BEARS[kind] for kind in wrong) else "silent"
    return row | {
        "outcome": outcome,
        "found": reading.page.layout,
        "wrong": sorted(wrong),
        "doubts": sorted(doubts),
    }


def wrong_with(reading: ScanReading, sheet: Sheet, homography: np.ndarray) -> set[str]:
    """Which of "leads", "gain" and "time" a reading has wrong; nothing where it is right."""
    boxes = reading.page.boxes
    if [p.lead.removeprefix("-") for p in sheet.pieces] != [box.lead for box in boxes]:
        return {"leads"}
    px = sheet.look.px_per_mm
    to_px = np.array([[px, 0, -0.5], [0, px, -0.5], [0, 0, 1.0]])
    move = homography @ to_px
    wrong = set()
    # Where the trace runs on from a pulse nothing tells its first sample: all begin with the first.
    first = 0.0
    for piece, box in zip(sheet.pieces, boxes, strict=True):
        start, up = _on_page(reading, piece, move, sheet.look)
        shown_mm = 25.0 / sheet.look.speed_mm_per_s
        off = start - INSET_MM * shown_mm - box.x0_mm
        first = off if piece is sheet.pieces[0] and abs(off) < FOOT_MM else first
        if abs(off - first) > OFF_MM:
            wrong.add("time")
        if abs(_second(reading, piece, move, sheet.look) / 25.0 - 1.0) > 0.04:
            wrong.add("time")
        if abs(up / 10.0 - 1.0) > OFF_GAIN:
            wrong.add("gain")
    return wrong


def _on_page(
    reading: ScanReading, piece: Piece, move: np.ndarray, look: Look
) -> tuple[float, float]:
    """Where a piece begins, a little inside, on the page, and how high 1 mV stands there (mm)."""
    x, y = piece.x0_mm + INSET_MM, piece.baseline_mm
    high = 0.4 * look.gain_mm_per_mv
    places = reading.on_page(projected(move, np.array([(x, y), (x, y - high)])))
    return float(places[0, 0]), float(places[0, 1] - places[1, 1]) / 0.4


def _second(reading: ScanReading, piece: Piece, move: np.ndarray, look: Look) -> float:
    """How long a second of a piece is on the page (mm)."""
    x, y = piece.x0_mm + INSET_MM, piece.baseline_mm
    span = min(piece.x1_mm - piece.x0_mm - 2 * INSET_MM, 40.0)
    ends = reading.on_page(projected(move, np.array([(x, y), (x + span, y)])))
    return float(ends[1, 0] - ends[0, 0]) / (span / look.speed_mm_per_s)


def page(number: int, some: list[EcgRecord]) -> dict[str, object]:
    """The page of a number."""
    look = look_of(number)
    record = some[number % len(some)]
    damage = tuple(CONDITIONS)[(number // len(BLOCKS)) % len(CONDITIONS)]
    return {"number": number, "record": record.name} | judged(printed(record, look), damage, number)


def silent_in(path: Path) -> list[int]:
    """Numbers of the pages that were read wrongly without a word."""
    rows = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [row["number"] for row in rows if row["outcome"] == "silent"]


def summary(rows: list[dict[str, object]]) -> str:
    """Counts, and how many in a hundred are silently wrong at most (95 %)."""
    counts = Counter(str(row["outcome"]) for row in rows)
    n, silent = len(rows), counts["silent"]
    z = 1.96
    middle = (silent + z * z / 2) / (n + z * z)
    spread = z * np.sqrt(silent * (n - silent) / n + z * z / 4) / (n + z * z)
    said = ", ".join(f"{what} {counts[what]}" for what in ("read", "asked", "told", "refused"))
    return f"{n} pages: {said}, silently wrong {silent} (at most {100 * (middle + spread):.1f} %)"


def table(rows: list[dict[str, object]]) -> str:
    """What became of the pages, by damage."""
    kinds = list(dict.fromkeys(str(row["damage"]) for row in rows))
    groups = [(kind, [row for row in rows if row["damage"] == kind]) for kind in kinds]
    outcomes = ("read", "asked", "told", "refused", "silent")
    return measured(
        ("damage", "pages", "read", "asked", "told", "refused", "silently wrong"),
        [
            (kind, len(some), *(sum(row["outcome"] == what for row in some) for what in outcomes))
            for kind, some in (*groups, *([("**all**", rows)] if rows else []))
        ],
    )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, help="PTB-XL folder")
    parser.add_argument("--first", type=int, default=LOOKED_AT, help="number of the first page")
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--out", type=Path, required=True, help="the JSON lines")
    parser.add_argument("--again", type=Path, help="only what is silently wrong in this file")
    parser.add_argument("--summary", action="store_true", help="only count what was written")
    arguments = parser.parse_args()
    lines = arguments.out.read_text(encoding="utf-8").splitlines() if arguments.out.exists() else []
    rows = [json.loads(line) for line in lines]
    if not arguments.summary:
        done = {row["number"] for row in rows}
        some = records(arguments.ptbxl, 24)
        numbers: Iterable[int] = range(arguments.first, arguments.first + arguments.pages)
        if arguments.again is not None:
            numbers = silent_in(arguments.again)
        with arguments.out.open("a", encoding="utf-8") as out:
            for number in numbers:
                if number not in done:
                    rows.append(page(number, some))
                    print(json.dumps(rows[-1]), file=out, flush=True)
    print(summary(rows))


if __name__ == "__main__":
    main()
