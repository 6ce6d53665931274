"""Doubt: what leaving doubtful ECGs to people gains, and inputs that are no ECG."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

import pandas as pd
import streamlit as st

from widgets.performance import tables, unsure
from widgets.performance.context import Context


def show(context: Context) -> None:
    """Risk against coverage, then what became of inputs that must not be answered."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        unsure.risk(context.cases)
        st.caption(tables.source_line(context.cases))
        if context.asked or context.cases.choice is not None:
            tables.csv_button(
                partial(unsure.risk_rows, context.cases), "doubt", "doubt", cases=context.cases
            )
    with right:
        found = unsure.sent(context.card.name, context.card.weights_sha256)
        unsure.silence(found)
        if found:
            tables.csv_button(pd.DataFrame(map(asdict, found)), "inputs", "inputs")
