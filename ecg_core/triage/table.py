"""The table that decides what an ECG is called and when it is read: its lines, and as it is set.

Every line says when it applies, how soon the ECG is then to be read, what it says, and whose limit
it is. A clinician reads it, changes the priority of a line, or turns a line off. It ranks ECGs for
reading; it treats nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ecg_core.triage.lines import (
    findings,
    intervals,
    ischaemia,
    outcome,
    rate,
    rhythm,
    single_beats,
)
from ecg_core.triage.lines.outcome import SURELY_NORMAL
from ecg_core.triage.priority import Priority, rank
from ecg_core.triage.rule import Rule

__all__ = ["RELEASED", "RULES", "SURELY_NORMAL", "PriorityTable", "Rule"]

RULES: tuple[Rule, ...] = (
    *sorted(
        (
            *rhythm.LINES,
            *single_beats.LINES,
            *rate.LINES,
            *ischaemia.LINES,
            *intervals.LINES,
            *findings.LINES,
        ),
        key=lambda rule: rank(rule.priority),
    ),
    *outcome.LINES,
)
"""What is read first stands first; last, what holds where nothing abnormal was found."""


@dataclass(frozen=True)
class PriorityTable:
    """`RULES` as a service has set them.

    changed: rule id → another priority, or "off" for a line that is said but moves nobody forward.
    surely_normal: calibrated probability of a normal ECG from which it may wait.
    """

    changed: Mapping[str, str] = field(default_factory=dict)
    surely_normal: float = SURELY_NORMAL

    def priority(self, rule: Rule) -> Priority | None:
        """The priority that a rule gives here; None when it is off."""
        word = self.changed.get(rule.id, rule.priority.value)
        return None if word == "off" else Priority(word)

    def words(self, rule: Rule) -> str:
        """When the rule applies, in words, with the limit in force."""
        return rule.condition.replace("{surely_normal}", f"{self.surely_normal:.0%}")


RELEASED = PriorityTable()
"""The table as it is released."""
