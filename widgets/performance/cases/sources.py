"""Where labelled cases come from, as the page's first choice."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core import network
from ecg_core.evidence import forms
from ecg_core.evidence.four_classes import figures
from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard
from widgets.session.words import Later, _


@st.cache_resource(max_entries=6, show_spinner=Later("Reading the evidence"))
def shipped_sets(name: str, weights_sha256: str, _card: ModelCard) -> tuple[CaseSet, ...]:
    """Evidence shipped with a model; files of other weights are left out."""
    return forms.shown(_card)


@st.cache_resource(show_spinner=Later("Reading the evidence"))
def page_sets() -> tuple[CaseSet, ...]:
    """The four-class page set under every protocol, by the methods that are not trivial."""
    return tuple(a.cases() for a in figures.load() if not figures.trivial(a.method))


def everything(card: ModelCard) -> tuple[CaseSet, ...]:
    """All shipped evidence, that of the answering model first."""
    own = shipped_sets(card.name, card.weights_sha256, card)
    return (*own, *other_models(card.name), *page_sets())


def choose(card: ModelCard, bar: DeltaGenerator) -> CaseSet | None:
    """The chosen set of the shipped evidence, or None where the model has none of its own.

    bar: where to choose.
    """
    own = shipped_sets(card.name, card.weights_sha256, card)
    sets = everything(card) if own else ()
    if not sets:
        st.info(_("This model was shipped without evidence files, so nothing can be shown here."))
        return None
    place = bar.selectbox(
        _("Cases"),
        range(len(sets)),
        format_func=lambda k: _titled(sets[k]),
        label_visibility="collapsed",
        key="cases",
        width=420,
    )
    return sets[place or 0]


def _titled(cases: CaseSet) -> str:
    """Title, with the model where it is not the one that answers."""
    usual = cases.model == network.default_model() or not cases.version
    title = _(cases.title)
    return title if usual else f"{title} · {cases.model} {cases.version}"


def other_models(name: str) -> tuple[CaseSet, ...]:
    """Evidence of the other models in the registry, for comparing."""
    sets: list[CaseSet] = []
    for other in network.list_models():
        if other != name:
            card = network.card_of(other)
            sets += shipped_sets(other, card.weights_sha256, card)
    return tuple(sets)
