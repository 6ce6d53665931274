"""Other methods and ablations: what each reached for the training time that it took."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ecg_core.evidence.field import method_rows
from ecg_core.evidence.field.method_rows import MethodRow
from widgets.performance import tables
from widgets.session.words import _, noted

NOT_MEASURED = noted("not measured")


def section() -> None:
    """Ours beside published kinds of model, then ours with one thing changed at a time."""
    rows = method_rows.load()
    st.subheader(_("Cost against other methods"))
    if not rows:
        st.caption(_("Not measured: the evidence file of the comparison is not here."))
        return
    ours = rows["ours"]
    _verdict(rows)
    _table(noted("Published kinds of model"), "baselines", method_rows.BASELINES, rows)
    _table(noted("Ours with one thing changed"), "ablations", method_rows.ABLATIONS, rows)
    degraded = next((row.degraded_n for row in rows.values() if row.degraded_n), 0)
    st.caption(
        _(
            "PTB-XL: every method learned on the same {train_records} recordings "
            "of folds 1–8, for at most {limit_s:.0f} CPU-seconds; compared on fold "
            "9 (n = {n} clean and {degraded} degraded pages). Mean AUC of the five "
            "diagnostic classes, 95 % CI by patient. Training was scarce on "
            "purpose: the figures rank methods and say little about what each can "
            "reach.",
            train_records=ours.train_records,
            limit_s=ours.limit_s,
            n=ours.n,
            degraded=degraded,
        )
    )


def _verdict(rows: Mapping[str, MethodRow]) -> None:
    found = method_rows.verdict(rows)
    if found is None:
        return
    ours, hybrid = found.ours, found.hybrid
    st.markdown(
        _(
            "Ours reaches **{auc:.3f}** after {spent:.0f} CPU-seconds, the hybrid of CNN and "
            "boosting **{hybrid_auc:.3f}** after {hybrid_spent:.0f}: {saved:.0%} {less} training "
            "compute.",
            auc=ours.clean.value,
            spent=ours.cpu_seconds,
            hybrid_auc=hybrid.clean.value,
            hybrid_spent=hybrid.cpu_seconds,
            saved=abs(found.saved),
            less=_("less") if found.saved >= 0 else _("more"),
        )
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
    st.markdown(f"**{_(title)}**")
    shown = tables.shown(table, missing=NOT_MEASURED)
    st.dataframe(
        tables.spoken(shown),
        hide_index=True,
        column_config={_("One page (ms)"): st.column_config.NumberColumn(format="%.1f")},
        alt=_("{title}: AUC and cost", title=_(title)),
    )
    tables.csv_button(table, key, key)
