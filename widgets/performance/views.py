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
class View:
    """One view: its key in the address, its name, what it draws."""

    key: str
    name: str
    show: Callable[[Context], None]


VIEWS: tuple[View, ...] = (
    View("summary", "Summary", summary.show),
    View("classes", "Classes", classes.show),
    View("calibration", "Calibration", calibration.show),
    View("doubt", "Doubt", silence.show),
    View("robustness", "Robustness", robustness.show),
    View("attention", "Attention", attention.show),
    View("groups", "Groups", groups.show),
    View("errors", "Errors", errors.show),
    View("readers", "Readers", readers.show),
    View("literature", "Literature", literature.show),
    View("training", "Training", training.show),
)
