"""What happened to a case, and what other models said of the same ECG."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ecg_core.network.statements import TRIAGE_NAMES, triage_names
from ecg_core.network.values import Prediction
from ecg_core.store.cases import events as searching
from ecg_core.store.cases.store import (
    Action,
    CaseFilter,
    CaseSummary,
    StoredCase,
    StoredEvent,
)
from widgets.desk.badges import DECIDED, UNREAD, priority_in_line, priority_name
from widgets.session import person
from widgets.session.words import _, second

ROW_PX = 50
"""Two lines of words: what changed is not cut off."""
DIFFERENT = 0.1
"""Probabilities of two models that differ by less are not listed."""


def timeline(case: StoredCase) -> None:
    """Every event of a case in order."""
    st.subheader(_("Timeline"))
    table(events_table(case.events).drop(columns=_("Case")), _("Timeline of this case"))


def table(events: pd.DataFrame, alt: str) -> None:
    """Events as `events_table` gives them: room for words, less for hashes."""
    st.dataframe(
        events,
        hide_index=True,
        height="content",
        row_height=ROW_PX,
        alt=alt,
        column_config={
            _("Event"): st.column_config.NumberColumn(width="small"),
            _("What"): st.column_config.TextColumn(width=125),
            _("Before → after"): st.column_config.TextColumn(width=280),
            _("Reason"): st.column_config.TextColumn(width="medium"),
            _("Hash"): st.column_config.TextColumn(width="small"),
        },
    )


def cases_table(found: Sequence[CaseSummary]) -> pd.DataFrame:
    """Cases as a table."""
    return pd.DataFrame(
        {
            _("Stored (UTC)"): [second(case.created_utc) for case in found],
            _("ECG"): [case.name for case in found],
            _("Priority"): [priority_name(case.priority) for case in found],
            # Where the machine abstained and nobody has decided, no class stands.
            _("Class"): [
                "" if case.abstained and case.verdict is None else _(TRIAGE_NAMES[case.triage])
                for case in found
            ],
            _("Decision"): [
                _(UNREAD if case.verdict is None else DECIDED[case.verdict]) for case in found
            ],
            _("Reader"): [case.reader or "" for case in found],
            _("The machine said"): [
                _("Abstained" if case.abstained else TRIAGE_NAMES[case.machine_triage])
                for case in found
            ],
            _("Model"): [case.model_version for case in found],
        }
    )


def events_table(events: Sequence[StoredEvent]) -> pd.DataFrame:
    """Events as a table: when, who, in which role, what, from what to what, why."""
    return pd.DataFrame(
        {
            _("Event"): [event.seq for event in events],
            _("Time (UTC)"): [second(event.created_utc) for event in events],
            _("Who"): [event.actor for event in events],
            _("Role"): [", ".join(map(_, event.role.split("+"))) for event in events],
            _("What"): [_(event.action.replace("_", " ").capitalize()) for event in events],
            _("Case"): [event.case_id or "" for event in events],
            _("Before → after"): [
                # What is read before the answer is shown changes nothing.
                ""
                if event.action == Action.FIRST_READING
                else _(searching.change_in_words(event.payload))
                for event in events
            ],
            _("Reason"): [_(str(event.payload.get("reason") or "")) for event in events],
            _("Hash"): [event.hash for event in events],
        }
    )


def other_models(case: StoredCase) -> None:
    """Where another model or version answered otherwise on the very same files."""
    room = person.room()
    found = room.search(CaseFilter(text=case.input_sha256, limit=20))
    others = [
        room.reopen(line.id)
        for line in found
        if line.id != case.id
        and line.model_version != f"{case.prediction.model.name} {case.prediction.model.version}"
    ]
    if not others:
        return
    st.subheader(_("Other models on this ECG"))
    for other in others:
        model = other.prediction.model
        st.markdown(
            f"**{model.name} {model.version}**: "
            f"{_(TRIAGE_NAMES[other.machine])}, {priority_in_line(other.priority.priority)}"
        )
        table = differences(case.prediction, other.prediction)
        if table.empty:
            st.caption(_("No probability differs by {different:.0%} or more.", different=DIFFERENT))
        else:
            st.dataframe(table, hide_index=True, alt=_("Differences between two models"))


def differences(one: Prediction, other: Prediction) -> pd.DataFrame:
    """Probabilities of two answers that differ by `DIFFERENT` or more, largest first."""
    first, second = _named(one), _named(other)
    rows = [
        (name, first[name], second[name])
        for name in first
        if name in second and abs(first[name] - second[name]) >= DIFFERENT
    ]
    rows.sort(key=lambda row: -abs(row[1] - row[2]))
    return pd.DataFrame(
        rows, columns=[_("Probability of"), _("This answer"), _("The other")]
    ).round(2)


def _named(prediction: Prediction) -> dict[str, float]:
    names = triage_names(prediction.reads)
    triage = {
        _(names[one]): prediction.triage[list(names).index(one)]
        for one in prediction.triage_classes
    }
    findings = (*prediction.superclasses, *prediction.findings)
    return triage | {_(finding.name): finding.probability for finding in findings}
