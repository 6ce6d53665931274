"""Figures as rows of a table for display, and as CSV for taking along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from ecg_core.appraisal.curves import Curve, DecisionCurve, Reliability
from ecg_core.appraisal.rates import Areas, Rates
from ecg_core.appraisal.values import CaseSet
from ecg_core.appraisal.words import told
from ecg_core.learning.metrics import Interval

RATE_NAMES: dict[str, tuple[str, str]] = {
    "sensitivity": ("Sensitivity", "Share of those who have it that are flagged (recall)"),
    "specificity": ("Specificity", "Share of those who do not that are left unflagged"),
    "ppv": (
        "PPV",
        "Share of the flagged that have it, at the prevalence of these cases (precision)",
    ),
    "npv": ("NPV", "Share of the unflagged that do not, at the prevalence of these cases"),
    "f1": ("F1", "Harmonic mean of sensitivity and PPV"),
    "accuracy": ("Accuracy", "Share of right answers; misleading where one answer is rare"),
}


def value_and_interval(interval: Interval) -> tuple[str, str]:
    """Value and 95 % interval apart, for a metric that stands alone."""
    value, _, spread = told(interval).partition(" (")
    return value, spread.rstrip(")") or "–"


def rates_table(rows: Sequence[Rates], areas: Sequence[Areas] = ()) -> pd.DataFrame:
    """One row a question: cases, threshold, areas, rates with their 95 % intervals."""
    table = pd.DataFrame(
        {
            "Class": [row.name for row in rows],
            "With it": [row.positives for row in rows],
            "Cases": [row.n for row in rows],
            "Threshold": [f"{row.threshold:.2f}" for row in rows],
        }
    )
    if areas:
        table["AUC"] = [told(area.auc) for area in areas]
        table["AUPRC"] = [told(area.auprc) for area in areas]
    for field, (name, _) in RATE_NAMES.items():
        table[name] = [told(getattr(row, field)) for row in rows]
    table["Note"] = ["rests on few cases" if row.few else "" for row in rows]
    return table


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
    """Points of a curve with the thresholds that they belong to. names: of x and y."""
    return pd.DataFrame({"threshold": curve.cuts, names[0]: curve.x, names[1]: curve.y})


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
            "AUC": [told(row.auc) for row in rows],
            "AUPRC": [told(row.auprc) for row in rows],
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


def csv_button(
    table: pd.DataFrame | Callable[[], pd.DataFrame], name: str, key: str, label: str = "CSV"
) -> None:
    """Offer a table as a CSV file; a function is called only when the file is asked for."""

    def data() -> bytes:
        return (table() if callable(table) else table).to_csv(index=False).encode()

    st.download_button(
        label,
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
    where = ", ".join(part for part in parts if part)
    return f"{where} · n = {cases.n} of {cases.people} patients · 95 % CI by patient"
