"""Audit: every case with its decisions, newest first; one click reopens it as it was decided."""

from __future__ import annotations

import datetime
import io
import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import streamlit as st

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.store.audit.watching import ChainState
from ecg_core.store.cases import events as searching
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import (
    Action,
    CaseFilter,
    ExportFormat,
    Status,
    StoreError,
)
from ecg_core.store.people.roles import Permission
from widgets.desk import badges, history, seconds
from widgets.desk.case_view import case_view, checks_badge
from widgets.desk.report import exchange
from widgets.desk.report.take_away import offer_stored
from widgets.session import person
from widgets.session.entrance import through_app
from widgets.session.text import plain
from widgets.session.words import _, counted, day, moment, noted, why

PAGE_ROWS = 25
PARTS = {"Cases": noted("Cases"), "Events": noted("Events")}
AGREEMENT = {True: noted("Agreed"), False: noted("Overridden")}


def filters() -> CaseFilter:
    """The reader's choice among the values that stored cases have."""
    values = person.audit_room().filter_values()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            _("Search"), key="audit_text", placeholder=_("Name, reason, note, hash")
        )
        days = st.date_input(
            _("Dates (UTC)"),
            value=[],
            min_value=values.first_day,
            max_value=values.last_day,
            format=_("YYYY-MM-DD"),
            key="audit_days",
        )
        reader = st.selectbox(
            _("Reader"), values.readers, index=None, placeholder=_("Anyone"), key="audit_reader"
        )
        triage = st.selectbox(
            _("Class"),
            values.triages,
            index=None,
            placeholder=_("Any"),
            format_func=lambda one: _(TRIAGE_NAMES[one]),
            key="audit_class",
        )
        decision = st.selectbox(
            _("Decision"),
            [*AGREEMENT.values(), badges.UNREAD],
            index=None,
            placeholder=_("Any"),
            format_func=_,
            key="audit_decision",
        )
        model = st.selectbox(
            _("Model"), values.model_versions, index=None, placeholder=_("Any"), key="audit_model"
        )
    first, last = _span(days)
    return CaseFilter(
        date_from=first,
        date_to=last,
        reader=reader,
        triage=triage,
        agreement={word: agrees for agrees, word in AGREEMENT.items()}.get(decision or ""),
        model_version=model,
        status=Status.UNREAD if decision == badges.UNREAD else None,
        text=text or "",
        limit=PAGE_ROWS,
    )


def _span(days: object) -> tuple[datetime.date | None, datetime.date | None]:
    picked = [day for day in days if isinstance(day, datetime.date)] if days else []  # type: ignore[attr-defined]
    return (picked[0] if picked else None, picked[-1] if picked else None)


def chain_badge(state: ChainState) -> None:
    """Whether the audit chain is whole, when all of it was last checked, and what is new since."""
    report = state.report
    if not report.ok:
        st.badge(_("Chain broken"), icon=":material/gpp_bad:", color="red", help=_(report.what))
        return
    if state.whole_utc:
        checked = datetime.datetime.fromisoformat(state.whole_utc)
        when = moment(checked) if state.signed else f"{checked:%H:%M}"
        words = _("Chain verified {when} UTC, {events:,} events", when=when, events=report.events)
        words += _(", {new:,} new since", new=state.new) if state.new else ""
    else:
        recent = report.events - report.since
        words = _(
            "Chain verified, last {recent:,} of {events:,} events",
            recent=recent,
            events=report.events,
        )
    st.badge(words, icon=":material/verified_user:", color="green", help=_(report.what))


def export(room: Callable[[], Room], fmt: ExportFormat) -> str:
    """The whole chain as text; the export is itself an event."""
    out = io.StringIO()
    room().export_chain(out, fmt)
    return out.getvalue()


def toolbar() -> None:
    """State of the chain, a closer look at it, anchors and exports."""
    with st.container(horizontal=True, vertical_alignment="center"):
        state = person.audit_room().chain()
        chain_badge(state)
        if not state.report.ok:
            st.error(_(state.report.what))
        st.space("stretch")
        if st.button(_("Verify all"), icon=":material/fact_check:", key="verify_all"):
            with st.spinner(_("Checking every event and every stored file")):
                thorough = person.audit_room().verify_all()
            st.toast(
                _(thorough.what), icon=":material/check:" if thorough.ok else ":material/error:"
            )
        anchors()
        if not person.me().may(Permission.EXPORT_AUDIT):
            return
        for fmt, label in ((ExportFormat.CSV, "CSV"), (ExportFormat.JSONL, "JSON Lines")):
            st.download_button(
                _("Export {label}", label=label),
                partial(export, person.room_later(), fmt),
                file_name=f"ecg-triage-audit.{fmt}",
                icon=":material/download:",
                key=f"export_{fmt}",
                on_click="ignore",
            )


def anchors() -> None:
    """The hash of each day's last event, to be kept outside."""
    with st.popover(_("Daily anchors"), icon=":material/anchor:", key="anchors"):
        st.caption(
            _(
                "Keep these outside this system: they prove later that nothing before "
                "them was changed."
            )
        )
        for anchor in person.audit_room().anchors(most=7):
            st.markdown(
                _(
                    "{day}, event {seq}  \n`{hash}`",
                    day=day(datetime.date.fromisoformat(anchor.day)),
                    seq=anchor.seq,
                    hash=anchor.hash,
                )
            )


def events_listing() -> None:
    """Every event, sign-ins and settings included, newest first."""
    room = person.audit_room()
    known = room.actors()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Search"), key="event_text", placeholder=_("Words, hash"))
        action = st.selectbox(
            _("What"),
            list(Action),
            index=None,
            placeholder=_("Anything"),
            format_func=lambda one: _(one.replace("_", " ").capitalize()),
            key="event_action",
        )
        actor = st.selectbox(
            _("Who"), known, index=None, placeholder=_("Anyone"), key="event_actor"
        )
    toolbar()
    page = st.session_state.get("event_page", 1)
    wanted = searching.EventFilter(action, actor, text=text or "")
    found = room.events(wanted, page)
    pages = math.ceil(found.total / wanted.limit)
    history.table(history.events_table(found.events), _("Events, newest first"))
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(_("{total:,} events", total=found.total), width="content")
        if pages > 1:
            st.pagination(pages, key="event_page")


def listing() -> None:
    """The list of cases with its filters."""
    wanted = filters()
    toolbar()
    room = person.audit_room()
    total = room.count(wanted)
    if not total:
        st.info(_("No case matches. Cases appear here as soon as an ECG has been read."))
        return
    pages = math.ceil(total / PAGE_ROWS)
    page = st.session_state.get("audit_page", 1) if pages > 1 else 1
    offset = PAGE_ROWS * (min(page, pages) - 1)
    found = room.cases(replace(wanted, offset=offset))
    # A new key after each visit: no row is still selected when the reader comes back.
    picked = st.dataframe(
        history.cases_table(found),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"audit_table_{st.session_state.get('audit_visits', 0)}",
        alt=_("Stored cases, newest first"),
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(
            counted(
                "{n} case. Select a row to open it.",
                "{n} cases. Select a row to open it.",
                total,
            ),
            width="content",
        )
        if pages > 1:
            st.pagination(pages, key="audit_page")
    chosen = picked["selection"]["rows"]
    if chosen:
        st.query_params["case"] = found[chosen[0]].id
        st.rerun()


def reopened(case_id: str) -> None:
    """One case as it was decided."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("All cases"), icon=":material/arrow_back:", key="audit_back"):
            st.session_state["audit_visits"] = st.session_state.get("audit_visits", 0) + 1
            st.query_params.clear()
            st.rerun()
        room = person.room()
        case = room.reopen(case_id)
        st.markdown(f"**{plain(case.name)}**", width="content")
        checks_badge(case)
        badges.patient_badge(case.patient)
        st.space("stretch")
        if not room.reads_blind():
            exchange.case_menu(room, case)
        offer_stored(room, case)
    seen: set[str] = st.session_state.setdefault("viewed", set())
    if case_id not in seen:
        room.view(case_id)
        seen.add(case_id)
    case_view(seconds.chosen(case), stored=case)
    history.other_models(case)
    history.timeline(case)


through_app()
person.me(Permission.SEE_AUDIT)
try:
    if "case" in st.query_params:
        reopened(st.query_params["case"])
    else:
        what = st.segmented_control(
            _("Show"),
            list(PARTS),
            default="Cases",
            required=True,
            format_func=lambda one: _(PARTS[one]),
            key="show",
            bind="query-params",
            label_visibility="collapsed",
        )
        if what == "Events":
            events_listing()
        else:
            listing()
except StoreError as problem:
    st.error(why(problem), icon=":material/block:")
