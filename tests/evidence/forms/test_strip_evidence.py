"""Strip evidence: files come back whole, figures are those of the rows, cards quote the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.evidence import forms
from ecg_core.evidence.figures import carried
from ecg_core.evidence.forms.strips import ABNORMAL, CODES, case_set
from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import STRIP_MODEL, models_folder
from ecg_core.network.statements import Reads
from ecg_core.training import release
from tests.network.models import write_model

AF = CODES.index("AF")


def evidence(card: ModelCard, ill_recordings: int = 4) -> CaseSet:
    """200 strips of ten recordings; four recordings fibrillate, one of them unseen by the score."""
    groups = np.repeat([str(k) for k in range(10)], 20)
    ill = groups.astype(int) < 4
    labels = np.full((200, len(CODES)), np.nan)
    labels[:, 0] = ill
    labels[:, AF] = ill & (groups.astype(int) < ill_recordings)
    scores = np.zeros((200, len(CODES)))
    scores[:, 0] = np.where(ill, 0.9, 0.1)
    scores[:, AF] = np.where(ill & (groups != "3"), 0.8, 0.2)
    return case_set(
        card,
        {"dataset": "MIT-BIH", "split": "DS2", "leads": "two leads"},
        groups=groups,
        starts_s=np.tile(np.arange(20) * 10.0, 10),
        abstained=groups == "9",
        labels=labels,
        scores=scores,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "strip", reads=Reads.STRIP)


@pytest.fixture
def card(folder: Path) -> ModelCard:
    return ModelCard.read(folder / "card.json")


def test_figures_are_those_of_the_rows(card: ModelCard) -> None:
    found = {f.name: f for f in carried.of_strips(evidence(card))}
    assert found["AUC Abnormal beat or rhythm"].value == 1.0
    # One of four ill recordings scores as the well ones do: 0.75 + 0.25 / 2.
    assert found["AUC Atrial fibrillation or flutter"].value == pytest.approx(0.875)
    assert found["sensitivity Atrial fibrillation or flutter"].value == pytest.approx(0.75)
    assert found["specificity Atrial fibrillation or flutter"].value == 1.0
    assert found["abstained"].value == pytest.approx(0.1)
    assert found["AUC Atrial fibrillation or flutter"].n == 200
    assert len(found) == 7  # nothing is told of the others


def test_three_people_are_needed_for_a_figure(card: ModelCard) -> None:
    two = evidence(card, ill_recordings=2)
    carries = {code: carried.carried_by_strips(two.question(code), two.patients)
               for code in ("AF", ABNORMAL)}  # fmt: skip
    assert carries == {"AF": False, ABNORMAL: True}


def test_a_finding_is_shown_when_its_evidence_carries_it(folder: Path, card: ModelCard) -> None:
    found = evidence(card)
    home = forms.folder_of(folder, card)
    again = forms.read(forms.write(found, card, home), card)
    np.testing.assert_array_equal(again.patients, found.patients)
    for question, kept in zip(found.questions, again.questions, strict=True):
        np.testing.assert_array_equal(kept.known, question.known)
        np.testing.assert_array_equal(kept.truth, question.truth)
        np.testing.assert_allclose(kept.score, question.score, atol=1e-6)
    assert release.strips_carry([found], "AF", 0.5) and not release.strips_carry(
        [found], "PVC", 0.5
    )
    # With so few recordings the interval reaches below 0.80.
    assert not any(o.shown for o in release.carry_figures(folder).statements)
    forms.write(replace(found, weights_sha256="0" * 64), card, home)
    with pytest.raises(ValueError, match="evidence of other weights"):
        release.carry_figures(folder)


def test_the_shipped_card_quotes_its_evidence() -> None:
    folder = models_folder() / STRIP_MODEL
    if not (folder / "card.json").exists():
        pytest.skip("no model for strips is shipped in models/")
    card = ModelCard.read(folder / "card.json")
    found = forms.read_all(folder, card)
    assert len(found) == 5 and {e.weights_sha256 for e in found} == {card.weights_sha256}
    first = carried.of_strips(found[0])
    assert card.figures[: len(first)] == first
