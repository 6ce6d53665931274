"""Classes: one question at a time on its curves, then all of them, then the triage classes."""

from __future__ import annotations

import streamlit as st

from ecg_core.evidence.figures import metrics
from ecg_core.evidence.figures.ward import ward
from widgets.performance import case_charts, figures, tables
from widgets.performance.context import Context

PLAIN = {"displayModeBar": False}


def show(context: Context) -> None:
    """Curves with a threshold to move, its meaning for a ward, tables, confusion matrix."""
    codes = [question.code for question in context.asked]
    if not codes:
        st.info("None of these cases has a label to compare the model with.")
        return
    _one(context, codes)
    _all(context, codes)
    _triage(context)


def _one(context: Context, codes: list[str]) -> None:
    cases = context.cases
    with st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.selectbox(
            "Class",
            codes,
            index=codes.index("MI") if "MI" in codes else 0,
            format_func=lambda code: cases.question(code).name,
            key="appraisal_class",
            bind="query-params",
            width=320,
        )
        question = cases.question(code or codes[0])
        threshold = st.slider(
            "Flag at or above this probability",
            0.0,
            1.0,
            float(round(question.threshold, 2)),
            0.01,
            key=f"threshold_{question.code}_{cases.weights_sha256[:8]}",
            width=320,
        )
        prevalence = st.slider(
            "Patients in 100 on your ward who have it",
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
                name,
                *tables.value_and_interval(interval),
                delta_color="off",
                delta_arrow="off",
                help=text,
            )
    expected = ward(found, prevalence / 100)
    st.markdown(
        f"Among 100 patients of whom {prevalence} have it: **{expected.found:.1f} found**, "
        f"**{expected.missed:.1f} missed**, {expected.alarms:.1f} false alarms. "
        f"{expected.ppv:.0%} of the flags are right."
        if expected.found + expected.alarms
        else f"Among 100 patients of whom {prevalence} have it, none would be flagged."
    )
    st.caption(
        f"{found.true_positive} of {found.positives} found, {found.false_positive} of "
        f"{found.n - found.positives} flagged wrongly · {tables.source_line(cases)}"
        + (" · rests on few cases" if found.few else "")
    )
    one = tables.rates_table([found])
    tables.csv_button(one, f"rates_{question.code}", "rates", "These rates as CSV", cases)
    roc = figures.roc(cases, question.code)
    precision = figures.precision_recall(cases, question.code)
    left, middle, right = st.columns(3, gap="medium")
    with left:
        st.plotly_chart(
            case_charts.roc_chart(roc, found),
            key="roc",
            config=PLAIN,
            alt=f"ROC curve of {question.name} with its 95 % band",
        )
        points = tables.points_table(roc, ("one_less_specificity", "sensitivity"))
        tables.csv_button(points, f"roc_{question.code}", "roc", cases=cases)
    with middle:
        st.plotly_chart(
            case_charts.precision_chart(precision, found),
            key="precision",
            config=PLAIN,
            alt=f"Precision over recall of {question.name} with its 95 % band",
        )
        points = tables.points_table(precision, ("sensitivity", "ppv"))
        tables.csv_button(points, f"precision_recall_{question.code}", "precision", cases=cases)
    benefit = figures.decision_curve(cases, question.code)
    with right:
        st.plotly_chart(
            case_charts.benefit_chart(benefit, found.threshold),
            key="benefit",
            config=PLAIN,
            alt=f"Net benefit of acting on {question.name} at every threshold",
        )
        points = tables.benefit_table(benefit)
        tables.csv_button(points, f"net_benefit_{question.code}", "benefit", cases=cases)
    st.caption(
        "Net benefit: true positives less false ones weighed by the odds of the threshold, per "
        "patient, at the prevalence of these cases (Vickers and Elkin 2006)."
    )


def _all(context: Context, codes: list[str]) -> None:
    cases = context.cases
    st.subheader("All classes at their operating points")
    if len(codes) > len(context.main) and not st.toggle(
        f"Show all {len(codes)}, statements included", key="all_classes"
    ):
        codes = list(context.main)
    table = tables.rates_table(
        [figures.rates_at(cases, code) for code in codes],
        [figures.areas_of(cases, code) for code in codes],
    )
    st.dataframe(
        tables.rates_shown(table),
        hide_index=True,
        column_config=RATE_COLUMNS,
        alt="Rates of every class",
    )
    means = tables.averages_table(figures.averages(cases, tuple(codes)))
    st.dataframe(
        tables.shown(means), hide_index=True, width="content", alt="Macro and micro averages"
    )
    card = context.card
    st.caption(cases.points_rule or f"{card.thresholds_rule} Calibrated on {card.calibrated_on}.")
    with st.container(horizontal=True):
        tables.csv_button(table, "classes", "classes", cases=cases)
        tables.csv_button(means, "averages", "averages", "Averages as CSV", cases)


RATE_COLUMNS = {
    "Class": st.column_config.TextColumn(pinned=True),
    "Threshold": st.column_config.NumberColumn(format="%.2f"),
    **{name: st.column_config.TextColumn(help=text) for name, text in tables.RATE_NAMES.values()},
}


def _triage(context: Context) -> None:
    choice = context.cases.choice
    if choice is None or not choice.known.any():
        return
    st.subheader("Triage classes, the likeliest as the answer")
    known = choice.known
    counts = metrics.confusion(choice.truth[known], choice.said[known], len(choice.names))
    chart, side = st.columns([1, 1], gap="large")
    with chart:
        st.plotly_chart(
            case_charts.confusion_chart(choice.names, counts),
            key="confusion",
            config=PLAIN,
            alt="Confusion matrix of the triage classes: counts and row percentages",
        )
        cells = tables.confusion_table(figures.confusion(context.cases))
        tables.csv_button(cells, "confusion", "confusion", cases=context.cases)
    rows, f1, right = figures.class_rates(context.cases)
    with side, st.grid(2, min_column_width=150):
        for name, interval in (("Triage macro-F1", f1), ("Triage accuracy", right)):
            value, spread = tables.value_and_interval(interval)
            st.metric(name, value, f"95 % CI {spread}", delta_color="off", delta_arrow="off")
    left_out = int((~known).sum())
    side.caption(
        "Rows: the labelled class, with the share of each that the model put there. "
        + (f"{left_out} ECGs without a class are left out. " if left_out else "")
        + tables.source_line(context.cases)
    )
    table = tables.rates_table(rows).drop(columns="Threshold")
    st.dataframe(
        tables.rates_shown(table),
        hide_index=True,
        column_config={"Class": RATE_COLUMNS["Class"]},
        alt="Rates of each triage class",
    )
    tables.csv_button(table, "triage", "triage", cases=context.cases)
