"""The Model page: the card in words, and what is said when there is no model."""

from __future__ import annotations

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from ecg_core import network
from ecg_core.network import registry
from tests.app.conftest import words
from tests.network.models import write_model
from widgets.session import models


def test_the_card_is_shown_in_words(app: AppTest) -> None:
    page = app.switch_page("pages/model.py").run()
    assert not page.exception
    card = models.classifier().card
    text = words(page)
    for said in (
        card.intended_use,
        card.training_data,
        card.weights_sha256,
        *card.out_of_scope,
        *card.do_not_trust_when,
        "Research use only. Not a diagnosis.",
    ):
        assert said in text


@pytest.mark.parametrize(
    ("part", "said"),
    [("Training", "Cost against other methods"), ("Literature", "Published systems")],
)
def test_training_and_literature_are_told_of_the_model(app: AppTest, part: str, said: str) -> None:
    page = app.switch_page("pages/model.py").run()
    page.button_group(key="part").set_value(part).run()
    assert not page.exception
    assert said in {one.value for one in page.subheader}
    assert "Research use only. Not a diagnosis." in words(page)


def test_without_a_model_every_page_says_so_and_none_breaks(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str | None = None) -> None:
        raise KeyError("no model 'x'; shipped: none")

    st.cache_resource.clear()
    monkeypatch.setattr(network, "load", missing)
    monkeypatch.setattr(network, "card_of", missing)
    app.button(key="demo_normal").click().run()
    assert not app.exception
    assert "The model cannot be used" in app.error[0].value
    for name in ("performance", "model"):
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception
        assert "The model cannot be used" in app.warning[0].value


def test_each_model_of_the_registry_can_be_looked_at(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "models"
    for seed, name in enumerate(("first", "second")):
        write_model(folder / name, seed)
    (folder / "third").mkdir()
    (folder / "third" / "card.json").write_text("{}")
    monkeypatch.setenv("ECG_MODELS_DIR", str(folder))
    monkeypatch.setattr(network, "load", registry.load)
    monkeypatch.setattr(registry, "DEFAULT_MODEL", "second")
    page = app.switch_page("pages/model.py").run()
    choice = page.selectbox(key="model_shown")
    assert choice.options == ["first", "second, reads new ECGs"]
    assert page.subheader[0].value == "second 0"
    choice.set_value("first").run()
    assert not page.exception
    assert page.subheader[0].value == "first 0"
    assert models.classifier("first").card.weights_sha256 in words(page)


def test_a_single_model_leaves_nothing_to_choose(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_model(tmp_path / "models" / "only")
    monkeypatch.setenv("ECG_MODELS_DIR", str(tmp_path / "models"))
    monkeypatch.setattr(network, "load", registry.load)
    monkeypatch.setattr(registry, "DEFAULT_MODEL", "only")
    page = app.switch_page("pages/model.py").run()
    assert [one.key for one in page.selectbox] == ["language"]
    assert page.subheader[0].value == "only 0"
