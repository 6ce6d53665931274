"""Documents quote the evidence, and nothing else."""

from pathlib import Path

import pytest

from benchmarks.documents import DOCUMENTS, TOP, renewed
from ecg_core import network
from ecg_core.evidence import forms
from ecg_core.evidence.figures import carried
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import models_folder


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return ModelCard.read(models_folder() / network.default_model() / "card.json")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_quote_the_card(name: str, card: ModelCard) -> None:
    text = (TOP / name).read_text(encoding="utf-8")
    assert renewed(text, card) == text, "run `python -m benchmarks.documents`"
    assert "<!-- figures" in text


def test_the_card_quotes_the_evidence(card: ModelCard) -> None:
    found = forms.read_all(models_folder() / card.name, card)
    assert {cases.weights_sha256 for cases in found} == {card.weights_sha256}
    first, last = found[0], found[-1]
    quoted = tuple(f for f in card.figures if carried.same_source(f, first))
    assert carried.of_pages(first) == quoted
    quoted = tuple(f for f in card.figures if carried.same_source(f, last))
    assert (*carried.of_pages(last), carried.lost(last, first)) == quoted
    assert carried.subgroups(first) == card.subgroups


def test_code_says_nothing_of_the_machine_it_was_written_on() -> None:
    words = ("/" + "root/", "/" + "home/", "pypi" + ".org")
    for path in [*TOP.glob("*.md"), *Path(TOP / "ecg_core").rglob("*.py"), TOP / "Makefile"]:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path
