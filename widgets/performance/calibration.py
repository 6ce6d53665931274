"""Calibration and doubt: whether 30 % means thirty of a hundred, and what silence would gain."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from widgets.performance import case_charts, figures, tables
from widgets.performance.context import Context


def show(context: Context) -> None:
    """Reliability of one class, calibration of all."""
    codes = [question.code for question in context.asked]
    if not codes:
        st.info("None of these cases has a label to compare the model with.")
        return
    cases = context.cases
    left, right = st.columns([1, 1], gap="large")
    with left:
        code = st.selectbox(
            "Class",
            codes,
            index=codes.index("MI") if "MI" in codes else 0,
            format_func=lambda code: cases.question(code).name,
            key="calibration_class",
        )
        found = figures.reliability(cases, code or codes[0])
        st.plotly_chart(
            case_charts.reliability_chart(found),
            key="reliability",
            config={"displayModeBar": False},
            alt=f"Reliability diagram of {found.name}",
        )
        st.caption(f"n = {found.n}. Bars: Wilson’s 95 % interval. Size of a dot: how many ECGs.")
        tables.csv_button(
            tables.bins_table(found), f"reliability_{code}", "reliability", cases=cases
        )
    with right:
        st.markdown("**Calibration of the main classes**")
        rows = [figures.reliability(cases, one) for one in context.main]
        table = pd.DataFrame(
            {
                "Class": [row.name for row in rows],
                "Cases": [row.n for row in rows],
                "ECE": [row.ece for row in rows],
                "Brier": [row.brier for row in rows],
            }
        )
        st.dataframe(
            tables.shown(table),
            hide_index=True,
            column_config={
                "ECE": st.column_config.TextColumn(
                    help="Mean gap of probability and frequency in 15 equal bins; 0 is best"
                ),
                "Brier": st.column_config.TextColumn(
                    help="Mean squared difference of probability and truth; 0 is best"
                ),
            },
            alt="Calibration error and Brier score of every class",
        )
        st.caption(tables.source_line(cases))
        tables.csv_button(table, "calibration", "calibration", cases=cases)
