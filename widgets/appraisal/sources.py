"""Where labelled cases come from, as the page's first choice."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core import network
from ecg_core.appraisal import shipped
from ecg_core.appraisal.values import CaseSet
from ecg_core.learning import evidence
from ecg_core.network.card import ModelCard


@st.cache_resource(max_entries=6, show_spinner="Reading the evidence")
def shipped_sets(name: str, weights_sha256: str, _card: ModelCard) -> tuple[CaseSet, ...]:
    """Evidence shipped with a model; files of other weights are left out."""
    found = (e for e in evidence.load(name) if e.weights_sha256 == weights_sha256)
    return tuple(shipped.from_evidence(one, _card) for one in found)


def choose(sets: tuple[CaseSet, ...], bar: DeltaGenerator) -> CaseSet | None:
    """The chosen set of the shipped evidence, or None where there is none. bar: where to choose."""
    if not sets:
        st.info("This model was shipped without evidence files, so nothing can be shown here.")
        return None
    place = bar.selectbox(
        "Cases",
        range(len(sets)),
        format_func=lambda k: sets[k].title,
        label_visibility="collapsed",
        key="cases",
        width=420,
    )
    return sets[place or 0]


def other_models(name: str) -> tuple[CaseSet, ...]:
    """Evidence of the other models in the registry, for comparing."""
    sets: list[CaseSet] = []
    for other in network.list_models():
        if other != name:
            card = network.card_of(other)
            sets += shipped_sets(other, card.weights_sha256, card)
    return tuple(sets)
