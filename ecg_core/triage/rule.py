"""What a line of the table is, and the conditions that several lines share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from ecg_core.network.values import Finding
from ecg_core.signal.values import Quality
from ecg_core.triage.facts import Facts, Section
from ecg_core.triage.priority import Priority


@dataclass(frozen=True)
class Basis:
    """Words for the placeholders of a sentence, and what the sentence rests on."""

    words: dict[str, str] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


Answer = Basis | list[Basis] | None


class LineKind(StrEnum):
    """What a line says of the ECG: something abnormal, that it is not judged, that nothing certain
    was found, or that it is normal."""

    ABNORMAL = "abnormal"
    NOT_JUDGED = "not judged"
    UNCERTAIN = "uncertain"
    NORMAL = "normal"


@dataclass(frozen=True)
class Rule:
    """One line of the table.

    id: its name for ever. priority: as released. condition: when it applies, for a clinician.
    sentence: what it says, in the draft as well as among the reasons. guideline: whose limit.
    section: where the draft says it. topic: of the lines of one topic only the first that applies
    speaks; "" speaks always. applies: gives what the sentence needs, or None.
    """

    id: str
    priority: Priority
    condition: str
    sentence: str
    guideline: str
    section: Section
    applies: Callable[[Facts], Answer]
    topic: str = ""
    kind: LineKind = LineKind.ABNORMAL


def number(
    key: str,
    above: float = -np.inf,
    below: float = np.inf,
    doubtful: bool | None = None,
    also: tuple[str, ...] = (),
) -> Callable[[Facts], Answer]:
    """Says a number from `above` on and below `below`; `doubtful`: only with that quality."""

    def says(facts: Facts) -> Answer:
        value = facts.value(key)
        one = facts.one(key)
        if value is None or not above <= round(value) < below:
            return None
        if doubtful is not None and (one.quality is Quality.DOUBTFUL) != doubtful:
            return None
        words = {}
        for name in (key, *also):
            other = facts.value(name)
            if other is None:
                return None
            words[name] = f"{other:.0f}"
        beside = facts.which_are_sure(*also) if doubtful is False else also
        return Basis(words, one.leads, (key, *beside))

    return says


def found(*codes: str) -> Callable[[Facts], Answer]:
    """Says each finding with one of these codes: its name and probability."""

    def says(facts: Facts) -> Answer:
        return [Basis(spoken(f), findings=(f.code,)) for f in facts.has(*codes)] or None

    return says


def spoken(finding: Finding) -> dict[str, str]:
    """A finding's name and probability as sentences take them."""
    return {"name": finding.name} | percent(finding.probability)


def percent(probability: float) -> dict[str, str]:
    """A probability as sentences take it."""
    return {"percent": f"{100 * probability:.0f} %"}


def codes(listed: Iterable[Finding]) -> tuple[str, ...]:
    """Their codes."""
    return tuple(f.code for f in listed)
