"""The program is killed while it works: nothing that was confirmed is lost.

`make bench-faults` does the same 200 times with the shipped models.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.service.faults import kill_many
from ecg_core.network.classifier import Classifier
from tests.network.models import write_model


class One:
    def __init__(self, model: Classifier) -> None:
        self._model = model

    def to(self, layout: str) -> Classifier:
        return self._model


def test_kills_lose_nothing_that_was_confirmed(tmp_path: Path) -> None:
    write_model(tmp_path / "small", seed=1, arranged=True)
    outcome = kill_many(tmp_path / "var", 3, One(Classifier(tmp_path / "small")))
    assert outcome.kills == 3
    assert outcome.uploads > 0
    assert (
        outcome.decisions_lost,
        outcome.half_cases,
        outcome.chain_broken,
        outcome.uploads_lost,
    ) == (0, 0, 0, 0)
