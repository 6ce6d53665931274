"""Where long records are opened: half-hour recordings whose rhythms experts marked.

`python -m benchmarks.signal.long_records --mitdb DIR` (or `make bench-long`) opens every recording
of DS2 of the MIT-BIH Arrhythmia Database, which no model was trained on, as the worklist does, and
writes a JSON line each to benchmarks/results/long_records.jsonl: the ten seconds that are shown,
the verdict there and on the first ten, and whether either overlap a rhythm that the experts marked
as fibrillation, flutter, tachycardia, block, a nodal or an idioventricular rhythm.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ecg_core import network
from ecg_core.answer import Answer, answer
from ecg_core.intake import read_here
from ecg_core.intake.values import Bundle, EcgRecord, Upload
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.read_as import ReadAs
from ecg_core.signal.overview import Span, rhythms
from ecg_core.training.data.mitdb import DS2
from ecg_core.triage.priority import Priority

RESULTS = Path(__file__).parents[1] / "results" / "long_records.jsonl"
MARKED = frozenset({"(AFIB", "(AFL", "(SVTA", "(VT", "(VFL", "(IVR", "(BII", "(NOD"})
LEAST_S = 1.0
"""So much of a marked rhythm must be on the page."""


def record_of(folder: Path, name: str) -> EcgRecord:
    """A recording with its marks."""
    files = (folder / f"{name}.{end}" for end in ("hea", "dat", "atr"))
    found = read_here(Bundle(name, tuple(Upload(f.name, f.read_bytes()) for f in files)))
    assert isinstance(found, EcgRecord)
    return found


def shows(spans: Sequence[Span], start_s: float) -> bool:
    """Whether ten seconds hold enough of a marked rhythm.

    >>> shows([Span(9.5, 30.0, "(VT", "Ventricular tachycardia")], 0.0)
    False
    >>> shows([Span(9.5, 30.0, "(VT", "Ventricular tachycardia")], 2.0)
    True
    """
    end_s = start_s + PAGE_SECONDS
    return any(min(one.end_s, end_s) - max(one.start_s, start_s) >= LEAST_S for one in spans)


def row(record: EcgRecord, models: network.Answering) -> dict[str, Any]:
    """What became of one recording."""
    began = time.process_time()
    opened = answer(record, models)
    spent = time.process_time() - began
    first = answer(record, models, read_as=ReadAs(start_s=0.0))
    assert isinstance(opened, Answer) and isinstance(first, Answer)
    spans = [one for one in rhythms(record.annotations, record.duration_s) if one.mark in MARKED]
    return {
        "recording": record.name,
        "duration_s": round(record.duration_s),
        "marked": sorted({one.mark for one in spans}),
        "marked_s": round(sum(one.end_s - one.start_s for one in spans)),
        "start_s": opened.page.start_s,
        "opened": [str(opened.verdict.priority), opened.verdict.rule_id],
        "first": [str(first.verdict.priority), first.verdict.rule_id],
        "opened_shows": shows(spans, opened.page.start_s),
        "first_shows": shows(spans, 0.0),
        "cpu_s": round(spent, 1),
    }


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Recordings with and without a marked rhythm: what is shown, and how urgent it is called."""
    names = [str(one) for one in Priority]
    lines = [
        "| recordings | n | ten seconds | show a marked rhythm | " + " | ".join(names) + " |",
        "|---|---|---|---|" + "---|" * len(names),
    ]
    for words, marked in (("with a marked rhythm", True), ("without", False)):
        group = [one for one in rows if bool(one["marked"]) is marked]
        for said, key in (("the first", "first"), ("most urgent", "opened")):
            shown = sum(one[f"{key}_shows"] for one in group) if marked else ""
            counts = [sum(one[key][0] == name for one in group) for name in names]
            cells = (words, len(group), said, shown, *counts)
            lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mitdb", type=Path, required=True)
    folder = parser.parse_args().mitdb
    models = network.Answering()
    rows = []
    for name in DS2:
        rows.append(row(record_of(folder, name), models))
        print(json.dumps(rows[-1]), flush=True)
    RESULTS.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
