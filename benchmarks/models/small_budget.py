"""Methods under one small limit of CPU time, as the tables that BENCHMARKS.md quotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecg_core.evidence.field.method_rows import CHEAPER, LESS_COMPUTE, longest
from ecg_core.studies.baselines import ABLATIONS, BASELINES
from ecg_core.studies.baselines.method import Baseline

OTHER_TESTS = ("degraded", "photos")
Rows = Sequence[dict[str, Any]]


def baselines(rows: Rows) -> str:
    """Published kinds of model and ours, and whether ours is cheaper at equal AUC."""
    return _table(BASELINES, rows) + verdict({row["method"]: row for row in longest(rows)})


def ablations(rows: Rows) -> str:
    """Ours with one thing changed at a time."""
    return _table(ABLATIONS, rows)


def verdict(by_key: dict[str, dict[str, Any]]) -> str:
    """Whether ours needs at least 30 % less training compute at equal or better AUC."""
    if not {"hybrid", CHEAPER} <= by_key.keys():
        return ""
    hybrid, ours = by_key["hybrid"], by_key[CHEAPER]
    spent = ours["cpu_seconds"] / hybrid["cpu_seconds"]
    holds = spent <= LESS_COMPUTE and ours["clean"]["auc"] >= hybrid["clean"]["auc"]
    return (
        "\n\nOurs needs at least 30 % less training compute than the hybrid at equal or better "
        f"AUC: **{'yes' if holds else 'no'}** (ours {ours['clean']['auc']:.3f} after "
        f"{ours['cpu_seconds']:.0f} CPU-seconds, the hybrid {hybrid['clean']['auc']:.3f} after "
        f"{hybrid['cpu_seconds']:.0f}; {1 - spent:.0%} less)."
    )


def _table(methods: Sequence[Baseline], rows: Rows) -> str:
    by_key = {row["method"]: row for row in longest(rows)}
    found = [by_key[method.key] for method in methods if method.key in by_key]
    if not found:
        return "Not measured yet."
    lines = [
        "| method | clean AUC (95 % CI) | degraded | photographs | parameters | MACs "
        "| training CPU-s | pages seen | latency |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in found:
        clean = row["clean"]
        others = [f"{row[name]['auc']:.3f}" if name in row else "" for name in OTHER_TESTS]
        lines.append(
            f"| {row['words']} | {clean['auc']:.3f} ({clean['low']:.3f} to {clean['high']:.3f}) "
            f"| {' | '.join(others)} | {row['parameters'] / 1e6:.2f} M "
            f"| {row['macs'] / 1e9:.2f} G | {row['cpu_seconds']:.0f} | {row['pages_seen']} "
            f"| {row['latency_ms']:.0f} ms |"
        )
    missing = [method.words for method in methods if method.key not in by_key]
    if missing:
        lines += ["", f"Not run yet: {'; '.join(missing)}."]
    return "\n".join(lines)
