"""The files as they came, one click away: the picture as it was sent, and every file to keep."""

from __future__ import annotations

import streamlit as st

from ecg_core.intake.values import Bundle, EcgRecord, EcgScan
from widgets.session.text import plain


@st.dialog("Original upload", width="large")
def original(bundle: Bundle, source: EcgRecord | EcgScan) -> None:
    """What was dropped: a scan as pixels, upright and otherwise untouched; files to download."""
    if isinstance(source, EcgScan):
        height, width = source.pixels.shape[:2]
        st.image(source.pixels, caption=f"As uploaded, {width} × {height} pixels")
    else:
        st.markdown(
            f"{len(source.leads)} leads at {source.fs_hz:g} Hz, "
            f"{source.file_duration_s:.1f} s: {', '.join(source.original_leads)}"
        )
    with st.container(horizontal=True):
        for position, file in enumerate(bundle.files):
            st.download_button(
                f"{plain(file.name)} ({len(file.data) / 1024:.0f} kB)",
                file.data,
                file_name=file.name,
                icon=":material/download:",
                key=f"original_{bundle.sha256}_{position}",
                on_click="ignore",
            )
