"""Doubt: what leaving doubtful ECGs to people gains, and inputs that are no ECG."""

from __future__ import annotations

import streamlit as st

from widgets import unsure
from widgets.appraisal.context import Context


def show(context: Context) -> None:
    """Risk against coverage, then what became of inputs that must not be answered."""
    left, right = st.columns([1, 1], gap="large")
    with left:
        unsure.risk(context.cases)
    with right:
        unsure.silence(unsure.sent(context.card.name, context.card.weights_sha256))
