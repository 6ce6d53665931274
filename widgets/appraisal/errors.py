"""Error review: the surest mistakes and the most doubtful answers, one class at a time."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from ecg_core.appraisal import mistakes
from ecg_core.appraisal.mistakes import Doubtful
from widgets.appraisal import tables
from widgets.appraisal.context import Context

SHOWN = 30


def show(context: Context) -> None:
    """Lists by class, with what was said and what the label is."""
    codes = [question.code for question in context.asked]
    if not codes:
        st.info("None of these cases carries a label that the model can be held against.")
        return
    cases = context.cases
    code = st.selectbox(
        "Class",
        codes,
        index=codes.index("MI") if "MI" in codes else 0,
        format_func=lambda code: cases.question(code).name,
        key="errors_class",
        width=320,
    )
    question = cases.question(code or codes[0])
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Surest mistakes**")
        _table(mistakes.surest_mistakes(cases, question, SHOWN), "mistakes")
    with right:
        st.markdown("**Nearest to the operating point**")
        _table(mistakes.most_doubtful(cases, question, SHOWN), "doubtful")
    st.caption(f"{question.name}, flagged from {question.threshold:.2f} on · {cases.dataset}")


def _table(rows: tuple[Doubtful, ...], key: str) -> None:
    table = pd.DataFrame(
        {
            "Case": [row.case_id for row in rows],
            "Probability": [row.score for row in rows],
            "Label": ["has it" if row.truth else "has it not" for row in rows],
            "Machine": ["flagged" if row.flagged else "not flagged" for row in rows],
        }
    )
    if table.empty:
        st.caption("None.")
        return
    st.dataframe(
        table,
        hide_index=True,
        column_config={"Probability": st.column_config.NumberColumn(format="%.3f")},
        alt="Cases with probability, label and machine's answer",
    )
    tables.csv_button(table, key, key)
