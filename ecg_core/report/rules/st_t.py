"""Rules on the ST segment and the T wave."""

from __future__ import annotations

from collections.abc import Callable

from ecg_core.report.rules.rule import Answer, Basis
from ecg_core.report.values import Facts
from ecg_core.triage import criteria
from ecg_core.triage.lead_names import named


def elevated(facts: Facts) -> tuple[str, ...]:
    """Leads with ST elevation."""
    return criteria.st_elevation(facts.good_leads, facts.person)


def depressed(facts: Facts) -> tuple[str, ...]:
    """Leads with ST depression."""
    return criteria.st_depression(facts.good_leads)


def deviation(judge: Callable[[Facts], tuple[str, ...]], sign: float) -> Callable[[Facts], Answer]:
    """ST deviation as `judge` finds it; sign: 1 up, -1 down."""

    def says(facts: Facts) -> Answer:
        leads = judge(facts)
        if not leads:
            return None
        most = max(sign * facts.good_leads[name].st_j_mv for name in leads)
        return Basis({"most": f"{most:.2f}", "leads": named(leads)}, leads)

    return says


def none(facts: Facts) -> Answer:
    """No ST deviation where enough leads are good."""
    good = facts.good_leads
    if len(good) < 8 or facts.wide or elevated(facts) or depressed(facts):
        return None
    return Basis(leads=tuple(good))


def unjudged(facts: Facts) -> Answer:
    """Too few good leads."""
    return Basis() if len(facts.good_leads) < 2 else None


def secondary(facts: Facts) -> Answer:
    """ST and T follow from the conduction."""
    return Basis(numbers=("qrs",)) if facts.wide and facts.good_leads else None


def t_inverted(facts: Facts) -> Answer:
    """Inverted T waves."""
    leads = criteria.t_inversion(facts.good_leads)
    return Basis({"leads": named(leads)}, leads) if leads and not facts.wide else None


def findings(facts: Facts) -> Answer:
    """ST–T findings of the model."""
    return [Basis({"name": f.name}, (), (), (f.code,)) for f in facts.of_group("STTC")]
