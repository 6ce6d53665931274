"""How true the waveforms are that are read off scans: signal-to-noise ratio against the record.

`python -m benchmarks.pages.trace --ptbxl DIR [--records N]` prints records of PTB-XL fold 9,
degrades the sheets, reads them as any upload, recovers the traces and compares them with the very
samples that were printed. One JSON line per page goes to stdout (or --out), a table to stderr.

SNR of a lead, in dB: 10 log10(sum of x² / sum of (x − y)²) over the record's samples in the box,
where x is the record at its own 100 Hz, its median over the box taken off, and y the recovered
trace read at the same times, shifted vertically so that the median of x − y is 0 (a page does not
print where 0 mV is). Gaps of a recovered lead count as y = 0. Three figures a lead:

`snr_db`: y is also shifted in time, each lead by what is best within `SHIFT_S`, in steps of 2 ms
(the helper code of the PhysioNet Challenge 2024 aligns in time and height by cross-correlation).
`placed_db`: not shifted in time, so that errors of where the page begins count in full.
`strict_db`: the formula of the Challenge's scoring script, without any alignment: x² with its
baseline, y with the zero line that the page was read with.

The figure of a condition is the mean over leads, as in the Challenge; leads that were left out are
counted, and enter a mean of their own as 0 dB, which is what the Challenge gives a missing lead.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pages.rectify import records
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.drawn.damage import degrade
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.recovered import samples
from ecg_core.page.scan.rectify import from_scan
from ecg_core.page.values import EcgPage, PageError

KINDS: dict[str, tuple[str, ...]] = {
    "clean": ("clean",),
    "scan": ("colour_scan", "bw_low_res_scan"),
    "photo": ("phone_photo", "creased_shadowed"),
}
"""Conditions of `ecg_core.page.drawn.damage` that make up each row of the table."""

SHIFT_S = 0.06
"""Time shifts up to this (1.5 mm of paper) are taken for alignment."""


def snr_db(true_mv: np.ndarray, found_mv: np.ndarray, level: bool = True) -> float:
    """Signal-to-noise ratio of a recovered trace (NaN where it has a gap) in dB.

    level: without the zero lines of both, else to the letter of the Challenge. NaN for a record
    that does not move.
    """
    x, y = np.asarray(true_mv, float), np.asarray(found_mv, float)
    if level:
        seen = np.isfinite(y)
        y = y + (np.median((x - y)[seen]) if seen.any() else 0.0) - np.median(x)
        x = x - np.median(x)
    signal, noise = np.sum(x**2), np.sum((x - np.nan_to_num(y)) ** 2)
    if signal <= 0.0:
        return float("nan")
    return float(10.0 * np.log10(signal / max(noise, 1e-12)))


def compare(page: EcgPage, recovery: samples.Recovery, record: EcgRecord) -> list[dict[str, Any]]:
    """Every recovered box of a page against the record that was printed."""
    rows = []
    for lead in recovery.leads:
        box = page.boxes[lead.box]
        if lead.lead not in record.leads:
            continue
        first, last = round(box.start_s * record.fs_hz), round(box.end_s * record.fs_hz)
        true = record.signals_mv[record.leads.index(lead.lead), first:last]
        times = np.arange(first, first + len(true)) / record.fs_hz - lead.start_s
        own = np.arange(len(lead.mv)) / samples.FS_HZ
        found = np.interp(times, own, lead.mv)
        shifts = np.arange(-SHIFT_S, SHIFT_S + 1e-9, 0.002)
        merits = [snr_db(true, np.interp(times + shift, own, lead.mv)) for shift in shifts]
        best = int(np.argmax(merits))
        rows.append(
            {
                "lead": lead.lead,
                "box": lead.box,
                "snr_db": round(merits[best], 2),
                "shift_ms": round(1000.0 * float(shifts[best])),
                "placed_db": round(snr_db(true, found), 2),
                "strict_db": round(snr_db(true, found, level=False), 2),
                "quality": round(lead.quality, 3),
            }
        )
    return rows


def cases(printed: list[EcgRecord]) -> Iterator[dict[str, Any]]:
    """Every kind of page; condition, grid, layout and furniture change from record to record."""
    layouts, grids = tuple(LAYOUTS), tuple(GRIDS)
    for number, record in enumerate(printed):
        layout, grid = layouts[number % len(layouts)], grids[number % (len(grids) - 1)]
        style = PrintStyle(
            grid=grid,
            label=("above", "below", "on")[number % 3],
            pulse=("left", "right", "none")[number // 2 % 3],
            separators=("ticks", "full", "none")[number // 3 % 3],
        )
        sheet = print_record(record, layout, style=style)
        for kind, conditions in KINDS.items():
            # In turn, so that every condition sees every layout.
            condition = conditions[number // len(layouts) % len(conditions)]
            row: dict[str, Any] = {
                "kind": kind,
                "condition": condition,
                "record": record.name,
                "layout": layout,
                "grid": grid,
                "boxes": len(sheet.boxes),
            }
            pixels = degrade(condition, sheet.pixels, number).pixels
            yield row | _recovered(pixels, record, layout)


def _recovered(pixels: np.ndarray, record: EcgRecord, layout: str) -> dict[str, Any]:
    try:
        page = from_scan(EcgScan("scan", "0" * 64, pixels))
    except PageError as error:
        return {"read": False, "reason": error.remark.code}
    if page.layout != layout:
        return {"read": True, "found_layout": page.layout, "leads": []}
    return {"read": True, "leads": compare(page, samples.recover(page), record)}


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as a Markdown table, one line a kind of page and one a condition."""
    lines = [
        "| pages | n | read | boxes left out | SNR (95 % CI by page) | median | 5th percentile "
        "| left out as 0 dB | not shifted in time | to the letter |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for kind, conditions in KINDS.items():
        for name in (kind, *(conditions if len(conditions) > 1 else ())):
            own = [row for row in rows if name in (row["kind"], row["condition"])]
            lines.append(_line(f"**{name}**" if name == kind else name.replace("_", " "), own))
    return "\n".join(lines)


def _line(name: str, rows: list[dict[str, Any]]) -> str:
    read = [row for row in rows if row["read"]]
    boxes = sum(row["boxes"] for row in read)
    snr, placed, strict = (
        np.array([lead[key] for row in read for lead in row["leads"] if np.isfinite(lead[key])])
        for key in ("snr_db", "placed_db", "strict_db")
    )
    if not len(snr):
        return f"| {name} | {len(rows)} | {len(read)} | | | | | | | |"
    left_out = boxes - sum(len(row["leads"]) for row in read)
    low, high = _interval(read)
    return (
        f"| {name} | {len(rows)} | {len(read)} | {left_out} of {boxes} ({left_out / boxes:.1%}) "
        f"| {snr.mean():.1f} dB ({low:.1f} to {high:.1f}) | {np.median(snr):.1f} dB "
        f"| {np.percentile(snr, 5):.1f} dB | {snr.sum() / (len(snr) + left_out):.1f} dB "
        f"| {placed.mean():.1f} dB | {strict.mean():.1f} dB |"
    )


def _interval(read: list[dict[str, Any]], draws: int = 1000) -> tuple[float, float]:
    """Percentile bootstrap of the mean over leads, pages drawn with replacement."""
    values = [[x["snr_db"] for x in row["leads"] if np.isfinite(x["snr_db"])] for row in read]
    total, count = (np.array([f(page) for page in values], float) for f in (sum, len))
    picks = np.random.default_rng(0).integers(0, len(read), (draws, len(read)))
    means = total[picks].sum(axis=1) / np.maximum(count[picks].sum(axis=1), 1.0)
    low, high = np.percentile(means, (2.5, 97.5))
    return float(low), float(high)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL folder")
    parser.add_argument("--records", type=int, default=48)
    parser.add_argument("--out", type=Path, help="write the JSON lines here")
    arguments = parser.parse_args()
    out = arguments.out.open("w", encoding="utf-8") if arguments.out else sys.stdout
    rows = []
    for row in cases(records(arguments.ptbxl, arguments.records)):
        rows.append(row)
        print(json.dumps(row), file=out, flush=True)
    print(table(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
