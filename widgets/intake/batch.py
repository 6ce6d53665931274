"""Many ECGs at once: dropped, written down, read in the background, with progress in sight."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import streamlit as st

from ecg_core import intake
from ecg_core.intake.values import Upload
from ecg_core.store.background.jobs import Jobs, NotRead, Progress
from ecg_core.store.cases.store import StoreError
from ecg_core.store.people.roles import Permission
from server import place
from widgets.intake import opening
from widgets.intake.submitting import UPLOADS, submit
from widgets.session import person, queue
from widgets.session.text import plain
from widgets.session.words import _, counted, why

SOON_S, LOOK_S = 0.5, 1.0
"""How often is looked how far they have come: while some wait, and while none does."""
LIST_S = 2.0
"""So long the list stays as it is while more and more of them are read, but for the first."""
_LISTED = "batch_listed"


@dataclass(frozen=True)
class _Listed:
    """How far ECGs had come when the list was drawn, and when that was. first: none of those that
    wait had been read."""

    done: int
    waiting: int
    when_s: float
    first: bool

    def is_old(self, now: Progress) -> bool:
        """Whether the list is to be drawn anew."""
        if now.done == self.done:
            return False
        return self.first or not now.waiting or time.monotonic() - self.when_s > LIST_S


def _listed(now: Progress, before: _Listed | None) -> _Listed:
    first = before is None or not before.waiting or (before.first and before.done == now.done)
    return _Listed(now.done, now.waiting, time.monotonic(), first)


def add_menu() -> None:
    """Drop files; they are read in the background."""
    # Another key once they are on the list: what was open over the list closes.
    turn = st.session_state.setdefault("batch_turn", 0)
    with st.popover(_("Add ECGs"), icon=":material/upload:", key=f"add_ecgs_{turn}"):
        # A form sends the name and the files together, however fast one follows the other.
        with st.form(f"batch_form_{turn}", enter_to_submit=False, border=False):
            list_name = st.text_input(
                _("List"), value=UPLOADS, max_chars=80, key=f"batch_list_{turn}"
            )
            files = st.file_uploader(
                _("Files of one or many ECGs"), accept_multiple_files=True, key=f"batch_{turn}"
            )
            asked = st.form_submit_button(_("Put on the list"), type="primary", key="batch_go")
        if not asked:
            return
        if not files:
            st.error(_("Choose the files first."))
            return
        try:
            bundles = intake.split([Upload(file.name, file.getvalue()) for file in files])
            submit(bundles, list_name)
        except (StoreError, intake.IntakeError) as error:
            st.error(why(error))
            return
        st.session_state["batch_turn"] = turn + 1
        st.rerun()


def settled(job_id: str, case_id: str) -> None:
    """A person had an upload read that the machine could not read by itself."""
    person.me(Permission.ADD_ECGS)
    Jobs(place.store()).settled(job_id, case_id)


def _open(jobs: Jobs, refused: NotRead) -> None:
    """Lay an upload that was not read on the desk, where a person can say how it is to be read."""
    person.me(Permission.ADD_ECGS)
    try:
        bundle = jobs.files(refused.id)
    except StoreError as error:
        st.error(why(error))
        return
    queue.add([replace(opening.entry_of(bundle), job=refused.id, list_name=refused.list_name)])
    st.switch_page("pages/triage.py")


def progress() -> int:
    """How far the ECGs in the background have come; the list follows. Gives how many wait."""
    now = Jobs(place.store()).progress()
    st.session_state[_LISTED] = _listed(now, st.session_state.get(_LISTED))
    st.fragment(_progress, run_every=SOON_S if now.waiting else LOOK_S)()
    return now.waiting


def _progress() -> None:
    jobs = Jobs(place.store())
    now = jobs.progress()
    if now.waiting:
        st.progress(
            (now.total - now.waiting) / now.total,
            counted(
                "Reading {n} more ECG in the background",
                "Reading {n} more ECGs in the background",
                now.waiting,
            ),
        )
    if now.refused:
        with st.expander(_("{n} not read", n=now.refused), icon=":material/block:", key="refused"):
            for one in jobs.refused():
                with st.container(horizontal=True, vertical_alignment="center"):
                    if st.button(_("Open"), icon=":material/tune:", key=f"refused_{one.id}"):
                        _open(jobs, one)
                    st.markdown(f"**{plain(one.name)}** {plain(_(one.reason))}", width="stretch")
    if st.session_state[_LISTED].is_old(now):
        st.rerun()
