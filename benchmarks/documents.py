"""Renew the figures that README.md and BENCHMARKS.md quote: `python -m benchmarks.documents`.

Tables stand between `<!-- figures NAME -->` and `<!-- end -->`. Those of the model come from its
card and evidence; those of benchmarks from their rows in `benchmarks/results`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import four_class, reversal, scans, small_budget, strips, trace
from ecg_core import network
from ecg_core.learning import tables
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import models_folder

TOP = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
DOCUMENTS = ("README.md", "BENCHMARKS.md", "docs/COMPARISON.md")


def rows(name: str) -> list[dict[str, Any]]:
    """The rows of one benchmark's result file; none where it was never run."""
    path = RESULTS / f"{name}.jsonl"
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def latency() -> str:
    """Time from file to answer."""
    lines = ["| what | p50 | p95 |", "|---|---|---|"]
    for row in rows("latency"):
        if "MiB" in row:
            lines.append(f"| {row['what']} | {row['MiB']} MiB | |")
        else:
            lines.append(f"| {row['what']} | {row['p50_ms']:.0f} ms | {row['p95_ms']:.0f} ms |")
    return "\n".join(lines)


def export() -> str:
    """ONNX variants against PyTorch."""
    found = rows("export")
    if not found:
        return "Not measured yet."
    lines = [
        "| variant | file | macro-AUC lost | largest difference | p50, one thread | n |",
        "|---|---|---|---|---|---|",
    ]
    for row in found:
        lines.append(
            f"| {row['variant']} | {row['bytes'] / 1e6:.2f} MB | {row['auc_lost']:+.4f} "
            f"| {row['largest_difference']:.1e} | {row['p50_ms']:.1f} ms | {row['n']} |"
        )
    return "\n".join(lines)


def appraisal() -> str:
    """Waiting times of the Performance page and scoring throughput."""
    found = rows("appraisal")
    if not found:
        return "Not measured yet."
    lines = ["| what | p50 | p95 | per second | n |", "|---|---|---|---|---|"]
    for row in found:
        if "per_s" in row:
            lines.append(f"| {row['what']} | | | {row['per_s']:.1f} | {row['n']} |")
        else:
            lines.append(f"| {row['what']} | {row['p50_ms']:.0f} ms | {row['p95_ms']:.0f} ms | | |")
    return "\n".join(lines)


def viewer() -> str:
    """First paint and panning in headless Chromium."""
    found = rows("viewer")
    if not found:
        return "Not measured yet."
    lines = ["| what | ms | frames a second | frames over 25 ms |", "|---|---|---|---|"]
    for row in found:
        late = f"{row['late']:.1%}" if "late" in row else ""
        frames = f"{row['frames_per_s']:.0f}" if "frames_per_s" in row else ""
        lines.append(f"| {row['what']} | {row['ms']:.0f} | {frames} | {late} |")
    return "\n".join(lines)


BENCHMARKS: dict[str, Callable[[], str]] = {
    "appraisal": appraisal,
    "latency": latency,
    "trace": lambda: trace.table(rows("trace")),
    "reversal": lambda: reversal.table(rows("reversal")),
    "export": export,
    "strips": strips.table,
    "strips short": strips.short,
    "baselines": lambda: small_budget.baselines(rows("small_budget")),
    "ablations": lambda: small_budget.ablations(rows("small_budget")),
    "scans": lambda: scans.groups(rows("rectify")),
    "scan layouts": lambda: scans.layouts(rows("rectify")),
    "scan pictures": lambda: scans.pictures(rows("rectify"), rows("rectify_overlays")),
    "scan latency": lambda: scans.latency(rows("rectify")),
    "curation": four_class.curation,
    "curation probes": four_class.probes,
    "curation cost": lambda: four_class.cost(rows("curation")),
    "curation copies": lambda: four_class.copies(rows("curation")),
    "crossval": four_class.crossval,
    "crossval short": four_class.short,
    "crossval recalls": four_class.recalls,
    "crossval gains": four_class.gains,
    "zero-shot": four_class.unchanged,
    "zero-shot pairs": four_class.pairs,
    "field": four_class.field,
    "viewer": viewer,
}
"""Tables that come from result files, by the name in their marker."""


def renewed(text: str, card: ModelCard) -> str:
    """A document with every marked table as the evidence has it now."""
    text = tables.quoted(text, card)
    for name, table in BENCHMARKS.items():
        text = tables.replaced(text, name, table)
    return text


def main() -> None:
    """Rewrite the tables of every document."""
    card = ModelCard.read(models_folder() / network.default_model() / "card.json")
    for name in DOCUMENTS:
        path = TOP / name
        path.write_text(renewed(path.read_text(encoding="utf-8"), card), encoding="utf-8")


if __name__ == "__main__":
    main()
