"""Rules on hypertrophy and voltage."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.report.rules.rule import Answer, Basis
from ecg_core.report.values import Facts
from ecg_core.triage import criteria


def enlarged(left: bool) -> Callable[[Facts], Answer]:
    """Enlargement that the model names: of the left ventricle with its voltage, or of others."""

    def says(facts: Facts) -> Answer:
        found = [f for f in facts.of_group("HYP") if (f.code == "LVH") == left]
        index = criteria.sokolow_mv(facts.good_leads) if left else None
        words = {} if index is None else {"sokolow": f"{index:.1f}"}
        if left and index is None:
            return None
        leads = ("V1", "V5", "V6") if left else ()
        return [Basis({"name": f.name, **words}, leads, (), (f.code,)) for f in found]

    return says


def unmeasured(facts: Facts) -> Answer:
    """Left ventricular hypertrophy without leads to measure the voltage on."""
    if criteria.sokolow_mv(facts.good_leads) is not None:
        return None
    return [Basis({"name": f.name}, findings=(f.code,)) for f in facts.has("LVH")]


def voltage(facts: Facts) -> Answer:
    """High voltage alone."""
    index = criteria.sokolow_mv(facts.good_leads)
    if index is None or index < criteria.SOKOLOW_MV or facts.has("LVH") or facts.wide:
        return None
    return Basis({"sokolow": f"{index:.1f}"}, ("V1", "V5", "V6"))
