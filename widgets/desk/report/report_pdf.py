"""The report of a case as a PDF of one page, made when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from ecg_core.report.content import Content, Paper
from ecg_core.report.pdf import render
from widgets.session.rows import not_drawn_yet
from widgets.session.words import _, language


def report_button(make: Callable[[str], Content], key: str) -> None:
    """Ask for paper and, if wanted, the patient's name; download the report. Drawn when opened.

    make: gives the content for what was typed as the patient. key: of the case.
    """
    with st.popover(
        _("Report"), icon=":material/picture_as_pdf:", key=f"printed_{key}", on_change="rerun"
    ) as opened:
        if not opened.open:
            not_drawn_yet(320)
            return
        paper = st.radio(_("Paper"), list(Paper), horizontal=True, key=f"sheet_{key}")
        patient = st.text_input(
            _("Patient"),
            key=f"patient_{key}",
            max_chars=100,
            placeholder=_("Printed if filled in; not stored"),
        )
        shade = st.checkbox(_("Attention under the traces"), value=True, key=f"shade_{key}")
        spoken = language()
        st.download_button(
            _("Download PDF"),
            lambda: render(
                replace(make(patient or ""), shade=shade, language=spoken), paper or Paper.A4
            ),
            file_name=f"ecg-report-{key}.pdf",
            mime="application/pdf",
            icon=":material/download:",
            key=f"report_{key}",
            on_click="ignore",
        )
        st.caption(_("True to scale when printed at 100 %, landscape."))
