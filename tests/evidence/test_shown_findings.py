"""What the shipped card shows and says of acute flags is what its evidence carries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecg_core.evidence import forms
from ecg_core.evidence.figures import rates
from ecg_core.evidence.values import Kind
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import DEFAULT_MODEL, models_folder
from ecg_core.training.release import acute_flags, pages_carry

HOME = models_folder() / DEFAULT_MODEL


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return ModelCard.read(HOME / "card.json")


def test_every_shown_finding_is_right_often_enough(card: ModelCard) -> None:
    main = forms.read_all(HOME, card)[0]
    carried = {o.code for o in card.statements if pages_carry([main], o.code)}
    assert carried == {o.code for o in card.statements if o.shown}
    for question in main.of_kind(Kind.STATEMENT):
        if question.code in carried:
            assert rates.at(question, main.patients).ppv.value >= 0.40
            assert rates.area(question, main.patients).value >= 0.85


def test_what_acute_flags_say_is_counted_on_fold_10(card: ModelCard) -> None:
    main = forms.read_all(HOME, card)[0]
    uncounted = replace(card.triage, acute_right=None, acute_missed=None, acute_bands=())
    assert acute_flags(main, uncounted) == card.triage
    # 109 flags of which 12 were right; 9 of 21 infarctions not flagged.
    assert card.triage.acute_right == pytest.approx(12 / 109)
    assert card.triage.acute_missed == pytest.approx(9 / 21)
    bands = card.triage.acute_bands
    assert [(band.flags, band.right) for band in bands] == [(63, 4), (36, 3), (10, 5)]
    assert card.triage.flags_like(0.02) is None
    assert card.triage.flags_like(0.85) == bands[-1]
    assert card.triage.flags_like(0.1) == bands[1]
