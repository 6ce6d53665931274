"""Which column of a table of labels says what, and what its own words mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pandas as pd
import streamlit as st

from ecg_core.evidence.own_sets.checking import Meanings, strange_words
from ecg_core.evidence.own_sets.columns import Column, ColumnRole, answerable, code_name, guess
from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES
from widgets.session.text import plain

FIELDS: tuple[tuple[ColumnRole, str, str], ...] = (
    (ColumnRole.FILE, "File", "Names the ECG: a file name, with or without its folder and suffix"),
    (
        ColumnRole.PATIENT,
        "Patient",
        "Intervals count patients; without it every ECG is one of its own",
    ),
    (ColumnRole.TRIAGE, "Triage class", "One class for each ECG"),
    (ColumnRole.CODES, "List of codes", "All SCP-ECG codes of an ECG in one cell: IMI; AFIB"),
    (ColumnRole.AGE, "Age", "For the groups: years"),
    (ColumnRole.SEX, "Sex", "For the groups"),
    (ColumnRole.DEVICE, "Device", "For the groups"),
    (ColumnRole.SITE, "Site", "For the groups"),
)
Meaning = TypeVar("Meaning")
SHOWN_CHARACTERS = 24
MOST_WORDS = 12
"""So many words of each kind are asked for; the rest is named row by row."""
CLASSES = {**{TRIAGE_NAMES[name]: k for k, name in enumerate(TRIAGE_CLASSES)}, "None of them": -1}
ANSWERS: dict[str, bool | None] = {"Yes": True, "No": False, "Unknown": None}


def columns(table: pd.DataFrame, key: str) -> tuple[Column, ...]:
    """What each column is: guessed from its name, and open to correction. key: of the table."""
    guessed = {column.name: column for column in guess(table)}
    by_role = {column.role: column.name for column in guessed.values()}
    names = list(table.columns)

    def named(name: str) -> str:
        return f"{name} · {str(table[name].iloc[0])[:SHOWN_CHARACTERS]}"

    found: list[Column] = []
    with st.grid(4, min_column_width=180):
        for role, label, text in FIELDS:
            chosen = st.selectbox(
                label,
                names,
                index=names.index(by_role[role]) if role in by_role else None,
                format_func=named,
                placeholder="Not used",
                help=text,
                key=f"map_{role}_{key}",
            )
            if chosen is not None:
                found.append(Column(chosen, role))
    answering = st.multiselect(
        "Columns that answer yes or no",
        names,
        default=[name for name, column in guessed.items() if column.role is ColumnRole.YES_NO],
        format_func=named,
        placeholder="None",
        help="One finding each: 1 or 0, yes or no, or words of your own",
        key=f"map_yes_no_{key}",
    )
    codes = list(answerable())
    with st.grid(4, min_column_width=180):
        for name in answering:
            code = guessed[name].code
            chosen = st.selectbox(
                f"{plain(name)} answers",
                codes,
                index=codes.index(code) if code else None,
                format_func=lambda code: f"{code_name(code)} ({code})",
                placeholder="Choose a finding",
                key=f"map_code_{name}_{key}",
            )
            found.append(Column(name, ColumnRole.YES_NO, chosen or ""))
    return tuple(found)


def meanings(table: pd.DataFrame, chosen: Sequence[Column], key: str) -> Meanings:
    """What words mean that are in no list, as the reader says."""
    triage, answers = strange_words(table, chosen)
    if not triage and not answers:
        return Meanings()
    st.caption("Words of this table that need a meaning; ECGs without one are left out.")
    return Meanings(
        _said(triage, CLASSES, f"map_class_{key}"), _said(answers, ANSWERS, f"map_answer_{key}")
    )


def _said(words: Sequence[str], options: dict[str, Meaning], key: str) -> dict[str, Meaning]:
    said: dict[str, Meaning] = {}
    with st.grid(4, min_column_width=180):
        for word in words[:MOST_WORDS]:
            chosen = st.selectbox(
                f"“{plain(word)}” means",
                list(options),
                index=None,
                placeholder="Not said",
                key=f"{key}_{word}",
            )
            if chosen is not None:
                said[word] = options[chosen]
    return said
