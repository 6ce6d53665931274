"""The machine's answer beside the ECG: the same words when it is given and when it is reopened."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from ecg_core.network.statements import Reads
from ecg_core.network.values import Attention, Prediction
from ecg_core.page.values import Remark
from ecg_core.triage.priority import PriorityDecision
from widgets.desk import badges, bars


def verdict(
    prediction: Prediction,
    priority: PriorityDecision,
    remarks: Sequence[Remark],
    notes: Sequence[str] = (),
    today: PriorityDecision | None = None,
) -> None:
    """Priority, triage classes, findings above their operating points, quality.

    priority: as stored. today: what the rule now in force gives, said where it differs.
    """
    if prediction.abstained:
        badges.abstention(prediction.reasons)
    badges.priority_badge(priority)
    if today is not None and today.priority is not priority.priority:
        st.caption(
            f":material/rule: Stored before the rule was changed. Today it would be "
            f"{badges.priority_name(today.priority).lower()}: {today.rule}"
        )
    st.subheader("Triage")
    bars.triage_bars(prediction, "triage")
    if prediction.reads is Reads.STRIP:
        st.caption("A strip shows rhythm. It neither shows nor rules out an infarction.")
    st.subheader("Findings")
    flagged = sorted((f for f in prediction.findings if f.flagged), key=lambda f: -f.probability)
    if flagged:
        st.markdown("  \n".join(f"{f.name} :gray[{bars.percent(f.probability)}]" for f in flagged))
    else:
        st.caption("None above its operating point.")
    st.subheader("Quality")
    said = {reason.code for reason in prediction.reasons}
    badges.remarks([remark for remark in remarks if remark.code not in said], notes)
    st.caption(
        f"{prediction.model.name} {prediction.model.version} · {prediction.elapsed_ms:.0f} ms"
    )


def classes(prediction: Prediction) -> None:
    """The five superclasses, and all findings one click away; of a strip, its findings."""
    if not prediction.superclasses:
        st.subheader("Beats and rhythm")
        bars.finding_bars(prediction.findings, "Probability of each finding", "findings")
        return
    st.subheader("Diagnostic classes")
    bars.finding_bars(prediction.superclasses, "Probability of each superclass", "superclasses")
    if not prediction.findings:
        return
    with st.popover("All findings"):
        bars.finding_bars(
            sorted(prediction.findings, key=lambda f: -f.probability),
            "Probability of each finding",
            "findings",
        )


def looked(attention: Attention, target_name: str, key: str = "leads") -> None:
    """Attention in each lead, and a warning when it lies elsewhere."""
    st.subheader("Where the model looked")
    if attention.strays:
        st.warning(
            f"{attention.outside:.0%} of the attention lies outside the leads: the map says "
            "little about this ECG.",
            icon=":material/wrong_location:",
        )
    bars.lead_bars(attention, key)
    st.caption(
        f"Attention for {target_name}, per area of paper; the tick is the mean lead. "
        f"{bars.percent(attention.outside)} lies outside the leads. "
        "Where the model looked, not why."
    )
