"""Baselines: traces come back from a page, every row trains, rows are kept and resumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from benchmarks.models import small_budget as quoted
from ecg_core.cli import main
from ecg_core.evidence.field.method_rows import CHEAPER
from ecg_core.network import registry
from ecg_core.network.card import ModelCard
from ecg_core.page.layouts import LAYOUTS
from ecg_core.studies.baselines import ABLATIONS, BASELINES, material, ours, small_budget, two_stage
from ecg_core.studies.baselines.material import ComparisonPages, Material
from ecg_core.studies.baselines.method import MethodInput
from ecg_core.training.data import pages

ROWS = {method.key: method for method in (*BASELINES, *ABLATIONS)}
LIGHT = [ROWS[k] for k in ("ours", "two-stage", "signal", "mobilenetv2", "one-head", "clean-3px")]
"""One of each kind; ResNet-50 takes long, and two rows need packages that are not required."""


def signals(n: int) -> np.ndarray:
    """Beats of every lead's own height, in µV."""
    time_s = np.arange(1000) / 100
    beat = np.exp(-(((time_s % 0.8 - 0.4) / 0.04) ** 2))
    return (
        np.round(800 * beat * np.linspace(0.4, 1.2, 12)[:, None])
        .astype(np.int16)[None]
        .repeat(n, axis=0)
    )


@pytest.fixture
def small() -> Callable[[float], Material]:
    """Four training and four comparing records of as many patients, both kinds of each label."""

    def load(px_per_mm: float = 2.0) -> Material:
        waves = signals(8)
        data = SimpleNamespace(
            signals_uv=waves,
            patient_ids=np.arange(8),
            codes=("A", "B"),
            superclasses=np.arange(8)[:, None] % 2 == np.arange(5) % 2,
            statements=np.zeros((8, 2), bool),
            triage=np.arange(8) % 4,
        )
        ink = np.stack([material.clean_page(wave, px_per_mm) for wave in waves])
        rows, compare = np.arange(4), np.arange(4, 8)
        varied = ink[:4].repeat(material.VARIED, axis=0) if px_per_mm == 2 else None
        tests = (ComparisonPages("clean", ink[4:], compare),)
        return Material(data, rows, ink[:4], varied, tests)  # type: ignore[arg-type]

    return load


def test_a_clean_page_is_the_page_that_training_draws() -> None:
    wave = signals(1)[0]
    rng = np.random.default_rng(0)
    drawn = pages.draw(wave, LAYOUTS["3x4+1R"], pages.CLEAN, None, rng)
    np.testing.assert_array_equal(material.clean_page(wave, 2.0), drawn)
    assert material.clean_page(wave, 3.0).shape == (396, 750)


def test_traces_are_the_waves_that_were_drawn() -> None:
    wave = signals(1)[0]
    found = two_stage.traces(material.clean_page(wave, 2.0)[None])[0]
    assert found.shape == (16, 125)
    # First quarter: I, II, III and the first seconds of the rhythm strip of II.
    for channel, lead in enumerate((0, 1, 2, 1)):
        mv = (wave[lead] - np.median(wave[lead, ::4]))[1:250:2] / 1000
        assert np.corrcoef(found[channel], mv)[0, 1] > 0.95
        assert abs(found[channel].max() - mv.max()) < 0.3
    assert np.abs(two_stage.traces(np.zeros((1, 264, 500), np.uint8))).max() == 0


@pytest.mark.parametrize("method", LIGHT, ids=[method.key for method in LIGHT])
def test_each_row_trains_and_is_compared(
    method: object, small: Callable[[float], Material], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(small_budget, "BATCH", 2)
    monkeypatch.setattr(small_budget, "TIMED_PAGES", 1)
    row = small_budget.compare(method, small(method.px_per_mm), 0.05, 0)
    assert row["pages_seen"] >= 2 and row["cpu_seconds"] >= 0.0
    assert row["clean"]["n"] == 4 and 0 <= row["clean"]["auc"] <= 1
    assert row["macs"] > 1e6 and row["parameters"] > 1e5
    json.dumps(row)


def test_the_learning_rate_rises_and_falls_with_the_time_spent() -> None:
    assert small_budget._rate(0.0) < 0.1 < 0.99 < small_budget._rate(0.15) < 1.01
    assert small_budget._rate(1.0) < 0.01
    falling = [small_budget._rate(share) for share in np.linspace(0.15, 1, 20)]
    assert falling == sorted(falling, reverse=True)


def test_flips_mirror_time_and_nothing_else(small: Callable[[float], Material]) -> None:
    method = replace(ours.method, augmented=False, flipped=True)
    pages_seen = small_budget._batch(
        method, small(2.0), np.zeros(40, int), np.random.default_rng(0)
    )
    page = torch.from_numpy(np.array(small(2.0).clean[0])).float().div(255)[None]
    straight = sum(torch.equal(one, page) for one in pages_seen)
    mirrored = sum(torch.equal(one, page.flip(2)) for one in pages_seen)
    assert straight + mirrored == 40 and 5 < mirrored < 35


def test_ours_has_the_shape_of_the_released_network() -> None:
    card = ModelCard.read(registry.models_folder() / registry.DEFAULT_MODEL / "card.json")
    assert replace(ours.RELEASED, statements=card.architecture.statements) == card.architecture
    assert len({method.key for method in (*BASELINES, *ABLATIONS)}) == (
        len(BASELINES) + len(ABLATIONS) - 1
    )
    assert all(method.reads is MethodInput.PAGES for method in ABLATIONS)


def test_a_row_is_kept_and_not_run_again(
    tmp_path: Path, small: Callable[[float], Material], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def compare(method: object, pages: Material, limit_s: float, seed: int) -> dict[str, object]:
        ran.append(method.key)
        return {"method": method.key, "limit_s": limit_s, "seed": seed}

    monkeypatch.setattr(material, "load", lambda root, px, photos: small(px))
    monkeypatch.setattr(small_budget, "compare", compare)
    out = ["--out", str(tmp_path / "rows.jsonl")]
    assert main(["benchmark", *out, "--only", "ours", "two-stage"]) == 0
    assert main(["ablate", *out, "--only", "ours", "flips"]) == 0
    assert main(["benchmark", *out, "--only", "ours", "--cpu-seconds", "7"]) == 0
    assert ran == ["ours", "two-stage", "flips", "ours"]
    assert main(["benchmark", *out, "--only", "nothing"]) == 2
    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 4


@pytest.mark.parametrize(
    ("seconds", "auc", "word"), [(65, 0.85, "yes"), (71, 0.85, "no"), (65, 0.84, "no")]
)
def test_the_claim_of_less_compute_is_read_off_the_rows(
    seconds: float, auc: float, word: str
) -> None:
    rows = {
        "hybrid": {"cpu_seconds": 100.0, "clean": {"auc": 0.845}},
        CHEAPER: {"cpu_seconds": seconds, "clean": {"auc": auc}},
    }
    assert f"**{word}**" in quoted.verdict(rows)
    assert quoted.verdict({"hybrid": rows["hybrid"]}) == ""
