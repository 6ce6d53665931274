"""What a rule is, and the rules that every section may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from ecg_core.network.values import Finding
from ecg_core.report.values import Facts
from ecg_core.signal.values import Quality


@dataclass(frozen=True)
class Basis:
    """Words for the placeholders of a phrase, and what the sentence rests on."""

    words: dict[str, str] = field(default_factory=dict)
    leads: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()


Answer = Basis | list[Basis] | None


@dataclass(frozen=True)
class Rule:
    """One row: the phrase's key, and when it is said with what; several bases, several times."""

    phrase: str
    says: Callable[[Facts], Answer]


def number(
    key: str,
    above: float = -np.inf,
    below: float = np.inf,
    doubtful: bool | None = None,
    also: tuple[str, ...] = (),
) -> Callable[[Facts], Answer]:
    """Says a number from `above` on and below `below`; `doubtful`: only with that quality."""

    def says(facts: Facts) -> Answer:
        one = facts.measurements.values[key]
        if one.value is None or not above <= round(one.value) < below:
            return None
        if doubtful is not None and (one.quality is Quality.DOUBTFUL) != doubtful:
            return None
        words = {"axis": f"{one.value:.0f}"}
        for name in (key, *also):
            value = facts.value(name)
            if value is None:
                return None
            words[name] = f"{value:.0f}"
        return Basis(words, one.leads, (key, *also))

    return says


def blank(key: str) -> Callable[[Facts], Answer]:
    """Speaks where a number could not be measured."""
    return lambda facts: Basis(numbers=(key,)) if facts.value(key) is None else None


def codes(found: Iterable[Finding]) -> tuple[str, ...]:
    """Their codes."""
    return tuple(f.code for f in found)


def always(_: Facts) -> Answer:
    """Applies always: the last row of a group."""
    return Basis()
