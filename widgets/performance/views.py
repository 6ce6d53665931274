"""The views of the Performance page, in the order in which a head of service asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from widgets.performance import (
    attention,
    calibration,
    classes,
    errors,
    groups,
    literature,
    readers,
    robustness,
    silence,
    summary,
    training,
)
from widgets.performance.context import Context


@dataclass(frozen=True)
class PerformanceView:
    """One view: its key in the address, its name, what it draws."""

    key: str
    name: str
    show: Callable[[Context], None]


VIEWS: tuple[PerformanceView, ...] = (
    PerformanceView("summary", "Summary", summary.show),
    PerformanceView("classes", "Classes", classes.show),
    PerformanceView("calibration", "Calibration", calibration.show),
    PerformanceView("doubt", "Doubt", silence.show),
    PerformanceView("robustness", "Robustness", robustness.show),
    PerformanceView("attention", "Attention", attention.show),
    PerformanceView("groups", "Groups", groups.show),
    PerformanceView("errors", "Errors", errors.show),
    PerformanceView("readers", "Readers", readers.show),
    PerformanceView("literature", "Literature", literature.show),
    PerformanceView("training", "Training", training.show),
)
