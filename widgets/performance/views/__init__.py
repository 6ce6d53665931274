"""The views of the Performance page, in the order in which a head of service asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from widgets.performance.context import Context
from widgets.performance.views import (
    attention,
    calibration,
    classes,
    errors,
    groups,
    readers,
    robustness,
    silence,
    summary,
)
from widgets.session.words import noted

GROUPS = (noted("Results"), noted("Trust"), noted("Errors"), noted("Readers"))
"""How good it is, when to believe it, where it is wrong, how people read beside it."""


@dataclass(frozen=True)
class PerformanceView:
    """One view: its key, its name (also in the address), what it draws, one of `GROUPS`."""

    key: str
    name: str
    show: Callable[[Context], None]
    group: str = "Results"


VIEWS: tuple[PerformanceView, ...] = (
    PerformanceView("summary", noted("Summary"), summary.show),
    PerformanceView("classes", noted("Classes"), classes.show),
    PerformanceView("groups", noted("Patient groups"), groups.show),
    PerformanceView("calibration", noted("Calibration"), calibration.show, "Trust"),
    PerformanceView("doubt", noted("Doubt"), silence.show, "Trust"),
    PerformanceView("robustness", noted("Robustness"), robustness.show, "Trust"),
    PerformanceView("attention", noted("Attention"), attention.show, "Trust"),
    PerformanceView("errors", noted("Errors"), errors.show, "Errors"),
    PerformanceView("readers", noted("Readers"), readers.show, "Readers"),
)


def views_of(group: str) -> tuple[PerformanceView, ...]:
    """The views of a group, the one it opens with first."""
    return tuple(one for one in VIEWS if one.group == group)
