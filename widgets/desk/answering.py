"""Asking the machine about an opened ECG: its page first, then what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core.answer import Answer
from ecg_core.read_as import ReadAs
from widgets.desk import verdict
from widgets.intake import batch
from widgets.session import engine, materials, person, queue
from widgets.session.engine import Kept
from widgets.session.rows import trace_first
from widgets.session.words import _
from widgets.viewer.paper import paper


def first_its_page(entry: queue.Entry, view: ReadAs) -> None:
    """Show an ECG that is opened for the first time before the machine is asked about it."""
    if _mark(entry, view) in _seen() or entry.replaces:
        return
    if not entry.demonstration and person.room().reads_blind(entry.list_name):
        return
    page, waves = materials.page(entry.sha256, view), materials.waves(entry.sha256, view)
    ecg, column = trace_first()
    with ecg:
        paper(page, waves, None, key="paper_open")
    with column, st.container(key="beside"), st.container(key="says"):
        verdict_first = st.container()
        answered(entry, view, partial(_verdict, verdict_first))
    # The page stays where it is; what is said and asked of it comes beside it.
    st.rerun()


def answered(
    entry: queue.Entry, view: ReadAs, said: Callable[[Answer], None] = lambda _said: None
) -> Kept:
    """The machine's answer, with progress in words the first time.

    said: told the answer as soon as there is one, before it is stored with where it looked.
    """
    mark, seen, room = _mark(entry, view), _seen(), person.room()
    first = mark not in seen or bool(entry.replaces)
    place = st.empty()
    try:
        status = place.status(_("Reading the ECG")) if first else None

        def tell(text: str) -> None:
            if status is not None:
                status.update(label=text)

        if entry.demonstration:
            answer = engine.shown(entry.sha256, view, tell)
        else:
            answer = engine.answer(
                room, entry.sha256, view, tell, entry.replaces, entry.list_name, said
            )
    finally:
        place.empty()
    seen.add(mark)
    if not first or entry.demonstration:
        return answer
    if entry.job:
        batch.settled(entry.job, answer.case_id)
    queue.update(entry.sha256, replaces="", job="")
    st.session_state.setdefault("case_of", {})[entry.sha256] = answer.case_id
    return answer


def _verdict(place: DeltaGenerator, said: Answer) -> None:
    """The verdict, while it is being stored and attention is looked for."""
    with place:
        verdict.headline(said.prediction, said.priority, said.page.remarks)


def _mark(entry: queue.Entry, view: ReadAs) -> str:
    return f"{entry.sha256} {view}"


def _seen() -> set[str]:
    """What was answered in this session already: the same again takes no time."""
    seen: set[str] = st.session_state.setdefault("answered", set())
    return seen
