"""Where the parts of one ECG lie: the page, beside it what decides, below what is looked up.

A case fits the screen: the machine's verdict and the decision stand beside the ECG, and nothing of
the decision has to be scrolled for. The page draws itself in the browser and has no height before;
what is beside it comes into sight with it (`assets/style.css`): what a reader clicks never moves.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


@dataclass(frozen=True)
class Places:
    """Where the parts of one ECG go.

    ecg: the page and its measurements. says, decides: verdict and decision, beside it. said: draft
    and readings. classes: probabilities. leads: attention by lead. end: the record, over the whole
    width.
    """

    ecg: DeltaGenerator
    says: DeltaGenerator
    decides: DeltaGenerator
    said: DeltaGenerator
    classes: DeltaGenerator
    leads: DeltaGenerator
    end: DeltaGenerator


def trace_first() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Places of an ECG that is not answered yet: its page, where it stays, and what is done."""
    with st.container(key="desk"):
        ecg, column = _upper()
    return ecg, column


def _upper() -> tuple[DeltaGenerator, DeltaGenerator]:
    ecg, column = st.container(key="upper").columns((3, 1), gap="small")
    return ecg, column


def places() -> Places:
    """The places of one ECG, empty."""
    with st.container(key="desk"):
        ecg, column = _upper()
        said, classes, leads = st.container(key="lower").columns((1.5, 1, 1), gap="large")
        end = st.container(key="end")
    beside = column.container(key="beside")
    says, decides = beside.container(key="says"), beside.container(key="decides")
    return Places(ecg, says, decides, said, classes, leads, end)


def not_drawn_yet(height_px: int = 440) -> None:
    """In a popover that is drawn when it is opened: by the height it has before, it opens above or
    below, and where there is little room stays a strip of what is drawn then."""
    st.skeleton(height=height_px)
