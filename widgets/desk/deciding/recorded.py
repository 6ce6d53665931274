"""Who was recorded, as the reader says it: age and sex for the limits of the draft."""

from __future__ import annotations

import streamlit as st

from ecg_core.triage.limits import Person, Sex
from widgets.session.rows import not_drawn_yet
from widgets.session.words import _


def recorded_person(key: str) -> Person:
    """What the reader said of the case in this session; nothing of it is stored."""
    age, sex = st.session_state.get(f"age_{key}"), st.session_state.get(f"sex_{key}")
    return Person(age, sex)


def person_choice(key: str) -> None:
    """Ask for age and sex; drawn when it is opened."""
    person = recorded_person(key)
    said = [_(str(person.sex))] if person.sex else []
    said += [_("{age:.0f} years", age=person.age_years)] if person.age_years is not None else []
    with st.popover(
        _("Limits: {whose}", whose=", ".join(said) or _("adults")),
        icon=":material/tune:",
        key=f"limits_{key}",
        on_change="rerun",
    ) as opened:
        if not opened.open:
            not_drawn_yet(240)
            return
        st.radio(
            _("Sex"),
            list(Sex),
            index=None,
            format_func=lambda one: _(one.capitalize()),
            horizontal=True,
            key=f"sex_{key}",
            persist_state="session",
        )
        st.number_input(
            _("Age in years"),
            min_value=1,
            max_value=120,
            value=None,
            step=1,
            key=f"age_{key}",
            persist_state="session",
        )
        st.caption(
            _("Sinus rate by age, QTc by sex, ST elevation in V2 and V3 by both. Not stored.")
        )
