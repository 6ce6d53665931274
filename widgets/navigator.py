"""Choosing ten seconds of a long record: an overview, and a slider along it."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import numpy as np
import streamlit as st

from ecg_core.intake.values import EcgRecord
from ecg_core.page.layouts import PAGE_SECONDS

COLUMNS = 1000
_ZERO = datetime(2000, 1, 1)


def navigator(record: EcgRecord, start_s: float, key: str) -> float:
    """Overview and slider of a record longer than one page; returns the chosen start (s)."""
    last = max(int(record.duration_s - PAGE_SECONDS), 1)
    with st.container(gap="xsmall", key=f"strip_{key}"):
        st.html(_overview(record.sha256, start_s, record))
        chosen = st.slider(
            "Window of ten seconds",
            min_value=_ZERO,
            max_value=_ZERO + timedelta(seconds=last),
            value=_ZERO + timedelta(seconds=min(int(start_s), last)),
            step=timedelta(seconds=1),
            format="H:mm:ss",
            key=f"start_{key}",
            label_visibility="collapsed",
        )
    return (chosen - _ZERO).total_seconds()


@st.cache_data(max_entries=16, show_spinner=False)
def _envelope(sha256: str, _record: EcgRecord) -> tuple[list[float], list[float]]:
    """Lowest and highest value (mV, about the median) in each of `COLUMNS` slices."""
    lead = _record.signals_mv[0]
    lead = lead - np.nanmedian(lead)
    parts = np.array_split(lead, min(COLUMNS, len(lead)))
    low = [float(np.nanmin(part)) if np.isfinite(part).any() else 0.0 for part in parts]
    high = [float(np.nanmax(part)) if np.isfinite(part).any() else 0.0 for part in parts]
    return low, high


def _overview(sha256: str, start_s: float, record: EcgRecord) -> str:
    low, high = _envelope(sha256, record)
    top = max(np.percentile(high, 99), 0.2) * 1.15
    bottom = min(np.percentile(low, 1), -0.2) * 1.15
    scale = 44 / (top - bottom)

    def y(level: float) -> float:
        return round(float(np.clip((top - level) * scale, 0, 44)), 1)

    upper = " ".join(f"{i},{y(level)}" for i, level in enumerate(high))
    lower = " ".join(f"{i},{y(level)}" for i, level in reversed(list(enumerate(low))))
    width = len(low)
    here = start_s / record.duration_s * width
    span = max(PAGE_SECONDS / record.duration_s * width, 3)
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} 44" '
        'preserveAspectRatio="none">'
        f'<rect width="{width}" height="44" fill="#fffdfb"/>'
        f'<polygon points="{upper} {lower}" fill="#7c868a"/>'
        f'<rect x="{here:.1f}" width="{span:.1f}" height="44" fill="#1b6480" opacity="0.45"/>'
        "</svg>"
    )
    address = base64.b64encode(drawing.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{address}" alt="Overview of the whole record" '
        'style="display:block;width:100%;height:44px;border-radius:6px">'
    )
