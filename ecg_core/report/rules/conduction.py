"""Rules on conduction."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.report.rules.rule import Answer, Basis
from ecg_core.report.values import Facts

BLOCKS = ("CLBBB", "CRBBB")


NARROW_MS = 110.0


def named_delay(conflict: bool) -> Callable[[Facts], Answer]:
    """Delays that the model names; `conflict`: those that the measured QRS contradicts."""

    def says(facts: Facts) -> Answer:
        qrs = facts.value("qrs")
        said = []
        for f in facts.of_group("CD"):
            clash = f.code in BLOCKS and qrs is not None and qrs < NARROW_MS
            if clash == conflict and not (f.code == "1AVB" and facts.value("pr") is None):
                leads = ("V1", "V6") if "BBB" in f.code else ("I", "II", "aVF")
                words = {"name": f.name, "qrs": f"{qrs or 0:.0f}"}
                said.append(Basis(words, leads, ("qrs", "qrs_axis", "pr"), (f.code,)))
        return said

    return says


def unnamed_delay(facts: Facts) -> Answer:
    """A wide QRS that the model does not name."""
    qrs = facts.value("qrs")
    named = [f for f in facts.of_group("CD") if f.code not in ("1AVB", "LPR")]
    if qrs is None or qrs < 120 or named or facts.paced:
        return None
    return Basis(numbers=("qrs",))
