"""Choosing ten seconds of a long record: an overview with its marks, by hand or by keys."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st

from ecg_core.intake.values import EcgRecord
from ecg_core.page.layouts import PAGE_SECONDS
from ecg_core.signal.overview import BEATS, overview
from widgets.session.words import _, language
from widgets.viewer.component import Component

SHOWN_LEADS = 2
LEAST_REACH_MV = 0.5

_COMPONENT = Component("ecg_overview", "viewer", "overview.html", "overview.css", ("overview",))


def navigator(
    record: EcgRecord, start_s: float, key: str, answers: Sequence[dict[str, object]] = ()
) -> float:
    """Overview of a record longer than one page; returns the chosen start in whole seconds.

    answers: the machine's along the record, as `widgets.viewer.along` gives them.
    """
    held = f"start_{key}"
    name = f"overview_{key}"

    def chosen() -> None:
        start = st.session_state[name].get("start")
        if start is not None:
            st.session_state[held] = float(start)

    last = float(max(int(record.duration_s - PAGE_SECONDS), 0))
    start_s = min(max(st.session_state.setdefault(held, start_s), 0.0), last)
    _COMPONENT(
        key=name,
        data={
            **_whole(record.sha256, record, language()),
            "start": start_s,
            "answers": list(answers),
        },
        on_start_change=chosen,
    )
    return start_s


@st.cache_data(max_entries=16, show_spinner=False)
def _whole(sha256: str, _record: EcgRecord, language: str) -> dict[str, object]:
    """The whole record as plain values."""
    seen = overview(_record)
    rows = list(zip(seen.leads, seen.low, seen.high, strict=True))[:SHOWN_LEADS]
    return {
        "id": sha256,
        "duration": seen.duration_s,
        "seconds": PAGE_SECONDS,
        "leads": [
            {
                "name": lead,
                "low": np.round(low, 3).tolist(),
                "high": np.round(high, 3).tolist(),
                # One artefact must not flatten an hour of beats.
                "reach": float(
                    max(np.percentile(high, 99), -np.percentile(low, 1), LEAST_REACH_MV) * 1.1
                ),
            }
            for lead, low, high in rows
        ],
        "rhythms": [
            {
                "t0": span.start_s,
                "t1": span.end_s,
                "name": _(span.name),
                "usual": span.name.startswith("Normal"),
            }
            for span in seen.rhythms
        ],
        "unusual": [list(beat) for beat in seen.unusual],
        "names": {symbol: _(name) for symbol, name in BEATS.items()},
    }
