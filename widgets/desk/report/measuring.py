"""Measurements of opened and stored ECGs, computed once and kept by what they were made from."""

from __future__ import annotations

import streamlit as st

from ecg_core.intake.values import EcgRecord, IntakeError
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.values import PageError
from ecg_core.read_as import ReadAs
from ecg_core.signal.values import Measurements
from ecg_core.store.cases.store import StoredCase, StoreError
from widgets.desk.earlier import OPENED, STORED
from widgets.session import materials, person, queue


@st.cache_resource(show_spinner=False, max_entries=96)
def measured(sha256: str, view: ReadAs) -> Measurements:
    """Of what a dropped ECG's page shows. Raises IntakeError or PageError."""
    source = materials.material(sha256)
    record = source if isinstance(source, EcgRecord) else None
    return measure_page(materials.page(sha256, view), record)


def measured_case(case: StoredCase) -> Measurements:
    """Of a stored case: those its verdict rests on; where none are kept, measured now."""
    if case.measurements is not None:
        return case.measurements
    return _measured_case(case.id, case.page.sha256, case)


@st.cache_resource(show_spinner=False, max_entries=48)
def _measured_case(case_id: str, page_sha256: str, _case: StoredCase) -> Measurements:
    # A scan has no record: the page itself is measured.
    record = None if _case.page.source == "scan" else materials.stored_record(_case)
    return measure_page(_case.page, record)


def of_earlier(key: str) -> Measurements | None:
    """Of the ECG chosen to compare with (a key of `widgets.desk.earlier`), None without one."""
    try:
        if key.startswith(STORED):
            return measured_case(materials.stored(person.room(), key.removeprefix(STORED)))
        sha256 = key.removeprefix(OPENED)
        for entry in queue.entries():
            if key and entry.sha256 == sha256:
                return measured(sha256, entry.view)
    except (IntakeError, PageError, StoreError):
        return None
    return None
