"""Readers and machine: agreement, overrides, the pull of a shown answer, time, drift."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from ecg_core.evidence.figures import readers
from ecg_core.evidence.figures.drift import MIN_CASES, Drift, Shift
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.figures.readers import Agreement, Month
from ecg_core.evidence.practice import PracticeCase
from ecg_core.network.statements import TRIAGE_CLASSES, TRIAGE_NAMES
from ecg_core.store.people.roles import Permission
from server import place
from widgets.performance import tables
from widgets.performance.cases import practice_data
from widgets.performance.charts import COLOURS, HEIGHT, in_language
from widgets.performance.context import Context
from widgets.session import person
from widgets.session.text import plain
from widgets.session.words import _, noted, number, percent

PLAIN = {"displayModeBar": False}
KAPPA = noted("Cohen's kappa (95 % CI)")
FEWEST, UNKNOWN = 10, Interval(np.nan, np.nan, np.nan)
"""Of fewer cases agreement beyond chance is not told."""


def show(context: Context) -> None:
    """What daily use says. Only for those who may see readers' performance."""
    if not person.me().may(Permission.SEE_READERS):
        st.info(_("Readers' figures are shown to leads and auditors."), icon=":material/lock:")
        return
    cases = practice_data.cases()
    if not any(case.finals for case in cases):
        st.info(_("Nobody has decided on an ECG here yet."))
        return
    finals = [one for case in cases for one in case.finals.values()]
    months = sorted({f"{one.at:%Y-%m}" for one in finals})
    st.caption(
        _(
            "Daily use: {n} ECGs, {finals} final readings, {first} to {last}; what "
            "was taken back or withdrawn is left out.",
            n=len(cases),
            finals=len(finals),
            first=months[0],
            last=months[-1],
        )
    )
    names = {**place.accounts().names(), "machine": _("Machine")}
    _pull(cases)
    left, right = st.columns(2, gap="large")
    with left:
        _overrides(readers.overrides(cases))
    with right:
        _agreement(readers.with_machine(cases), readers.between_readers(cases), names)
        _seconds(cases)
    _changes(readers.changes(cases))
    _drift(cases, context)


def _pull(cases: Sequence[PracticeCase]) -> None:
    st.subheader(_("Effect of showing the answer"))
    found = readers.pull(cases)
    if not found.pairs:
        st.caption(_("No reader has committed a first reading before seeing the machine's answer."))
        return
    differed = found.pairs - found.agreed
    st.markdown(
        _(
            "Of {pairs} readings given blind first, {agreed} agreed with the "
            "machine unseen. Of the other {differed}, **{towards} changed to the "
            "machine's class** once it was shown{share}, {kept} kept their own, "
            "{away} chose a third.",
            pairs=found.pairs,
            agreed=found.agreed,
            differed=differed,
            towards=found.towards,
            share=_of_them(found.towards, differed),
            kept=found.kept,
            away=found.away,
        )
    )
    if found.judged:
        st.markdown(
            _(
                "Where a lead adjudicated ({judged}): {first_right} right before, "
                "{final_right} right after. **{dragged} misled** from right to wrong "
                "by the machine, {saved} put right by it.",
                judged=found.judged,
                first_right=found.first_right,
                final_right=found.final_right,
                dragged=found.dragged,
                saved=found.saved,
            )
        )
    tables.csv_button(pd.DataFrame([found]), "pull", "pull")


def _of_them(hits: int, n: int) -> str:
    """The share in brackets, with its interval."""
    if not n:
        return ""
    found = readers.share(hits, n)
    return _(
        " ({share:.0%}, 95 % CI {low:.0%}–{high:.0%})",
        share=found.value,
        low=found.low,
        high=found.high,
    )


def _overrides(months: Sequence[Month]) -> None:
    st.subheader(_("Overrides by month"))
    shares = [100 * month.overridden.value for month in months]
    figure = go.Figure(
        go.Scatter(
            x=[month.month for month in months],
            y=shares,
            mode="markers+lines",
            line={"color": COLOURS[0]},
            marker={"size": 9},
            error_y={
                "type": "data",
                "symmetric": False,
                "array": [100 * (m.overridden.high - m.overridden.value) for m in months],
                "arrayminus": [100 * (m.overridden.value - m.overridden.low) for m in months],
            },
            customdata=[month.n for month in months],
            hovertemplate=f"%{{x}}: %{{y:.0f}} % {_('of')} %{{customdata}}<extra></extra>",
        )
    )
    figure.update_layout(
        height=HEIGHT - 120,
        margin={"l": 50, "r": 10, "t": 10, "b": 40},
        xaxis={"type": "category"},
        yaxis={"title": _("Overridden (%)"), "range": [0, 105]},
    )
    st.plotly_chart(
        in_language(figure), key="overrides", config=PLAIN, alt=_("Share of overrides by month")
    )
    st.caption(
        _("Share of final readings whose class is not the machine's; Wilson's 95 % interval.")
    )
    table = pd.DataFrame(
        {
            "month": [month.month for month in months],
            "readings": [month.n for month in months],
            "overridden": [month.overridden.value for month in months],
            "low": [month.overridden.low for month in months],
            "high": [month.overridden.high for month in months],
        }
    )
    tables.csv_button(table, "overrides", "overrides")


def _seconds(cases: Sequence[PracticeCase]) -> None:
    taken = readers.seconds(cases)
    if len(taken):
        low, middle, high = np.percentile(taken, (25, 50, 75))
        st.metric(
            _("Time from the answer to the decision, median"),
            f"{middle:.0f} s",
            _("middle half {low:.0f}–{high:.0f} s, n = {n}", low=low, high=high, n=len(taken)),
            delta_color="off",
            delta_arrow="off",
        )
        tables.csv_button(pd.DataFrame({"seconds": taken}), "seconds", "seconds")


def _changes(counts: np.ndarray) -> None:
    st.subheader(_("What readers change"))
    names = [TRIAGE_NAMES[name] for name in TRIAGE_CLASSES]
    table = pd.DataFrame(counts, index=pd.Index(names, name="Machine"), columns=names)
    st.dataframe(
        tables.spoken(table.reset_index()),
        hide_index=True,
        alt=_("Machine's class against readers'"),
    )
    st.caption(
        _(
            "Rows: the class of the machine's verdict. Columns: the readers' final class. n = {n}.",
            n=counts.sum(),
        )
    )
    tables.csv_button(table.reset_index(), "changes", "changes")


def _agreement(
    machine: Sequence[Agreement], between: Sequence[Agreement], names: dict[str, str]
) -> None:
    st.subheader(_("Agreement"))
    rows = (*machine, *between)
    table = pd.DataFrame(
        {
            "Reader": [plain(names.get(row.first, row.first)) for row in rows],
            "With": [plain(names.get(row.second, row.second)) for row in rows],
            "Cases": [row.n for row in rows],
            "Same class": [row.same for row in rows],
            KAPPA: [row.kappa if row.n >= FEWEST else UNKNOWN for row in rows],
        }
    )
    shown = tables.shown(table)
    shown["Same class"] = [percent(share) for share in table["Same class"]]
    st.dataframe(
        tables.spoken(shown),
        hide_index=True,
        width="content",
        alt=_("Agreement of readers and machine"),
    )
    tables.csv_button(table, "agreement", "agreement")


def _drift(cases: Sequence[PracticeCase], context: Context) -> None:
    st.subheader(_("Are the ECGs still like those of the evidence?"))
    found = readers.shifts(cases, context.whole.asking(context.main))
    told = [one for one in found if one.shift is not Shift.TOO_FEW]
    if not told:
        st.caption(
            _(
                "Too few ECGs to say: a month needs {min_cases} answered by these weights.",
                min_cases=MIN_CASES,
            )
        )
        return
    latest = max(one.period for one in told)
    large = [one.name for one in told if one.period == latest and one.shift is Shift.LARGE]
    if large:
        st.warning(
            _(
                "In {latest} the machine's probabilities differ from those in the "
                "evidence for {large}. Its figures may not hold for these ECGs.",
                latest=latest,
                large=", ".join(map(_, large)),
            ),
            icon=":material/trending_up:",
        )
    table = pd.DataFrame(
        {
            "month": [one.period for one in told],
            "class": [one.name for one in told],
            "ecgs": [one.n for one in told],
            "psi": [one.psi for one in told],
            "by_chance_up_to": [one.chance for one in told],
            "says": [str(one.shift) for one in told],
        }
    )
    st.dataframe(
        tables.spoken(_by_month(told)),
        hide_index=True,
        width="content",
        alt=_("Population stability by month"),
    )
    st.caption(
        _(
            "Population stability index of the probabilities against the chosen "
            "evidence: under 0.1 stable, from 0.25 a large shift; within chance "
            "where one month of a hundred would reach it without any. A ward's "
            "patients may differ from the evidence from the start."
        )
    )
    tables.csv_button(table, "drift", "drift")


def _by_month(told: Sequence[Drift]) -> pd.DataFrame:
    """One row a class, one column a month."""
    columns: dict[str, dict[str, str]] = {}
    for one in told:
        column = columns.setdefault(f"{one.period} (n = {one.n})", {})
        column[one.name] = f"{number(one.psi, 2)}, {_(str(one.shift))}"
    names = list(dict.fromkeys(one.name for one in told))
    table = {"Class": names}
    for month, column in columns.items():
        table[month] = [column.get(name, "") for name in names]
    return pd.DataFrame(table)
