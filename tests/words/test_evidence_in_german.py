"""What the Performance and Model pages take from the evidence, in German."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecg_core.evidence.attention.rows import FILE_NAME, read
from ecg_core.evidence.attention.summary import Line, lines
from ecg_core.evidence.dimensions import ORDERS
from ecg_core.evidence.field.literature import SYSTEMS, PublishedSystem
from ecg_core.evidence.field.method_rows import ABLATIONS, BASELINES
from ecg_core.evidence.figures.drift import Shift
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import Rates
from ecg_core.evidence.figures.words import PHRASES, sentence
from ecg_core.evidence.four_classes.compared import METHODS, PROTOCOLS
from ecg_core.evidence.own_sets.columns import ColumnRole
from ecg_core.evidence.probes.giveaways import SIGHTS
from ecg_core.evidence.serious import SERIOUS
from ecg_core.evidence.tags import CAUSES
from ecg_core.evidence.values import Kind, Origin
from ecg_core.network.attention import METHODS as ATTENTION
from ecg_core.network.registry import card_of
from ecg_core.page.drawn.damage import CONDITIONS
from tests.words.english import left_in_english, say
from tests.words.written import finished

SAID = {
    text: where
    for text, where in finished("ecg_core.evidence")
    # Documents are of one language, and the parts of two sentences are told below.
    if "field/tables.py" not in where and not text.startswith(("V5 PTB-XL", "Of 100 ECGs with V5"))
}
"""Sentences as they stand in the code."""


@pytest.mark.parametrize("english", SAID)
def test_every_sentence_has_its_german(english: str) -> None:
    assert say(english) != english and not left_in_english(english), (SAID[english], say(english))


NAMES = [
    *BASELINES.values(),
    *ABLATIONS.values(),
    *CAUSES.values(),
    *(one.name for one in METHODS),
    *(text for one in PROTOCOLS for text in (one.name, one.answers)),
    *(text for one in CONDITIONS.values() for text in (one.name, one.description)),
    *(one.about for one in ATTENTION.values()),
    *(group for groups in ORDERS.values() for group in groups),
    *(one.words for one in SERIOUS),
    *(one.name for one in SIGHTS),
    *Kind,
    *Origin,
    *Shift,
    *ColumnRole,
]


MODELS = Path(__file__).parents[2] / "models"
ATTENTION_LINES = lines(read(MODELS / "resatt-taught-ptbxl" / "evidence" / FILE_NAME))


@pytest.mark.parametrize("name", dict.fromkeys(str(name) for name in NAMES))
def test_every_name_has_its_german(name: str) -> None:
    assert not left_in_english(name), say(name)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_published_systems_are_described_in_german(system: PublishedSystem) -> None:
    for text in (
        system.name,
        system.claim,
        system.protocol,
        system.known,
        system.nearest,
        system.caution,
    ):
        assert not left_in_english(text), say(text)


@pytest.mark.parametrize("name", ["resatt-taught-ptbxl", "resatt-staged-ptbxl", "resatt-rhythm"])
def test_the_cards_of_answering_models_read_in_german(name: str) -> None:
    card = card_of(name)
    for text in (
        card.summary,
        card.calibrated_on,
        card.thresholds_rule,
        card.findings_rule,
        card.training_data,
        card.intended_use,
        *card.out_of_scope,
        *card.do_not_trust_when,
        *(figure.name for figure in card.figures),
        *(figure.condition for figure in card.figures),
        *(figure.split for figure in card.figures),
    ):
        assert not left_in_english(text), say(text)
    assert say("AUC Myocardial infarction (MI)") == "AUC Myokardinfarkt (MI)"


@pytest.mark.parametrize("line", ATTENTION_LINES, ids=lambda line: f"{line.question} {line.map}")
def test_what_attention_tells_reads_in_german(line: Line) -> None:
    for text in (line.question, line.map, line.good):
        assert not left_in_english(text), say(text)


@pytest.mark.parametrize("code", [*PHRASES, "NORM", "AFIB"])
@pytest.mark.parametrize("right", [0.83, float("nan")])
def test_shares_are_said_in_german_with_their_numbers(code: str, right: float) -> None:
    found = Interval(right, 0.79, 0.86)
    rates = Rates(code, "Atrial fibrillation", 0.5, 83, 10, 90, 17, *[found] * 6)
    english = sentence(rates)
    assert not left_in_english(english), say(english)
    assert ("83 (79–86)" in english) == ("83 (79–86)" in say(english))
