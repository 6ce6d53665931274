"""Other methods and ablations: what each reached for the training time that it took."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ecg_core.evidence.field import method_rows
from ecg_core.evidence.field.method_rows import MethodRow
from widgets.performance import tables

NOT_MEASURED = "not measured"


def section() -> None:
    """Ours beside published kinds of model, then ours with one thing changed at a time."""
    rows = method_rows.load()
    st.subheader("Cost against other methods")
    if not rows:
        st.caption("Not measured: the evidence file of the comparison is not here.")
        return
    ours = rows["ours"]
    _verdict(rows)
    _table("Published kinds of model", "baselines", method_rows.BASELINES, rows)
    _table("Ours with one thing changed", "ablations", method_rows.ABLATIONS, rows)
    degraded = next((row.degraded_n for row in rows.values() if row.degraded_n), 0)
    st.caption(
        f"PTB-XL: every method learned on the same {ours.train_records} recordings of folds 1–8, "
        f"for at most {ours.limit_s:.0f} CPU-seconds; compared on fold 9 (n = {ours.n} clean and "
        f"{degraded} degraded pages). Mean AUC of the five diagnostic classes, 95 % CI by patient. "
        "Training was scarce on purpose: the figures rank methods and say little about what each "
        "can reach."
    )


def _verdict(rows: Mapping[str, MethodRow]) -> None:
    found = method_rows.verdict(rows)
    if found is None:
        return
    ours, hybrid = found.ours, found.hybrid
    st.markdown(
        f"Ours reaches **{ours.clean.value:.3f}** after {ours.cpu_seconds:.0f} CPU-seconds, the "
        f"hybrid of CNN and boosting **{hybrid.clean.value:.3f}** after {hybrid.cpu_seconds:.0f}: "
        f"{abs(found.saved):.0%} {'less' if found.saved >= 0 else 'more'} training compute."
    )


def _table(title: str, key: str, names: Mapping[str, str], rows: Mapping[str, MethodRow]) -> None:
    found = [rows.get(method) for method in names]
    table = pd.DataFrame(
        {
            "Method": list(names.values()),
            "Mean AUC (95 % CI)": [None if row is None else row.clean for row in found],
            "Degraded pages": [None if row is None else row.degraded for row in found],
            "Training (CPU-s)": [None if row is None else round(row.cpu_seconds) for row in found],
            "Parameters": [
                "" if row is None else f"{row.parameters / 1e6:.2f} million" for row in found
            ],
            "One page (ms)": [None if row is None else round(row.latency_ms, 1) for row in found],
        }
    )
    st.markdown(f"**{title}**")
    shown = tables.shown(table, missing=NOT_MEASURED)
    st.dataframe(
        shown,
        hide_index=True,
        column_config={"One page (ms)": st.column_config.NumberColumn(format="%.1f")},
        alt=f"{title}: AUC and cost",
    )
    tables.csv_button(table, key, key)
