"""Rules on the comparison with another ECG."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.report.comparison import changed
from ecg_core.triage.facts import Facts
from ecg_core.triage.rule import Answer, Basis


def compared(different: bool) -> Callable[[Facts], Answer]:
    """What changed, or that nothing did."""

    def says(facts: Facts) -> Answer:
        if facts.previous is None or facts.previous.value("rate") is None:
            return None
        changes = changed(facts.measurements, facts.previous)
        if bool(changes.words) != different:
            return None
        return Basis({"changes": "; ".join(changes.words)}, changes.leads, changes.numbers)

    return says


def not_compared(facts: Facts) -> Answer:
    """The other ECG gave no measurements."""
    previous = facts.previous
    return Basis() if previous is not None and previous.value("rate") is None else None
