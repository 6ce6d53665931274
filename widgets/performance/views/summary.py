"""Summary: what the model is worth, in plain words first."""

from __future__ import annotations

from functools import partial

import streamlit as st

from ecg_core.evidence import figures_pdf
from ecg_core.evidence.figures.metrics import Interval
from widgets.performance import figures, tables
from widgets.performance.context import Context
from widgets.performance.icon_arrays import icon_arrays
from widgets.session.words import _, noted, percent

SPOKEN = ("acute_mi", "MI", "STTC", "CD", "HYP", "NORM")
"""Questions that the summary says in words, the dangerous one first."""


def show(context: Context) -> None:
    """A hundred dots and a sentence each, the figures in a row, what must be kept in mind."""
    cases = context.cases
    asked = {question.code for question in context.asked}
    spoken = [code for code in SPOKEN if code in asked] or [q.code for q in context.asked[:6]]
    if not spoken:
        st.info(_("None of these cases has a label to compare the model with."))
        return
    icon_arrays([figures.rates_at(cases, code) for code in spoken])
    few = [code for code in spoken if figures.rates_at(cases, code).few]
    st.caption(
        tables.source_line(cases)
        + (
            " · " + _("rests on few cases: {names}", names=", ".join(_names(context, few)))
            if few
            else ""
        )
    )
    with st.grid(4, min_column_width=230):
        if len(asked & set(SPOKEN)) > 1:
            codes = tuple(code for code in SPOKEN[1:] if code in asked)
            macro, _micro = figures.averages(cases, codes)
            _metric(_("Mean AUC of {n} classes", n=len(codes)), macro.auc)
        if cases.choice is not None and cases.choice.known.any():
            _classes, f1, right = figures.class_rates(cases)
            _metric(_("Triage macro-F1"), f1)
            _metric(_("Triage accuracy"), right)
        st.metric(
            _("Not answered"),
            percent((cases.abstained.sum() + cases.refused) / max(cases.n + cases.refused, 1), 1),
            _(
                "{abstained} abstained, {refused} could not be read",
                abstained=int(cases.abstained.sum()),
                refused=cases.refused,
            ),
            delta_color="off",
            delta_arrow="off",
        )
    st.markdown(_("**Do not trust it when**"))
    st.markdown("\n".join(f"- {_(line)}" for line in context.card.do_not_trust_when))
    with st.container(horizontal=True):
        said = tables.rates_table([figures.rates_at(cases, code) for code in spoken])
        tables.csv_button(said, "summary", "said", noted("These figures as CSV"), cases)
        tables.csv_button(
            partial(tables.rows_of, cases), "cases", "summary", noted("Every case as CSV")
        )
        for paper in figures_pdf.PAPERS:
            st.download_button(
                _("Report, {paper}", paper=paper),
                data=partial(figures_pdf.pdf, cases, context.card, context.main, paper),
                file_name="performance.pdf",
                mime="application/pdf",
                icon=":material/picture_as_pdf:",
                key=f"report_{paper}",
                on_click="ignore",
                type="tertiary",
            )


def _names(context: Context, codes: list[str]) -> list[str]:
    return [_(context.cases.question(code).name) for code in codes]


def _metric(label: str, interval: Interval) -> None:
    value, spread = tables.value_and_interval(interval)
    st.metric(
        label,
        value,
        _("95 % CI {spread}", spread=spread),
        delta_color="off",
        delta_arrow="off",
    )
