"""Figures as rows of a table for display, and as CSV for taking along."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import streamlit as st

from ecg_core.evidence.figures.curves import GRID, Curve, DecisionCurve, Reliability
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.rates import Areas, Cell, Rates
from ecg_core.evidence.figures.words import told
from ecg_core.evidence.values import CaseSet
from ecg_core.spreadsheet import safe_cell
from widgets.session.words import _, figures, noted

_LETTERS = re.compile(r"(?!to\b)[^\W\d_]{2}")
"""Words; "-0.031 to +0.004" has none."""
RATE_NAMES: dict[str, tuple[str, str]] = {
    "sensitivity": (
        noted("Sensitivity"),
        noted("Share of those who have it that are flagged (recall)"),
    ),
    "specificity": (
        noted("Specificity"),
        noted("Share of those who do not that are left unflagged"),
    ),
    "ppv": (
        noted("PPV"),
        noted("Share of the flagged that have it, at the prevalence of these cases (precision)"),
    ),
    "npv": (
        noted("NPV"),
        noted("Share of the unflagged that do not, at the prevalence of these cases"),
    ),
    "f1": (noted("F1"), noted("Harmonic mean of sensitivity and PPV")),
    "accuracy": (
        noted("Accuracy"),
        noted("Share of correct answers; misleading where one answer is rare"),
    ),
}


def value_and_interval(interval: Interval) -> tuple[str, str]:
    """Value and 95 % interval apart, for a metric that stands alone."""
    value, _bracket, spread = figures(told(interval)).partition(" (")
    return value, spread.rstrip(")") or "–"


RESTS_ON_FEW = noted("rests on few cases")
COUNTS = ("True positives", "False positives", "True negatives", "False negatives")
"""Columns of `rates_table` that the CSV has and the screen has not."""


def rates_table(rows: Sequence[Rates], areas: Sequence[Areas] = ()) -> pd.DataFrame:
    """One row a question: cases, counts, threshold, areas and rates with their intervals."""
    table = pd.DataFrame(
        {
            "Class": [row.name for row in rows],
            "With it": [row.positives for row in rows],
            "Cases": [row.n for row in rows],
            "Note": [RESTS_ON_FEW if row.few else "" for row in rows],
            "Threshold": [row.threshold for row in rows],
        }
    )
    for name in COUNTS:
        field = name.lower().replace(" ", "_").rstrip("s")
        table[name] = [getattr(row, field) for row in rows]
    if areas:
        table["AUC"] = [area.auc for area in areas]
        table["AUPRC"] = [area.auprc for area in areas]
    for field, (name, _about) in RATE_NAMES.items():
        table[name] = [getattr(row, field) for row in rows]
    return table


def rates_shown(table: pd.DataFrame) -> pd.DataFrame:
    """`rates_table` for the screen: without counts, and without notes where there are none."""
    any_note = (table["Note"] != "").any()
    return shown(table, hidden=COUNTS if any_note else (*COUNTS, "Note"))


def bins_table(found: Reliability) -> pd.DataFrame:
    """Bins of a reliability diagram."""
    return pd.DataFrame(
        {
            "said": [one.said for one in found.bins],
            "came_true": [one.observed.value for one in found.bins],
            "low": [one.observed.low for one in found.bins],
            "high": [one.observed.high for one in found.bins],
            "n": [one.n for one in found.bins],
        }
    )


def points_table(curve: Curve, names: tuple[str, str]) -> pd.DataFrame:
    """Points of a curve with the thresholds that they belong to, and its band. names: x and y."""
    return pd.DataFrame(
        {
            "threshold": curve.cuts,
            names[0]: curve.x,
            names[1]: curve.y,
            f"{names[1]}_low": np.interp(curve.x, GRID, curve.low),
            f"{names[1]}_high": np.interp(curve.x, GRID, curve.high),
        }
    )


def confusion_table(cells: Sequence[Cell]) -> pd.DataFrame:
    """Every cell of a confusion matrix: counts, and shares of the labelled class."""
    return pd.DataFrame(
        {
            "Labelled": [cell.label for cell in cells],
            "Model's class": [cell.said for cell in cells],
            "ECGs": [cell.cases for cell in cells],
            "Share of labelled": [cell.share for cell in cells],
        }
    )


def benefit_table(curve: DecisionCurve) -> pd.DataFrame:
    """Points of a decision curve."""
    return pd.DataFrame(
        {
            "threshold": curve.thresholds,
            "model": curve.model,
            "low": curve.low,
            "high": curve.high,
            "everyone": curve.everyone,
        }
    )


def averages_table(rows: Sequence[Areas]) -> pd.DataFrame:
    """Macro and micro average."""
    return pd.DataFrame(
        {
            "Average": [row.name for row in rows],
            "Cases": [row.n for row in rows],
            "AUC": [row.auc for row in rows],
            "AUPRC": [row.auprc for row in rows],
        }
    )


def rows_of(cases: CaseSet) -> pd.DataFrame:
    """Every case with labels and probabilities: what each figure of the page is computed from."""
    table = pd.DataFrame(
        {"case": cases.case_ids, "patient": cases.patients, "abstained": cases.abstained}
    )
    for dimension in cases.dimensions:
        table[dimension.name] = dimension.values
    for question in cases.questions:
        label = pd.Series(question.truth, dtype="boolean").mask(~question.known)
        table[f"label_{question.code}"] = label
        table[f"p_{question.code}"] = question.score
    if cases.choice is not None:
        names = cases.choice.names
        table["label_triage"] = [names[k] if k >= 0 else "" for k in cases.choice.truth]
        for k, name in enumerate(names):
            table[f"p_triage_{name}"] = cases.choice.scores[:, k]
    return table


def shown(
    table: pd.DataFrame, signed: Sequence[str] = (), hidden: Sequence[str] = (), missing: str = "–"
) -> pd.DataFrame:
    """A table for the screen: intervals in words, in as many digits as they carry.

    signed: columns of differences. hidden: columns for the CSV only. missing: where there is none.
    """

    def cell(value: object, name: str) -> object:
        if isinstance(value, Interval):
            return told(value, signed=name in signed)
        return missing if value is None else value

    kept = table.drop(columns=list(hidden))
    for name in kept:
        if kept[name].dtype == object:
            kept[name] = [cell(value, str(name)) for value in kept[name]]
    return kept


def spoken(table: pd.DataFrame) -> pd.DataFrame:
    """A table in the language of the session: names of columns, words and numbers in cells."""
    return table.map(_in_words).rename(columns=_in_words)


def _in_words(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    return _(cell) if _LETTERS.search(cell) else figures(cell)


def spelled(table: pd.DataFrame, cases: CaseSet | None = None) -> pd.DataFrame:
    """A table for a file: value and both ends of intervals as numbers, and where it is from."""
    columns: dict[str, object] = {}
    for name in table:
        values = list(table[name])
        if _holds_intervals(table[name]):
            for suffix, field in (("", "value"), (" low", "low"), (" high", "high")):
                columns[f"{name}{suffix}"] = [getattr(one, field, None) for one in values]
        else:
            columns[str(name)] = values
    found = pd.DataFrame(columns)
    if cases is not None:
        for name, value in (
            ("data set", cases.dataset),
            ("split", cases.split),
            ("condition", cases.condition),
            ("layout", cases.layout),
            ("model", f"{cases.model} {cases.version}".strip()),
        ):
            found[name] = value
    return found.rename(columns=safe_cell).map(safe_cell)


def _holds_intervals(column: pd.Series) -> bool:
    return any(isinstance(value, Interval) for value in column)


def csv_button(
    table: pd.DataFrame | Callable[[], pd.DataFrame],
    name: str,
    key: str,
    label: str = "CSV",
    cases: CaseSet | None = None,
) -> None:
    """Offer a table as a CSV file; a function is called only when the file is asked for.

    cases: what the figures are of; every row says so.
    """

    def data() -> bytes:
        rows = table() if callable(table) else table
        return spelled(rows, cases).to_csv(index=False).encode()

    st.download_button(
        _(label),
        data=data,
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"csv_{key}",
        on_click="ignore",
        type="tertiary",
    )


def source_line(cases: CaseSet) -> str:
    """Data set, split, condition, layout and n: what stands under every figure."""
    parts = [cases.dataset, cases.split, cases.condition.replace("_", " "), cases.layout]
    return _(
        "{where} · n = {n} of {people} patients · 95 % CI by patient",
        where=", ".join(_(part) for part in parts if part),
        n=cases.n,
        people=cases.people,
    )
