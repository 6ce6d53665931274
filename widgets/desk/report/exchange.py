"""Reports to take away: a case as FHIR, a list as CSV; identifiers only when asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from ecg_core.store.cases.exchange import case_report, list_csv
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import StoredCase
from ecg_core.store.cases.worklist import WorklistFilter
from ecg_core.store.people.roles import Permission
from widgets.session import person
from widgets.session.words import _


def case_menu(room: Room, case: StoredCase) -> None:
    """A case as FHIR R4."""
    if not room.account.may(Permission.EXPORT_CASE):
        return
    with st.popover(_("Export"), icon=":material/download:", key="export_case"):
        named = _asks_for_names(room, f"named_{case.id}")
        st.download_button(
            _("FHIR R4 report (JSON)"),
            partial(_case, person.room_later(), case.id, named),
            file_name=f"ecg-{case.id}.json",
            mime="application/fhir+json",
            on_click="ignore",
            key=f"fhir_{case.id}",
        )


def list_menu(room: Room, wanted: WorklistFilter) -> None:
    """The list as CSV, with the filters in force."""
    if not room.account.may(Permission.EXPORT_CASE):
        return
    with st.popover(_("Export"), icon=":material/download:", key="export_list"):
        named = _asks_for_names(room, "named_list")
        st.download_button(
            _("This list (CSV)"),
            partial(_list, person.room_later(), wanted, named),
            file_name="ecg-worklist.csv",
            mime="text/csv",
            on_click="ignore",
            key="csv_list",
        )


def _asks_for_names(room: Room, key: str) -> bool:
    if not room.account.may(Permission.EXPORT_IDENTIFIERS):
        return False
    return st.checkbox(
        _("With identifiers (file names, readers)"),
        key=key,
        help=_("The export is recorded in the audit."),
    )


def _case(room: Callable[[], Room], case_id: str, named: bool) -> str:
    return case_report(room(), case_id, named)


def _list(room: Callable[[], Room], wanted: WorklistFilter, named: bool) -> str:
    return list_csv(room(), wanted, named)
