"""Worklist: what is to be read, most urgent first; the next case opens after each decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import streamlit as st

from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoreError
from ecg_core.store.cases.workflow import STATUS_NAMES, CaseStatus
from ecg_core.store.cases.worklist import Pile, WorklistFilter
from ecg_core.store.people.roles import Permission
from ecg_core.triage.priority import Priority
from widgets.desk.badges import priority_name
from widgets.desk.deciding import saving
from widgets.desk.desk import desk, last_saved
from widgets.desk.report import exchange
from widgets.intake import batch
from widgets.session import engine, one_run, person, unsaved
from widgets.session.entrance import through_app
from widgets.session.text import plain
from widgets.session.words import _, counted, noted, why
from widgets.worklist import pile
from widgets.worklist.rows import lines
from widgets.worklist.table import table

PAGE_ROWS = 25
VIEW_NAMES = {
    Pile.TO_DO: noted("To do"),
    Pile.MINE: noted("Mine"),
    Pile.SETTLE: noted("To adjudicate"),
    Pile.DONE: noted("Done"),
    Pile.ALL: noted("All"),
}
SETTLES = Permission.ADJUDICATE
NARROWING = ("q", "status", "priority", "assignee", "list", "marks")
FLAGS = {"abstained": noted("Machine abstained"), "doubtful": noted("Doubtful page")}


def filters(room: Room) -> WorklistFilter:
    """What is looked for; it stands in the address, so that a view can be kept as a bookmark."""
    readers = engine.readers()
    with st.container(horizontal=True, vertical_alignment="bottom", key="list_filters"):
        view = st.segmented_control(
            _("Cases"),
            [one for one in Pile if one is not Pile.SETTLE or room.account.may(SETTLES)],
            default=Pile.TO_DO,
            required=True,
            format_func=lambda one: _(VIEW_NAMES[one]),
            key="show",
            bind="query-params",
        )
        # On narrow screens the list comes first, and what narrows it when asked for (style.css).
        narrowed = sum(bool(st.session_state.get(one)) for one in NARROWING)
        label = _("Filters ({n})", n=narrowed) if narrowed else _("Filters")
        opened = st.toggle(label, key="show_filters", persist_state="session")
        with st.container(
            horizontal=True,
            vertical_alignment="bottom",
            key="narrowing_open" if opened else "narrowing",
        ):
            text = st.text_input(
                _("Search"),
                key="q",
                bind="query-params",
                placeholder=_("Name, case, hash"),
                width=160,
            )
            status = _choice(_("Status"), list(CaseStatus), _said(STATUS_NAMES), "status")
            priority = None
            if not room.reads_blind():
                names = {one: priority_name(one) for one in Priority}
                priority = _choice(_("Priority"), list(Priority), names, "priority")
            assignee = _choice(_("Assigned to"), list(readers), readers, "assignee")
            lists = room.lists()
            list_name = _choice(_("List"), list(lists), {one: one for one in lists}, "list")
            flag = None
            if not room.reads_blind():
                flag = _choice(_("Marks"), list(FLAGS), _said(FLAGS), "marks")
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


def _said(names: Mapping[Any, str]) -> dict[Any, str]:
    return {key: _(name) for key, name in names.items()}


def _choice(label: str, options: Sequence[str], names: Mapping[Any, str], key: str) -> str | None:
    words = {str(one): name for one, name in names.items()}
    return st.selectbox(
        label,
        [str(one) for one in options],
        index=None,
        placeholder=_("Any"),
        format_func=lambda one: words.get(one, one),
        key=key,
        bind="query-params",
        width=130,
    )


def open_case(case_id: str | None) -> None:
    """Put a case on the desk, or go back to the list."""
    picked(case_id)
    st.rerun()


def picked(case_id: str | None) -> None:
    """The same, before a run."""
    st.session_state["reading_again"] = None
    pile.gone_on(st.query_params.get("case", ""), case_id or "")
    if case_id is None:
        pile.forget()
        st.query_params.pop("case", None)
    else:
        pile.put(case_id, st.query_params.get("case", ""))
        st.query_params["case"] = case_id


def listing(room: Room) -> None:
    """The list, its filters, and what is coming in."""
    saving.moved_on()
    wanted = filters(room)
    # While a case is on the desk the filters are not drawn: the next case comes by these.
    st.session_state["wanted"] = replace(wanted, offset=0)
    st.session_state["wanted_by"] = _chosen()
    with st.container(horizontal=True, vertical_alignment="center", key="list_bar"):
        if room.account.may(Permission.READ):
            following = room.following(wanted)
            if st.button(
                _("Read the next case"),
                type="primary",
                icon=":material/play_arrow:",
                disabled=following is None,
                key="read_next",
                on_click=_read_next,
            ):
                open_case(room.take_next(wanted))
        if room.account.may(Permission.ADD_ECGS):
            batch.add_menu()
        st.space("stretch")
        exchange.list_menu(room, wanted)
    # Before the list is read: what comes in between is seen to be missing.
    coming = batch.progress()
    found, total = room.worklist(wanted)
    last_saved()
    _drafts()
    if not total:
        if wanted.view is not Pile.TO_DO:
            st.info(_("No case matches."), icon=":material/task_alt:")
        elif not coming:
            st.info(_("Nothing to do here."), icon=":material/task_alt:")
        return
    table(lines(found, room), room, picked)
    pages = math.ceil(total / PAGE_ROWS)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(
            counted(
                "{n} case. Click a row to open it.", "{n} cases. Click a row to open it.", total
            ),
            width="content",
        )
        if pages > 1:
            st.pagination(pages, key="page", bind="query-params")


def _chosen() -> tuple[object, ...]:
    """What the filters say."""
    return tuple(st.session_state.get(one) for one in ("show", *NARROWING))


def _read_next() -> None:
    """Take the next case before the list is drawn once more.

    A filter that changed with the same click, and what cannot be done, are left to the run.
    """
    if st.session_state.get("wanted_by") == _chosen():
        with suppress(StoreError), one_run.run():
            picked(person.room().take_next(present()))


def _drafts() -> None:
    left = unsaved.drafts()
    if not left:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(":orange[:material/edit_note:] " + _("Not saved yet:"), width="content")
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
    named = st.query_params.get("case", "")
    opened = pile.at_hand(named)
    if opened and opened != named:
        st.query_params["case"] = opened
    elif not opened:
        st.query_params.pop("case", None)
    if opened and me.may(Permission.OPEN_CASE):
        pile.begin(here, present(), opened)
        desk(
            here,
            opened,
            lambda: open_case(None),
            lambda: open_case(here.take_next(present(), opened)),
            lambda: picked(person.room().take_next(present(), opened)),
            open_case,
        )
    else:
        listing(here)
    pile.drawn(opened)
except StoreError as problem:
    st.error(why(problem), icon=":material/block:")
    if st.button(_("Worklist"), icon=":material/arrow_back:", key="to_list_after"):
        open_case(None)
