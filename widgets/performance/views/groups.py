"""Groups: how the model does by age, sex, device, site and whatever else cases carry."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ecg_core.evidence.figures import groups
from ecg_core.evidence.figures.groups import MIN_ECGS, MIN_OF_EACH, GroupRow
from ecg_core.evidence.values import CaseSet
from ecg_core.network.statements import SUPERCLASSES
from widgets.performance import charts, tables
from widgets.performance.context import Context
from widgets.session.words import Later, _, noted

NAMES = {
    "age": noted("Age"),
    "sex": noted("Sex"),
    "device": noted("Recorder"),
    "site": noted("Site"),
    "layout": noted("Layout"),
    "quality": noted("Quality"),
}
MEAN, TOO_FEW = "mean", noted("too few")
GROUPS_SHOWN = 12
"""Groups come by size; the caption says how many smaller ones there are."""


def show(context: Context) -> None:
    """Choose dimension and class; see each group against everyone else."""
    cases = context.cases
    codes = [question.code for question in context.asked]
    if not cases.dimensions or not codes:
        st.info(_("These cases carry no details to group them by."))
        return
    together = tuple(code for code in SUPERCLASSES if code in codes)
    with st.container(horizontal=True, vertical_alignment="top"):
        names = [dimension.name for dimension in cases.dimensions]
        chosen = st.segmented_control(
            _("Group by"),
            names,
            default=names[0],
            required=True,
            key="group_dimension",
            format_func=lambda name: _(NAMES.get(name, name.capitalize())),
        )
        offered = [MEAN, *codes] if len(together) > 1 else codes
        target = st.selectbox(
            _("Class"),
            offered,
            format_func=lambda code: (
                _("Mean of {n} classes", n=len(together))
                if code == MEAN
                else _(cases.question(code).name)
            ),
            key="group_target",
            width=320,
        )
    asked = together if target == MEAN else (str(target),)
    rows = _rows(cases.digest, chosen or names[0], asked, cases)
    chart, side = st.columns(2, gap="large")
    shown = [(_(row.group), row.n, row.auc) for row in rows if row.auc is not None][:GROUPS_SHOWN]
    with chart:
        if shown:
            st.plotly_chart(
                charts.in_language(charts.group_chart(shown)),
                key="groups",
                config={"displayModeBar": False},
                alt=_("AUC of each group with its 95 % interval"),
            )
        else:
            st.info(_("No group is large enough for this class."))
    with side:
        smaller = len(rows) - GROUPS_SHOWN
        st.caption(
            _(
                "Gap: the group less everyone else, 95 % interval by patient. Too few: "
                "under {min_ecgs} ECGs, or under {min_of_each} with or without it. "
                "Among many groups some intervals leave zero out by chance.",
                min_ecgs=MIN_ECGS,
                min_of_each=MIN_OF_EACH,
            )
            + (
                _(" {smaller} smaller groups are in the CSV only.", smaller=smaller)
                if smaller > 0
                else ""
            )
        )
        st.caption(tables.source_line(cases))
    table = _table(rows)
    st.dataframe(
        tables.spoken(_shown(table.head(GROUPS_SHOWN))),
        hide_index=True,
        alt=_("Figures by group, with their gaps"),
    )
    tables.csv_button(table, f"groups_{chosen}", "groups", cases=cases)


@st.cache_data(max_entries=64, show_spinner=Later("Comparing groups of patients"))
def _rows(
    digest: str, dimension: str, codes: tuple[str, ...], _cases: CaseSet
) -> tuple[GroupRow, ...]:
    (values,) = (one for one in _cases.dimensions if one.name == dimension)
    return groups.rows(_cases, values, codes)


def _table(rows: Sequence[GroupRow]) -> pd.DataFrame:
    table = pd.DataFrame({"Group": [row.group for row in rows], "ECGs": [row.n for row in rows]})
    for name, value, gap in (
        ("AUC", "auc", "auc_gap"),
        ("Sensitivity", "sensitivity", "sensitivity_gap"),
        ("Specificity", "specificity", "specificity_gap"),
    ):
        table[name] = [getattr(row, value) for row in rows]
        table[f"{name} gap"] = [getattr(row, gap) for row in rows]
    return table


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table for the screen: what is too few says so, a gap has its sign."""
    gaps = [str(name) for name in table if str(name).endswith(" gap")]
    shown = tables.shown(table, signed=gaps, missing=TOO_FEW)
    shown[gaps] = shown[gaps].replace(TOO_FEW, "–")
    return shown
