"""Rows of the methods' comparison, as the Performance page and the documents read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.models import small_budget as quoted
from ecg_core.evidence.field import method_rows
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.studies import baselines


def row(method: str, auc: float, cpu_seconds: float, limit_s: float = 300.0) -> dict[str, Any]:
    """As `benchmark` writes it."""
    figures = {"n": 728, "auc": auc, "low": auc - 0.01, "high": auc + 0.01}
    return {
        "method": method,
        "words": method,
        "limit_s": limit_s,
        "seed": 0,
        "train_records": 3000,
        "cpu_seconds": cpu_seconds,
        "pages_seen": 1000,
        "parameters": 840_000,
        "macs": 3 * 10**8,
        "latency_ms": 5.6,
        "clean": figures,
    }


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    return path


def test_every_method_is_named_as_it_names_itself() -> None:
    for names, methods in (
        (method_rows.BASELINES, baselines.BASELINES),
        (method_rows.ABLATIONS, baselines.ABLATIONS),
    ):
        assert list(names.items()) == [(method.key, method.words) for method in methods]


def test_limits_are_never_mixed(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rows.jsonl",
        row("ours", 0.80, 50.0, limit_s=50.0),
        row("hybrid", 0.79, 50.0, limit_s=50.0),
        row("ours", 0.87, 300.0) | {"degraded": {"n": 364, "auc": 0.8, "low": 0.7, "high": 0.9}},
        row("resnet50", 0.70, 900.0, limit_s=900.0),
    )
    found = method_rows.load(path)
    assert set(found) == {"ours"}
    assert found["ours"].clean == Interval(0.87, 0.86, 0.88)
    assert (found["ours"].n, found["ours"].degraded_n) == (728, 364)
    assert found["ours"].degraded == Interval(0.8, 0.7, 0.9)


def test_nothing_measured_is_nothing_said(tmp_path: Path) -> None:
    assert method_rows.load(tmp_path / "none.jsonl") == {}
    assert (
        method_rows.verdict(method_rows.load(write(tmp_path / "x", row("hybrid", 0.8, 9)))) is None
    )


@pytest.mark.parametrize(("auc", "cpu_seconds"), [(0.86, 130.0), (0.86, 145.0), (0.85, 130.0)])
def test_page_and_documents_agree_on_the_verdict(
    tmp_path: Path, auc: float, cpu_seconds: float
) -> None:
    rows = [
        row("ours", 0.9, 300.0),
        row("hybrid", 0.855, 200.0),
        row(method_rows.CHEAPER, auc, cpu_seconds),
    ]
    found = method_rows.verdict(method_rows.load(write(tmp_path / "rows.jsonl", *rows)))
    assert found is not None
    assert found.saved == pytest.approx(1 - cpu_seconds / 200)
    # At least 30 % less, at equal or better AUC.
    assert found.holds is (cpu_seconds <= 140 and auc >= 0.855)
    said = quoted.verdict({one["method"]: one for one in rows})
    assert ("**yes**" in said) is found.holds
