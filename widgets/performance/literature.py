"""Literature: published accuracies, what they rest on, and ours under both protocols."""

from __future__ import annotations

import textwrap

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ecg_core.evidence.field import literature
from ecg_core.evidence.field.literature import PublishedSystem
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.four_classes import curated, figures, folders
from ecg_core.evidence.four_classes.figures import MethodFigures
from widgets.performance import tables
from widgets.performance.charts import COLOURS, HEIGHT, in_language
from widgets.session.words import Later, _

SYMBOLS = ("circle", "square", "diamond", "cross")


def show() -> None:
    """Curation of the public page set, every method under every protocol, the field."""
    _curation()
    _methods()
    _field()


def _curation() -> None:
    found = curated.load()
    st.subheader(_("The public four-class page set, looked at closely"))
    if found is None:
        st.caption(_("Not curated yet."))
        return
    st.markdown(
        _(
            "Of {files} published files only **{kept} are distinct pages**. "
            "{identities} identities are printed on them; pages of "
            "{groups_in_several_classes} identities lie in more than one class. A "
            "random split puts copies of one page, and pages of one patient, on "
            "both sides.",
            files=found.files,
            kept=found.kept,
            identities=found.identities,
            groups_in_several_classes=found.groups_in_several_classes,
        )
    )
    table = pd.DataFrame(
        {
            "Class": [folders.NAMES[row.label].capitalize() for row in found.classes],
            "Files": [row.files for row in found.classes],
            "Distinct pages": [row.kept for row in found.classes],
            "Identities": [row.groups for row in found.classes],
        }
    )
    probes = pd.DataFrame(
        {
            "Seen": [probe.name.capitalize() for probe in found.probes],
            "Pages": [probe.n for probe in found.probes],
            "Balanced accuracy": [Interval(*probe.balanced_accuracy) for probe in found.probes],
            "Chance": [f"{probe.chance:.2f}" for probe in found.probes],
        }
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.dataframe(
            tables.spoken(table), hide_index=True, alt=_("Files and distinct pages by class")
        )
        tables.csv_button(table, "curation", "curation")
    with right:
        st.dataframe(
            tables.spoken(tables.shown(probes)),
            hide_index=True,
            alt=_("What header and footer alone tell of the class"),
        )
        st.caption(
            _(
                "How well the class is told without looking at the ECG, by print "
                "alone: five-fold by identity, 95 % CI by identity."
            )
        )
        tables.csv_button(probes, "probes", "probes")


@st.cache_data(show_spinner=Later("Reading the cross-validation"))
def _figures() -> tuple[MethodFigures, ...]:
    return tuple(map(figures.figures, figures.load()))


def _methods() -> None:
    found = _figures()
    st.subheader(_("The same methods, as published and honestly"))
    if not found:
        st.caption(_("Not measured yet."))
        return
    methods = list(dict.fromkeys(one.method for one in found))
    chart = go.Figure()
    for k, protocol in enumerate(dict.fromkeys(one.protocol for one in found)):
        here = [one for one in found if one.protocol == protocol]
        chart.add_scatter(
            x=[one.accuracy.value for one in here],
            y=["<br>".join(textwrap.wrap(_(one.method), 24)) for one in here],
            mode="markers",
            name=_(protocol),
            marker={"size": 10, "symbol": SYMBOLS[k % 4], "color": COLOURS[k % len(COLOURS)]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [one.accuracy.high - one.accuracy.value for one in here],
                "arrayminus": [one.accuracy.value - one.accuracy.low for one in here],
                "thickness": 1.5,
            },
            hovertemplate="%{y}: %{x:.3f}<extra>" + _(protocol) + "</extra>",
        )
    chart.update_layout(
        height=max(HEIGHT - 80, 60 + 44 * len(methods)),
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        xaxis={"title": _("Accuracy (95 % CI by identity)"), "range": [0.2, 1.01]},
        yaxis={"autorange": "reversed", "automargin": True},
        legend={"orientation": "h", "y": -0.25, "x": 0, "xanchor": "left"},
    )
    st.plotly_chart(
        in_language(chart),
        key="protocols",
        config={"displayModeBar": False},
        alt=_("Accuracy of every method under every protocol"),
    )
    table = pd.DataFrame(
        {
            "Protocol": [one.protocol for one in found],
            "Method": [one.method for one in found],
            "Pages": [one.n for one in found],
            "Identities": [one.groups for one in found],
            "Accuracy": [one.accuracy for one in found],
            "Balanced accuracy": [one.balanced_accuracy for one in found],
        }
    )
    with st.expander(_("As a table")):
        shown = tables.shown(table)
        st.dataframe(
            tables.spoken(shown), hide_index=True, alt=_("Every method under every protocol")
        )
    tables.csv_button(table, "protocols", "protocols")


def _field() -> None:
    st.subheader(_("Published systems"))
    table = pd.DataFrame(
        {
            "System": [f"{one.name}, {one.year}" for one in literature.SYSTEMS],
            "Claim": [
                one.claim + (" (second-hand)" if one.second_hand else "")
                for one in literature.SYSTEMS
            ],
            "What is known of its protocol": [one.protocol for one in literature.SYSTEMS],
            "Nearest test of ours": [str(one.nearest) for one in literature.SYSTEMS],
            "Source": [one.source for one in literature.SYSTEMS],
        }
    )
    with st.grid(3, min_column_width=300):
        for one in literature.SYSTEMS:
            _system(one)
    st.caption(_("Second-hand: the figure was read in another text, not in the paper itself."))
    tables.csv_button(table, "field", "field")


def _system(one: PublishedSystem) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**{one.name}, {one.year}**")
        st.markdown(_(one.claim) + (_(" (second-hand)") if one.second_hand else ""))
        st.caption(_(one.protocol))
        st.caption(_("Nearest test of ours: {nearest}", nearest=_(str(one.nearest))))
        if one.source:
            st.caption(one.source)
