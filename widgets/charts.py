"""Plotly figures of the Performance page; colours come from the app's theme."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from sklearn.metrics import roc_curve

from ecg_core.learning.metrics import Interval, OperatingFigures

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")
"""One line style per curve, so that colour is never the only difference."""

# Okabe and Ito's colours, shifted to stand out on light and dark alike.
COLOURS = ("#2f8fc9", "#d55e00", "#009e73", "#cc79a7", "#c99700")

HEIGHT = 400


def interval_text(interval: Interval) -> str:
    """A value with its 95 % interval."""
    return f"{interval.value:.3f} ({interval.low:.3f}–{interval.high:.3f})"


def roc_chart(
    names: Sequence[str],
    truth: np.ndarray,
    scores: np.ndarray,
    areas: Sequence[Interval],
    chosen: int,
    point: OperatingFigures,
) -> go.Figure:
    """ROC curves, one a column of `truth` and `scores` (n × K); `point` marks the threshold."""
    figure = go.Figure()
    for k, name in enumerate(names):
        fall_out, recall, cuts = roc_curve(truth[:, k], scores[:, k])
        figure.add_scatter(
            x=fall_out,
            y=recall,
            customdata=np.clip(cuts, 0, 1),
            mode="lines",
            name=f"{name}  {interval_text(areas[k])}",
            line={
                "dash": DASHES[k % len(DASHES)],
                "color": COLOURS[k % len(COLOURS)],
                "width": 3 if k == chosen else 1.5,
            },
            hovertemplate="1 − specificity %{x:.3f}<br>sensitivity %{y:.3f}"
            "<br>threshold %{customdata:.3f}<extra>" + name + "</extra>",
        )
    figure.add_scatter(
        x=[1 - point.specificity],
        y=[point.sensitivity],
        mode="markers",
        marker={
            "size": 14,
            "symbol": "circle-open",
            "line": {"width": 3},
            "color": COLOURS[chosen % len(COLOURS)],
        },
        showlegend=False,
        hovertemplate=f"{names[chosen]} at {point.threshold:.2f}<extra></extra>",
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "width": 1, "color": "#8a9499"},
        showlegend=False,
        hoverinfo="skip",
    )
    figure.update_layout(
        height=HEIGHT + 120,
        margin={"l": 50, "r": 10, "t": 10, "b": 50},
        xaxis={"title": "1 − specificity", "range": [-0.01, 1.01], "constrain": "domain"},
        yaxis={"title": "Sensitivity", "range": [0, 1.02]},
        legend={"orientation": "h", "y": -0.22, "x": 0, "xanchor": "left"},
    )
    return figure


def confusion_chart(names: Sequence[str], counts: np.ndarray) -> go.Figure:
    """Confusion matrix (K × K, truth by row): share of each true class, counts in the cells."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    text = [
        [f"{counts[i, j]}<br>{shares[i, j]:.0%}" for j in range(len(names))]
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
            hovertemplate="truth: %{y}<br>model: %{x}<br>%{text}<extra></extra>",
        )
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"title": "The model's class", "tickangle": 0, "showgrid": False},
        yaxis={"title": "Labelled class", "autorange": "reversed", "showgrid": False},
    )
    return figure
