"""What a decision on a long record is about: ten seconds of it, and not the rest."""

from __future__ import annotations

import streamlit as st

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.page.ten_seconds import is_longer
from ecg_core.page.values import EcgPage
from ecg_core.report.whole_record import clock


def covers(source: EcgRecord | EcgScan | None, page: EcgPage) -> None:
    """Say so where the record is longer than the page."""
    if isinstance(source, EcgRecord) and is_longer(source):
        st.caption(
            f":material/timelapse: Verdict and decision cover {clock(page.start_s)} to "
            f"{clock(page.start_s + PAGE_SECONDS)} of {clock(source.duration_s)}, not the rest of "
            "the record."
        )
