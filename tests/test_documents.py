"""Documents quote the evidence, and nothing else."""

from pathlib import Path

import pytest

from benchmarks.documents import DOCUMENTS, TOP, renewed
from ecg_core import network
from ecg_core.evidence import published
from ecg_core.evidence.figures import subgroups
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
    found = published.load(card.name)
    assert {e.weights_sha256 for e in found} == {card.weights_sha256}
    first, last = found[0], found[-1]
    carried = tuple(f for f in card.figures if published.same_source(f, first))
    assert published.figures(first) == carried
    carried = tuple(f for f in card.figures if published.same_source(f, last))
    assert (*published.figures(last), published.lost(last, first)) == carried
    thresholds = [output.threshold for output in card.superclasses]
    assert subgroups.figures(first, thresholds) == card.subgroups


def test_code_says_nothing_of_the_machine_it_was_written_on() -> None:
    words = ("/" + "root/", "/" + "home/", "pypi" + ".org")
    for path in [*TOP.glob("*.md"), *Path(TOP / "ecg_core").rglob("*.py"), TOP / "Makefile"]:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path
