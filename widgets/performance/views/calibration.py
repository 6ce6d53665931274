"""Calibration and doubt: whether 30 % means thirty of a hundred, and what silence would gain."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from widgets.performance import case_charts, figures, tables
from widgets.performance.charts import in_language
from widgets.performance.context import Context
from widgets.session.words import _


def show(context: Context) -> None:
    """Reliability of one class, calibration of all."""
    codes = [question.code for question in context.asked]
    if not codes:
        st.info(_("None of these cases has a label to compare the model with."))
        return
    cases = context.cases
    left, right = st.columns([1, 1], gap="large")
    with left:
        code = st.selectbox(
            _("Class"),
            codes,
            index=codes.index("MI") if "MI" in codes else 0,
            format_func=lambda code: _(cases.question(code).name),
            key="calibration_class",
        )
        found = figures.reliability(cases, code or codes[0])
        st.plotly_chart(
            in_language(case_charts.reliability_chart(found)),
            key="reliability",
            config={"displayModeBar": False},
            alt=_("Reliability diagram of {name}", name=_(found.name)),
        )
        st.caption(
            _("n = {n}. Bars: Wilson’s 95 % interval. Size of a dot: how many ECGs.", n=found.n)
        )
        tables.csv_button(
            tables.bins_table(found), f"reliability_{code}", "reliability", cases=cases
        )
    with right:
        st.markdown(_("**Calibration of the main classes**"))
        rows = [figures.reliability(cases, one) for one in context.main]
        table = pd.DataFrame(
            {
                "Class": [row.name for row in rows],
                "Cases": [row.n for row in rows],
                "ECE": [row.ece for row in rows],
                "By chance": [row.by_chance for row in rows],
                "Brier": [row.brier for row in rows],
            }
        )
        st.dataframe(
            tables.spoken(tables.shown(table)),
            hide_index=True,
            column_config={
                _("ECE"): st.column_config.TextColumn(
                    help=_("Mean gap of probability and frequency in 15 equal bins; 0 is best")
                ),
                _("By chance"): st.column_config.TextColumn(
                    help=_(
                        "ECE that right probabilities would show on as many ECGs. "
                        "An ECE within its interval tells of no error"
                    )
                ),
                _("Brier"): st.column_config.TextColumn(
                    help=_("Mean squared difference of probability and truth; 0 is best")
                ),
            },
            alt=_("Calibration error and Brier score of every class"),
        )
        st.caption(tables.source_line(cases))
        tables.csv_button(table, "calibration", "calibration", cases=cases)
