"""The reader's decision on a case: agree or override, priority, reason; saved once."""

from __future__ import annotations

import uuid

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES, Triage, triage_names
from ecg_core.triage.priority import Priority
from ecg_core.triage.roles import Permission
from ecg_core.triage.store import Reading, StoreError
from widgets import engine, person, queue
from widgets.badges import priority_name
from widgets.engine import Answer
from widgets.text import plain

AGREE, OVERRIDE = "Agree", "Override"


def decision_form(entry: queue.Entry, answer: Answer) -> None:
    """Ask for the decision; once it is saved, confirm it and offer the next ECG."""
    st.subheader("Your decision")
    if entry.event is not None:
        _saved(entry, answer.case_id)
        return
    case = answer.case_id
    machine = answer.prediction.triage_class
    agrees = _verdict(answer)
    triage: Triage | None = machine
    reason = ""
    if not agrees:
        triage = st.selectbox(
            "Class",
            [name for name in TRIAGE_CLASSES if name != machine or answer.prediction.abstained],
            index=None,
            placeholder="Choose the class",
            format_func=lambda name: TRIAGE_NAMES[name],
            key=f"class_{case}",
            persist_state="session",
        )
        reason = st.text_input(
            "Reason (required)",
            value="The machine abstained." if answer.prediction.abstained else "",
            key=f"reason_{case}",
            persist_state="session",
            placeholder="What the machine missed or misread",
        )
    priority = st.segmented_control(
        "Priority",
        list(Priority),
        default=answer.priority.priority,
        required=True,
        format_func=priority_name,
        help=f"Suggested: {priority_name(answer.priority.priority)}. {answer.priority.rule}",
        key=f"priority_{case}",
        persist_state="session",
    )
    note = st.text_input("Note", key=f"note_{case}", persist_state="session")
    place = st.empty()
    # The same token however often the button is pressed: the store keeps one event.
    tokens: dict[str, str] = st.session_state.setdefault("tokens", {})
    token = tokens.setdefault(case, uuid.uuid4().hex)
    if st.button("Save decision", type="primary", icon=":material/check:", key=f"save_{case}"):
        if triage is None or priority is None:
            _refuse(place, "Choose the class that you decide on.")
            return
        try:
            who = person.me(Permission.READ).actor
            reading = Reading(who.name, agrees, triage, priority, reason, note)
            event = engine.store().record_reading(case, reading, token, who)
        except StoreError as error:
            _refuse(place, plain(f"{error.reason} {error.hint}"))
            return
        queue.update(entry.sha256, event=event)
        st.rerun()


def _refuse(place: DeltaGenerator, words: str) -> None:
    place.error(f"Not saved yet. {words}", icon=":material/edit:")


def _verdict(answer: Answer) -> bool:
    """Whether the reader agrees with the machine; an abstaining machine has no answer."""
    if answer.prediction.abstained:
        st.caption("The machine gives no answer here, so the decision is yours alone.")
        return False
    name = triage_names(answer.prediction.reads)[answer.prediction.triage_class]
    choice = st.segmented_control(
        f"The machine says: **{name}**",
        [AGREE, OVERRIDE],
        default=AGREE,
        required=True,
        key=f"verdict_{answer.case_id}",
        persist_state="session",
    )
    return choice != OVERRIDE


def _saved(entry: queue.Entry, case: str) -> None:
    st.success(f"Saved as audit event {entry.event}.", icon=":material/task_alt:")
    after = queue.following()
    with st.container(horizontal=True):
        if after is not None:
            if st.button("Next ECG", type="primary", icon=":material/arrow_forward:", key="next"):
                queue.show(after.sha256)
                st.rerun()
        elif st.button("Open ECGs", type="primary", icon=":material/arrow_back:", key="next"):
            queue.leave()
            st.rerun()
        if st.button("Add a reading", icon=":material/edit:", key="again"):
            st.session_state["tokens"].pop(case, None)
            queue.update(entry.sha256, event=None)
            st.rerun()
