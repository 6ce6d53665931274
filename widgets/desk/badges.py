"""Small marks that are read at a glance: priority, abstention, quality."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import streamlit as st

from ecg_core.intake.patients import tag
from ecg_core.network.values import Reason
from ecg_core.page.values import Remark, Severity
from ecg_core.store.cases.readings import Decision
from ecg_core.store.cases.workflow import STATUS_NAMES, CaseStatus
from ecg_core.triage.priority import Priority, PriorityDecision
from ecg_core.triage.verdict import Because, Level, Verdict
from widgets.session.words import _, noted

Colour = Literal["red", "orange", "yellow", "blue", "green", "violet", "gray"]

PRIORITY_LOOK: dict[Priority, tuple[str, Colour, str]] = {
    Priority.IMMEDIATE: (noted("Immediate"), "red", ":material/emergency:"),
    Priority.URGENT: (noted("Urgent"), "orange", ":material/priority_high:"),
    Priority.SOON: (noted("Soon"), "blue", ":material/schedule:"),
    Priority.ROUTINE: (noted("Routine"), "gray", ":material/event:"),
}
"""Name, colour and icon of each priority; never colour alone."""


def priority_name(priority: Priority) -> str:
    """The priority as a word."""
    return _(PRIORITY_LOOK[priority][0])


def priority_in_line(priority: Priority) -> str:
    """The same within a sentence."""
    return _(PRIORITY_LOOK[priority][0].lower())


def priority_badge(decision: PriorityDecision) -> None:
    """The verdict and the priority that follows from it, the rule in its help."""
    name, colour, icon = PRIORITY_LOOK[decision.priority]
    words = [f":{colour}-badge[{icon} {_(name)}]"]
    if isinstance(decision, Verdict):
        level, tone, sign = LEVEL_LOOK[decision.level]
        # "Urgent" beside "Urgent" would be read as two things.
        words = [f":{tone}-badge[{sign} {_(level)}]"] + (words if level != name else [])
    st.markdown(" ".join(words), help=_(decision.rule))


LEVEL_LOOK: dict[Level, tuple[str, Colour, str]] = {
    Level.ACT_NOW: (noted("Act now"), "red", ":material/emergency:"),
    Level.URGENT: (noted("Urgent"), "orange", ":material/priority_high:"),
    Level.ABNORMAL: (noted("Abnormal"), "blue", ":material/schedule:"),
    Level.UNCERTAIN: (noted("No certain abnormality"), "gray", ":material/help:"),
    Level.NORMAL: (noted("Normal"), "green", ":material/check:"),
    Level.NOT_JUDGED: (noted("Not judged"), "orange", ":material/do_not_disturb_on:"),
}
"""Name, colour and icon of each verdict; never colour alone."""


def level_name(level: Level) -> str:
    """The verdict in words."""
    return _(LEVEL_LOOK[level][0])


def reasons(decision: PriorityDecision) -> None:
    """What made the verdict, each reason a button that lights its leads on the paper
    (`assets/viewer/reasons.js`); the rule of a case stored before there were verdicts."""
    if not isinstance(decision, Verdict):
        st.caption(_(decision.rule))
        return
    items = "".join(f"<li>{_reason(reason)}</li>" for reason in decision.reasons)
    st.html(f'<ul class="reasons">{items}</ul>')


def _reason(reason: Because) -> str:
    """One reason; words alone where it rests on nothing that can be shown."""
    words, basis = escape(_(reason.text)), reason.rests_on
    if not basis.leads and not basis.measurements:
        return words
    leads, numbers = escape(" ".join(basis.leads)), escape(" ".join(basis.measurements))
    return (
        f'<button type="button" class="reason" data-leads="{leads}" data-numbers="{numbers}" '
        f'title="{escape(_("Show where"))}">{words}</button>'
    )


STATUS_LOOK: dict[CaseStatus, tuple[Colour, str]] = {
    CaseStatus.NEW: ("blue", ":material/inbox:"),
    CaseStatus.IN_READING: ("blue", ":material/visibility:"),
    CaseStatus.READ: ("green", ":material/task_alt:"),
    CaseStatus.SECOND_WANTED: ("orange", ":material/group:"),
    CaseStatus.DISAGREEMENT: ("orange", ":material/balance:"),
    CaseStatus.ADJUDICATED: ("green", ":material/gavel:"),
    CaseStatus.WITHDRAWN: ("gray", ":material/block:"),
}
"""Colour and icon of each status."""


DECIDED: dict[Decision, str] = {
    Decision.AGREE: noted("Agreed"),
    Decision.OVERRIDE: noted("Overridden"),
    Decision.CANNOT_DECIDE: noted("Cannot decide"),
    Decision.REPEAT: noted("Repeat ECG"),
}
"""What became of a case, in words."""
UNREAD = noted("Not read yet")


def status_badge(status: CaseStatus) -> None:
    """Where a case stands."""
    colour, icon = STATUS_LOOK[status]
    st.badge(_(STATUS_NAMES[status]), icon=icon, color=colour)


def patient_badge(pseudonym: str) -> None:
    """The patient's tag; nothing where the files name no patient."""
    if pseudonym:
        st.badge(
            _("Patient {pseudonym}", pseudonym=tag(pseudonym)),
            icon=":material/fingerprint:",
            color="gray",
            help=_(
                "Made from the patient number in the file with a secret key: the same "
                "number always gives the same tag. Name and number themselves are not "
                "shown."
            ),
        )


def abstention(reasons: Sequence[Reason]) -> None:
    """Why the machine should not be trusted on this page."""
    text = " ".join(_(reason.text) for reason in reasons)
    st.markdown(
        ":orange[:material/do_not_disturb_on:] " + _("**The machine abstains.** {text}", text=text)
    )


SCALE_DOUBTED = frozenset(
    {
        *("assumed_scale", "gain_close", "speed_close", "columns_unusual", "columns_by_names"),
        "slightly_curved",
    }
)
"""Remarks beside which a grid that was found verifies no scale."""


def remarks(found: Sequence[Remark], notes: Sequence[str] = ()) -> None:
    """Quality of the page, doubts first; says so when there is nothing to remark."""
    if not found and not notes:
        st.caption(":material/check: " + _("No remarks on the quality of this ECG."))
        return
    doubted = any(one.code in SCALE_DOUBTED for one in found)
    rank = {Severity.REFUSE: 0, Severity.DOUBT: 1, Severity.NOTE: 2}
    for remark in sorted(found, key=lambda r: rank[r.severity]):
        line = " ".join(_(part) for part in (remark.text, remark.hint) if part)
        if remark.code == "geometry":
            words = _("Grid found.") if doubted else _("Scale verified by the grid.")
            st.caption(f":material/info: {words}", help=line)
        elif remark.severity is Severity.NOTE:
            st.caption(f":material/info: {line}")
        else:
            st.markdown(f":orange[:material/warning:] {line}")
    for note in notes:
        st.caption(f":material/info: {_(note)}")
