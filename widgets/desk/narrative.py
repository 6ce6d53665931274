"""The draft report: sentences that say what they rest on, and the text that the reader edits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from ecg_core.report.values import Narrative, Sentence
from ecg_core.signal.values import QUANTITIES, Measurements
from ecg_core.triage.lead_names import named

SCRIPTS = ("drawn", "lit", "draft")
ASSETS = Path(__file__).parents[2] / "assets" / "viewer"
_COMPONENT = st.components.v2.component(
    "ecg_draft",
    html=(ASSETS / "draft.html").read_text(encoding="utf-8"),
    css=(ASSETS / "draft.css").read_text(encoding="utf-8"),
    js="\n".join((ASSETS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS),
)


def narrative_view(
    narrative: Narrative, found: Measurements, names: Mapping[str, str], key: str
) -> None:
    """Sentences to click: what the chosen one rests on lights up on the paper and in the header.

    names: of findings, by code. key: of the case.
    """
    st.subheader("Draft report")
    _COMPONENT(
        key=f"sentences_{key}",
        data={
            "id": key,
            "sentences": [
                {
                    "text": sentence.text,
                    "section": str(sentence.section),
                    "leads": list(sentence.leads),
                    "numbers": list(sentence.numbers),
                    "basis": _rests_on(sentence, found, names),
                }
                for sentence in narrative.sentences
            ],
        },
    )


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


def editor(narrative: Narrative, key: str) -> None:
    """The text to edit, and to take over into the note of the decision."""
    area = f"draft_{key}"
    with st.expander("Edit the draft and use it as the note", icon=":material/edit:"):
        st.session_state.setdefault(area, narrative.text)
        st.text_area(
            "Report text", key=area, height=150, max_chars=4000, label_visibility="collapsed"
        )
        with st.container(horizontal=True):
            st.button(
                "Use as note",
                key=f"take_{key}",
                icon=":material/assignment_turned_in:",
                help="It is signed and stored with your decision.",
                on_click=_take,
                args=(key,),
            )
            if st.session_state[area] != narrative.text:
                st.button(
                    "Start the draft again",
                    key=f"anew_{key}",
                    icon=":material/refresh:",
                    on_click=_anew,
                    args=(key, narrative.text),
                )


def _take(key: str) -> None:
    st.session_state[f"note_{key}"] = " ".join(st.session_state[f"draft_{key}"].split())


def _anew(key: str, text: str) -> None:
    st.session_state[f"draft_{key}"] = text
