"""Performance: how well the shipped model does, regenerated from its evidence files."""

from __future__ import annotations

import streamlit as st

from ecg_core.learning import metrics
from ecg_core.learning.evidence import EvidenceSet
from ecg_core.network.card import ModelCard
from widgets import charts, engine, evidence, groups, unsure
from widgets.entrance import through_app

RATES = {
    "Sensitivity": "Share of the ill that are flagged",
    "Specificity": "Share of the well that are not flagged",
    "PPV": "Share of the flagged that are ill, at the prevalence of this data set",
    "NPV": "Share of the unflagged that are well, at the prevalence of this data set",
    "F1": "Harmonic mean of sensitivity and PPV",
}
COLUMNS = {
    name: st.column_config.NumberColumn(name, help=text, format="%.3f")
    for name, text in RATES.items()
} | {"Threshold": st.column_config.NumberColumn("Threshold", format="%.2f")}


def show(card: ModelCard, found: EvidenceSet) -> None:
    key = f"{found.file_name()} {found.weights_sha256}"
    shown = [f for f in evidence.figures(card, key, found) if not f.name.startswith("AUC ")]
    with st.grid(4, min_column_width=280):
        for figure in shown:
            st.metric(
                figure.name[0].upper() + figure.name[1:],
                f"{figure.value:.3f}",
                f"95 % CI {figure.low:.3f}–{figure.high:.3f}, n = {figure.n}",
                delta_color="off",
                delta_arrow="off",
            )
    superclasses(card, found, key)
    triage(found)
    thresholds = tuple(output.threshold for output in card.superclasses)
    names = {output.code: output.name for output in card.superclasses}
    groups.section(groups.figures(card, key, found), names)
    left, right = st.columns([1, 1], gap="large")
    with left:
        unsure.risk(unsure.curves(key, found, thresholds))
    with right:
        unsure.silence(unsure.sent(card.name, card.weights_sha256))


def superclasses(card: ModelCard, found: EvidenceSet, key: str) -> None:
    question = evidence.superclass_question(
        key,
        found,
        tuple(output.name for output in card.superclasses),
        tuple(output.threshold for output in card.superclasses),
    )
    st.subheader("Diagnostic classes")
    chart, side = st.columns([1, 1], gap="large")
    with side:
        chosen = st.pills(
            "Class",
            range(len(question.names)),
            default=1,
            required=True,
            format_func=lambda k: question.names[k],
            key="performance_class",
            wrap=True,
        )
        chosen = 1 if chosen is None else chosen
        threshold = st.slider(
            "Threshold: flag from this probability on",
            0.0,
            1.0,
            float(round(question.thresholds[chosen], 2)),
            0.01,
            key=f"threshold_{chosen}_{found.weights_sha256[:8]}",
        )
        point = metrics.at_threshold(
            question.truth[:, chosen], question.scores[:, chosen], threshold
        )
        with st.grid(5, min_column_width=90):
            for name, text in RATES.items():
                st.metric(name, f"{getattr(point, name.lower()):.3f}", help=text)
        st.caption(
            f"Of {point.true_positive + point.false_negative} ECGs with "
            f"“{question.names[chosen]}”, {point.true_positive} are flagged; "
            f"{point.false_positive} of "
            f"{point.false_positive + point.true_negative} without it are flagged too."
        )
        st.markdown("**At the shipped operating points**")
        points = [
            metrics.at_threshold(question.truth[:, k], question.scores[:, k], cut)
            for k, cut in enumerate(question.thresholds)
        ]
        st.dataframe(
            evidence.table(question.names, points, with_threshold=True),
            hide_index=True,
            column_config=COLUMNS,
            alt="Rates of each diagnostic class at its operating point",
        )
        st.caption(f"{card.thresholds_rule} Calibrated on {card.calibrated_on}.")
    with chart:
        st.plotly_chart(
            charts.roc_chart(
                question.names, question.truth, question.scores, question.areas, chosen, point
            ),
            key="roc",
            config={"displayModeBar": False},
            alt="ROC curves of the diagnostic classes with areas and 95 % intervals",
        )


def triage(found: EvidenceSet) -> None:
    names = evidence.triage_names()
    st.subheader("Triage classes")
    chart, side = st.columns([1, 1], gap="large")
    with chart:
        st.plotly_chart(
            charts.confusion_chart(names, evidence.triage_counts(found)),
            key="confusion",
            config={"displayModeBar": False},
            alt="Confusion matrix of the triage classes",
        )
    with side:
        st.markdown("**The likeliest class as the answer**")
        st.dataframe(
            evidence.table(names, evidence.triage_points(found), with_threshold=False),
            hide_index=True,
            column_config=COLUMNS,
            alt="Rates of each triage class",
        )
        unlabelled = int((found.triage_labels < 0).sum())
        st.caption(f"{unlabelled} ECGs whose labels name no triage class are left out here.")


through_app()
try:
    model = engine.classifier()
except engine.ModelUnavailableError as error:
    st.warning(str(error))
    st.stop()
sets = evidence.load(model.card.name, model.card.weights_sha256)
if not sets:
    st.info("This model was shipped without evidence files, so nothing can be shown here.")
    st.stop()
with st.container(horizontal=True, vertical_alignment="center"):
    place = st.selectbox(
        "Evidence",
        range(len(sets)),
        format_func=lambda i: sets[i].title,
        label_visibility="collapsed",
        width=420,
    )
    one = sets[place or 0]
    st.caption(
        f"{one.n} ECGs of {len(set(one.patients))} patients; {int(one.abstained.sum())} abstained, "
        f"{one.refused} gave no page · {one.model} {one.version}",
        width="content",
    )
show(model.card, one)
