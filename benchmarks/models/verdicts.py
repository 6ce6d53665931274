"""Tables of the verdict: what contradicts itself, what is urgent, which lines fire.

From `models/<name>/evidence/verdict_fold-10.jsonl` and `verdict_printed_fold-10.jsonl`, by
`make evidence-verdict`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from benchmarks.markdown import NOT_MEASURED, table


def tables(evidence: Path) -> str:
    """All of them; a sentence where nothing was measured."""
    found = _rows(evidence / "verdict_fold-10.jsonl")
    if not found:
        return NOT_MEASURED
    lines = [*_contradictions(found, _rows(evidence / "verdict_printed_fold-10.jsonl")), ""]
    return "\n".join([*lines, *_levels(found), "", *_serious(found), "", *_firing(found)])


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _contradictions(found: list[dict[str, Any]], read: list[dict[str, Any]]) -> list[str]:
    printed = {row["contradiction"]: row["count"] for row in read if "contradiction" in row}
    on_pages = f"printed and read, n = {read[0]['n']}" if read else "printed and read"
    return table(
        ("what contradicts itself", f"records, n = {found[0]['n']}", on_pages),
        (
            (row["words"], row["count"], printed.get(row["contradiction"]))
            for row in found
            if "contradiction" in row
        ),
    )


def _levels(found: list[dict[str, Any]]) -> list[str]:
    return table(
        ("verdict", "recordings", "of them with a normal label"),
        ((row["level"], row["count"], row["normal"]) for row in found if "level" in row),
    )


def _serious(found: list[dict[str, Any]]) -> list[str]:
    return table(
        ("label", "n", "act now", "act now or urgent (95 % CI)", "before there were verdicts"),
        (
            (
                row["words"],
                row["of_label"],
                row["act_now"],
                _share(row["act_now_or_urgent"], row["of_label"]),
                row.get("before_act_now_or_urgent"),
            )
            for row in found
            if "label" in row
        ),
    )


def _share(hits: int, total: int) -> str:
    if not total:
        return "0"
    low, high = binomtest(hits, total).proportion_ci(method="wilson")
    return f"{hits} = {hits / total:.1%} ({low:.1%} to {high:.1%})"


def _firing(found: list[dict[str, Any]]) -> list[str]:
    return table(
        ("line of the table", "fires on", "of them with a normal label"),
        ((row["line"], row["fired"], row["normal"]) for row in found if "line" in row),
    )
