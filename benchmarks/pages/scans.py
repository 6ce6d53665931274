"""Tables of how well scans are read, from the rows that `benchmarks.pages.rectify` wrote."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.stats import binomtest

NOT_YET = "Not measured yet."
PHOTOGRAPHS, PAGES, LARGE = "photographs", "scanned pages", "12 megapixels"
Rows = list[dict[str, Any]]


def groups(found: Rows) -> str:
    """One row a condition; shares of all pages, refused ones included, with Wilson's 95 %."""
    printed = [row for row in found if row["group"] not in (PHOTOGRAPHS, PAGES, LARGE)]
    return _table(printed, "group", "condition or change")


def layouts(found: Rows) -> str:
    """The same by layout, mirrored pages left out."""
    printed = [row for row in found if "layout" in row and not row["mirrored"]]
    return _table(printed, "layout", "layout")


def _table(found: Rows, by: str, head: str) -> str:
    if not found:
        return NOT_YET
    lines = [
        f"| {head} | n | read | scale within 2 % | boxes within 2 mm | wrong and not said "
        "| median ink F1 (1 mm) | median CPU |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys(row[by] for row in found):
        own = [row for row in found if row[by] == name]
        read = [row for row in own if row["read"]]
        inks = [row["ink_f1"] for row in read if row.get("ink_f1") is not None]
        times = [row["cpu_ms"] for row in read]
        cells = [
            str(len(own)),
            share(len(read), len(own)),
            share(sum(row.get("scale_error", 1.0) <= 0.02 for row in read), len(read)),
            share(sum(row.get("box_error_mm", 99.0) <= 2.0 for row in read), len(read)),
            share(sum(row["silently_wrong"] for row in read), len(own)),
            f"{np.median(inks):.3f}" if inks else "",
            f"{np.median(times) / 1000:.1f} s" if times else "",
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def pictures(found: Rows, judged: Rows) -> str:
    """Photographs and pages that no program of ours made, with what a person saw on the overlay."""
    verdict = {row["record"]: row for row in judged}
    lines = ["| picture | read as | doubts | overlay, by eye |", "|---|---|---|---|"]
    for row in found:
        if row["group"] not in (PHOTOGRAPHS, PAGES):
            continue
        seen = verdict.get(row["record"], {})
        note = ": ".join(
            part for part in (seen.get("layout_and_boxes", ""), seen.get("note", "")) if part
        )
        read = row["found_layout"] if row["read"] else f"refused: {row['reason']}"
        doubts = ", ".join(row.get("doubts", ()))
        lines.append(f"| {row['record']} | {read} | {doubts} | {note} |")
    return "\n".join(lines) if len(lines) > 2 else NOT_YET


def latency(found: Rows) -> str:
    """From the bytes of a twelve-megapixel JPEG to the answer."""
    own = [row for row in found if row["group"] == LARGE]
    if not own:
        return NOT_YET
    lines = ["| 12-megapixel photographs | p50 | p95 | n |", "|---|---|---|---|"]
    for key, name in (("wall_ms", "wall clock"), ("cpu_ms", "CPU")):
        p50, p95 = np.percentile([row[key] for row in own], (50, 95)) / 1000
        lines.append(f"| {name} | {p50:.2f} s | {p95:.2f} s | {len(own)} |")
    return "\n".join(lines)


def share(hits: int, n: int) -> str:
    """A share in per cent with Wilson's 95 % interval; nothing of nothing."""
    if n == 0:
        return ""
    bounds = binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return f"{hits / n:.1%} ({bounds.low:.1%} to {bounds.high:.1%})"
