"""Who was recorded, as the reader says it: age and sex for the limits of the draft."""

from __future__ import annotations

import streamlit as st

from ecg_core.triage.limits import Person, Sex


def recorded_person(key: str) -> Person:
    """What the reader said of the case in this session; nothing of it is stored."""
    age, sex = st.session_state.get(f"age_{key}"), st.session_state.get(f"sex_{key}")
    return Person(age, sex)


def person_choice(key: str) -> None:
    """Ask for age and sex."""
    person = recorded_person(key)
    said = [str(person.sex)] if person.sex else []
    said += [f"{person.age_years:.0f} years"] if person.age_years is not None else []
    with st.popover(
        f"Limits: {', '.join(said) or 'adults'}", icon=":material/tune:", key=f"limits_{key}"
    ):
        st.radio(
            "Sex",
            list(Sex),
            index=None,
            format_func=str.capitalize,
            horizontal=True,
            key=f"sex_{key}",
        )
        st.number_input(
            "Age in years", min_value=1, max_value=120, value=None, step=1, key=f"age_{key}"
        )
        st.caption("Sinus rate by age, QTc by sex, ST elevation in V2 and V3 by both. Not stored.")
