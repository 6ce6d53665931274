"""What is usual or blank."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecg_core.network.statements import Triage
from ecg_core.triage import criteria, limits
from ecg_core.triage.agreement import over
from ecg_core.triage.facts import Facts
from ecg_core.triage.limits import PR_SHORT_MS, QTC_SHORT_MS
from ecg_core.triage.lines.findings import INJURIES, ISCHAEMIAS
from ecg_core.triage.lines.ischaemia import ENOUGH_LEADS
from ecg_core.triage.lines.rhythm import is_sinus
from ecg_core.triage.rule import Answer, Basis, number, percent

ARRHYTHMIA_MS = 100.0
"""Standard deviation of RR from which a sinus rhythm is an arrhythmia."""


def always(_: Facts) -> Answer:
    """Applies always: the last row of a topic."""
    return Basis()


def sinus(facts: Facts) -> Answer:
    """P waves from the sinus node lead the beats."""
    numbers = ("pr", "rate", "p_axis")
    return Basis(leads=("II", "V1"), numbers=numbers) if is_sinus(facts) else None


def sinus_arrhythmia(facts: Facts) -> Answer:
    """Sinus rhythm whose RR vary."""
    spread = facts.value("rr_sd")
    if not is_sinus(facts) or spread is None or spread < ARRHYTHMIA_MS:
        return None
    return Basis({"rr_sd": f"{spread:.0f}"}, ("II",), ("rr_sd", "pr"))


def sinus_by_model(facts: Facts) -> Answer:
    """The model finds sinus rhythm where P waves could not be measured before every beat."""
    named = [f for f in over(facts) if f.code == "SR"]
    if not named or facts.says("p_present") is False or facts.value("rate") is None:
        return None
    return Basis(percent(named[0].probability), numbers=("pr",), findings=("SR",))


def no_p(facts: Facts) -> Answer:
    """Beats without P waves that lead them."""
    return Basis(numbers=("pr",)) if facts.value("rate") is not None else None


def rate(doubtful: bool) -> Callable[[Facts], Answer]:
    """The rate, of this quality."""
    return number("rate", doubtful=doubtful)


def axis(facts: Facts) -> Answer:
    """A usual axis."""
    value = facts.value("qrs_axis")
    left, right = limits.axis_degrees(facts.person)
    if value is None or not left <= round(value) <= right:
        return None
    return Basis({"axis": f"{value:.0f}"}, facts.one("qrs_axis").leads, ("qrs_axis",))


def pr(facts: Facts) -> Answer:
    """A usual PR."""
    value = facts.pr_ms
    longest = limits.pr_long_ms(facts.value("rate"))
    if value is None or not PR_SHORT_MS <= round(value) <= longest:
        return None
    return Basis({"pr": f"{value:.0f}"}, facts.one("pr").leads, ("pr",))


def pr_doubtful(facts: Facts) -> Answer:
    """A PR that would be long or short, but is doubtful."""
    return None if facts.pr_ms is None else number("pr", doubtful=True)(facts)


def pr_blank(facts: Facts) -> Answer:
    """No PR, though the rhythm should have one."""
    silent = facts.paced or facts.fibrillates
    return None if silent else Basis(numbers=("pr",))


def qrs_doubtful(facts: Facts) -> Answer:
    """A QRS that would be wide, but is doubtful."""
    return number("qrs", doubtful=True)(facts)


def qrs(above: float = -np.inf, below: float = np.inf) -> Callable[[Facts], Answer]:
    """A QRS of this duration."""
    return number("qrs", above, below)


def qt(doubtful: bool) -> Callable[[Facts], Answer]:
    """QT and QTc: usual, or with a doubt about QTc."""

    def says(facts: Facts) -> Answer:
        if doubtful:
            return number("qtcf", doubtful=True, also=("qt",))(facts)
        longest = limits.QTC_PROLONGED_MS[facts.person.sex]
        return number("qtcf", QTC_SHORT_MS, longest, doubtful=False, also=("qt",))(facts)

    return says


def st_unjudged(facts: Facts) -> Answer:
    """Too few good leads."""
    return Basis() if len(facts.leads) < 2 else None


def st_secondary(facts: Facts) -> Answer:
    """ST and T follow from the conduction."""
    return Basis(numbers=("qrs",)) if facts.wide else None


def st_none(facts: Facts) -> Answer:
    """No ST deviation where enough leads are good and nothing else speaks of ischaemia."""
    leads = facts.leads
    deviates = criteria.st_elevation(leads, facts.person) or criteria.st_depression(leads)
    suggested = facts.acute_flagged or facts.has(*STT)
    if len(leads) < ENOUGH_LEADS or deviates or suggested:
        return None
    return Basis(leads=tuple(leads))


STT = ("NDT", "NST_", *ISCHAEMIAS, *INJURIES, "TAB_", "DIG")
"""Findings beside which the draft does not say that ST does not deviate."""


def infarct_unjudged(facts: Facts) -> Answer:
    """The conduction hides an infarction, and no line on the model's class says so."""
    said = facts.triage is Triage.PRIOR_MI
    return Basis(numbers=("qrs",)) if facts.hides_infarction and not said else None
