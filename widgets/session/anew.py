"""Stored scans, read anew as a person says: laid out to be looked at, then kept in their place."""

from __future__ import annotations

import streamlit as st

from ecg_core import answer as answers
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from ecg_core.preparing import page_of
from ecg_core.read_as import ReadAs
from ecg_core.store.cases.room import Room
from widgets.session import engine, materials, models


@st.cache_resource(show_spinner=False, max_entries=24)
def page(case_id: str, read_as: ReadAs) -> EcgPage:
    """A stored scan, laid out as a person says. Raises IntakeError, PageError or StoreError."""
    return page_of(materials.stored_source(case_id), read_as)


@st.cache_resource(show_spinner=False, max_entries=16)
def waves(case_id: str, read_as: ReadAs) -> Waves | None:
    """The leads that this page shows. Raises as `page`."""
    return materials.recovered(page(case_id, read_as))


def take_over(room: Room, case_id: str, read_as: ReadAs) -> str:
    """Have a stored scan read as a person says; gives the case that takes its place.

    Raises IntakeError, PageError or StoreError.
    """
    files = materials.stored_files(case_id)
    rule = engine.settings().priority_table
    drawn = page(case_id, read_as)
    said = answers.answer_page(
        materials.stored_source(case_id), drawn, models.Loaded(), rule, files=files
    )
    return answers.keep(room, said, instead_of=case_id).id
