"""Plotly figures of the Performance page; colours come from the app's theme."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.risk import COVERAGES, RiskCoverage
from widgets.session.words import _, catalogue, percent

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""One line style per curve, so that colour is never the only difference."""

# Okabe and Ito's colours, shifted to stand out on light and dark alike.
COLOURS = ("#2f8fc9", "#d55e00", "#009e73", "#cc79a7", "#c99700")

HEIGHT = 400


def add_band(
    figure: go.Figure, x: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str = COLOURS[0]
) -> None:
    """Shade what lies between two curves over `x`; colour: as #rrggbb."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    figure.add_scatter(
        x=np.r_[x, x[::-1]],
        y=np.r_[high, low[::-1]],
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.18)",
        line={"width": 0},
        hoverinfo="skip",
        showlegend=False,
    )


def in_language(figure: go.Figure) -> go.Figure:
    """A chart with its numbers in the form of the session's language."""
    figure.update_layout(separators=catalogue().forms.separators)
    return figure


def confusion_chart(names: Sequence[str], counts: np.ndarray) -> go.Figure:
    """Confusion matrix (K × K, truth by row): share of each true class, counts in the cells."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    text = [
        [f"{counts[i, j]}<br>{percent(shares[i, j])}" for j in range(len(names))]
        for i in range(len(names))
    ]
    wrapped = ["<br>".join(textwrap.wrap(name, 16)) for name in names]
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=wrapped,
            y=wrapped,
            text=text,
            texttemplate="%{text}",
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            # Blues read the same in every kind of colour vision and on either background.
            colorscale=[[0, "#eef4f7"], [0.5, "#8fc0d6"], [1, "#3b87ab"]],
            textfont={"color": "#10181c", "size": 13},
            hovertemplate=_("truth: {y}<br>model: {x}", y="%{y}", x="%{x}")
            + "<br>%{text}<extra></extra>",
        )
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": _("The model's class"), "showgrid": False, "automargin": True},
        yaxis={"title": _("Labelled class"), "autorange": "reversed", "showgrid": False},
    )
    return figure


def group_chart(rows: Sequence[tuple[str, int, Interval]]) -> go.Figure:
    """AUC with its interval, one line a group (name, ECGs, AUC), largest on top."""
    values = [measure.value for *_named, measure in rows]
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=[f"{name}  (n = {n})" for name, n, _measure in rows],
            mode="markers",
            marker={"size": 10, "color": COLOURS[0]},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [measure.high - measure.value for *_named, measure in rows],
                "arrayminus": [measure.value - measure.low for *_named, measure in rows],
                "color": COLOURS[0],
                "thickness": 1.5,
                "width": 4,
            },
            hovertemplate="%{y}<br>AUC %{x:.3f}<extra></extra>",
        )
    )
    lowest = min(measure.low for *_named, measure in rows)
    figure.update_layout(
        height=110 + 34 * len(rows),
        margin={"l": 10, "r": 10, "t": 10, "b": 40},
        xaxis={"title": "AUC", "range": [min(0.7, lowest) - 0.01, 1.005]},
        yaxis={"autorange": "reversed", "showgrid": False, "automargin": True},
    )
    return figure


def risk_chart(curves: Sequence[RiskCoverage]) -> go.Figure:
    """Share of wrong answers over the share of ECGs answered, surest first, with 95 % bands."""
    figure = go.Figure()
    shares = 100 * COVERAGES
    for k, curve in enumerate(curves):
        colour = COLOURS[k]
        add_band(figure, shares, 100 * curve.low, 100 * curve.high, colour)
        figure.add_scatter(
            x=shares,
            y=100 * curve.risk,
            mode="lines",
            line={"dash": DASHES[k], "color": colour, "width": 2.5},
            name=f"{_(curve.name)}, n = {curve.n}",
            hovertemplate=_("surest {x} %: {y} % wrong", x="%{x:.0f}", y="%{y:.1f}")
            + f"<extra>{_(curve.name)}</extra>",
        )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 50, "r": 10, "t": 10, "b": 50},
        xaxis={"title": _("ECGs answered, surest first (%)"), "range": [0, 101]},
        yaxis={"title": _("Wrong (%)"), "rangemode": "tozero"},
        legend={"orientation": "h", "y": -0.22, "x": 0, "xanchor": "left"},
    )
    return figure
