"""Renew the figures that README.md and BENCHMARKS.md quote: `python -m benchmarks.documents`."""

from pathlib import Path

from ecg_core import network
from ecg_core.learning.tables import quoted
from ecg_core.network.card import ModelCard
from ecg_core.network.registry import models_folder

TOP = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "BENCHMARKS.md")


def main() -> None:
    """Rewrite the tables from the default model's card."""
    card = ModelCard.read(models_folder() / network.default_model() / "card.json")
    for name in DOCUMENTS:
        path = TOP / name
        path.write_text(quoted(path.read_text(encoding="utf-8"), card), encoding="utf-8")


if __name__ == "__main__":
    main()
