"""Strip and page evidence in the common form gives the figures that its own tables give."""

from __future__ import annotations

import pytest

from ecg_core import network
from ecg_core.evidence import forms
from ecg_core.evidence.figures import carried, rates
from ecg_core.evidence.four_classes import figures
from ecg_core.network.registry import STRIP_MODEL


def test_strips_have_the_figures_of_their_card() -> None:
    name = STRIP_MODEL
    if name not in network.list_models():
        pytest.skip("no strip model is shipped")
    card = network.card_of(name)
    cases = forms.shown(card)[0]
    for question in cases.questions:
        quoted = [
            f
            for f in card.figures
            if f.name == f"AUC {question.name}" and carried.same_source(f, cases)
        ]
        for figure in quoted:
            area = rates.areas(question, cases.patients).auc
            assert (area.value, area.low, area.high) == pytest.approx(
                (figure.value, figure.low, figure.high), abs=1e-9
            )


def test_pages_have_the_figures_of_the_cross_validation() -> None:
    answers = [a for a in figures.load() if not figures.trivial(a.method)] or figures.load()
    if not answers:
        pytest.skip("the cross-validation has no evidence here")
    cases = answers[0].cases()
    assert cases.choice is not None
    right = rates.share_right(cases.choice, cases.patients)
    expected = figures.figures(answers[0]).accuracy
    assert right.value == pytest.approx(expected.value)
    assert cases.people == figures.figures(answers[0]).groups
