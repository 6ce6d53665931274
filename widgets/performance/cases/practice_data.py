"""Daily use, read from the store once for every new event."""

from __future__ import annotations

import streamlit as st

from ecg_core.evidence import practice
from ecg_core.evidence.practice import PracticeCase
from ecg_core.evidence.practice_room import PracticeRoom
from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard
from widgets.session import engine, person
from widgets.session.words import Later, _


def cases() -> tuple[PracticeCase, ...]:
    """Every case of daily use that was not withdrawn."""
    room = person.practice_room()
    return _cases(str(engine.data_dir().resolve()), room.last_event(), room)


@st.cache_resource(max_entries=2, show_spinner=Later("Reading the daily use"))
def _cases(directory: str, last_event: int, _room: PracticeRoom) -> tuple[PracticeCase, ...]:
    return _room.cases()


def adjudicated(card: ModelCard) -> CaseSet | None:
    """Adjudicated decisions as labelled cases; says so where there are none."""
    found = practice.adjudicated(cases(), card)
    if found is None:
        st.info(
            _(
                "No case that these weights answered has been adjudicated yet. A "
                "disagreement between two readers, settled by a lead, becomes a "
                "labelled case here."
            )
        )
    return found
