"""Rows that `benchmark` and `ablate` left: what each method reached for the same training time.

Read without the methods themselves, whose libraries take seconds to import.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecg_core.evidence.figures.metrics import Interval

RESULTS = Path(__file__).parents[3] / "benchmarks" / "results" / "small_budget.jsonl"
LESS_COMPUTE = 0.7
"""Ours must reach the hybrid with so much of its training time."""

CHEAPER = "ours-bf16-65"
"""Ours, trained for less time than the hybrid."""

BASELINES: dict[str, str] = {
    "ours": "Ours: residual attention network",
    "hybrid": "Hybrid: EfficientNet-Lite0 features, gradient boosting, 1 px/mm",
    "ours-65": "Ours, 65 % of the time",
    CHEAPER: "Ours, trained in bf16, 65 % of the time",
    "two-stage": "Two stages: traces by column centroid, 1-D CNN",
    "lite0-imagenet": "Mobile CNN from ImageNet: EfficientNet-Lite0, fine-tuned, 1 px/mm",
    "signal": "Ceiling: 1-D CNN on the signals",
    "resnet50": "Heavy CNN: ResNet-50, 1 px/mm",
    "mobilenetv2": "Mobile CNN: MobileNetV2, random start, 1 px/mm",
}
ABLATIONS: dict[str, str] = {
    "ours": "Ours: residual attention network",
    "clean-only": "No augmentation: clean pages only",
    "no-attention": "No attention",
    "no-residuals": "No residual connections",
    "flips": "Every second page mirrored in time",
    "one-head": "One head: superclasses alone",
    "clean-3px": "Clean pages only, 3 px/mm",
}
"""Every method of the two tables by its key; a test holds them to the methods themselves."""


@dataclass(frozen=True)
class MethodRow:
    """One method after its training on a fixed part of PTB-XL folds 1–8, compared on fold 9.

    cpu_seconds: that training took. clean, degraded: mean AUC of the superclasses by patient on so
    many ECGs; degraded is None for what reads no pages. latency_ms: one page on one thread.
    """

    words: str
    limit_s: float
    train_records: int
    cpu_seconds: float
    parameters: int
    latency_ms: float
    n: int
    clean: Interval
    degraded_n: int
    degraded: Interval | None


@dataclass(frozen=True)
class MethodVerdict:
    """Ours after 65 % of the time against the hybrid.

    saved: share of the hybrid's CPU-seconds that ours did without. holds: whether that is at least
    30 % at equal or better AUC.
    """

    ours: MethodRow
    hybrid: MethodRow

    @property
    def saved(self) -> float:
        return 1 - self.ours.cpu_seconds / self.hybrid.cpu_seconds

    @property
    def holds(self) -> bool:
        cheaper = self.ours.cpu_seconds <= LESS_COMPUTE * self.hybrid.cpu_seconds
        return cheaper and self.ours.clean.value >= self.hybrid.clean.value


def load(path: Path = RESULTS) -> dict[str, MethodRow]:
    """Rows by method of the largest limit that ours was trained under: limits are never mixed.

    The last row of a method counts. Empty where nothing was measured.
    """
    if not path.exists():
        return {}
    plain = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return {row["method"]: _row(row) for row in longest(plain)}


def longest(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the rows of a result file, those of the largest limit that ours was trained under."""
    limits = [row["limit_s"] for row in rows if row["method"] == "ours"]
    return [row for row in rows if limits and row["limit_s"] == max(limits)]


def verdict(rows: Mapping[str, MethodRow]) -> MethodVerdict | None:
    """Ours with less training against the hybrid; None until both are measured."""
    if not {CHEAPER, "hybrid"} <= rows.keys():
        return None
    return MethodVerdict(rows[CHEAPER], rows["hybrid"])


def _row(plain: dict[str, Any]) -> MethodRow:
    clean, degraded = plain["clean"], plain.get("degraded")
    return MethodRow(
        words=plain["words"],
        limit_s=plain["limit_s"],
        train_records=plain["train_records"],
        cpu_seconds=plain["cpu_seconds"],
        parameters=plain["parameters"],
        latency_ms=plain["latency_ms"],
        n=clean["n"],
        clean=Interval(clean["auc"], clean["low"], clean["high"]),
        degraded_n=degraded["n"] if degraded else 0,
        degraded=Interval(degraded["auc"], degraded["low"], degraded["high"]) if degraded else None,
    )
