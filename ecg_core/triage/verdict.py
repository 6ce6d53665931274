"""The verdict: what the machine says of an ECG as a whole, and the reasons that made it.

Badge, draft report, priority and worklist all say this one value. An ECG is called normal only if
no line of the table for something abnormal applies and everything that a normal ECG needs was
measured; so no sentence of the draft can contradict it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import Priority, PriorityDecision, rank
from ecg_core.triage.rule import Basis, LineKind, Rule
from ecg_core.triage.table import RELEASED, RULES, PriorityTable

MOST_REASONS = 3


class Level(StrEnum):
    """What the machine says of an ECG as a whole."""

    ACT_NOW = "act now"
    URGENT = "urgent"
    ABNORMAL = "abnormal"
    UNCERTAIN = "no certain abnormality"
    NORMAL = "normal"
    NOT_JUDGED = "not judged"


@dataclass(frozen=True)
class RestsOn:
    """What a reason or a sentence rests on.

    leads: where to look. measurements: keys of `QUANTITIES`. findings: codes of the model.
    """

    leads: tuple[str, ...] = ()
    measurements: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Because:
    """One reason. code: the id of the line in the table that gave it."""

    code: str
    text: str
    rests_on: RestsOn = RestsOn()


@dataclass(frozen=True)
class Verdict(PriorityDecision):
    """What the machine says, when the ECG is therefore read, and why. reasons: one to three."""

    level: Level
    reasons: tuple[Because, ...]


@dataclass(frozen=True)
class Fired:
    """A line of the table that applies, and one sentence that it says."""

    rule: Rule
    text: str
    basis: Basis

    @property
    def because(self) -> Because:
        """The same as a reason."""
        one = self.basis
        return Because(self.rule.id, self.text, RestsOn(one.leads, one.numbers, one.findings))


def fired(facts: Facts, kinds: Iterable[LineKind] = (LineKind.ABNORMAL,)) -> tuple[Fired, ...]:
    """Every line of these kinds that applies, in the table's order; one a topic."""
    found: list[Fired] = []
    spoken: set[str] = set()
    for rule in (rule for rule in RULES if rule.kind in kinds):
        if rule.topic and rule.topic in spoken:
            continue
        answer = rule.applies(facts)
        if answer is None:
            continue
        bases = answer if isinstance(answer, list) else [answer]
        spoken.add(rule.topic)
        found += [Fired(rule, rule.sentence.format(**basis.words), basis) for basis in bases]
    return tuple(found)


def judge(facts: Facts, table: PriorityTable = RELEASED) -> Verdict:
    """The verdict on one ECG, by the table as it is set."""
    abnormal = _by_urgency(fired(facts), table)
    declined = fired(facts, (LineKind.NOT_JUDGED,))
    pressing = [one for one in abnormal if _priority(one.rule, table) <= rank(Priority.URGENT)]
    if declined and not pressing:
        return _verdict(Level.NOT_JUDGED, declined, table)
    if abnormal:
        first = _priority(abnormal[0].rule, table)
        level = {0: Level.ACT_NOW, 1: Level.URGENT}.get(first, Level.ABNORMAL)
        return _verdict(level, abnormal, table)
    surely = facts.p_normal >= table.surely_normal
    if facts.strip and surely:
        doubtful = _of(facts, "number-doubtful")
        return _verdict(Level.UNCERTAIN, doubtful + _of(facts, "strip-normal"), table)
    doubts = [one for one in fired(facts, (LineKind.UNCERTAIN,)) if one.rule.id not in LAST]
    normal = fired(facts, (LineKind.NORMAL,))
    if surely and normal and not doubts:
        return _verdict(Level.NORMAL, normal, table)
    return _verdict(Level.UNCERTAIN, doubts or _of(facts, "not-surely-normal"), table)


RECIPROCAL, DEPRESSION = "st-elevation-reciprocal", ("st-depression-deep", "st-depression")
"""Lines that name the same depression."""
LAST = frozenset({"strip-normal", "not-surely-normal"})
"""Lines that depend on the table's limit and are asked by name."""


def _of(facts: Facts, rule_id: str) -> tuple[Fired, ...]:
    return tuple(one for one in fired(facts, (LineKind.UNCERTAIN,)) if one.rule.id == rule_id)


def _by_urgency(found: Iterable[Fired], table: PriorityTable) -> list[Fired]:
    return sorted(found, key=lambda one: _priority(one.rule, table))


def _priority(rule: Rule, table: PriorityTable) -> int:
    """Its rank; a line that is off moves nobody forward."""
    return rank(table.priority(rule) or Priority.SOON)


def _verdict(level: Level, found: Iterable[Fired], table: PriorityTable) -> Verdict:
    listed = list(found)
    rule = listed[0].rule
    told = (one for place, one in enumerate(listed) if not _mirrors(one, listed[:place]))
    reasons = dict.fromkeys(one.because for one in told)
    return Verdict(
        priority=table.priority(rule) or Priority.SOON,
        rule_id=rule.id,
        rule=table.words(rule),
        level=level,
        reasons=tuple(reasons)[:MOST_REASONS],
    )


def _mirrors(one: Fired, before: Iterable[Fired]) -> bool:
    """Whether it is the depression that a line on ST elevation has named as reciprocal."""
    return one.rule.id in DEPRESSION and any(
        other.rule.id == RECIPROCAL and set(one.basis.leads) <= set(other.basis.leads)
        for other in before
    )


def in_a_line(said: PriorityDecision) -> str:
    """The verdict as a worklist says it: its level and first reason; without one the rule."""
    if not isinstance(said, Verdict):
        return said.rule
    return f"{said.level}: {said.reasons[0].text}"


def level_in(line: str) -> Level | None:
    """The level that a line of `in_a_line` says; None of one without a verdict.

    >>> level_in("act now: Ventricular rate 170/min, very fast.").name
    'ACT_NOW'
    """
    words = line.partition(":")[0]
    return Level(words) if words in set(Level) else None


def verdict_to_plain(verdict: Verdict) -> dict[str, Any]:
    """Level and reasons as plain JSON values; `verdict_from_plain` gives them back."""
    return {
        "level": verdict.level.value,
        "reasons": [
            {
                "code": reason.code,
                "text": reason.text,
                "rests_on": {
                    "leads": list(reason.rests_on.leads),
                    "measurements": list(reason.rests_on.measurements),
                    "findings": [str(code) for code in reason.rests_on.findings],
                },
            }
            for reason in verdict.reasons
        ],
    }


def verdict_from_plain(plain: Mapping[str, Any], decision: PriorityDecision) -> Verdict:
    """The verdict that `verdict_to_plain` wrote, with the priority stored beside it."""
    return Verdict(
        decision.priority,
        decision.rule_id,
        decision.rule,
        Level(plain["level"]),
        tuple(
            Because(
                one["code"],
                one["text"],
                RestsOn(**{key: tuple(value) for key, value in one["rests_on"].items()}),
            )
            for one in plain["reasons"]
        ),
    )
