"""The machine's answer beside the ECG: the same words when it is given and when it is reopened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from ecg_core.network.statements import Reads, triage_names
from ecg_core.network.values import Attention, Prediction
from ecg_core.page.values import Remark, Severity
from ecg_core.signal.values import Measurements
from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import PriorityDecision
from ecg_core.triage.verdict import Verdict
from widgets.desk import badges, bars
from widgets.session.rows import not_drawn_yet
from widgets.session.text import plain
from widgets.session.words import _


def headline(
    prediction: Prediction,
    priority: PriorityDecision,
    remarks: Sequence[Remark],
    today: PriorityDecision | None = None,
) -> None:
    """What the machine says, at a glance: the verdict, its reasons, what makes it doubtful.

    Words alone, without a part that the browser draws later: the form below must not move.
    priority: the verdict as stored, before there were verdicts the priority alone. today: what the
    rule now in force gives, said where it differs.
    """
    badges.priority_badge(priority)
    badges.reasons(priority)
    if today is not None and today.priority is not priority.priority:
        st.caption(
            ":material/rule: "
            + _(
                "Stored before the rule was changed. Today it would be {priority}: {rule}",
                priority=badges.priority_in_line(today.priority),
                rule=_(today.rule),
            )
        )
    if prediction.abstained:
        badges.abstention(prediction.reasons)
    elif not isinstance(priority, Verdict):
        likely = max(prediction.triage)
        name = _(triage_names(prediction.reads)[prediction.triage_class])
        st.markdown(f"**{name}** :gray[{bars.percent(likely)}]")
    doubts = [one for one in remarks if one.severity is Severity.DOUBT]
    said = {reason.code for reason in prediction.reasons}
    for one in [doubt for doubt in doubts if doubt.code not in said][:2]:
        st.caption(f":orange[:material/warning:] {plain(_(one.text))}")


def classes(prediction: Prediction, measurements: Measurements) -> None:
    """Triage and diagnostic classes, and all findings one click away; of a strip, its findings.

    Of a model that abstains they are shown when they are asked for. measurements: beside which
    findings are judged.
    """
    if prediction.abstained:
        with st.expander(_("What the model would have said")):
            _classes(prediction, measurements)
    else:
        _classes(prediction, measurements)


def _classes(prediction: Prediction, measurements: Measurements) -> None:
    st.subheader(_("Triage"))
    bars.triage_bars(prediction, "triage", bold=not prediction.abstained)
    if prediction.reads is Reads.STRIP:
        st.caption(_("A strip shows rhythm. It neither shows nor rules out an infarction."))
    if not prediction.superclasses:
        st.subheader(_("Beats and rhythm"))
        bars.finding_bars(prediction.findings, _("Probability of each finding"), "findings")
        return
    st.subheader(_("Findings"))
    facts = Facts(measurements, replace(prediction, reasons=()))
    if facts.findings:
        said = (f"{_(f.name)} :gray[{bars.percent(f.probability)}]" for f in facts.findings)
        st.markdown("  \n".join(said))
    else:
        st.caption(_("No finding above its threshold that the measurements support."))
    for clash in facts.clashes:
        st.caption(plain(_(clash.text)))
    st.subheader(_("Diagnostic classes"))
    bars.finding_bars(prediction.superclasses, _("Probability of each class"), "superclasses")
    st.caption(_("The tick on a bar: flagged from here on."))
    if not prediction.findings:
        return
    _all_findings(prediction)


def _all_findings(prediction: Prediction) -> None:
    """Drawn when it is opened: seventy bars."""
    key = f"all_findings_{prediction.page_sha256[:12]}"
    with st.popover(_("All findings"), key=key, on_change="rerun") as opened:
        if opened.open:
            bars.finding_bars(
                sorted(prediction.findings, key=lambda f: -f.probability),
                _("Probability of each finding"),
                "findings",
            )
        else:
            not_drawn_yet()


def quality(prediction: Prediction, remarks: Sequence[Remark], notes: Sequence[str] = ()) -> None:
    """What is to be said of the page, and which model read it."""
    st.subheader(_("Quality"))
    said = {reason.code for reason in prediction.reasons}
    badges.remarks([remark for remark in remarks if remark.code not in said], notes)
    st.caption(
        _(
            "{name} {version} · {elapsed_ms:.0f} ms",
            name=prediction.model.name,
            version=prediction.model.version,
            elapsed_ms=prediction.elapsed_ms,
        )
    )


def looked(attention: Attention, target_name: str, key: str = "leads") -> None:
    """Attention in each lead, and a warning when it lies elsewhere."""
    st.subheader(_("Where the model looked"))
    if attention.strays:
        st.warning(
            _(
                "{outside:.0%} of the attention lies outside the leads: the map says "
                "little about this ECG.",
                outside=attention.outside,
            ),
            icon=":material/wrong_location:",
        )
    bars.lead_bars(attention, key)
    st.caption(
        _(
            "Attention for {target_name}, per area of paper; the tick is the mean "
            "lead. {outside} lies outside the leads. Where the model looked, not "
            "why.",
            target_name=target_name,
            outside=bars.percent(attention.outside),
        )
    )
