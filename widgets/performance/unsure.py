"""When the machine should keep silent: error against coverage, and inputs that are no ECG."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

import pandas as pd
import streamlit as st

from ecg_core.evidence.field import outcomes
from ecg_core.evidence.field.outcomes import InputOutcome
from ecg_core.evidence.figures import risk as risk_coverage
from ecg_core.evidence.figures.risk import COVERAGES, RiskCoverage
from ecg_core.evidence.values import CaseSet
from ecg_core.network.statements import SUPERCLASSES
from widgets.performance import charts
from widgets.session.words import Later, _, percent

COVERAGE = 0.8


@st.cache_resource(max_entries=16, show_spinner=Later("Ordering the ECGs by doubt"))
def _curves(digest: str, _cases: CaseSet) -> tuple[RiskCoverage, ...]:
    codes = tuple(q.code for q in _cases.questions if q.code in SUPERCLASSES)
    found = []
    for measure, cases in (
        (risk_coverage.choice_curve, _cases),
        (risk_coverage.questions_curve, _cases.asking(codes or _codes(_cases))),
    ):
        with suppress(ValueError):
            found.append(measure(cases))
    return tuple(found)


def _codes(cases: CaseSet) -> tuple[str, ...]:
    return tuple(question.code for question in cases.questions)


@st.cache_data(max_entries=4)
def sent(model_name: str, weights_sha256: str) -> tuple[InputOutcome, ...]:
    """What became of the inputs that were sent to a model to see whether it keeps silent."""
    return outcomes.load(model_name, weights_sha256)


def risk(cases: CaseSet) -> None:
    """Error of the surest ECGs against the share of them that is answered."""
    st.subheader(_("Referring doubtful ECGs to a person"))
    found = _curves(cases.digest, cases)
    if not found:
        st.caption(_("None of these cases carries the labels that this needs."))
        return
    st.plotly_chart(
        charts.in_language(charts.risk_chart(found)),
        key="risk",
        config={"displayModeBar": False},
        alt=_("Error against the share of ECGs answered, with 95 % bands"),
    )
    lines = [
        _(
            "{name}: {wrong:.1%} wrong among the surest {coverage:.0%} ({low:.1%} to {high:.1%}), "
            "{random:.1%} among all {n}.",
            name=_(one.name.capitalize()),
            wrong=one.at(COVERAGE).value,
            coverage=COVERAGE,
            low=one.at(COVERAGE).low,
            high=one.at(COVERAGE).high,
            random=one.random,
            n=one.n,
        )
        for one in found
    ]
    st.caption("  \n".join(lines))


def risk_rows(cases: CaseSet) -> pd.DataFrame:
    """The curves of `risk` as a table."""
    frames = [
        pd.DataFrame(
            {
                "wrong_is": one.name,
                "answered": COVERAGES,
                "wrong": one.risk,
                "low": one.low,
                "high": one.high,
                "n": one.n,
            }
        )
        for one in _curves(cases.digest, cases)
    ]
    return pd.concat(frames) if frames else pd.DataFrame()


def silence(rows: Sequence[InputOutcome]) -> None:
    """Inputs that are not twelve-lead ECGs, and good ones: refused, abstained, answered."""
    st.subheader(_("Inputs that are not twelve-lead ECGs"))
    if not rows:
        st.caption(_("Not measured with this model."))
        return
    groups = {group: [row for row in rows if row.group == group] for group in ("foreign", "good")}
    titles = {
        "foreign": _("Not answered, as it should be"),
        "good": _("Good ECGs not answered"),
    }
    with st.container(horizontal=True):
        for group, found in groups.items():
            if found:
                share = outcomes.left_to_people(found)
                st.metric(
                    titles[group],
                    percent(share.value, 1),
                    _(
                        "95 % CI {low:.1%}–{high:.1%}, n = {n}",
                        low=share.low,
                        high=share.high,
                        n=len(found),
                    ),
                    delta_color="off",
                    delta_arrow="off",
                )
    table = pd.DataFrame(
        [
            {
                _("Input"): _(count.kind[0].upper() + count.kind[1:]),
                "n": count.n,
                _("Refused"): count.refused,
                _("Abstained"): count.abstained,
                _("Answered"): count.answered,
            }
            for count in outcomes.counts(rows)
        ]
    )
    st.dataframe(table, hide_index=True, height=330, alt=_("Outcome by kind of input"))
