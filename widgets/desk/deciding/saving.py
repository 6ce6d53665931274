"""Decisions as they are stored: each once, told in words, and taken back."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import streamlit as st

from ecg_core.store.cases.readings import VERDICT_NAMES, Decision, Phase, Reading
from ecg_core.store.cases.store import StoreError
from widgets.desk.badges import priority_in_line
from widgets.desk.deciding.at_hand import AtHand
from widgets.session import notice, person, queue, unsaved
from widgets.session.words import _, why

SAVING = "saving"
"""In the session: the case that is being saved, and the newest decision on it before."""
_PRESSED, HOLDS_S = "save_pressed", 30.0
"""In the session: the case whose button to save was pressed, when, and what was chosen then; and
how long that counts."""


def press(hand: AtHand) -> None:
    """Remember that saving was asked for: the run that does it may give way to the next press."""
    st.session_state[_PRESSED] = (hand.case_id, time.monotonic(), _chosen(hand))


def is_pressed(case_id: str) -> bool:
    """Whether saving this case was asked for and has not been done or refused yet."""
    pressed, since_s, _what = st.session_state.get(_PRESSED, ("", 0.0, ()))
    return bool(pressed == case_id and time.monotonic() - since_s < HOLDS_S)


def take_press(hand: AtHand) -> bool:
    """Whether saving what is chosen was asked for; from here on it is dealt with.

    It was not where something else has been chosen since: that is not signed by an earlier press.
    """
    pressed, _since_s, what = st.session_state.get(_PRESSED, ("", 0.0, ()))
    asked = is_pressed(hand.case_id) and what == _chosen(hand)
    if pressed == hand.case_id:
        st.session_state[_PRESSED] = ("", 0.0, ())
    return asked


def _chosen(hand: AtHand) -> tuple[object, ...]:
    case = hand.case_id
    names = ("verdict", "class", "covers", "first_class", "first_sure")
    keys = (*(f"{name}_{case}" for name in names), hand.priority_key)
    return tuple(st.session_state.get(key) for key in keys)


def was_interrupted(case_id: str, latest: int) -> bool:
    """Whether a decision was saved in a run that did not come to its end: a key was pressed again.

    latest: event of this person's newest decision on the case, 0 for none.
    """
    begun, before = st.session_state.get(SAVING, ("", 0))
    known: dict[str, int] = st.session_state.setdefault("known_events", {})
    known[case_id] = latest
    if begun != case_id:
        moved_on()
    return bool(begun == case_id and latest > before)


def moved_on() -> None:
    """Another case, or the list, is on the screen: what was saved is dealt with."""
    st.session_state[SAVING] = ("", 0)


def save(hand: AtHand, reading: Reading, phase: Phase, saved: Callable[[int], None]) -> None:
    """Store what was read, once. saved: called with the number of its event."""
    try:
        event = store(hand, reading, phase)
    except StoreError as error:
        refuse(why(error))
        return
    saved(event)


def store(hand: AtHand, reading: Reading, phase: Phase) -> int:
    """Store what was read, once; gives the number of its event. Raises StoreError."""
    # The same token however often the button is pressed: the store keeps one event.
    tokens: dict[str, str] = st.session_state.setdefault("tokens", {})
    token = tokens.setdefault(f"{hand.case_id} {phase}", uuid.uuid4().hex)
    if phase is not Phase.FIRST:
        known: dict[str, int] = st.session_state.setdefault("known_events", {})
        st.session_state[SAVING] = (hand.case_id, known.get(hand.case_id, 0))
    event = person.room().read(hand.case_id, reading, token, phase)
    told(event, in_words(hand, reading))
    unsaved.forget(hand.case_id)
    return event


def in_words(hand: AtHand, reading: Reading) -> str:
    """What a decision says, in a line."""
    said = _(VERDICT_NAMES[reading.verdict]) if reading.verdict else ""
    named = hand.names[reading.triage] if reading.triage else ""
    if reading.verdict is Decision.AGREE and hand.to_agree_with:
        named = hand.says
    wait = priority_in_line(reading.priority) if reading.priority else ""
    about = _("on {seconds}", seconds=_(reading.covers.words)) if reading.covers else ""
    return ", ".join(part for part in (said, named, wait, about) if part)


def told(event: int, words: str) -> None:
    """Remember in words what an event of this session says."""
    st.session_state.setdefault("said", {})[event] = words


def what_was_saved(event: int) -> str:
    """What the decision of this event says, where it was saved in this session."""
    said: dict[int, str] = st.session_state.get("said", {})
    return said.get(event) or _("decision")


def refuse(words: str) -> None:
    """Say why nothing was saved."""
    st.error(_("Not saved yet. {words}", words=words), icon=":material/edit:")


def take_back(case: str, event: int, key: str) -> None:
    """A button that takes a saved decision back by a new event."""
    if st.button(_("Take back"), icon=":material/undo:", key=key):
        try:
            number = person.room().take_back(case, event)
        except StoreError as error:
            st.error(why(error), icon=":material/block:")
            return
        again(case)
        st.session_state["last_saved"] = None
        notice.later(_("Taken back by event {n}.", n=number), ":material/undo:")
        for entry in queue.entries():
            if entry.event == event:
                queue.update(entry.sha256, event=None)
        st.rerun()


def again(case: str) -> None:
    """Let the next decision on this case be a new one."""
    tokens: dict[str, str] = st.session_state.setdefault("tokens", {})
    for name in [name for name in tokens if name.startswith(case)]:
        del tokens[name]
