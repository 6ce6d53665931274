"""How the model does in one group of patients, as the card carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MACRO = "macro"
"""Target of figures that are the mean over the superclasses."""


@dataclass(frozen=True)
class GroupMeasure:
    """One measure in a group with its 95 % interval, and how far it lies from everyone else's.

    gap: value in the group less value in the rest, with its interval; None when there is no rest
    in which it can be measured.
    """

    value: float
    low: float
    high: float
    gap: float | None
    gap_low: float | None
    gap_high: float | None


@dataclass(frozen=True)
class SubgroupFigure:
    """AUC, sensitivity and specificity for one target in one group of patients.

    dimension: "age", "sex", "device" or "site". group: its name. target: a superclass code, or
    `MACRO`. n: ECGs in the group. positives: those with the target; for `MACRO`, with the rarest
    superclass. auc, sensitivity, specificity: None where the group is too small to say.
    """

    dimension: str
    group: str
    target: str
    dataset: str
    split: str
    condition: str
    layout: str
    n: int
    positives: int
    auc: GroupMeasure | None
    sensitivity: GroupMeasure | None
    specificity: GroupMeasure | None

    @property
    def too_few(self) -> bool:
        """Whether the group is too small for figures on this target."""
        return self.auc is None

    @staticmethod
    def from_plain(plain: Mapping[str, Any]) -> SubgroupFigure:
        """The figure whose `asdict` this is. Raises KeyError or TypeError when it is none."""
        measures = {
            name: None if plain[name] is None else GroupMeasure(**plain[name])
            for name in ("auc", "sensitivity", "specificity")
        }
        return SubgroupFigure(**{**plain, **measures})
