"""A case judged by one model, reopened when another one has become the default."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecg_core import network
from ecg_core.network import explain, registry
from ecg_core.network.classifier import Classifier
from ecg_core.network.values import Attention
from ecg_core.page.values import PREPROCESSING_VERSION
from ecg_core.store.cases.store import CaseFilter, StoredCase
from tests.app.conftest import drop_record, words
from tests.network.models import write_model
from widgets.desk import case_view
from widgets.desk.looking import Looking
from widgets.session import engine
from widgets.session import models as loaded
from widgets.viewer.paper import Overlay

OLD, NEW = "old", "new"


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two models with other weights; the default is the old one."""
    folder = tmp_path / "models"
    write_model(folder / OLD, seed=1)
    write_model(folder / NEW, seed=2, arranged=True)
    monkeypatch.setenv("ECG_MODELS_DIR", str(folder))
    monkeypatch.setattr(network, "load", registry.load)
    monkeypatch.setattr(registry, "DEFAULT_MODEL", OLD)
    return folder


@pytest.fixture
def sheets(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Attention, list[str]]]:
    """What the paper of a reopened case was given: its attention, and the targets on offer."""
    shown: list[tuple[Attention, list[str]]] = []

    def paper(page: object, waves: object, overlay: Overlay, **rest: object) -> None:
        shown.append((overlay.attention, [key for key, _ in overlay.targets]))

    monkeypatch.setattr(case_view, "paper", paper)
    return shown


@pytest.fixture
def judged(models: Path, app: AppTest, monkeypatch: pytest.MonkeyPatch) -> StoredCase:
    """A case that the old model read, before the new one became the default."""
    drop_record(app, "normal")
    assert not app.exception
    monkeypatch.setattr(registry, "DEFAULT_MODEL", NEW)
    (summary,) = engine.store().search(CaseFilter())
    return engine.store().reopen(summary.id)


def reopen(app: AppTest, case: StoredCase, target: str | None = None) -> str:
    """Reopen a case on the Audit page with its record, ask for a target, and give all that is
    written there."""
    app.session_state[f"record_{case.id}"] = True
    if target:
        app.session_state["looking"] = {case.id: Looking(target)}
    app.switch_page("pages/audit.py")
    app.query_params["case"] = case.id
    app.run()
    assert not app.exception
    return words(app)


def test_the_old_answer_is_shown_whatever_the_default_is_now(
    judged: StoredCase, app: AppTest, sheets: list
) -> None:
    text = reopen(app, judged)
    assert judged.prediction.model.name == OLD
    assert loaded.classifier().card.name == NEW
    assert f"{OLD} 0 ·" in text
    assert judged.prediction.model.weights_sha256 in text
    attention, offered = sheets[-1]
    assert np.array_equal(attention.heat, judged.attention.heat)
    assert "Worked out now" not in text
    assert {"acute_mi", "HYP", "AFIB"} <= set(offered)


def test_other_attention_comes_from_the_weights_that_judged(
    judged: StoredCase, app: AppTest, models: Path, sheets: list
) -> None:
    text = reopen(app, judged, "MI")
    old, new = (
        explain.attend(Classifier(models / name), judged.page, "MI").heat for name in (OLD, NEW)
    )
    attention, _ = sheets[-1]
    assert attention.target == "MI"
    assert np.array_equal(attention.heat, old)
    assert not np.allclose(attention.heat, new, atol=0.05)
    assert "Worked out now by the model that read this ECG." in text
    assert "Attention for Myocardial infarction" in text


def test_other_weights_of_that_name_are_named_and_never_asked(
    judged: StoredCase, app: AppTest, models: Path, sheets: list
) -> None:
    write_model(models / OLD, seed=5)
    text = reopen(app, judged, "MI")
    assert "has other weights now" in text
    assert "Everything shown is what was stored." in text
    attention, offered = sheets[-1]
    assert offered == [judged.attention.target]
    assert np.array_equal(attention.heat, judged.attention.heat)


def test_a_model_that_is_gone_is_named_and_the_stored_case_stays(
    judged: StoredCase, app: AppTest, models: Path, sheets: list
) -> None:
    shutil.rmtree(models / OLD)
    text = reopen(app, judged, "MI")
    assert "The model old, which read this ECG, is not here." in text
    assert "Unchanged since stored" in text
    attention, offered = sheets[-1]
    assert offered == [judged.attention.target]
    assert np.array_equal(attention.heat, judged.attention.heat)


def test_weights_of_an_older_page_preparation_are_named_when_asked(
    judged: StoredCase, app: AppTest, models: Path, sheets: list
) -> None:
    card = models / OLD / "card.json"
    card.write_text(card.read_text().replace(PREPROCESSING_VERSION, "page-0"))
    text = reopen(app, judged, "MI")
    assert "old reads pages of page-0" in text
    assert np.array_equal(sheets[-1][0].heat, judged.attention.heat)


def test_the_same_ecg_read_by_the_new_model_is_another_case(
    judged: StoredCase, app: AppTest
) -> None:
    app.session_state["answered"] = set()
    app.run()
    assert not app.exception
    cases = [engine.store().reopen(c.id) for c in engine.store().search(CaseFilter())]
    assert sorted(case.prediction.model.name for case in cases) == [NEW, OLD]
    again = next(case for case in cases if case.id == judged.id)
    assert again.prediction == judged.prediction
    assert len({case.input_sha256 for case in cases}) == 1
