"""Charts of the appraisal views: one style, readable without colour, light and dark."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ecg_core.evidence.figures import words
from ecg_core.evidence.figures.curves import GRID, Curve, DecisionCurve, Reliability
from ecg_core.evidence.figures.rates import Rates
from widgets.performance.charts import COLOURS, HEIGHT, add_band, confusion_chart
from widgets.session.words import _, figures, number

__all__ = [
    "benefit_chart",
    "confusion_chart",
    "heat_chart",
    "precision_chart",
    "reliability_chart",
    "roc_chart",
]

MARGIN = {"l": 50, "r": 10, "t": 34, "b": 46}
GREY = "#8a9499"


def roc_chart(curve: Curve, point: Rates) -> go.Figure:
    """ROC curve with its band; a ring marks the threshold."""
    figure = _with_band(curve, f"ROC, AUC {figures(words.told(curve.area))}")
    _diagonal(figure)
    _ring(figure, 1 - point.specificity.value, point.sensitivity.value, point.threshold)
    _axes(figure, _("1 − specificity"), _("Sensitivity"))
    return figure


def precision_chart(curve: Curve, point: Rates) -> go.Figure:
    """Precision over recall with its band; the dotted line is flagging everyone."""
    figure = _with_band(
        curve, _("Precision–recall, AUPRC {area}", area=figures(words.told(curve.area)))
    )
    prevalence = point.positives / max(point.n, 1)
    _line(figure, [0, 1], [prevalence, prevalence])
    _ring(figure, point.sensitivity.value, point.ppv.value, point.threshold)
    _axes(figure, _("Sensitivity (recall)"), _("PPV (precision)"))
    return figure


def benefit_chart(curve: DecisionCurve, threshold: float) -> go.Figure:
    """Net benefit of the model, of flagging everyone and of flagging no one."""
    figure = go.Figure()
    add_band(figure, curve.thresholds, curve.low, curve.high)
    shown = curve.everyone >= -0.05
    figure.add_scatter(
        x=curve.thresholds,
        y=curve.model,
        mode="lines",
        name=_("Model"),
        line={"color": COLOURS[0], "width": 2.5},
        hovertemplate=_("act from {x}: net benefit {y}", x="%{x:.2f}", y="%{y:.3f}")
        + f"<extra>{_('Model')}</extra>",
    )
    figure.add_scatter(
        x=curve.thresholds[shown],
        y=curve.everyone[shown],
        mode="lines",
        name=_("Flag everyone"),
        line={"color": COLOURS[1], "dash": "dash", "width": 1.5},
    )
    _line(figure, [0, 1], [0, 0])
    figure.add_vline(x=threshold, line={"color": GREY, "dash": "dot", "width": 1})
    _axes(figure, _("Threshold probability for acting"), _("Net benefit"))
    top = float(max(curve.model.max(), 0.02)) * 1.15
    figure.update_layout(
        title={"text": _("Decision curve"), "font": {"size": 13}},
        yaxis={"range": [-0.05, top]},
        legend={"x": 1, "xanchor": "right", "y": 1, "yanchor": "top"},
    )
    return figure


def reliability_chart(found: Reliability) -> go.Figure:
    """Frequency over probability; on the diagonal what is said comes true."""
    figure = go.Figure()
    _diagonal(figure)
    sizes = np.array([one.n for one in found.bins], float)
    figure.add_scatter(
        x=[one.said for one in found.bins],
        y=[one.observed.value for one in found.bins],
        mode="markers+lines",
        line={"color": COLOURS[0], "width": 1.5},
        marker={"size": 7 + 15 * np.sqrt(sizes / sizes.max()), "color": COLOURS[0]},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [one.observed.high - one.observed.value for one in found.bins],
            "arrayminus": [one.observed.value - one.observed.low for one in found.bins],
            "thickness": 1.5,
            "width": 4,
        },
        customdata=[one.n for one in found.bins],
        hovertemplate=_("predicted {x}, observed {y}", x="%{x:.2f}", y="%{y:.2f}")
        + ", n = %{customdata}<extra></extra>",
        showlegend=False,
    )
    _axes(figure, _("Predicted probability"), _("Observed frequency"))
    figure.update_layout(
        title={
            "text": figures(f"ECE {words.told(found.ece)} · Brier {words.told(found.brier)}"),
            "font": {"size": 13},
        },
        height=HEIGHT + 40,
    )
    return figure


def heat_chart(cells: Sequence[tuple[str, str, float, int, float | None]]) -> go.Figure:
    """Mean AUC by condition (rows) and layout (columns).

    cells: condition, layout, AUC, n, difference to clean pages of the same recordings or None.
    """
    conditions = list(dict.fromkeys(cell[0] for cell in cells))
    counts = {name: {cell[3] for cell in cells if cell[0] == name} for name in conditions}
    layouts = list(dict.fromkeys(cell[1] for cell in cells))
    values = np.full((len(conditions), len(layouts)), np.nan)
    text = [["" for _layout in layouts] for _condition in conditions]
    about = [["" for _layout in layouts] for _condition in conditions]
    for condition, layout, auc, n, change in cells:
        row, column = conditions.index(condition), layouts.index(layout)
        values[row, column] = auc
        against = "" if change is None else _signed(change)
        # Short: six layouts stand side by side on a telephone.
        text[row][column] = figures(f"{auc:.3f}<br>{against}").removesuffix("<br>")
        about[row][column] = f"{number(auc, 3)}, n = {n}" + (
            ", " + _("{change} against clean", change=figures(against)) if against else ""
        )
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[layout.replace("x", " × ") for layout in layouts],
            y=[_row_label(name, counts[name]) for name in conditions],
            text=text,
            customdata=about,
            texttemplate="%{text}",
            zmin=0.85,
            zmax=0.96,
            showscale=False,
            xgap=2,
            ygap=2,
            colorscale=[[0, "#eef4f7"], [0.5, "#8fc0d6"], [1, "#3b87ab"]],
            textfont={"color": "#10181c", "size": 12},
            hoverongaps=False,
            hovertemplate="%{y}<br>%{x}: %{customdata}<extra></extra>",
        )
    )
    figure.update_layout(
        height=70 + 66 * len(conditions),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        xaxis={"side": "top", "showgrid": False},
        yaxis={"autorange": "reversed", "showgrid": False, "automargin": True},
    )
    return figure


def _signed(change: float) -> str:
    # Adding zero takes the sign from a negative one.
    rounded = round(change, 3) + 0.0
    return f"{rounded:{'+' if rounded else ''}.3f}"


def _row_label(condition: str, counts: set[int]) -> str:
    """A condition in short lines, with its number of ECGs where all layouts have the same."""
    lines = textwrap.wrap(condition, 15)
    return "<br>".join([*lines, f"n = {min(counts)}"] if len(counts) == 1 else lines)


def _with_band(curve: Curve, title: str) -> go.Figure:
    figure = go.Figure()
    add_band(figure, GRID, curve.low, curve.high)
    figure.add_scatter(
        x=curve.x,
        y=curve.y,
        customdata=np.clip(curve.cuts, 0, 1),
        mode="lines",
        line={"color": COLOURS[0], "width": 2.5},
        showlegend=False,
        hovertemplate="%{x:.3f}, %{y:.3f} "
        + _("at threshold {threshold}", threshold="%{customdata:.3f}")
        + "<extra></extra>",
    )
    figure.update_layout(title={"text": title, "font": {"size": 13}})
    return figure


def _diagonal(figure: go.Figure) -> None:
    _line(figure, [0, 1], [0, 1])


def _line(figure: go.Figure, x: list[float], y: list[float]) -> None:
    figure.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"dash": "dot", "width": 1, "color": GREY},
        showlegend=False,
        hoverinfo="skip",
    )


def _ring(figure: go.Figure, x: float, y: float, threshold: float) -> None:
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={
            "size": 14,
            "symbol": "circle-open",
            "line": {"width": 3},
            "color": COLOURS[1],
        },
        showlegend=False,
        hovertemplate=_("at {threshold:.2f}", threshold=threshold)
        + ": %{x:.3f}, %{y:.3f}<extra></extra>",
    )


def _axes(figure: go.Figure, x: str, y: str) -> None:
    figure.update_layout(
        height=HEIGHT,
        margin=MARGIN,
        xaxis={"title": x, "range": [-0.01, 1.01]},
        yaxis={"title": y, "range": [0, 1.02]},
    )
