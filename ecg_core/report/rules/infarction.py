"""Rules on infarction and its territory."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ecg_core.network.statements import Reads, Triage
from ecg_core.report.rules.rule import Answer, Basis, codes
from ecg_core.report.values import Facts
from ecg_core.triage import criteria
from ecg_core.triage.lead_names import named

TERRITORY_LEADS: dict[str, tuple[str, ...]] = {
    "Inferior": ("II", "III", "aVF"),
    "Anterior": ("V1", "V2", "V3", "V4"),
    "Antero": ("V1", "V2", "V3", "V4"),
    "lateral": ("I", "aVL", "V5", "V6"),
    "Lateral": ("I", "aVL", "V5", "V6"),
    "septal": ("V1", "V2"),
}
"""Leads that look at a wall, by a part of the statement's name."""


def _walls(names: Iterable[str]) -> tuple[str, ...]:
    leads: dict[str, None] = {}
    for name in names:
        for part, seen in TERRITORY_LEADS.items():
            if part in name:
                leads |= dict.fromkeys(seen)
    return tuple(leads)


def pattern(triage: Triage, named: bool) -> Callable[[Facts], Answer]:
    """The class of infarction, `named` where findings tell its territory."""

    def says(facts: Facts) -> Answer:
        if facts.prediction is None or facts.prediction.abstained:
            return None
        if facts.prediction.reads is not Reads.TWELVE_LEADS:
            return None
        acute = facts.prediction.acute_flagged or facts.prediction.triage_class is Triage.ACUTE_MI
        said = (
            acute
            if triage is Triage.ACUTE_MI
            else (not acute and facts.prediction.triage_class is Triage.PRIOR_MI)
        )
        found = facts.of_group("MI")
        if not said or bool(found) != named:
            return None
        names = ", ".join(f.name[0].lower() + f.name[1:] for f in found)
        return Basis({"names": names}, _walls(f.name for f in found), (), codes(found))

    return says


def named_findings(facts: Facts) -> Answer:
    """Infarction findings beside another class."""
    return [Basis({"name": f.name}, _walls([f.name]), (), (f.code,)) for f in facts.of_group("MI")]


def q_waves(facts: Facts) -> Answer:
    """Pathological Q waves."""
    leads = criteria.q_waves(facts.good_leads)
    return Basis({"leads": named(leads)}, leads) if leads and not facts.wide else None


def unjudged(facts: Facts) -> Answer:
    """The conduction hides an infarction."""
    return Basis(numbers=("qrs",)) if facts.wide else None
