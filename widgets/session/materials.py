"""What is read, each once: dropped files and those of stored cases, their pages and their leads.

Every cache is bounded and keyed by content hashes, so that a reader never sees one ECG under
another.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import numpy as np
import streamlit as st

from ecg_core import intake
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError
from ecg_core.page.drawn.from_record import filtered, ink_of
from ecg_core.page.recovered.samples import recover
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import EcgPage, PageError
from ecg_core.page.viewed import Waves, waves_of, waves_of_page, waves_of_record
from ecg_core.preparing import page_of
from ecg_core.read_as import ReadAs
from ecg_core.signal.bands import Band
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoredCase, StoreError
from ecg_core.store.people.roles import Permission
from server import place
from widgets.session.held import Desk, Held, size_of
from widgets.session.shelf import Shelf
from widgets.session.words import noted


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """Dropped files of all sessions, by hash."""
    return Shelf()


def bundle(sha256: str) -> Bundle:
    """A dropped bundle. Raises IntakeError when it has left memory."""
    found = shelf().get(sha256)
    if found is None:
        raise IntakeError(noted("This file is no longer in memory."), noted("Upload it again."))
    return found


@st.cache_resource(show_spinner=False)
def held() -> Held:
    """Records and scans of all sessions, dropped ones and those of stored cases."""
    return Held(folder=place.store().scratch)


@st.cache_resource(show_spinner=False)
def _desk() -> Desk:
    return Desk()


def material(sha256: str) -> EcgRecord | EcgScan:
    """The record or scan in a dropped bundle. Raises IntakeError."""
    return held().get(
        f"dropped {sha256}", lambda: intake.read(bundle(sha256), key=place.store().pseudonym_key())
    )


@st.cache_resource(show_spinner=False, max_entries=80)
def preview(sha256: str) -> np.ndarray:
    """A page of a document as a small picture (RGB). Raises IntakeError."""
    return intake.preview(bundle(sha256)).pixels


@st.cache_resource(show_spinner=False, max_entries=48)
def page(sha256: str, read_as: ReadAs) -> EcgPage:
    """The page of a dropped bundle. Raises IntakeError or PageError."""
    source = material(sha256)
    with _desk().room_for(size_of(source)):
        return page_of(source, read_as)


@st.cache_resource(show_spinner=False, max_entries=48)
def waves(sha256: str, read_as: ReadAs) -> Waves | None:
    """The leads of a dropped ECG: of a record its signals, of a scan what was recovered."""
    source = material(sha256)
    if isinstance(source, EcgRecord):
        return waves_of_record(ten_seconds(source, read_as.start_s or 0.0), read_as.band)
    return recovered(page(sha256, read_as))


def recovered(drawn: EcgPage) -> Waves | None:
    """The leads that the traces of a scan's page show."""
    return waves_of_page(replace(drawn, traces=recover(drawn).traces))


def stored(room: Room, case_id: str) -> StoredCase:
    """A stored case, to compare with. Raises StoreError."""
    room.actor.require(Permission.OPEN_CASE)
    return _stored(case_id, room)


@st.cache_resource(show_spinner=False, max_entries=12)
def _stored(case_id: str, _room: Room) -> StoredCase:
    return _room.reopen(case_id)


def stored_files(case_id: str) -> Bundle:
    """The original files of a stored case, as they were opened. Raises StoreError."""
    return place.store().bundle(case_id)


def stored_source(case_id: str) -> EcgRecord | EcgScan:
    """The record or scan that a stored case was read from. Raises IntakeError or StoreError."""
    return held().get(
        f"stored {case_id}",
        lambda: intake.read(stored_files(case_id), key=place.store().pseudonym_key()),
    )


def stored_waves(case: StoredCase) -> Waves | None:
    """The leads of a stored case."""
    return _stored_waves(case.id, case.page.sha256, case)


@st.cache_resource(show_spinner=False, max_entries=24)
def _stored_waves(case_id: str, page_sha256: str, _case: StoredCase) -> Waves | None:
    """From its original files where they still give the very page, else what the page shows."""
    shown = _case.page
    if shown.source == "scan":
        return recovered(shown)
    source = stored_record(_case)
    if source is not None:
        seen = ten_seconds(source, shown.start_s)
        with suppress(PageError, KeyError, ValueError):
            for band in Band:
                drawn = filtered(seen, band)
                if np.array_equal(ink_of(drawn, shown.layout), shown.ink):
                    return waves_of(drawn)
    return waves_of_page(shown)


def stored_record(case: StoredCase) -> EcgRecord | None:
    """The record in a stored case's original files, None where there is none."""
    try:
        source = held().get(
            f"files {case.id} {case.input_sha256}",
            lambda: intake.read(place.store().bundle(case.id)),
        )
    except (IntakeError, StoreError):
        return None
    return source if isinstance(source, EcgRecord) else None
