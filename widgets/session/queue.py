"""The ECGs a reader has opened in this session, in order: ids, names and what became of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import streamlit as st

from ecg_core.read_as import ReadAs
from widgets.session.words import _


@dataclass(frozen=True)
class Entry:
    """One opened ECG.

    reason and hint: why it could not be read. event: number of the saved decision.
    caption: what a demo ECG is. patient: the patient's pseudonym, "" where the files name none.
    signals: labels of a record's signals, where the reader should name their leads. replaces: the
    case that it was, when the reader has just said how it is to be read. demonstration: it is
    shown, and nothing of it is stored. job: the upload that the machine could not read by itself,
    list_name: where it was to go.
    """

    sha256: str
    name: str
    reason: str = ""
    hint: str = ""
    caption: str = ""
    event: int | None = None
    view: ReadAs = field(default_factory=ReadAs)
    patient: str = ""
    signals: tuple[str, ...] = ()
    replaces: str = ""
    demonstration: bool = False
    job: str = ""
    list_name: str = ""

    @property
    def label(self) -> str:
        """Name with its state, for a list."""
        if self.demonstration and not self.reason:
            return _("{name} · demonstration", name=_(self.name))
        if self.reason:
            return _("{name} · not read", name=self.name)
        return self.name if self.event is None else _("{name} · decided", name=self.name)


def entries() -> list[Entry]:
    """The session's ECGs in the order they were opened."""
    return st.session_state.setdefault("queue", [])


def add(new: list[Entry]) -> None:
    """Append ECGs (one already open is only shown again) and show the first that was read."""
    held = {entry.sha256 for entry in entries()}
    for entry in new:
        # The same ECG may lie in two folders of one drop.
        if entry.sha256 not in held:
            entries().append(entry)
            held.add(entry.sha256)
    readable = [entry for entry in new if not entry.reason] or new
    show(readable[0].sha256)


def show(sha256: str) -> None:
    """Make one of the ECGs the current one."""
    st.session_state["current"] = sha256


def current() -> Entry | None:
    """The ECG on the desk, or None when the reader has put all away."""
    wanted = st.session_state.get("current")
    return next((entry for entry in entries() if entry.sha256 == wanted), None)


def update(sha256: str, /, **changes: object) -> None:
    """Change what is known of one ECG."""
    st.session_state["queue"] = [
        replace(entry, **changes) if entry.sha256 == sha256 else entry  # type: ignore[arg-type]
        for entry in entries()
    ]


def following() -> Entry | None:
    """The next readable ECG without a decision: after the current one, else from the start."""
    row = entries()
    here = next(
        (i for i, e in enumerate(row) if e.sha256 == st.session_state.get("current")),
        -1,
    )
    others = [e for e in row[here + 1 :] + row[: max(here, 0)] if not e.demonstration]
    waiting = [e for e in others if not e.reason and e.event is None]
    return waiting[0] if waiting else None


def leave() -> None:
    """Go back to the opening screen; opened ECGs stay in the queue."""
    st.session_state["current"] = None
