"""Figures worked out once: every cache is keyed by the content of the cases."""

from __future__ import annotations

import streamlit as st

from ecg_core.evidence.figures import comparison, curves, rates
from ecg_core.evidence.figures.comparison import Comparison
from ecg_core.evidence.figures.curves import Curve, DecisionCurve, Reliability
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import Areas, Cell, Rates
from ecg_core.evidence.values import CaseSet

_BUSY = "Computing confidence intervals"


def rates_at(cases: CaseSet, code: str, threshold: float | None = None) -> Rates:
    """Rates of one question, at its operating point unless another is given."""
    return _rates(cases.digest, code, threshold, cases)


@st.cache_data(max_entries=400, show_spinner=False)
def _rates(digest: str, code: str, threshold: float | None, _cases: CaseSet) -> Rates:
    return rates.at(_cases.question(code), _cases.patients, threshold)


def areas_of(cases: CaseSet, code: str) -> Areas:
    """Areas under one question's curves."""
    return _areas(cases.digest, code, cases)


@st.cache_data(max_entries=400, show_spinner=_BUSY)
def _areas(digest: str, code: str, _cases: CaseSet) -> Areas:
    return rates.areas(_cases.question(code), _cases.patients)


def averages(cases: CaseSet, codes: tuple[str, ...]) -> tuple[Areas, Areas]:
    """Macro and micro average over some questions."""
    return _averages(cases.digest, codes, cases)


@st.cache_data(max_entries=64, show_spinner=_BUSY)
def _averages(digest: str, codes: tuple[str, ...], _cases: CaseSet) -> tuple[Areas, Areas]:
    return rates.averages(_cases.asking(codes))


def roc(cases: CaseSet, code: str) -> Curve:
    """ROC curve with its band."""
    return _roc(cases.digest, code, cases)


@st.cache_resource(max_entries=64, show_spinner=_BUSY)
def _roc(digest: str, code: str, _cases: CaseSet) -> Curve:
    return curves.roc(_cases.question(code), _cases.patients)


def precision_recall(cases: CaseSet, code: str) -> Curve:
    """Precision–recall curve with its band."""
    return _precision_recall(cases.digest, code, cases)


@st.cache_resource(max_entries=64, show_spinner=_BUSY)
def _precision_recall(digest: str, code: str, _cases: CaseSet) -> Curve:
    return curves.precision_recall(_cases.question(code), _cases.patients)


def reliability(cases: CaseSet, code: str) -> Reliability:
    """Reliability of one question."""
    return _reliability(cases.digest, code, cases)


@st.cache_resource(max_entries=128, show_spinner=_BUSY)
def _reliability(digest: str, code: str, _cases: CaseSet) -> Reliability:
    return curves.reliability(_cases.question(code), _cases.patients)


def decision_curve(cases: CaseSet, code: str) -> DecisionCurve:
    """Net benefit of one question."""
    return _decision_curve(cases.digest, code, cases)


@st.cache_resource(max_entries=64, show_spinner=_BUSY)
def _decision_curve(digest: str, code: str, _cases: CaseSet) -> DecisionCurve:
    return curves.decision_curve(_cases.question(code), _cases.patients)


def compared(first: CaseSet, second: CaseSet) -> tuple[Comparison, ...]:
    """Every common question of two sets over their common cases."""
    return _compared(first.digest, second.digest, first, second)


@st.cache_resource(max_entries=32, show_spinner="Comparing case by case")
def _compared(one: str, two: str, _first: CaseSet, _second: CaseSet) -> tuple[Comparison, ...]:
    return comparison.paired(_first, _second)


def confusion(cases: CaseSet) -> tuple[Cell, ...]:
    """The confusion matrix of the triage classes, cell by cell."""
    return _confusion(cases.digest, cases)


@st.cache_data(max_entries=32, show_spinner=_BUSY)
def _confusion(digest: str, _cases: CaseSet) -> tuple[Cell, ...]:
    assert _cases.choice is not None
    return rates.confusion(_cases.choice, _cases.patients)


def class_rates(cases: CaseSet) -> tuple[tuple[Rates, ...], Interval, Interval]:
    """Each class against the rest, macro-F1 and accuracy of the likeliest class."""
    return _class_rates(cases.digest, cases)


@st.cache_data(max_entries=32, show_spinner=_BUSY)
def _class_rates(digest: str, _cases: CaseSet) -> tuple[tuple[Rates, ...], Interval, Interval]:
    choice = _cases.choice
    assert choice is not None
    return (
        rates.class_rates(choice, _cases.patients),
        rates.macro_f1(choice, _cases.patients),
        rates.share_right(choice, _cases.patients),
    )
