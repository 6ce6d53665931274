"""Lines on the ventricular rate, whatever the rhythm."""

from __future__ import annotations

from ecg_core.triage import limits
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.lines.rhythm import (
    BRADYCARDIA,
    TACHYCARDIA,
    fast_from_bpm,
    is_sinus,
    rate_and,
)
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Basis, Rule

VERY_FAST_BPM, FAST_BPM, VERY_SLOW_BPM = 150.0, 131.0, 40.0

EARLY_WARNING = "National Early Warning Score 2 (Royal College of Physicians 2017)"


def _fast(facts: Facts, adult_bpm: float) -> Answer:
    rate = facts.sure("rate")
    fast = rate is not None and round(rate) >= fast_from_bpm(facts, adult_bpm)
    return rate_and(facts) if fast else None


def very_fast(facts: Facts) -> Answer:
    """150/min or more."""
    return _fast(facts, VERY_FAST_BPM)


def fast(facts: Facts) -> Answer:
    """131/min or more."""
    return _fast(facts, FAST_BPM)


def very_slow(facts: Facts) -> Answer:
    """Below 40/min."""
    rate = facts.sure("rate")
    return rate_and(facts) if rate is not None and round(rate) < VERY_SLOW_BPM else None


def unsure(facts: Facts) -> Answer:
    """Below 40/min or 131/min or more, by beats that were not surely counted."""
    rate = facts.value("rate")
    if rate is None or facts.sure("rate") is not None:
        return None
    extreme = round(rate) < VERY_SLOW_BPM or round(rate) >= fast_from_bpm(facts, FAST_BPM)
    # It rests on no number: this one is not sure.
    return Basis({"rate": f"{rate:.0f}"}, facts.one("rate").leads) if extreme else None


def unusual_rate(facts: Facts) -> Answer:
    """Out of what is usual at this age, whatever the rhythm."""
    rate = facts.sure("rate")
    slowest, fastest = limits.sinus_bpm(facts.person)
    if rate is None or slowest <= round(rate) <= fastest or is_sinus(facts):
        return None
    return rate_and(facts)


NOW, NEXT, TODAY = Priority.IMMEDIATE, Priority.URGENT, Priority.SOON
RATE = Section.RATE

LINES: tuple[Rule, ...] = (
    Rule(
        "rate-150",
        NOW,
        "Rate from 150/min; of children from 30/min above what is usual at their age.",
        "Ventricular rate {rate}/min, very fast.",
        TACHYCARDIA,
        RATE,
        very_fast,
        "rate",
    ),
    Rule(
        "rate-40",
        NOW,
        "Rate below 40/min.",
        "Ventricular rate {rate}/min, very slow.",
        BRADYCARDIA,
        RATE,
        very_slow,
        "rate",
    ),
    Rule(
        "rate-131",
        NEXT,
        "Rate from 131 to 149/min; of children by age.",
        "Ventricular rate {rate}/min, fast.",
        EARLY_WARNING,
        RATE,
        fast,
        "rate",
    ),
    Rule(
        "rate-unsure",
        NEXT,
        "Rate below 40 or from 131/min by beats that are not surely counted; of children by age.",
        "Ventricular rate of perhaps {rate}/min: the beats are not surely counted.",
        EARLY_WARNING,
        RATE,
        unsure,
        "rate",
    ),
    Rule(
        "rate-unusual",
        TODAY,
        "Rate below 50 or above 100/min without sinus rhythm; of children by age.",
        "Ventricular rate {rate}/min, outside the usual range.",
        EARLY_WARNING,
        RATE,
        unusual_rate,
        "rate",
    ),
)
