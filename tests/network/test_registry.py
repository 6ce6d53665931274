"""The registry: damaged folders hide nobody, and old answers find the very weights or are told."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core import network
from ecg_core.network.classifier import Classifier, ModelError
from tests.network.models import write_model


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A models folder with `one` and `two`."""
    write_model(tmp_path / "one", seed=1)
    write_model(tmp_path / "two", seed=2)
    monkeypatch.setenv("ECG_MODELS_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    "card", ["", "{", "[]", "null", '{"name": "two"}', '{"name": "x", "version": 1}', "\x00\xff"]
)
def test_a_damaged_card_hides_only_its_own_model(models: Path, card: str) -> None:
    (models / "two" / "card.json").write_text(card)
    assert network.list_models() == ("one",)
    assert network.load("one").card.name == "one"
    with pytest.raises(KeyError, match="no model 'two'; shipped: one"):
        network.load("two")


def test_a_card_that_lacks_its_calibration_is_a_damaged_model(models: Path) -> None:
    card = json.loads((models / "two" / "card.json").read_text())
    del card["triage"]
    (models / "two" / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match=r"two is damaged: 'triage'"):
        network.load("two")
    (models / "one" / "weights.safetensors").unlink()
    with pytest.raises(ModelError, match="one is damaged"):
        network.load("one")


def test_an_answer_finds_the_weights_that_gave_it(models: Path) -> None:
    identity = Classifier(models / "one").identity
    assert network.judge_folder(identity) == models / "one"
    assert network.load_judge(identity).identity == identity


def test_a_model_that_is_gone_is_named(models: Path) -> None:
    identity = Classifier(models / "one").identity
    shutil.rmtree(models / "one")
    with pytest.raises(network.WeightsGoneError, match="one, which read this ECG, is not here"):
        network.load_judge(identity)


def test_other_weights_of_the_same_name_are_not_asked(models: Path) -> None:
    identity = Classifier(models / "one").identity
    write_model(models / "one", seed=3)
    now = hashlib.sha256((models / "one" / "weights.safetensors").read_bytes()).hexdigest()
    with pytest.raises(network.WeightsGoneError, match="has other weights now") as told:
        network.load_judge(identity)
    assert now[:12] in str(told.value)
    assert identity.weights_sha256[:12] in str(told.value)


def test_weights_changed_behind_the_cards_back_are_not_asked(models: Path) -> None:
    identity = Classifier(models / "one").identity
    weights = models / "one" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert network.list_models() == ("one", "two")
    with pytest.raises(network.WeightsGoneError, match="other weights"):
        network.load_judge(identity)


def test_a_name_from_a_stored_answer_never_leaves_the_models_folder(models: Path) -> None:
    outside = write_model(models.parent / "outside", seed=1)
    identity = replace(Classifier(outside).identity, name="../outside")
    with pytest.raises(network.WeightsGoneError, match="is not here"):
        network.judge_folder(identity)
