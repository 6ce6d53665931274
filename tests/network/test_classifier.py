"""Predictions are probabilities, carry their origin, and doubt what they should doubt."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.network import default_model, list_models, load
from ecg_core.network.architecture import Architecture, PageNetwork
from ecg_core.network.card import ModelCard
from ecg_core.network.classifier import Classifier, ModelError
from ecg_core.network.statements import STATEMENTS
from ecg_core.network.values import Prediction
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.values import EcgPage
from tests.network.models import write_model
from tests.page.sample_records import beating


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def page() -> EcgPage:
    return from_record(beating(5))


def answered(folder: Path, page: EcgPage) -> Prediction:
    return Classifier(folder).predict(page)


def test_answer_is_made_of_probabilities_and_names_its_origin(folder: Path, page: EcgPage) -> None:
    prediction = answered(folder, page)
    assert sum(prediction.triage) == pytest.approx(1, abs=1e-5)
    assert all(0 <= f.probability <= 1 for f in prediction.superclasses + prediction.findings)
    assert [f.code for f in prediction.findings] == ["IMI", "AFIB"], "only shown statements"
    assert prediction.page_sha256 == page.sha256
    card = ModelCard.read(folder / "card.json")
    assert prediction.model.weights_sha256 == card.weights_sha256


def test_same_page_same_answer(folder: Path, page: EcgPage) -> None:
    one, other = answered(folder, page), answered(folder, page)
    assert replace(one, elapsed_ms=0.0) == replace(other, elapsed_ms=0.0)


def test_strips_and_pages_with_few_leads_are_left_to_a_person(folder: Path, page: EcgPage) -> None:
    codes = {r.code for r in answered(folder, replace(page, layout="strip")).reasons}
    assert "layout" in codes
    few = replace(page, missing_leads=("V3", "V4", "V5", "V6"))
    assert {r.code for r in answered(folder, few).reasons} == {"leads"}
    assert not answered(folder, page).abstained


def test_a_page_unlike_the_training_pages_is_left_to_a_person(
    tmp_path: Path, page: EcgPage
) -> None:
    strict = write_model(tmp_path / "strict", strangeness=1e-6)
    assert {r.code for r in answered(strict, page).reasons} == {"strange"}


def test_waves_that_are_no_heart_beats_are_left_to_a_person(folder: Path) -> None:
    wave = np.random.default_rng(0).normal(0, 0.4, (12, 5000)).astype(np.float32)
    noise = EcgRecord("r", "0" * 64, wave, STANDARD_LEADS, STANDARD_LEADS, 500.0, 10.0)
    reasons = {r.code: r.text for r in answered(folder, from_record(noise)).reasons}
    assert {"no_beats", "rows_apart"} <= set(reasons)
    assert "Is this an ECG?" in reasons["no_beats"]


def test_an_arranged_model_gives_one_answer_for_every_layout_of_a_recording(
    tmp_path: Path,
) -> None:
    # Waves below a quarter of the narrowest row: no layout clips or overlaps them.
    time_s = np.arange(5000) / 500
    wave = np.stack([0.2 * np.sin(2 * np.pi * (1 + 0.1 * k) * time_s) for k in range(12)])
    record = EcgRecord(
        "r", "0" * 64, wave.astype(np.float32), STANDARD_LEADS, STANDARD_LEADS, 500.0, 10.0
    )
    folder = write_model(tmp_path / "arranged", arranged=True, cell_features=4)

    def answer(layout: str) -> np.ndarray:
        found = answered(folder, from_record(record, layout))
        return np.array([f.probability for f in found.superclasses])

    default = answer("3x4+1R")
    for layout in ("3x4+3R", "6x2+1R", "12x1"):
        np.testing.assert_allclose(answer(layout), default, atol=0.01)


def test_pages_of_other_preprocessing_are_refused(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "old")
    card = json.loads((folder / "card.json").read_text())
    card["preprocessing_version"] = "page-0"
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="page-0"):
        Classifier(folder)


def test_the_card_survives_writing_and_reading(folder: Path, tmp_path: Path) -> None:
    card = ModelCard.read(folder / "card.json")
    card.write(tmp_path / "again.json")
    assert ModelCard.read(tmp_path / "again.json") == card


@pytest.mark.parametrize("changed", [{"attention": False}, {"residual": False}])
def test_ablated_networks_have_the_same_outputs(changed: dict[str, bool]) -> None:
    import torch

    network = PageNetwork(
        Architecture(len(STATEMENTS), stem=8, widths=(8,), depths=(2,), **changed)
    )
    outputs = network.eval()(torch.rand(2, 1, 96, 200))
    assert [tuple(head.shape) for head in outputs] == [(2, 5), (2, len(STATEMENTS)), (2, 4)]


def test_the_shipped_model_loads_and_is_small(page: EcgPage) -> None:
    assert default_model() in list_models()
    classifier = load()
    assert classifier.card.parameters < 1_000_000
    assert (classifier.folder / "weights.safetensors").stat().st_size < 4_000_000
    assert classifier.predict(page).model.name == default_model()
    with pytest.raises(KeyError, match="no model 'other'"):
        load("other")
