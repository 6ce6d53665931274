"""The two rows of one ECG: the page and what is said of it, and below what is asked of the reader.

The parts of the upper row draw themselves in the browser and have no height before. The lower row
comes into sight with the last of them (`assets/style.css`): what a reader clicks never moves.
"""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def rows(upper: tuple[float, ...], lower: tuple[float, ...]) -> tuple[list[DeltaGenerator], ...]:
    """Columns of both rows, as wide as the weights say."""
    with st.container(key="desk"):
        above = st.container(key="upper").columns(upper, gap="medium")
        below = st.container(key="lower").columns(lower, gap="large")
    return above, below
