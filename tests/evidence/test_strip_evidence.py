"""Strip evidence: files come back whole, figures are those of the rows, cards quote the files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecg_core.evidence import strip_evidence
from ecg_core.evidence.strip_evidence import ABNORMAL, CODES, StripEvidence
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import STRIP_MODEL, models_folder
from ecg_core.network.statements import Reads
from tests.network.models import write_model

AF = CODES.index("AF")


def evidence(weights: str = "") -> StripEvidence:
    """200 strips of ten recordings; four recordings fibrillate, one of them unseen by the score."""
    groups = np.repeat([str(k) for k in range(10)], 20)
    ill = groups.astype(int) < 4
    labels = np.full((200, len(CODES)), np.nan)
    labels[:, 0] = labels[:, AF] = ill
    scores = np.zeros((200, len(CODES)))
    scores[:, 0] = np.where(ill, 0.9, 0.1)
    scores[:, AF] = np.where(ill & (groups != "3"), 0.8, 0.2)
    return StripEvidence(
        STRIP_MODEL,
        "0",
        weights,
        "MIT-BIH",
        "DS2",
        "two leads",
        groups,
        np.tile(np.arange(20) * 10.0, 10),
        groups == "9",
        labels,
        scores,
    )


def test_figures_are_those_of_the_rows(tmp_path: Path) -> None:
    card = ModelCard.read(write_model(tmp_path / "strip", reads=Reads.STRIP) / "card.json")
    found = {f.name: f for f in strip_evidence.figures(evidence(), card)}
    assert found["AUC Abnormal beat or rhythm"].value == 1.0
    # One of four ill recordings scores as the well ones do: 0.75 + 0.25 / 2.
    assert found["AUC Atrial fibrillation or flutter"].value == pytest.approx(0.875)
    assert found["sensitivity Atrial fibrillation or flutter"].value == pytest.approx(0.75)
    assert found["specificity Atrial fibrillation or flutter"].value == 1.0
    assert found["abstained"].value == pytest.approx(0.1)
    assert found["AUC Atrial fibrillation or flutter"].n == 200
    assert len(found) == 7  # nothing is told of the others


def test_three_people_are_needed_for_a_figure() -> None:
    two = evidence()
    two.labels[np.isin(two.groups, ["0", "1"]), AF] = 0
    assert not strip_evidence.carried(two, "AF") and strip_evidence.carried(two, ABNORMAL)


def test_a_finding_is_shown_when_its_evidence_carries_it(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "strip", reads=Reads.STRIP)
    weights = ModelCard.read(folder / "card.json").weights_sha256
    found = evidence(weights)
    path = found.write(folder / "evidence" / strip_evidence.FOLDER)
    again = StripEvidence.read(path)
    np.testing.assert_array_equal(again.groups, found.groups)
    np.testing.assert_allclose(again.scores, found.scores, atol=1e-6)
    np.testing.assert_array_equal(again.labels, found.labels)
    shown = {o.code for o in strip_evidence.carry_figures(folder, 0.5).statements if o.shown}
    assert shown == {"AF"}
    # With so few recordings the interval reaches below 0.80.
    assert not any(o.shown for o in strip_evidence.carry_figures(folder, 0.80).statements)
    replace(found, weights_sha256="0" * 64).write(folder / "evidence" / strip_evidence.FOLDER)
    with pytest.raises(ValueError, match="evidence of other weights"):
        strip_evidence.carry_figures(folder, 0.5)


def test_the_shipped_card_quotes_its_evidence() -> None:
    folder = models_folder() / STRIP_MODEL
    if not (folder / "card.json").exists():
        pytest.skip("no model for strips is shipped in models/")
    card = ModelCard.read(folder / "card.json")
    found = strip_evidence.read_all(folder / "evidence")
    assert len(found) == 5 and {e.weights_sha256 for e in found} == {card.weights_sha256}
    first = strip_evidence.figures(found[0], card)
    assert card.figures[: len(first)] == first
