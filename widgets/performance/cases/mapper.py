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
from widgets.session.words import _, noted

FIELDS: tuple[tuple[ColumnRole, str, str], ...] = (
    (
        ColumnRole.FILE,
        noted("File"),
        noted("Names the ECG: a file name, with or without its folder and suffix"),
    ),
    (
        ColumnRole.PATIENT,
        noted("Patient"),
        noted("Intervals count patients; without it every ECG is one of its own"),
    ),
    (ColumnRole.TRIAGE, noted("Triage class"), noted("One class for each ECG")),
    (
        ColumnRole.CODES,
        noted("List of codes"),
        noted("All SCP-ECG codes of an ECG in one cell: IMI; AFIB"),
    ),
    (ColumnRole.AGE, noted("Age"), noted("For the groups: years")),
    (ColumnRole.SEX, noted("Sex"), noted("For the groups")),
    (ColumnRole.DEVICE, noted("Device"), noted("For the groups")),
    (ColumnRole.SITE, noted("Site"), noted("For the groups")),
)
Meaning = TypeVar("Meaning")
SHOWN_CHARACTERS = 24
MOST_WORDS = 12
"""So many words of each kind are asked for; the rest is named row by row."""
CLASSES = {
    **{TRIAGE_NAMES[name]: k for k, name in enumerate(TRIAGE_CLASSES)},
    noted("None of them"): -1,
}
ANSWERS: dict[str, bool | None] = {
    noted("Yes"): True,
    noted("No"): False,
    noted("Unknown"): None,
}


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
                _(label),
                names,
                index=names.index(by_role[role]) if role in by_role else None,
                format_func=named,
                placeholder=_("Not used"),
                help=_(text),
                key=f"map_{role}_{key}",
            )
            if chosen is not None:
                found.append(Column(chosen, role))
    answering = st.multiselect(
        _("Columns that answer yes or no"),
        names,
        default=[name for name, column in guessed.items() if column.role is ColumnRole.YES_NO],
        format_func=named,
        placeholder=_("None"),
        help=_("One finding each: 1 or 0, yes or no, or words of your own"),
        key=f"map_yes_no_{key}",
    )
    codes = list(answerable())
    with st.grid(4, min_column_width=180):
        for name in answering:
            code = guessed[name].code
            chosen = st.selectbox(
                _("{name} answers", name=plain(name)),
                codes,
                index=codes.index(code) if code else None,
                format_func=lambda code: f"{_(code_name(code))} ({code})",
                placeholder=_("Choose a finding"),
                key=f"map_code_{name}_{key}",
            )
            found.append(Column(name, ColumnRole.YES_NO, chosen or ""))
    return tuple(found)


def meanings(table: pd.DataFrame, chosen: Sequence[Column], key: str) -> Meanings:
    """What words mean that are in no list, as the reader says."""
    triage, answers = strange_words(table, chosen)
    if not triage and not answers:
        return Meanings()
    st.caption(_("Words of this table that need a meaning; ECGs without one are left out."))
    return Meanings(
        _said(triage, CLASSES, f"map_class_{key}"), _said(answers, ANSWERS, f"map_answer_{key}")
    )


def _said(words: Sequence[str], options: dict[str, Meaning], key: str) -> dict[str, Meaning]:
    said: dict[str, Meaning] = {}
    with st.grid(4, min_column_width=180):
        for word in words[:MOST_WORDS]:
            chosen = st.selectbox(
                _("“{word}” means", word=plain(word)),
                list(options),
                index=None,
                format_func=_,
                placeholder=_("Not said"),
                key=f"{key}_{word}",
            )
            if chosen is not None:
                said[word] = options[chosen]
    return said
