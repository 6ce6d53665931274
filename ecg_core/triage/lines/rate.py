"""Lines on the ventricular rate, whatever the rhythm."""

from __future__ import annotations

from ecg_core.triage import limits
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.lines.rhythm import BRADYCARDIA, TACHYCARDIA, is_sinus, rate_and
from ecg_core.triage.priority import Priority
from ecg_core.triage.rule import Answer, Rule

VERY_FAST_BPM, FAST_BPM, VERY_SLOW_BPM = 150.0, 131.0, 40.0
CHILD_YEARS, CHILD_MORE_BPM = 16.0, 30.0
"""Of children a rate counts as fast so much above what is usual at their age."""

EARLY_WARNING = "National Early Warning Score 2 (Royal College of Physicians 2017)"


def _fast(facts: Facts, from_bpm: float) -> Answer:
    rate, age = facts.sure("rate"), facts.person.age_years
    if age is not None and age < CHILD_YEARS:
        from_bpm = max(from_bpm, limits.sinus_bpm(facts.person)[1] + CHILD_MORE_BPM)
    return rate_and(facts) if rate is not None and round(rate) >= from_bpm else None


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


def unusual_rate(facts: Facts) -> Answer:
    """Out of what is usual at this age, whatever the rhythm."""
    rate = facts.value("rate")
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
