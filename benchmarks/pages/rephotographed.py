"""Pages of other people, photographed and scanned once more: the answer stays, or is doubted.

`python -m benchmarks.pages.rephotographed --real DIR --kit DIR --out FILE`: every page that is read
as it came (`pages.csv` of both folders; of the kit those that are clean or small) is spoilt in
every way of `SPOILT` and read again. One JSON line a picture: "same" (layout, leads, gain and times
of the first reading), "doubted" (the same, with a doubt or a question that the first reading had
not), "told" (another answer, and a doubt that says so), "refused", or "silent": another answer
without a word. It goes on where it was interrupted.
"""

from __future__ import annotations

import argparse
import csv
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from benchmarks.markdown import measured
from benchmarks.pages.held_against import BEARS, OFF_GAIN, OFF_MM, doubts_of, interval, row_of
from ecg_core.commands.files import bundles
from ecg_core.intake.reading import read_here
from ecg_core.intake.values import EcgScan, IntakeError
from ecg_core.page.drawn.damage import (
    DamagedSheet,
    Step,
    blur,
    folds,
    jpeg,
    noise,
    perspective,
    rotate,
    shadow,
    uneven_light,
)
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import PageError

OUTCOMES = ("same", "doubted", "told", "refused", "silent")
KIT = ("a", "d")
"""Conditions of the kit that are spoilt: clean and small pages."""
PLACES = 60
"""The page is compared at so many places across and down."""
INSIDE_MM, LEAST = 2.0, 12
"""Places this far inside a lead count, where there are so many of them."""


def cropped(most: float) -> Step:
    """Less of every margin, by up to a share of the picture."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        left, right = (rng.uniform(0.0, most, 2) * width).astype(int)
        top, bottom = (rng.uniform(0.0, most, 2) * height).astype(int)
        pixels = np.ascontiguousarray(sheet.pixels[top : height - bottom, left : width - right])
        move = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
        return replace(sheet, pixels=pixels, homography=move @ sheet.homography)

    return step


def gamma(low: float, high: float) -> Step:
    """Darker or lighter midtones."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        table = 255.0 * (np.arange(256) / 255.0) ** rng.uniform(low, high)
        return replace(sheet, pixels=cv2.LUT(sheet.pixels, table.astype(np.uint8)))

    return step


def shrunk(low: float, high: float) -> Step:
    """A smaller copy."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        factor = rng.uniform(low, high)
        size = (round(width * factor), round(height * factor))
        pixels = cv2.resize(sheet.pixels, size, interpolation=cv2.INTER_AREA)
        sx, sy = size[0] / width, size[1] / height
        move = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1.0]])
        return DamagedSheet(pixels, sheet.px_per_mm * factor, move @ sheet.homography)

    return step


def halftone(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
    """Printed in grey dots, ordered in 4 × 4, and scanned."""
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
    fine = cv2.resize(sheet.pixels, None, fx=2.0, fy=2.0, interpolation=cv2.INTER_LINEAR)
    grey = cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY)
    limits = np.tile((order + 0.5) * 16.0, (grey.shape[0] // 4 + 1, grey.shape[1] // 4 + 1))
    dots = np.where(grey > limits[: grey.shape[0], : grey.shape[1]], 255, 0).astype(np.uint8)
    size = sheet.pixels.shape[1], sheet.pixels.shape[0]
    scanned = cv2.resize(dots, size, interpolation=cv2.INTER_AREA)
    return replace(sheet, pixels=cv2.cvtColor(scanned, cv2.COLOR_GRAY2RGB))


def turned(low: float, high: float) -> Step:
    """Askew by between two angles, either way."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        angle = rng.uniform(low, high) * rng.choice([-1.0, 1.0])
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
        cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
        size = round(width * cos + height * sin), round(width * sin + height * cos)
        turn[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
        move = np.vstack([turn, [0.0, 0.0, 1.0]])
        pixels = cv2.warpPerspective(
            sheet.pixels, move, size, flags=cv2.INTER_CUBIC, borderValue=(235, 235, 235)
        )
        return replace(sheet, pixels=pixels, homography=move @ sheet.homography)

    return step


SPOILT: dict[str, tuple[Step, ...]] = {
    "turned": (turned(1.0, 6.0), jpeg(60, 80)),
    "aslant": (perspective(0.04), jpeg(50, 80)),
    "compressed": (jpeg(30, 45),),
    "blurred": (blur(0.08, 0.16), jpeg(50, 60)),
    "in shadow": (shadow(0.5), uneven_light(0.3), jpeg(50, 80)),
    "cropped": (cropped(0.05), jpeg(60, 80)),
    "dark": (gamma(1.4, 2.0), jpeg(60, 80)),
    "pale": (gamma(0.5, 0.7), jpeg(60, 80)),
    "small": (shrunk(0.6, 0.75), jpeg(60, 80)),
    "printed in dots": (halftone, rotate(1.0), jpeg(60, 80)),
    "folded": (folds(2), perspective(0.02), noise(2.0, 5.0), jpeg(50, 80)),
}
"""Ways in which a page is spoilt."""


def pictures(real: Path, kit: Path) -> Iterator[tuple[str, EcgScan]]:
    """Pages that a careful person reads in full, by name."""
    for folder in (real, kit):
        with (folder / "pages.csv").open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        for row in rows:
            if row.get("expect", "read") != "read" or row.get("condition", "a") not in KIT:
                continue
            for _, bundle in bundles([str(folder / row["file"])]):
                try:
                    scan = read_here(bundle)
                except IntakeError:
                    continue
                if isinstance(scan, EcgScan):
                    yield row["file"], scan


def spoil(name: str, pixels: np.ndarray, px_per_mm: float, seed: int) -> DamagedSheet:
    """A page spoilt in one way; the same seed gives the same pixels."""
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    sheet = DamagedSheet(pixels, px_per_mm, np.eye(3))
    for step in SPOILT[name]:
        sheet = step(sheet, rng)
    return sheet


def changed(
    first: ScanReading, again: ScanReading, shape: tuple[int, int], move: np.ndarray
) -> set[str]:
    """Which of "leads", "gain" and "time" differ between two readings of one page.

    shape: height and width of the first picture. move: from its pixels to those of the second.
    """
    if first.page.layout != again.page.layout:
        return {"leads"}
    if [box.lead for box in first.page.boxes] != [box.lead for box in again.page.boxes]:
        return {"leads"}
    y, x = np.meshgrid(*(np.linspace(0, size - 1, PLACES) for size in shape), indexing="ij")
    places = np.stack([x.ravel(), y.ravel()], axis=1)
    before, after = first.on_page(places), again.on_page(projected(move, places))
    found: set[str] = set()
    offsets = []
    for box in first.page.boxes:
        inside = (before[:, 0] > box.x0_mm + INSIDE_MM) & (before[:, 0] < box.x1_mm - INSIDE_MM)
        inside &= (before[:, 1] > box.y0_mm + INSIDE_MM) & (before[:, 1] < box.y1_mm - INSIDE_MM)
        if inside.sum() < LEAST:
            continue
        was, now = before[inside], after[inside]
        # Places that the second reading gives to a neighbour say nothing of this lead.
        own = np.abs(now - was - np.median(now - was, axis=0)).max(axis=1) < 0.2 * np.ptp(was[:, 0])
        across = np.polyfit(was[own, 0], now[own, 0], 1)
        down = np.polyfit(was[own, 1], now[own, 1], 1)
        offsets.append(float(np.median(now[own, 0] - was[own, 0])))
        found |= {"time"} if abs(across[0] - 1.0) > 0.04 else set()
        found |= {"gain"} if abs(down[0] - 1.0) > OFF_GAIN else set()
    if offsets and max(abs(offset - offsets[0]) for offset in offsets) > OFF_MM:
        found.add("time")
    return found


def again(name: str, scan: EcgScan, first: ScanReading, seed: int) -> dict[str, object]:
    """Spoil a page, read it again, and compare."""
    px_per_mm = float(np.linalg.norm(np.linalg.inv(first.to_plane)[:2, 0]))
    spoilt = spoil(name, scan.pixels, px_per_mm, seed)
    try:
        reading = read_scan(EcgScan("scan", "0" * 64, np.ascontiguousarray(spoilt.pixels)))
    except PageError as error:
        return {"outcome": "refused", "reason": error.remark.code}
    wrong = changed(first, reading, scan.pixels.shape[:2], spoilt.homography)
    doubts = doubts_of(reading)
    more = (doubts - doubts_of(first)) & set().union(*BEARS.values())
    if not wrong:
        outcome = "doubted" if more else "same"
    else:
        outcome = "told" if all(doubts & BEARS[kind] for kind in wrong) else "silent"
    return row_of(reading, outcome, wrong, doubts)


def table(rows: list[dict[str, object]]) -> str:
    """What became of the pages, by what was done to them."""
    kinds = list(dict.fromkeys(str(row["spoilt"]) for row in rows))
    groups = [(kind, [row for row in rows if row["spoilt"] == kind]) for kind in kinds]
    return measured(
        ("pages", "n", *OUTCOMES[:4], "silently changed"),
        [
            (kind, len(some), *(sum(row["outcome"] == what for row in some) for what in OUTCOMES))
            for kind, some in (*groups, *([("**all**", rows)] if rows else []))
        ],
    )


def summary(rows: list[dict[str, object]]) -> str:
    """How many changed silently, and at most (95 %)."""
    counts = {what: sum(row["outcome"] == what for row in rows) for what in OUTCOMES}
    most = interval(counts["silent"], len(rows))[1]
    said = ", ".join(f"{what} {count}" for what, count in counts.items())
    return f"{len(rows)} pictures: {said} (silent at most {most:.1f} %)"


def run(
    description: str | None,
    ways: Iterable[str],
    judge: Callable[[str, EcgScan, ScanReading, int], dict[str, object]],
) -> None:
    """Read every page in every way that the file of rows lacks, and print what became of all.

    judge: changes a page in one way, by a seed, reads it again and compares.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--real", type=Path, required=True, help="folder with pages.csv")
    parser.add_argument("--kit", type=Path, required=True, help="folder with pages.csv")
    parser.add_argument("--every", type=int, default=1, help="only every so manyth page")
    parser.add_argument("--out", type=Path, required=True, help="the JSON lines")
    arguments = parser.parse_args()
    lines = arguments.out.read_text(encoding="utf-8").splitlines() if arguments.out.exists() else []
    rows = [json.loads(line) for line in lines]
    done = {row["page"] for row in rows}
    with arguments.out.open("a", encoding="utf-8") as out:
        for number, (page, scan) in enumerate(pictures(arguments.real, arguments.kit)):
            if page in done or number % arguments.every:
                continue
            try:
                first = read_scan(scan)
            except PageError:
                continue
            # One page's rows are written together: an interrupted one is begun anew.
            own = [
                {"page": page, "spoilt": way, "layout": first.page.layout}
                | judge(way, scan, first, zlib.crc32(page.encode()))
                for way in ways
            ]
            rows += own
            print(*(json.dumps(row) for row in own), sep="\n", file=out, flush=True)
    print(summary(rows))


def main() -> None:
    """Run from the command line."""
    run(__doc__, SPOILT, again)


if __name__ == "__main__":
    main()
