"""Worklist: what is to be read, most urgent first; the next case opens after each decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoreError
from ecg_core.store.cases.workflow import STATUS_NAMES, CaseStatus
from ecg_core.store.cases.worklist import Pile, WorklistFilter, WorklistRow
from ecg_core.store.people.roles import Permission
from ecg_core.triage.priority import Priority
from ecg_core.triage.verdict import level_in
from widgets.desk import exchange
from widgets.desk.badges import level_name, priority_name
from widgets.desk.desk import desk, last_saved
from widgets.session import batch, engine, person, unsaved
from widgets.session.entrance import through_app
from widgets.session.text import plain

PAGE_ROWS = 25
VIEW_NAMES = {
    Pile.TO_DO: "To do",
    Pile.MINE: "Mine",
    Pile.DONE: "Done",
    Pile.ALL: "All",
}
FLAGS = {"abstained": "Machine abstained", "doubtful": "Doubtful page"}


def filters(room: Room) -> WorklistFilter:
    """What is looked for; it stands in the address, so that a view can be kept as a bookmark."""
    readers = engine.readers()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = st.segmented_control(
            "Cases",
            list(Pile),
            default=Pile.TO_DO,
            required=True,
            format_func=VIEW_NAMES.__getitem__,
            key="view",
            bind="query-params",
        )
        text = st.text_input(
            "Search", key="q", bind="query-params", placeholder="Name, case, hash", width=180
        )
        status = _choice("Status", list(CaseStatus), STATUS_NAMES, "status")
        priority = None
        if not room.reads_blind():
            names = {one: priority_name(one) for one in Priority}
            priority = _choice("Priority", list(Priority), names, "priority")
        assignee = _choice("Assigned to", list(readers), readers, "assignee")
        lists = room.lists()
        list_name = _choice("List", list(lists), {one: one for one in lists}, "list")
        flag = None
        if not room.reads_blind():
            flag = _choice("Marks", list(FLAGS), FLAGS, "marks")
    return WorklistFilter(
        view=Pile(view or Pile.TO_DO),
        status=CaseStatus(status) if status else None,
        priority=Priority(priority) if priority else None,
        assignee=assignee,
        list_name=list_name,
        abstained=True if flag == "abstained" else None,
        doubtful=True if flag == "doubtful" else None,
        text=text or "",
        limit=PAGE_ROWS,
        offset=PAGE_ROWS * (st.session_state.get("page", 1) - 1),
    )


def _choice(label: str, options: Sequence[str], names: Mapping[Any, str], key: str) -> str | None:
    words = {str(one): name for one, name in names.items()}
    return st.selectbox(
        label,
        [str(one) for one in options],
        index=None,
        placeholder="Any",
        format_func=lambda one: words.get(one, one),
        key=key,
        bind="query-params",
        width=150,
    )


def says(row: WorklistRow) -> str:
    """The verdict; the class of a case that was stored before there were verdicts."""
    level = level_in(row.rule)
    if level is not None:
        return level_name(level)
    if row.abstained:
        return "Abstains"
    return TRIAGE_NAMES[row.triage] + (" (doubtful page)" if row.doubtful else "")


def table(found: list[WorklistRow], room: Room) -> pd.DataFrame:
    """Cases as a table; to those who read blind, without anything that the machine said."""
    names, now = engine.names(), datetime.now(UTC)
    blind = [_hidden(row, room) for row in found]
    return pd.DataFrame(
        {
            "Priority": [
                "After reading" if hidden else priority_name(row.priority)
                for row, hidden in zip(found, blind, strict=True)
            ],
            "ECG": [row.name for row in found],
            "Waiting": [_age((now - row.arrived_utc).total_seconds()) for row in found],
            "Status": [_status(row, names) for row in found],
            "Assigned to": [names.get(row.assignee or "", "") for row in found],
            "The machine says": [
                "" if hidden else says(row) for row, hidden in zip(found, blind, strict=True)
            ],
            "Rule": ["" if hidden else row.rule for row, hidden in zip(found, blind, strict=True)],
            "List": [row.list_name for row in found],
        }
    )


def _hidden(row: WorklistRow, room: Room) -> bool:
    return room.account.id not in row.readers and room.reads_blind(row.list_name, engine.settings())


def _status(row: WorklistRow, names: dict[str, str]) -> str:
    if row.taken_by is not None:
        return f"Taken by {names.get(row.taken_by, 'another reader')}"
    return STATUS_NAMES[row.status]


def _age(seconds: float) -> str:
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return "now"


def open_case(case_id: str | None) -> None:
    """Put a case on the desk, or go back to the list."""
    st.session_state["visits"] = st.session_state.get("visits", 0) + 1
    st.session_state["reading_again"] = None
    if case_id is None:
        st.query_params.pop("case", None)
    else:
        st.query_params["case"] = case_id
    st.rerun()


def listing(room: Room) -> None:
    """The list, its filters, and what is coming in."""
    wanted = filters(room)
    # While a case is on the desk the filters are not drawn: the next case comes by these.
    st.session_state["wanted"] = replace(wanted, offset=0)
    found, total = room.worklist(wanted)
    with st.container(horizontal=True, vertical_alignment="center"):
        if room.account.may(Permission.READ):
            following = room.following(wanted)
            if st.button(
                "Read the next case",
                type="primary",
                icon=":material/play_arrow:",
                disabled=following is None,
                key="read_next",
            ):
                open_case(room.take_next(wanted))
        if room.account.may(Permission.ADD_ECGS):
            batch.add_menu()
        st.space("stretch")
        exchange.list_menu(room, wanted)
    batch.progress()
    last_saved()
    _drafts()
    if not total:
        st.info(
            "Nothing to do here." if wanted.view is Pile.TO_DO else "No case matches.",
            icon=":material/task_alt:",
        )
        return
    picked = st.dataframe(
        table(found, room),
        hide_index=True,
        height="content",
        on_select="rerun",
        selection_mode="single-row",
        key=f"worklist_{st.session_state.get('visits', 0)}",
        alt="Worklist, most urgent first",
        column_config={
            "Status": st.column_config.TextColumn(width=150),
            "Rule": st.column_config.TextColumn(width="large"),
        },
    )
    pages = math.ceil(total / PAGE_ROWS)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(
            f"{total} case{'' if total == 1 else 's'}. Select a row to open it.", width="content"
        )
        if pages > 1:
            st.pagination(pages, key="page", bind="query-params")
    chosen = picked["selection"]["rows"]
    if chosen:
        open_case(found[chosen[0]].id)


def _drafts() -> None:
    left = unsaved.drafts()
    if not left:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":orange[:material/edit_note:] Not saved yet:", width="content")
        for case_id, name in left.items():
            if st.button(plain(name), type="tertiary", key=f"draft_{case_id}"):
                open_case(case_id)


def present() -> WorklistFilter:
    """The filter that stands in the address, while a case is on the desk."""
    kept = st.session_state.get("wanted")
    return kept if isinstance(kept, WorklistFilter) else WorklistFilter()


through_app()
me = person.me(Permission.SEE_WORKLIST)
here = person.room()
try:
    opened = st.query_params.get("case")
    if opened and me.may(Permission.OPEN_CASE):
        desk(
            here,
            opened,
            lambda: open_case(None),
            lambda: open_case(here.take_next(present(), opened or "")),
            open_case,
        )
    else:
        listing(here)
except StoreError as problem:
    st.error(plain(f"{problem.reason} {problem.hint}"), icon=":material/block:")
    if st.button("Worklist", icon=":material/arrow_back:", key="to_list_after"):
        open_case(None)
