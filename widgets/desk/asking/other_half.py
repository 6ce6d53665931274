"""A page with six limb or six chest leads: its neighbour may show the others, and is offered."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from ecg_core.intake import with_next
from ecg_core.page.halves import lacks
from ecg_core.read_as import ReadAs
from widgets.intake import documents
from widgets.intake.opening import entry_of
from widgets.session import materials, queue
from widgets.session.words import _


def offer(entry: queue.Entry, view: ReadAs) -> None:
    """Buttons that read the page with the one before or after it as one ECG.

    Raises IntakeError or PageError, as whoever shows the page would.
    """
    pages = documents.beside(entry.sha256)
    if not pages or not lacks(materials.page(entry.sha256, view)):
        return
    for number in pages:
        if st.button(
            _("Join with page {number}", number=number),
            key=f"join_{number}_{entry.sha256}",
            icon=":material/join:",
            help=_("Limb leads of one page and chest leads of the other are read as one ECG."),
        ):
            page = materials.bundle(entry.sha256)
            first = min(page.part or 0, number - 1)
            queue.add([entry_of(with_next(replace(page, part=first)))])
            st.rerun()
