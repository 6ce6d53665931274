"""The draft report: sentences that say what they rest on, and the text that the reader edits."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ecg_core.report.lead_names import named
from ecg_core.report.values import Narrative, Sentence
from ecg_core.signal.values import QUANTITIES, Measurements
from widgets.text import plain


def chosen(narrative: Narrative, key: str) -> Sentence | None:
    """The sentence that the reader clicked last, if it is still there."""
    text = st.session_state.get(f"sentence_{key}")
    return next((s for s in narrative.sentences if s.text == text), None)


def narrative_view(
    narrative: Narrative,
    found: Measurements,
    names: Mapping[str, str],
    key: str,
    edit: bool = True,
) -> None:
    """Sentences to click, what the chosen one rests on, and the text to edit and take over.

    names: of findings, by code. key: of the case. edit: whether the reader may take the text
    over into the note of the decision.
    """
    st.subheader("Draft report")
    picked = chosen(narrative, key)
    with st.container(horizontal=True, gap="xsmall"):
        for number, sentence in enumerate(narrative.sentences):
            st.button(
                plain(sentence.text),
                key=f"say_{key}_{number}",
                type="tertiary",
                icon=":material/arrow_right:" if sentence == picked else None,
                help=str(sentence.section),
                on_click=_pick,
                args=(key, sentence.text),
            )
    st.caption(
        _rests_on(picked, found, names) if picked else "Click a sentence to see what it rests on."
    )
    if edit:
        _editor(narrative, key)


def _pick(key: str, text: str) -> None:
    name = f"sentence_{key}"
    st.session_state[name] = None if st.session_state.get(name) == text else text


def _rests_on(sentence: Sentence, found: Measurements, names: Mapping[str, str]) -> str:
    parts = []
    if sentence.leads:
        parts.append(f"leads {named(sentence.leads)}")
    for key in sentence.numbers:
        quantity, value = QUANTITIES[key], found.value(key)
        shown = "not measurable" if value is None else f"{value:.0f} {quantity.unit}"
        parts.append(f"{quantity.name} {shown}")
    parts += [f"finding: {names.get(code, code)}" for code in sentence.findings]
    return "Rests on " + (" · ".join(parts) or "the machine's answer as a whole") + "."


def _editor(narrative: Narrative, key: str) -> None:
    area = f"draft_{key}"
    with st.expander("Edit and take over", icon=":material/edit:"):
        st.session_state.setdefault(area, narrative.text)
        st.text_area(
            "Report text", key=area, height=150, max_chars=4000, label_visibility="collapsed"
        )
        with st.container(horizontal=True):
            st.button(
                "Take over as note",
                key=f"take_{key}",
                icon=":material/assignment_turned_in:",
                help="It is signed and stored with your decision.",
                on_click=_take,
                args=(key,),
            )
            if st.session_state[area] != narrative.text:
                st.button(
                    "Draft anew",
                    key=f"anew_{key}",
                    icon=":material/refresh:",
                    on_click=_anew,
                    args=(key, narrative.text),
                )


def _take(key: str) -> None:
    st.session_state[f"note_{key}"] = " ".join(st.session_state[f"draft_{key}"].split())


def _anew(key: str, text: str) -> None:
    st.session_state[f"draft_{key}"] = text
