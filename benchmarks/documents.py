"""Renew the figures that README.md and BENCHMARKS.md quote: `python -m benchmarks.documents`.

Tables stand between `<!-- figures NAME -->` and `<!-- end -->`. Those of the model come from its
card and evidence; those of benchmarks from their rows in `benchmarks/results`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.markdown import NOT_MEASURED, measured, table
from benchmarks.models import small_budget, strips, verdicts
from benchmarks.pages import (
    four_class,
    gridless,
    kit,
    r_waves,
    rephotographed,
    scans,
    second_printer,
    trace,
)
from benchmarks.service import beside, endured
from benchmarks.signal import long_records, measurement_tables, reversal, strip_rhythm
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


def desk() -> str:
    """From a click to what is on the screen, keys and scrolls, beside what was aimed at."""
    return measured(
        ("what", "measured", "must", "load on cores"),
        [
            (
                row["what"],
                str(row["n"]) if "n" in row else f"{row['s']:.1f} s",
                "" if row["must"] == "" else f"{row['must']}" + (" s" if "s" in row else ""),
                f"{row['load']:.0f} on {row['cores']}",
            )
            for row in rows("desk")
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


BENCHMARKS: dict[str, Callable[[], str]] = {
    "appraisal": appraisal,
    "beside": beside.table,
    "latency": latency,
    "trace": lambda: trace.table(rows("trace")),
    "kit": lambda: kit.table(rows("kit")),
    "r waves": lambda: r_waves.table(rows("r_waves")),
    "room": room,
    "faults": faults,
    "chain walk": chain_walk,
    "memory": memory,
    "many sessions": lambda: endured.load(rows("load")),
    "outages": lambda: endured.outages(rows("outages")),
    "flood": lambda: endured.flood(rows("flood")),
    "hostile": lambda: endured.hostile(rows("hostile")),
    "long records": lambda: long_records.table(rows("long_records")),
    "strip rhythm": lambda: strip_rhythm.table(rows("strip_rhythm")),
    "reversal": lambda: reversal.table(rows("reversal")),
    "export": export,
    "measurements": lambda: measurement_tables.measurements(rows("measurements")),
    "experts": lambda: measurement_tables.experts(rows("qtdb")),
    "verdict": lambda: verdicts.tables(models_folder() / network.default_model() / "evidence"),
    "strips": strips.table,
    "strips short": strips.short,
    "baselines": lambda: small_budget.baselines(rows("small_budget")),
    "ablations": lambda: small_budget.ablations(rows("small_budget")),
    "scans": lambda: scans.groups(rows("rectify")),
    "scan layouts": lambda: scans.layouts(rows("rectify")),
    "scan pictures": lambda: scans.pictures(rows("rectify"), rows("rectify_overlays")),
    "scan latency": lambda: scans.latency(rows("rectify")),
    "second printer": lambda: second_printer.table(rows("second_printer")),
    "second printer again": lambda: second_printer.compared(
        rows("second_printer"), rows("second_printer_again")
    ),
    "second printer fresh": lambda: second_printer.compared(
        rows("second_printer_fresh"), rows("second_printer_fresh_again")
    ),
    "gridless": lambda: gridless.table(rows("gridless")),
    "rephotographed": lambda: rephotographed.table(rows("rephotographed")),
    "altered": lambda: rephotographed.table(rows("altered")),
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
    "desk": desk,
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
