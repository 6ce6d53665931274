"""The strip task on made-up strips: the same loop, release and evidence as for pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecg_core.evidence import forms
from ecg_core.network.classifier import Classifier
from ecg_core.network.registry import STRIP_MODEL, card_of, default_model, models_folder
from ecg_core.network.statements import Reads
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.page.drawn.from_record import from_record
from ecg_core.training import config, evaluate, loop, release
from ecg_core.training.data.mitdb import StripRecord
from ecg_core.training.data.pages import PageRecipe
from ecg_core.training.data.ptbxl import PtbXl
from ecg_core.training.data.recordings import record_of
from ecg_core.training.data.strip_labels import StripLabels
from ecg_core.training.data.strip_pages import LabelledStrip
from ecg_core.training.data.strips import StripSource
from ecg_core.training.tasks import strips, words
from ecg_core.training.tasks.strips import StripTask, Watched
from ecg_core.training.tasks.twelve_leads import ACUTE_SPECIFICITY

TINY = config.StripConfig(
    name="tiny-strip",
    version="0",
    seed=3,
    batch=4,
    peak_rate=2e-3,
    weight_decay=0.01,
    average_decay=0.9,
    steps=3,
    look_every=2,
    start_from="",
    stem=8,
    widths=(8, 16),
    depths=(1, 1),
    dropout=0.1,
    pages=PageRecipe(),
)
K = len(STRIP_STATEMENTS)


def signals(rate_bpm: float, seed: int) -> np.ndarray:
    """Twelve leads of ten seconds with a spike a beat, µV."""
    time_s, period = np.arange(1000) / 100, 60 / rate_bpm
    beat = 900 * np.exp(-((((time_s + seed * 0.1) % period - period / 2) / 0.025) ** 2))
    return np.tile(beat, (12, 1)).astype(np.int16)


def labelled(n: int) -> tuple[LabelledStrip, ...]:
    """Fast strips are abnormal and fibrillate; two of each person."""
    found = []
    for k in range(n):
        ill = k % 2 == 0
        record = record_of(signals(150 if ill else 60, k), k, ("II", "V1"))
        labels = np.array([ill] * (1 + K), float)
        found.append(
            LabelledStrip(str(k // 2), 10.0 * (k % 2), record, from_record(record), labels)
        )
    return tuple(found)


@pytest.fixture
def task(tmp_path: Path) -> StripTask:
    """A task whose data are made up instead of read."""
    n = 24
    ill = np.arange(n) % 2 == 0
    statements = np.tile(ill[:, None], (1, K)).astype(np.float32)
    data = PtbXl(
        ecg_ids=np.arange(n),
        patient_ids=np.arange(n),
        folds=np.arange(n) % 8 + 1,
        age=np.full(n, 60.0),
        sex=np.zeros(n, int),
        device=np.full(n, "x"),
        site=np.zeros(n, int),
        signals_uv=np.stack([signals(150 if one else 60, k) for k, one in enumerate(ill)]),  # type: ignore[arg-type]
        superclasses=np.zeros((n, 5), bool),
        statements=np.zeros((n, 0), bool),
        triage=np.zeros(n, np.int8),
        codes=(),
    )
    holter = StripRecord(
        "100",
        ("II", "V1"),
        np.hstack([signals(70, 0)[:2]] * 3),
        np.arange(0.4, 30, 0.857),
        np.full(35, "N"),
        ((0.0, 30.0, "N"),),
    )
    made = StripTask(TINY, tmp_path)
    strips_made, ink = labelled(24), np.stack([signal_page(k) for k in range(6)])
    made.__dict__ |= {
        "_source": StripSource((holter,), data, StripLabels(statements, ill.astype(np.int64))),
        "_noise": np.random.default_rng(0).normal(size=(3, 5000)).astype(np.float32),
        "_watched": (Watched("DS1", ink, statements[:6], ill[:6].astype(int)),),
        "_choosing": (strips_made, np.arange(24) < 12),
    }
    return made


def signal_page(k: int) -> np.ndarray:
    return np.array(labelled(k + 1)[k].page.ink)


def test_trained_released_and_measured(task: StripTask, tmp_path: Path) -> None:
    weights = loop.train(task, tmp_path / "run", resume=False)
    # Two looks: after two steps, and at the end.
    assert len((tmp_path / "run" / "log.jsonl").read_text().splitlines()) == 2
    folder = tmp_path / "models" / "tiny-strip"
    card = release.release(task, weights, folder)
    assert card.reads is Reads.STRIP and not card.superclasses and len(card.statements) == K
    classifier = Classifier(folder)
    found = strips.answered(classifier, iter(labelled(48)), "MIT-BIH", "DS2", "two leads")
    assert found.patients[:4].tolist() == ["0", "0", "1", "1"]
    assert found.case_ids[1] == "0 10 s"
    assert found.question("AF").truth.tolist() == [True, False] * 24
    evaluate.write_all(classifier, [found], forms.folder_of(folder, card))
    carried = release.carry_figures(folder)
    assert {f.layout for f in carried.figures} == {"strip two leads"}
    assert f"AUC {found.questions[0].name}" in {f.name for f in carried.figures}


def test_the_released_configuration_can_still_be_read() -> None:
    chosen = config.read(models_folder() / STRIP_MODEL / "train.toml")
    assert isinstance(chosen, config.StripConfig) and chosen.start_from


def test_a_release_says_on_its_card_what_the_shipped_ones_say() -> None:
    chosen = config.read(models_folder() / default_model() / "train.toml")
    assert isinstance(chosen, config.TwelveLeadConfig)
    for name, told in (
        (default_model(), words.twelve_leads(2183, ACUTE_SPECIFICITY, chosen)),
        (STRIP_MODEL, words.strips("resatt-arranged-ptbxl", 4236, strips.SPECIFICITY)),
    ):
        card = card_of(name)
        for field in set(told) - {"calibrated_on"}:
            assert getattr(card, field) == told[field], field
