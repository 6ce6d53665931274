"""The files as they came, one click away: the picture as it was sent, and every file to keep."""

from __future__ import annotations

import streamlit as st

from ecg_core.intake.values import Bundle, EcgRecord, EcgScan
from widgets.session import dialogs, materials
from widgets.session.text import plain
from widgets.session.words import _


def offer_original(sha256: str, source: EcgRecord | EcgScan) -> None:
    """A button for what was dropped: a scan as pixels, upright and otherwise untouched; files."""
    dialogs.button(
        _("Original"),
        ":material/description:",
        f"shown_{sha256}",
        _("Original upload"),
        lambda: _original(materials.bundle(sha256), source),
    )


def _original(bundle: Bundle, source: EcgRecord | EcgScan) -> None:
    if isinstance(source, EcgScan):
        height, width = source.pixels.shape[:2]
        st.image(
            source.pixels,
            caption=_("As uploaded, {width} × {height} pixels", width=width, height=height),
        )
    else:
        st.markdown(
            _(
                "{n} leads at {fs_hz:g} Hz, {file_duration_s:.1f} s: {original_leads}",
                n=len(source.leads),
                fs_hz=source.fs_hz,
                file_duration_s=source.file_duration_s,
                original_leads=", ".join(source.original_leads),
            )
        )
    with st.container(horizontal=True):
        for position, file in enumerate(bundle.files):
            st.download_button(
                _("{name} ({n:.0f} kB)", name=plain(file.name), n=len(file.data) / 1024),
                file.data,
                file_name=file.name,
                icon=":material/download:",
                key=f"original_{bundle.sha256}_{position}",
                on_click="ignore",
            )
