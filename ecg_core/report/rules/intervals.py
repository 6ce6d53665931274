"""Rules on QT, whose limits depend on the person."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ecg_core.report.rules.rule import Answer, number
from ecg_core.report.values import Facts
from ecg_core.triage import limits
from ecg_core.triage.limits import QTC_MARKED_MS, QTC_SHORT_MS


def _qtc(above: float = -np.inf, below: float = np.inf) -> Callable[[Facts], Answer]:
    return number("qtcf", above, below, also=("qt",))


qt_short = _qtc(below=QTC_SHORT_MS)
qt_very_long = _qtc(QTC_MARKED_MS)
qt_irregular = number("qtcf", doubtful=True, also=("qt",))


def qt_normal(facts: Facts) -> Answer:
    """QTc below what is prolonged in this person."""
    return _qtc(QTC_SHORT_MS, limits.QTC_PROLONGED_MS[facts.person.sex])(facts)


def qt_long(facts: Facts) -> Answer:
    """QTc prolonged in this person."""
    return _qtc(limits.QTC_PROLONGED_MS[facts.person.sex], QTC_MARKED_MS)(facts)
