"""Renew the figures that README.md and BENCHMARKS.md quote: `python -m benchmarks.documents`.

Tables stand between `<!-- figures NAME -->` and `<!-- end -->`. Those of the model come from its
card and evidence; those of benchmarks from their rows in `benchmarks/results`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from benchmarks import (
    beside,
    four_class,
    reversal,
    scans,
    second_printer,
    small_budget,
    strips,
    trace,
)
from benchmarks.markdown import NOT_MEASURED, measured, table
from ecg_core import network
from ecg_core.evidence.field import tables
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
    return measured(
        ("what", "p50", "p95"),
        [
            (row["what"], f"{row['MiB']} MiB", None)
            if "MiB" in row
            else (row["what"], *_milliseconds(row))
            for row in rows("latency")
        ],
    )


def export() -> str:
    """ONNX variants against PyTorch."""
    return measured(
        ("variant", "file", "macro-AUC lost", "largest difference", "p50, one thread", "n"),
        [
            (
                row["variant"],
                f"{row['bytes'] / 1e6:.2f} MB",
                f"{row['auc_lost']:+.4f}",
                f"{row['largest_difference']:.1e}",
                f"{row['p50_ms']:.1f} ms",
                row["n"],
            )
            for row in rows("export")
        ],
    )


def appraisal() -> str:
    """Waiting times of the Performance page and scoring throughput."""
    return measured(
        ("what", "p50", "p95", "per second", "n"),
        [
            (row["what"], None, None, f"{row['per_s']:.1f}", row["n"])
            if "per_s" in row
            else (row["what"], *_milliseconds(row), None, None)
            for row in rows("appraisal")
        ],
    )


def viewer() -> str:
    """First paint and panning in headless Chromium."""
    return measured(
        ("what", "ms", "frames a second", "frames over 25 ms"),
        [
            (
                row["what"],
                f"{row['ms']:.0f}",
                f"{row['frames_per_s']:.0f}" if "frames_per_s" in row else "",
                f"{row['late']:.1%}" if "late" in row else "",
            )
            for row in rows("viewer")
        ],
    )


def _milliseconds(row: dict[str, Any]) -> tuple[str, str]:
    return f"{row['p50_ms']:.0f} ms", f"{row['p95_ms']:.0f} ms"


def room() -> str:
    """The reading room: store, one session, twenty at once, and what was mixed up."""
    found = rows("room")
    if not found:
        return NOT_MEASURED
    head = f"{found[0]['cases']:,} cases, {found[0]['events']:,} events in the database at first."
    timed = [row for row in found if "p50_ms" in row]
    lines = [
        head,
        "",
        *table(
            ("what", "n", "p50", "p95"),
            ((row["what"], row["n"], *_milliseconds(row)) for row in timed),
        ),
    ]
    crossed = sum(row.get("crossed", 0) for row in found)
    lines += ["", f"Crossed: {crossed}."]
    for row in found:
        if "wrong" in row:
            lines[-1] += f" Mixed up: {row['wrong']} of {row['n']} decisions."
        if "ok" in row:
            whole = "whole" if row["ok"] else "**broken**"
            lines[-1] += f" The chain is {whole} afterwards."
        if "seconds" in row:
            lines[-1] += f" Verifying {row['verified']:,} events took {row['seconds']:.1f} s."
    return "\n".join(lines)


def faults() -> str:
    """What many kills came to."""
    names = {
        "kills": "kills",
        "uploads": "ECGs uploaded",
        "cases": "cases read",
        "decisions_confirmed": "decisions confirmed",
        "decisions_lost": "decisions lost",
        "half_cases": "half cases",
        "chain_broken": "broken chains",
        "uploads_lost": "uploads lost",
        "uploads_given_up": "uploads given up after three kills while they were read, and said so",
    }
    return measured(
        ("what", "number"),
        [(name, row[key]) for row in rows("faults")[:1] for key, name in names.items()],
    )


def chain_walk() -> str:
    """What verifying the whole chain costs, before it was one pass and now."""
    return measured(
        ("program", "events", "cases", "decisions", "processor", "clock, busy machine"),
        [
            (
                row["version"],
                f"{row['events']:,}",
                f"{row['cases']:,}",
                row["readings"],
                f"{row['cpu_s']:.2f} s",
                f"{row['clock_s']:.1f} s",
            )
            for row in rows("chain_walk")
        ],
    )


def memory() -> str:
    """Memory while many readers open large pages."""
    return measured(
        ("files", "megapixels each", "readers", "app", "with its readers of files", "app after"),
        [
            (
                row["pages"],
                f"{row['megapixels']:.0f}",
                row["readers"],
                *(
                    f"{row[name]:,.0f} MiB"
                    for name in ("app_mb", "with_readers_mb", "app_afterwards_mb")
                ),
            )
            for row in rows("memory")
        ],
    )


def many() -> str:
    """Many sessions at once on a machine with other work."""
    return measured(
        ("what", "load before", "n", "p50", "p95"),
        [
            (row["what"], f"{row['load']:.0f}", row["n"], *_milliseconds(row))
            for row in rows("room_many")
            if "p50_ms" in row and "load" in row
        ],
    )


def measurements() -> str:
    """Rate, intervals and labels against what is known."""
    found = rows("measurements")
    if not found:
        return NOT_MEASURED
    return "\n".join(
        (
            *_rates([row for row in found if row["set"] == "mitdb"]),
            "",
            *_errors([row for row in found if row["set"] == "synthetic"]),
            "",
            *_labels([row for row in found if row["set"] == "ptb-xl fold 10"]),
        )
    )


def _rates(found: list[dict[str, Any]]) -> list[str]:
    parts = {
        part: [row for row in found if part in (row["part"], "all")]
        for part in ("DS1", "DS2", "paced", "all")
    }
    return table(
        (
            "MIT-BIH records",
            "strips",
            "rate within 2 bpm, strip alone (95 % CI by record)",
            "with the record around it",
        ),
        (
            (
                f"{part} ({len(some)})",
                sum(row["strips"] for row in some),
                _share(some, "alone"),
                _share(some, "in_context"),
            )
            for part, some in parts.items()
        ),
    )


def _share(some: list[dict[str, Any]], key: str) -> str:
    near = np.array([row[key] for row in some], float)
    total = np.array([row["strips"] for row in some], float)
    drawn = np.random.default_rng(0).integers(0, len(some), (2000, len(some)))
    shares = near[drawn].sum(axis=1) / total[drawn].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return f"{near.sum() / total.sum():.1%} ({low:.1%} to {high:.1%})"


def _errors(found: list[dict[str, Any]]) -> list[str]:
    cells = []
    units = {"rate": "bpm", "pr": "ms", "qrs": "ms", "qt": "ms"}
    kinds = sorted({(row["conduction"], row.get("crowded", False)) for row in found})
    for key, unit in units.items():
        for conduction, crowded in kinds:
            mine = [row for row in found if row["conduction"] == conduction]
            errors = [row[key] for row in mine if row.get("crowded", False) == crowded]
            kind = f"{conduction} conduction" + (", T too close to QRS" if crowded else "")
            known = np.array([error for error in errors if error is not None] or [np.nan], float)
            low, middle, high = np.percentile(known, [5, 50, 95])
            blank = sum(error is None for error in errors)
            cells.append(
                (
                    f"{key.upper() if unit == 'ms' else key}, {kind}",
                    len(errors),
                    blank,
                    f"{middle:+.1f} {unit}",
                    f"{low:+.1f} to {high:+.1f}",
                )
            )
    return table(("synthetic ECGs", "n", "blank", "median error", "5 % to 95 %"), cells)


def _wilson(hits: int, total: int) -> str:
    low, high = binomtest(hits, total).proportion_ci(method="wilson")
    return f"{hits / total:.0%} ({low:.0%} to {high:.0%}; {hits} of {total})"


def _labels(found: list[dict[str, Any]]) -> list[str]:
    return table(
        (
            "PTB-XL fold 10: measured against labelled (Wilson's 95 % CI)",
            "sensitivity",
            "specificity",
        ),
        (
            (
                row["what"],
                _wilson(row["said"], row["labelled"]),
                _wilson(row["not_said"], row["others"]),
            )
            for row in found
        ),
    )


BENCHMARKS: dict[str, Callable[[], str]] = {
    "appraisal": appraisal,
    "beside": beside.table,
    "latency": latency,
    "trace": lambda: trace.table(rows("trace")),
    "room": room,
    "faults": faults,
    "chain walk": chain_walk,
    "memory": memory,
    "many sessions": many,
    "reversal": lambda: reversal.table(rows("reversal")),
    "export": export,
    "measurements": measurements,
    "strips": strips.table,
    "strips short": strips.short,
    "baselines": lambda: small_budget.baselines(rows("small_budget")),
    "ablations": lambda: small_budget.ablations(rows("small_budget")),
    "scans": lambda: scans.groups(rows("rectify")),
    "scan layouts": lambda: scans.layouts(rows("rectify")),
    "scan pictures": lambda: scans.pictures(rows("rectify"), rows("rectify_overlays")),
    "scan latency": lambda: scans.latency(rows("rectify")),
    "second printer": lambda: second_printer.table(rows("second_printer")),
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
    for name, write in BENCHMARKS.items():
        text = tables.replaced(text, name, write)
    return text


def main() -> None:
    """Rewrite the tables of every document."""
    card = ModelCard.read(models_folder() / network.default_model() / "card.json")
    for name in DOCUMENTS:
        path = TOP / name
        path.write_text(renewed(path.read_text(encoding="utf-8"), card), encoding="utf-8")


if __name__ == "__main__":
    main()
