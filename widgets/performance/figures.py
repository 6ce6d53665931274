"""Figures worked out once: every cache is keyed by the content of the cases."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from ecg_core.evidence.figures import comparison, curves, rates
from ecg_core.evidence.figures.comparison import Comparison
from ecg_core.evidence.figures.curves import Curve, DecisionCurve, Reliability
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import Areas, Cell, Rates
from ecg_core.evidence.values import CaseSet
from widgets.session.words import Later

_BUSY = Later("Computing confidence intervals")
_P = ParamSpec("_P")
_R = TypeVar("_R")


def kept(most: int, busy: str = "") -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Keep a figure by the content of its cases (`CaseSet.digest`) and its other arguments.

    most: so many results are kept. busy: said while one is worked out, "" for nothing. Results
    are shared between sessions and must not be changed.
    """

    def decorate(figure: Callable[_P, _R]) -> Callable[_P, _R]:
        @st.cache_resource(
            max_entries=most, show_spinner=busy or False, hash_funcs={CaseSet: _content}
        )
        @wraps(figure)
        def found(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            return figure(*args, **kwargs)

        return found

    return decorate


def _content(cases: CaseSet) -> str:
    return cases.digest


@kept(400)
def rates_at(cases: CaseSet, code: str, threshold: float | None = None) -> Rates:
    """Rates of one question, at its operating point unless another is given."""
    return rates.at(cases.question(code), cases.patients, threshold)


@kept(400, _BUSY)
def areas_of(cases: CaseSet, code: str) -> Areas:
    """Areas under one question's curves."""
    return rates.areas(cases.question(code), cases.patients)


@kept(64, _BUSY)
def averages(cases: CaseSet, codes: tuple[str, ...]) -> tuple[Areas, Areas]:
    """Macro and micro average over some questions."""
    return rates.averages(cases.asking(codes))


@kept(64, _BUSY)
def roc(cases: CaseSet, code: str) -> Curve:
    """ROC curve with its band."""
    return curves.roc(cases.question(code), cases.patients)


@kept(64, _BUSY)
def precision_recall(cases: CaseSet, code: str) -> Curve:
    """Precision–recall curve with its band."""
    return curves.precision_recall(cases.question(code), cases.patients)


@kept(128, _BUSY)
def reliability(cases: CaseSet, code: str) -> Reliability:
    """Reliability of one question."""
    return curves.reliability(cases.question(code), cases.patients)


@kept(64, _BUSY)
def decision_curve(cases: CaseSet, code: str) -> DecisionCurve:
    """Net benefit of one question."""
    return curves.decision_curve(cases.question(code), cases.patients)


@kept(32, Later("Comparing case by case"))
def compared(first: CaseSet, second: CaseSet) -> tuple[Comparison, ...]:
    """Every common question of two sets over their common cases."""
    return comparison.paired(first, second)


@kept(32, _BUSY)
def confusion(cases: CaseSet) -> tuple[Cell, ...]:
    """The confusion matrix of the triage classes, cell by cell."""
    assert cases.choice is not None
    return rates.confusion(cases.choice, cases.patients)


@kept(32, _BUSY)
def class_rates(cases: CaseSet) -> tuple[tuple[Rates, ...], Interval, Interval]:
    """Each class against the rest, macro-F1 and accuracy of the likeliest class."""
    choice = cases.choice
    assert choice is not None
    return (
        rates.class_rates(choice, cases.patients),
        rates.macro_f1(choice, cases.patients),
        rates.share_right(choice, cases.patients),
    )
