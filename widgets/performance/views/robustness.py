"""Robustness: conditions × layouts, two sets case by case, and one ECG damaged live."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core.evidence.figures import words
from ecg_core.evidence.figures.carried import LOST
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.values import CaseSet, Origin
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import SUPERCLASSES
from widgets.performance import case_charts, figures, live_bench, tables
from widgets.performance.charts import in_language
from widgets.performance.context import Context
from widgets.session.words import _, noted

MACRO = "superclass macro-AUC"
CONDITIONS = {
    "bw_low_res_scan": noted("Coarse black-and-white scan"),
    "creased_shadowed": noted("Creased, in shadow"),
    "phone_photo": noted("Photograph by telephone"),
}
"""Conditions whose key does not read well."""


def show(context: Context) -> None:
    """A heat table of mean AUC, then a paired comparison."""
    sets = (context.whole, *context.siblings)
    own = [
        one
        for one in sets
        if one.origin is Origin.SHIPPED and one.weights_sha256 == context.card.weights_sha256
    ]
    if len(own) > 1:
        _heat(own, context.card)
    _compare(context)
    live_bench.section()


def _heat(sets: list[CaseSet], card: ModelCard) -> None:
    st.subheader(_("Conditions and layouts"))
    rows = []
    for one in sets:
        codes = tuple(q.code for q in one.questions if q.code in SUPERCLASSES and q.answerable)
        if codes:
            macro = _carried(card, one, MACRO) or figures.averages(one, codes)[0].auc
            rows.append((one, macro, _carried(card, one, LOST)))
    if not rows:
        return
    st.plotly_chart(
        in_language(
            case_charts.heat_chart(
                [
                    (
                        _(_words(one)),
                        one.layout,
                        macro.value,
                        one.n,
                        None if lost is None else -lost.value,
                    )
                    for one, macro, lost in rows
                ]
            )
        ),
        key="heat",
        config={"displayModeBar": False},
        alt=_("Mean AUC of the diagnostic classes by condition and layout"),
    )
    table = pd.DataFrame(
        {
            "Condition": [_words(one) for one, _macro, _lost in rows],
            "Layout": [one.layout for one, _macro, _lost in rows],
            "Mean AUC": [macro for _one, macro, _lost in rows],
            "Lost against clean": [lost for *_rest, lost in rows],
            "ECGs": [one.n for one, _macro, _lost in rows],
            "Not readable": [one.refused for one, _macro, _lost in rows],
        }
    )
    st.caption(
        _(
            "{dataset}, {split}. Mean AUC of the five diagnostic classes. Degraded "
            "pages are a part of the recordings, and only those that could be "
            "read: what counts is the difference to the clean pages of the very "
            "same ones, given below the AUC where there is one.",
            dataset=rows[0][0].dataset,
            split=_(rows[0][0].split),
        )
    )
    with st.expander(_("With 95 % intervals")):
        shown = tables.shown(table, missing="")
        st.dataframe(
            tables.spoken(shown), hide_index=True, alt=_("Mean AUC by condition and layout")
        )
    tables.csv_button(table, "robustness", "robustness")


def _words(cases: CaseSet) -> str:
    return CONDITIONS.get(cases.condition, cases.condition.replace("_", " ").capitalize())


def _carried(card: ModelCard, cases: CaseSet, name: str) -> Interval | None:
    """The figure that the card carries for exactly these cases, worked out when it was released."""
    for figure in card.figures:
        where = (figure.dataset, figure.split, figure.condition, figure.layout, figure.n)
        same = where == (cases.dataset, cases.split, cases.condition, cases.layout, cases.n)
        if same and figure.name == name and card.weights_sha256 == cases.weights_sha256:
            return Interval(figure.value, figure.low, figure.high)
    return None


def _compare(context: Context) -> None:
    st.subheader(_("Case by case"))
    others = list(context.siblings)
    if not others:
        st.caption(_("There is no second set to compare with."))
        return
    chosen = st.selectbox(
        _("Compare with"),
        range(len(others)),
        format_func=lambda k: f"{_(others[k].title)} · {others[k].model} {others[k].version}",
        key="compare_with",
        width=520,
    )
    try:
        found = figures.compared(context.cases.asking(context.main), others[chosen or 0])
    except ValueError as error:
        st.warning(_(f"{error}."))
        return
    if not found:
        st.info(_("The two sets have no labelled case in common."))
        return
    table = pd.DataFrame(
        {
            "Class": [row.name for row in found],
            "Cases": [row.n for row in found],
            "AUC here": [row.first for row in found],
            "AUC there": [row.second for row in found],
            "Difference": [row.difference for row in found],
            "DeLong p": [row.delong_p for row in found],
            "Only here right": [row.only_first for row in found],
            "Only there right": [row.only_second for row in found],
            "McNemar p": [row.mcnemar_p for row in found],
        }
    )
    shown = tables.shown(table, signed=("Difference",))
    for name in ("AUC here", "AUC there"):
        shown[name] = table[name].map("{:.3f}".format)
    for name in ("DeLong p", "McNemar p"):
        shown[name] = table[name].map(words.p_value)
    st.dataframe(
        tables.spoken(shown),
        hide_index=True,
        alt=_("Paired comparison of two sets, class by class"),
    )
    st.caption(
        _(
            "Difference of AUC: bootstrap by patient. DeLong’s test takes every "
            "ECG for a patient of its own. McNemar’s compares who is right at the "
            "operating points. Many tests: some fall below 0.05 by chance."
        )
    )
    tables.csv_button(table, "comparison", "comparison", cases=context.cases)
