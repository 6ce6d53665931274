"""Which of the cases count: every dimension they carry, and whether abstentions stay in."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ecg_core.evidence.figures.groups import in_order
from ecg_core.evidence.values import CaseSet
from widgets.performance.views.groups import NAMES
from widgets.session.words import _

OFFERED = 40
"""Of a dimension with more values only the commonest are offered."""


def filtered(cases: CaseSet, bar: DeltaGenerator) -> CaseSet:
    """The cases that the reader's filters leave. bar: where the popover goes."""
    keep = np.ones(cases.n, bool)
    active = 0
    with bar.popover(_("Filter"), icon=":material/filter_list:"):
        for dimension in cases.dimensions:
            names, counts = np.unique(dimension.values, return_counts=True)
            common = np.sort(np.argsort(-counts, kind="stable")[:OFFERED])
            chosen = st.multiselect(
                _(NAMES.get(dimension.name, dimension.name.capitalize())),
                in_order(dimension.name, names[common], counts[common]),
                format_func=lambda value: _(str(value)),
                key=f"filter_{dimension.name}",
                placeholder=_("All"),
            )
            if chosen:
                keep &= np.isin(dimension.values, chosen)
                active += 1
        if st.toggle(_("Leave out ECGs the model abstained on"), key="filter_abstained"):
            keep &= ~cases.abstained
            active += 1
    return cases.take(keep) if active else cases
