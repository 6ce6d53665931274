"""The Model page: the card in words, and what is said when there is no model."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core import network
from tests.app.conftest import words
from widgets import engine


def test_the_card_is_shown_in_words(app: AppTest) -> None:
    page = app.switch_page("pages/model.py").run()
    assert not page.exception
    card = engine.classifier().card
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


def test_without_a_model_every_page_says_so_and_none_breaks(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str | None = None) -> None:
        raise KeyError("no model 'x'; shipped: none")

    engine.classifier.clear()
    monkeypatch.setattr(network, "load", missing)
    app.button(key="demo_normal").click().run()
    assert not app.exception
    assert "The model cannot be used" in app.error[0].value
    for name in ("performance", "model"):
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception
        assert "The model cannot be used" in app.warning[0].value
