"""Training: the learning curve of the released run, and its cost beside other methods."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from ecg_core.evidence.field import history
from ecg_core.network.card import ModelCard
from widgets.performance import methods, tables
from widgets.performance.charts import COLOURS, DASHES, HEIGHT, in_language
from widgets.session.words import _

STATEMENTS = ", statements"
OWN_AXIS = {"epoch", "loss", "seconds", "cpu_seconds"}


def show(card: ModelCard) -> None:
    """Loss and fold-9 curves, epoch by epoch; then what other methods cost."""
    _curves(card)
    methods.section()


def _curves(card: ModelCard) -> None:
    table = history.load(card.name)
    if table.empty:
        st.info(_("This model was shipped without its training log."))
        return
    # The statements' curves run along and are in the CSV.
    measured = [
        name for name in table.columns if name not in OWN_AXIS and not name.endswith(STATEMENTS)
    ]
    left, right = st.columns([2, 1], gap="large")
    with left:
        figure = go.Figure()
        for k, name in enumerate(measured):
            figure.add_scatter(
                x=table["epoch"],
                y=table[name],
                name=_(name.replace("x", " × ")),
                line={"dash": DASHES[k % len(DASHES)], "color": COLOURS[k % len(COLOURS)]},
            )
        figure.update_layout(
            height=HEIGHT + 60,
            margin={"l": 50, "r": 10, "t": 10, "b": 46},
            xaxis={"title": _("Epoch")},
            yaxis={"title": _("Mean AUC of five classes"), "tickformat": ".2f"},
            legend={"orientation": "h", "y": -0.2},
        )
        st.plotly_chart(
            in_language(figure),
            key="learning",
            config={"displayModeBar": False},
            alt=_("Mean AUC on the choosing fold by epoch"),
        )
    with right:
        loss = go.Figure(
            go.Scatter(x=table["epoch"], y=table["loss"], line={"color": COLOURS[0], "width": 2.5})
        )
        loss.update_layout(
            height=HEIGHT + 60,
            margin={"l": 50, "r": 10, "t": 10, "b": 46},
            xaxis={"title": _("Epoch")},
            yaxis={"title": _("Training loss"), "rangemode": "tozero"},
        )
        st.plotly_chart(
            in_language(loss),
            key="loss",
            config={"displayModeBar": False},
            alt=_("Training loss by epoch"),
        )
    spent = (
        _(
            "{hours:.1f} CPU-hours for the network, drawing pages extra.",
            hours=table["cpu_seconds"].sum() / 3600,
        )
        + " "
        if "cpu_seconds" in table
        else ""
    )
    st.caption(
        _(
            "{n} epochs. {spent}Every second recording of PTB-XL fold 9, without "
            "intervals: fold 9 chooses and is never the test set. {training_data}",
            n=len(table),
            spent=spent,
            training_data=_(card.training_data),
        )
    )
    tables.csv_button(table, "training", "training")
