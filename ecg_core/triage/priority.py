"""When an ECG is to be read, and by which line of the table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ecg_core.page.values import Remark, Severity


class Priority(StrEnum):
    """When an ECG should be read: now, next, today, or in its turn."""

    IMMEDIATE = "immediate"
    URGENT = "urgent"
    SOON = "soon"
    ROUTINE = "routine"


@dataclass(frozen=True)
class PriorityDecision:
    """A priority and the rule that gave it: its id in the table and its words."""

    priority: Priority
    rule_id: str
    rule: str


def doubtful(remarks: tuple[Remark, ...]) -> bool:
    """Whether a remark is more than a note."""
    return any(remark.severity is not Severity.NOTE for remark in remarks)


def rank(priority: Priority) -> int:
    """0 for what is read first.

    >>> rank(Priority.IMMEDIATE), rank(Priority.ROUTINE)
    (0, 3)
    """
    return tuple(Priority).index(priority)
