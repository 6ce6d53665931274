"""Performance: how far the model can be trusted, against labelled cases."""

from __future__ import annotations

import streamlit as st

from ecg_core import network
from widgets.appraisal import filters, sources
from widgets.appraisal.context import Context
from widgets.appraisal.views import VIEWS
from widgets.entrance import through_app

through_app()
try:
    card = network.card_of(network.default_model())
except KeyError as error:
    st.warning(f"The model cannot be shown: {error.args[0]}.")
    st.stop()
sets = sources.shipped_sets(card.name, card.weights_sha256, card)
if not sets:
    st.info("This model was shipped without evidence files, so nothing can be shown here.")
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    place = st.selectbox(
        "Cases",
        range(len(sets)),
        format_func=lambda k: sets[k].title,
        label_visibility="collapsed",
        key="cases",
        width=420,
    )
    whole = sets[place or 0]
    cases = filters.filtered(whole)
    st.caption(
        f"{cases.n} ECGs of {cases.people} patients"
        + (f" (of {whole.n})" if cases.n < whole.n else "")
        + f"; {int(cases.abstained.sum())} abstained, {whole.refused} gave no page · "
        f"{whole.model} {whole.version}",
        width="content",
    )
view = st.segmented_control(
    "View",
    [one.key for one in VIEWS],
    default=VIEWS[0].key,
    required=True,
    format_func={one.key: one.name for one in VIEWS}.__getitem__,
    label_visibility="collapsed",
    key="view",
    bind="query-params",
    wrap=True,
)
siblings = tuple(one for one in sets if one is not whole) + sources.other_models(card.name)
chosen = next((one for one in VIEWS if one.key == view), VIEWS[0])
if not cases.n:
    st.info("The filters leave no case.")
else:
    chosen.show(Context(cases, whole, card, siblings))
