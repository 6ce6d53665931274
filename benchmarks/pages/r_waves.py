"""Heights of R waves: what was read off a page against what was recorded.

`python -m benchmarks.pages.r_waves --ptbxl DIR [--records N] [--out FILE]` prints records of PTB-XL
fold 9 cleanly, in every layout and grid, reads them as any upload, and compares the R waves of
every lead with the samples that were printed. One JSON line a page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.markdown import measured
from benchmarks.pages.rectify import records
from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.layouts import LAYOUTS
from ecg_core.page.recovered import samples
from ecg_core.page.scan.rectify import from_scan
from ecg_core.page.values import PageError

WITHIN = 0.03
LEAST_MV = 0.5
"""Lower R waves are left out: the width of a line is a fifth of them."""
OF_TALLEST = 0.6
"""Peaks of a lead that are so tall, compared with its tallest, are R waves."""
APART_S, NEAR_S = 0.3, 0.04
"""Two R waves are no nearer; the peak that was read lies so near to the one recorded."""


def r_ratios(true_mv: np.ndarray, found_mv: np.ndarray, fs_hz: float) -> list[float]:
    """Of each R wave of a lead, its height as it was read, by its height as it was recorded.

    true_mv, found_mv: the same lead at the same rate, alike in time; NaN where nothing was read.
    Heights are counted from the lead's median. R waves next to gaps and ends are left out.
    """
    seen = np.isfinite(found_mv)
    if not seen.any():
        return []
    true = true_mv - np.median(true_mv[seen])
    found = found_mv - np.median(found_mv[seen])
    near, apart = round(NEAR_S * fs_hz), round(APART_S * fs_hz)
    ratios: list[float] = []
    left = np.where(np.arange(len(true)) >= near, true, -np.inf)
    left[len(true) - near :] = -np.inf
    tallest = float(left.max(initial=-np.inf))
    while left.size and left.max() >= max(LEAST_MV, OF_TALLEST * tallest):
        at = int(left.argmax())
        part = slice(at - near, at + near + 1)
        # Peaks that a column's end cut off are none.
        if seen[part].all() and true[part].max() == true[at]:
            ratios.append(float(found[part].max() / true[at]))
        left[max(at - apart, 0) : at + apart] = -np.inf
    return ratios


def percent(ratios: Sequence[float]) -> str:
    """How far heights are off: how many, their median, fifth and ninety-fifth percentile."""
    if not ratios:
        return ""
    low, middle, high = 100.0 * (np.percentile(ratios, (5, 50, 95)) - 1.0)
    return f"{len(ratios)}; {middle:+.1f} % ({low:+.1f} to {high:+.1f})"


def page_row(record: EcgRecord, layout: str, grid: str) -> dict[str, Any]:
    """One clean print, read again."""
    row: dict[str, Any] = {"record": record.name, "layout": layout, "grid": grid}
    sheet = print_record(record, layout, style=PrintStyle(grid=grid))
    try:
        page = from_scan(EcgScan("scan", "0" * 64, sheet.pixels))
    except PageError as error:
        return row | {"read": False, "reason": error.remark.code}
    if page.layout != layout:
        return row | {"read": True, "found_layout": page.layout, "r_ratios": []}
    ratios: list[float] = []
    for lead in samples.recover(page).leads:
        box = page.boxes[lead.box]
        first, last = round(box.start_s * record.fs_hz), round(box.end_s * record.fs_hz)
        true = record.signals_mv[record.leads.index(lead.lead), first:last].astype(float)
        # At the rate of what was read: between two samples a printer draws straight.
        times = np.arange(len(lead.mv)) / samples.FS_HZ
        printed = np.interp(times, np.arange(len(true)) / record.fs_hz, true)
        ratios += r_ratios(printed, lead.mv.astype(float), samples.FS_HZ)
    return row | {"read": True, "r_ratios": [round(one, 3) for one in ratios]}


def table(rows: list[dict[str, Any]]) -> str:
    """One line a layout, and one of all."""
    lines = []
    for layout in ("", *LAYOUTS) if rows else ():
        own = [row for row in rows if layout in ("", row["layout"])]
        heights = [one for row in own for one in row.get("r_ratios", ())]
        within = np.mean(np.abs(np.array(heights) - 1.0) <= WITHIN) if heights else np.nan
        lines.append(
            (
                layout or "**all**",
                len(own),
                sum(not row["read"] for row in own),
                percent(heights),
                f"{within:.0%}",
            )
        )
    head = ("layout", "pages", "refused", "R waves, n; median (5 % to 95 %)", "within 3 %")
    return measured(head, lines)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ptbxl", type=Path, required=True, help="PTB-XL folder")
    parser.add_argument("--records", type=int, default=48)
    parser.add_argument("--out", type=Path, help="write the JSON lines here")
    arguments = parser.parse_args()
    out = arguments.out.open("w", encoding="utf-8") if arguments.out else sys.stdout
    layouts, grids = tuple(LAYOUTS), tuple(GRIDS)
    rows = []
    for number, record in enumerate(records(arguments.ptbxl, arguments.records)):
        grid = grids[number % (len(grids) - 1)]
        rows.append(page_row(record, layouts[number % len(layouts)], grid))
        print(json.dumps(rows[-1]), file=out, flush=True)
    print(table(rows), file=sys.stderr)


if __name__ == "__main__":
    main()
