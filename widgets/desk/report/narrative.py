"""The draft report: sentences that say what they rest on, and the text that the reader edits."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ecg_core.report.values import Narrative, Sentence
from ecg_core.signal.values import QUANTITIES, Measurements
from ecg_core.triage.lead_names import named
from widgets.desk.report.measurements import with_unit
from widgets.session.words import _
from widgets.viewer.component import Component

SCRIPTS = ("drawn", "lit", "draft")
_COMPONENT = Component("ecg_draft", "viewer", "draft.html", "draft.css", SCRIPTS)


def narrative_view(
    narrative: Narrative, found: Measurements, names: Mapping[str, str], key: str
) -> None:
    """Sentences to click: what the chosen one rests on lights up on the paper and in the header.

    names: of findings, by code. key: of the case.
    """
    st.subheader(_("Draft report"))
    _COMPONENT(
        key=f"sentences_{key}",
        data={
            "id": key,
            "sentences": [
                {
                    "text": _(sentence.text),
                    "section": _(str(sentence.section)),
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
        parts.append(_("leads {leads}", leads=_(named(sentence.leads))))
    for key in sentence.numbers:
        quantity, value = QUANTITIES[key], found.value(key)
        shown = _("not measurable") if value is None else with_unit(f"{value:.0f}", quantity.unit)
        parts.append(f"{_(quantity.name)} {shown}")
    parts += [_("finding: {name}", name=_(names.get(code, code))) for code in sentence.findings]
    if not parts:
        return _("Rests on the machine's answer as a whole.")
    return _("Rests on {what}.", what=" · ".join(parts))


def editor(narrative: Narrative, key: str) -> None:
    """The text to edit, and to take over into the note of the decision; drawn when opened."""
    area, text = f"draft_{key}", _(narrative.text)
    with st.expander(
        _("Edit the draft and use it as the note"),
        icon=":material/edit:",
        key=f"edited_{key}",
        on_change="rerun",
    ) as opened:
        if not opened.open:
            return
        st.session_state.setdefault(area, text)
        st.text_area(
            _("Report text"),
            key=area,
            persist_state="session",
            height=150,
            max_chars=4000,
            label_visibility="collapsed",
        )
        with st.container(horizontal=True):
            st.button(
                _("Use as note"),
                key=f"take_{key}",
                icon=":material/assignment_turned_in:",
                help=_("It is signed and stored with your decision."),
                on_click=_take,
                args=(key,),
            )
            if st.session_state[area] != text:
                st.button(
                    _("Start the draft again"),
                    key=f"anew_{key}",
                    icon=":material/refresh:",
                    on_click=_anew,
                    args=(key, text),
                )


def _take(key: str) -> None:
    st.session_state[f"note_{key}"] = " ".join(st.session_state[f"draft_{key}"].split())


def _anew(key: str, text: str) -> None:
    st.session_state[f"draft_{key}"] = text
