"""How the model does in groups of patients: chart and table of the Performance page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from ecg_core.learning import evidence, subgroups
from ecg_core.learning.evidence import EvidenceSet
from ecg_core.network.card import ModelCard
from ecg_core.network.subgroup_figure import MACRO, GroupMeasure, SubgroupFigure
from widgets import charts

DIMENSIONS = {"age": "Age", "sex": "Sex", "device": "Recorder", "site": "Site"}
GROUPS_SHOWN = 12
"""Groups come by size; the table names how many smaller ones there are."""


def figures(card: ModelCard, key: str, found: EvidenceSet) -> tuple[SubgroupFigure, ...]:
    """Every group of one evidence set: as the card carries them, else computed.

    key: file name of the evidence and hash of the model.
    """
    carried = tuple(figure for figure in card.subgroups if evidence.same_source(figure, found))
    return carried or _computed(key, found, tuple(o.threshold for o in card.superclasses))


@st.cache_data(max_entries=16, show_spinner="Comparing groups of patients")
def _computed(
    key: str, _found: EvidenceSet, thresholds: tuple[float, ...]
) -> tuple[SubgroupFigure, ...]:
    return subgroups.figures(_found, thresholds)


def section(listed: Sequence[SubgroupFigure], targets: dict[str, str]) -> None:
    """Choose dimension and class; see each group against everyone else. targets: code to name."""
    st.subheader("Groups of patients")
    chart, side = st.columns([2, 3], gap="large")
    with side:
        dimension = st.segmented_control(
            "Groups by", list(DIMENSIONS), default="age", required=True, key="group_dimension",
            format_func=DIMENSIONS.__getitem__,
        )  # fmt: skip
        names = {MACRO: "Mean of all five", **targets}
        target = st.selectbox(
            "Diagnostic class", list(names), format_func=names.__getitem__, key="group_target"
        )
    everyone = [f for f in listed if f.dimension == dimension]
    told = {f.group: f for f in everyone if f.target == target}
    groups = list(dict.fromkeys(f.group for f in everyone))
    rows = [told.get(group) or next(f for f in everyone if f.group == group) for group in groups]
    rows = [row if row.target == target else _untold(row) for row in rows]
    shown = [row for row in rows if not row.too_few][:GROUPS_SHOWN]
    with side:
        st.dataframe(
            _table(rows[:GROUPS_SHOWN]),
            hide_index=True,
            alt="Figures by group with the gap to everyone else",
        )
        small = len(rows) - GROUPS_SHOWN
        st.caption(
            "Gap: AUC of the group less that of everyone else, 95 % interval by patient. Too few: "
            f"under {subgroups.MIN_ECGS} ECGs, or under {subgroups.MIN_OF_EACH} with or without "
            "the finding. Among many groups some intervals leave zero out by chance."
            + (f" {small} smaller groups are not listed." if small > 0 else "")
        )
    with chart:
        if shown:
            st.plotly_chart(
                charts.group_chart([(row.group, row.n, row.auc) for row in shown if row.auc]),
                key="groups",
                config={"displayModeBar": False},
                alt="AUC of each group with its 95 % interval",
            )
        else:
            st.info("No group is large enough for this class.")


def _untold(row: SubgroupFigure) -> SubgroupFigure:
    return replace(row, auc=None, sensitivity=None, specificity=None)


def _table(rows: Sequence[SubgroupFigure]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Group": [row.group for row in rows],
            "ECGs": [row.n for row in rows],
            "AUC": [_value(row.auc) for row in rows],
            "Gap": [_gap(row.auc) for row in rows],
            "Sensitivity": [_value(row.sensitivity) for row in rows],
            "Specificity": [_value(row.specificity) for row in rows],
        }
    )


def _value(measure: GroupMeasure | None) -> str:
    if measure is None:
        return "too few"
    return f"{measure.value:.3f} ({measure.low:.3f}–{measure.high:.3f})"


def _gap(measure: GroupMeasure | None) -> str:
    if measure is None or measure.gap is None:
        return "–"
    return f"{measure.gap:+.3f} ({measure.gap_low:+.3f} to {measure.gap_high:+.3f})"
