"""Audit: every case with its decisions, newest first; one click reopens it as it was decided."""

from __future__ import annotations

import datetime
import io
import math
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.triage.roles import Permission
from ecg_core.triage.store import (
    CaseFilter,
    CaseSummary,
    ChainReport,
    ExportFormat,
    Status,
    StoreError,
)
from widgets import engine, person
from widgets.badges import priority_name
from widgets.case_view import case_view, checks_badge
from widgets.entrance import through_app
from widgets.text import plain

PAGE_ROWS = 25
AGREEMENT = {True: "Agreed", False: "Overridden"}


def filters() -> CaseFilter:
    """The reader's choice among the values that stored cases have."""
    values = engine.store().filter_values()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input("Search", key="audit_text", placeholder="Name, reason, note, hash")
        days = st.date_input(
            "Dates (UTC)",
            value=[],
            min_value=values.first_day,
            max_value=values.last_day,
            format="YYYY-MM-DD",
            key="audit_days",
        )
        reader = st.selectbox(
            "Reader", values.readers, index=None, placeholder="Anyone", key="audit_reader"
        )
        triage = st.selectbox(
            "Class",
            values.triages,
            index=None,
            placeholder="Any",
            format_func=lambda one: TRIAGE_NAMES[one],
            key="audit_class",
        )
        decision = st.selectbox(
            "Decision",
            [*AGREEMENT.values(), "Not read yet"],
            index=None,
            placeholder="Any",
            key="audit_decision",
        )
        model = st.selectbox(
            "Model", values.model_versions, index=None, placeholder="Any", key="audit_model"
        )
    first, last = _span(days)
    return CaseFilter(
        date_from=first,
        date_to=last,
        reader=reader,
        triage=triage,
        agreement={word: agrees for agrees, word in AGREEMENT.items()}.get(decision or ""),
        model_version=model,
        status=Status.UNREAD if decision == "Not read yet" else None,
        text=text or "",
        limit=PAGE_ROWS,
    )


def _span(days: object) -> tuple[datetime.date | None, datetime.date | None]:
    picked = [day for day in days if isinstance(day, datetime.date)] if days else []  # type: ignore[attr-defined]
    return (picked[0] if picked else None, picked[-1] if picked else None)


def chain_badge(report: ChainReport) -> None:
    """Whether the audit chain is whole."""
    if report.ok:
        st.badge(
            f"Chain verified, {report.events} events",
            icon=":material/verified_user:",
            color="green",
            help=report.what,
        )
    else:
        st.badge("Chain broken", icon=":material/gpp_bad:", color="red", help=report.what)


def export(fmt: ExportFormat) -> str:
    """The whole chain as text; the export is itself an event."""
    out = io.StringIO()
    engine.store().export(out, fmt, person.me(Permission.EXPORT_AUDIT).actor)
    return out.getvalue()


def toolbar() -> None:
    """State of the chain, a closer look at it, and exports."""
    with st.container(horizontal=True, vertical_alignment="center"):
        report = engine.store().verify()
        chain_badge(report)
        if not report.ok:
            st.error(report.what)
        st.space("stretch")
        if st.button("Verify stored files", icon=":material/fact_check:", key="verify_all"):
            thorough = engine.store().verify(blobs=True)
            st.toast(thorough.what, icon=":material/check:" if thorough.ok else ":material/error:")
        if not person.me().may(Permission.EXPORT_AUDIT):
            return
        for fmt, label in ((ExportFormat.CSV, "CSV"), (ExportFormat.JSONL, "JSON Lines")):
            st.download_button(
                f"Export {label}",
                partial(export, fmt),
                file_name=f"ecg-triage-audit.{fmt}",
                icon=":material/download:",
                key=f"export_{fmt}",
                on_click="ignore",
            )


def rows(found: list[CaseSummary]) -> pd.DataFrame:
    """Cases as a table."""
    return pd.DataFrame(
        {
            "Stored (UTC)": [f"{case.created_utc:%Y-%m-%d %H:%M:%S}" for case in found],
            "ECG": [case.name for case in found],
            "Priority": [priority_name(case.priority) for case in found],
            # Where the machine abstained and nobody has decided, no class stands.
            "Class": [
                "" if case.abstained and case.agrees is None else TRIAGE_NAMES[case.triage]
                for case in found
            ],
            "Decision": [
                "Not read yet" if case.agrees is None else AGREEMENT[case.agrees] for case in found
            ],
            "Reader": [case.reader or "" for case in found],
            "The machine said": [
                "Abstained" if case.abstained else TRIAGE_NAMES[case.machine_triage]
                for case in found
            ],
            "Model": [case.model_version for case in found],
        }
    )


def listing() -> None:
    """The list of cases with its filters."""
    wanted = filters()
    toolbar()
    total = engine.store().count(wanted)
    if not total:
        st.info("No case matches. Cases appear here as soon as an ECG has been read.")
        return
    pages = math.ceil(total / PAGE_ROWS)
    page = st.session_state.get("audit_page", 1) if pages > 1 else 1
    offset = PAGE_ROWS * (min(page, pages) - 1)
    found = engine.store().search(replace(wanted, offset=offset))
    # A new key after each visit: no row is still selected when the reader comes back.
    picked = st.dataframe(
        rows(found),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"audit_table_{st.session_state.get('audit_visits', 0)}",
        alt="Stored cases, newest first",
    )
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.caption(
            f"{total} case{'' if total == 1 else 's'}. Select a row to open it.", width="content"
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
        if st.button("All cases", icon=":material/arrow_back:", key="audit_back"):
            st.session_state["audit_visits"] = st.session_state.get("audit_visits", 0) + 1
            st.query_params.clear()
            st.rerun()
        case = engine.store().reopen(case_id)
        st.markdown(f"**{plain(case.name)}**", width="content")
        checks_badge(case)
    seen: set[str] = st.session_state.setdefault("viewed", set())
    if case_id not in seen:
        engine.store().record_view(case_id, person.me(Permission.OPEN_CASE).actor)
        seen.add(case_id)
    case_view(case)


through_app()
person.me(Permission.SEE_AUDIT)
try:
    if "case" in st.query_params:
        reopened(st.query_params["case"])
    else:
        listing()
except StoreError as problem:
    st.error(f"{problem.reason} {problem.hint}", icon=":material/block:")
