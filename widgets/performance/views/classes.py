"""Classes: one question at a time on its curves, then all of them, then the triage classes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.ward import ward
from widgets.performance import case_charts, figures, tables
from widgets.performance.charts import in_language
from widgets.performance.context import Context
from widgets.session.words import _, decimals, noted

PLAIN = {"displayModeBar": False}


def show(context: Context) -> None:
    """Curves with a threshold to move, its meaning for a ward, tables, confusion matrix."""
    codes = [question.code for question in context.asked]
    if not codes:
        st.info(_("None of these cases has a label to compare the model with."))
        return
    _one(context, codes)
    _all(context, codes)
    _triage(context)


def _one(context: Context, codes: list[str]) -> None:
    cases = context.cases
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox(
            _("Class"),
            codes,
            index=codes.index("MI") if "MI" in codes else 0,
            format_func=lambda code: _(cases.question(code).name),
            key="appraisal_class",
            bind="query-params",
            width=320,
        )
        question = cases.question(code or codes[0])
        threshold = st.slider(
            _("Flag at or above this probability"),
            0.0,
            1.0,
            float(round(question.threshold, 2)),
            0.01,
            key=f"threshold_{question.code}_{cases.weights_sha256[:8]}",
            width=320,
        )
        prevalence = st.slider(
            _("Patients in 100 on your ward who have it"),
            1,
            99,
            min(max(round(100 * question.positives / max(question.known.sum(), 1)), 1), 99),
            key=f"prevalence_{question.code}",
            width=320,
        )
    # The slider shows two decimals; left alone, the shipped operating point itself counts.
    moved = threshold != float(round(question.threshold, 2))
    found = figures.rates_at(cases, question.code, threshold if moved else None)
    with st.grid(6, min_column_width=120):
        for field, (name, text) in tables.RATE_NAMES.items():
            interval = getattr(found, field)
            st.metric(
                _(name),
                *tables.value_and_interval(interval),
                delta_color="off",
                delta_arrow="off",
                help=_(text),
            )
    expected = ward(found, prevalence / 100)
    st.markdown(
        _(
            "Among 100 patients of whom {prevalence} have it: **{found:.1f} "
            "found**, **{missed:.1f} missed**, {alarms:.1f} false alarms. "
            "{ppv:.0%} of the flags are right.",
            prevalence=prevalence,
            found=expected.found,
            missed=expected.missed,
            alarms=expected.alarms,
            ppv=expected.ppv,
        )
        if expected.found + expected.alarms
        else _(
            "Among 100 patients of whom {prevalence} have it, none would be flagged.",
            prevalence=prevalence,
        )
    )
    st.caption(
        _(
            "{true_positive} of {positives} found, {false_positive} of {n} flagged "
            "wrongly · {cases}",
            true_positive=found.true_positive,
            positives=found.positives,
            false_positive=found.false_positive,
            n=found.n - found.positives,
            cases=tables.source_line(cases),
        )
        + (_(" · rests on few cases") if found.few else "")
    )
    one = tables.rates_table([found])
    tables.csv_button(one, f"rates_{question.code}", "rates", noted("These rates as CSV"), cases)
    roc = figures.roc(cases, question.code)
    precision = figures.precision_recall(cases, question.code)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.plotly_chart(
            in_language(case_charts.roc_chart(roc, found)),
            key="roc",
            config=PLAIN,
            alt=_("ROC curve of {name} with its 95 % band", name=_(question.name)),
        )
        points = tables.points_table(roc, ("one_less_specificity", "sensitivity"))
        tables.csv_button(points, f"roc_{question.code}", "roc", cases=cases)
    with middle:
        st.plotly_chart(
            in_language(case_charts.precision_chart(precision, found)),
            key="precision",
            config=PLAIN,
            alt=_("Precision over recall of {name} with its 95 % band", name=_(question.name)),
        )
        points = tables.points_table(precision, ("sensitivity", "ppv"))
        tables.csv_button(points, f"precision_recall_{question.code}", "precision", cases=cases)
    benefit = figures.decision_curve(cases, question.code)
    with right:
        st.plotly_chart(
            in_language(case_charts.benefit_chart(benefit, found.threshold)),
            key="benefit",
            config=PLAIN,
            alt=_("Net benefit of acting on {name} at every threshold", name=_(question.name)),
        )
        points = tables.benefit_table(benefit)
        tables.csv_button(points, f"net_benefit_{question.code}", "benefit", cases=cases)
    st.caption(
        _(
            "Net benefit: true positives less false ones weighed by the odds of "
            "the threshold, per patient, at the prevalence of these cases (Vickers "
            "and Elkin 2006)."
        )
    )


def _all(context: Context, codes: list[str]) -> None:
    cases = context.cases
    st.subheader(_("All classes at their operating points"))
    if len(codes) > len(context.main) and not st.toggle(
        _("Show all {n}, statements included", n=len(codes)), key="all_classes"
    ):
        codes = list(context.main)
    table = tables.rates_table(
        [figures.rates_at(cases, code) for code in codes],
        [figures.areas_of(cases, code) for code in codes],
    )
    st.dataframe(
        decimals(tables.spoken(tables.rates_shown(table)), {_("Threshold"): ".2f"}),
        hide_index=True,
        column_config=_rate_columns(),
        alt=_("Rates of every class"),
    )
    means = tables.averages_table(figures.averages(cases, tuple(codes)))
    st.dataframe(
        tables.spoken(tables.shown(means)),
        hide_index=True,
        width="content",
        alt=_("Macro and micro averages"),
    )
    card = context.card
    calibrated = _(
        "{thresholds_rule} Calibrated on {calibrated_on}.",
        thresholds_rule=_(card.thresholds_rule),
        calibrated_on=_(card.calibrated_on),
    )
    st.caption(_(cases.points_rule) or calibrated)
    with st.container(horizontal=True):
        tables.csv_button(table, "classes", "classes", cases=cases)
        tables.csv_button(means, "averages", "averages", noted("Averages as CSV"), cases)


def _rate_columns() -> dict[str, Any]:
    return {
        _("Class"): st.column_config.TextColumn(pinned=True),
        **{
            _(name): st.column_config.TextColumn(help=_(text))
            for name, text in tables.RATE_NAMES.values()
        },
    }


def _triage(context: Context) -> None:
    choice = context.cases.choice
    if choice is None or not choice.known.any():
        return
    st.subheader(_("Triage classes, the likeliest as the answer"))
    known = choice.known
    counts = metrics.confusion(choice.truth[known], choice.said[known], len(choice.names))
    chart, side = st.columns([1, 1], gap="large")
    with chart:
        st.plotly_chart(
            in_language(case_charts.confusion_chart([_(one) for one in choice.names], counts)),
            key="confusion",
            config=PLAIN,
            alt=_("Confusion matrix of the triage classes: counts and row percentages"),
        )
        cells = tables.confusion_table(figures.confusion(context.cases))
        tables.csv_button(cells, "confusion", "confusion", cases=context.cases)
    rows, f1, right = figures.class_rates(context.cases)
    with side, st.grid(2, min_column_width=150):
        for name, interval in ((_("Triage macro-F1"), f1), (_("Triage accuracy"), right)):
            value, spread = tables.value_and_interval(interval)
            st.metric(
                name,
                value,
                _("95 % CI {spread}", spread=spread),
                delta_color="off",
                delta_arrow="off",
            )
    left_out = int((~known).sum())
    side.caption(
        _("Rows: the labelled class, with the share of each that the model put there.")
        + " "
        + (
            _("{left_out} ECGs without a class are left out.", left_out=left_out) + " "
            if left_out
            else ""
        )
        + tables.source_line(context.cases)
    )
    table = tables.rates_table(rows).drop(columns="Threshold")
    st.dataframe(
        tables.spoken(tables.rates_shown(table)),
        hide_index=True,
        column_config={_("Class"): st.column_config.TextColumn(pinned=True)},
        alt=_("Rates of each triage class"),
    )
    tables.csv_button(table, "triage", "triage", cases=context.cases)
