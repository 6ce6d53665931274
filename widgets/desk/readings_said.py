"""What readers said of a case: every reading in words, and two beside one another."""

from __future__ import annotations

import streamlit as st

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.store.cases.readings import Confidence, Decision, Phase
from ecg_core.store.cases.store import StoredCase, StoredReading
from widgets.desk.badges import DECIDED, priority_in_line
from widgets.session.text import plain
from widgets.session.words import _, noted, second

COLOURS: dict[Decision, str] = {
    Decision.AGREE: "green",
    Decision.OVERRIDE: "orange",
    Decision.CANNOT_DECIDE: "gray",
    Decision.REPEAT: "gray",
}
CONFIDENCE: dict[Confidence, str] = {
    Confidence.LOW: noted("low confidence"),
    Confidence.MODERATE: noted("moderate confidence"),
    Confidence.HIGH: noted("high confidence"),
}


def readings_beside(case: StoredCase) -> None:
    """The decisions that stand, one beside the other, so that where they differ is seen."""
    latest = {
        stored.account or stored.reading.reader: stored
        for stored in case.readings
        if stored.phase is Phase.FINAL and not stored.undone
    }
    if not latest:
        return
    for place, stored in zip(st.columns(len(latest), gap="small"), latest.values(), strict=True):
        reading = stored.reading
        named = [_(case.prediction.name_of(code)) for code in reading.findings or ()]
        lines = [f"**{plain(reading.reader)}**", _words(stored)]
        if named:
            lines.append(", ".join(named))
        lines += [plain(words) for words in (reading.reason, reading.note) if words]
        with place.container(border=True):
            st.markdown("  \n".join(lines))


def readings_view(case: StoredCase) -> None:
    """Every reading of a case, the newest first."""
    st.subheader(_("Readings"))
    if not case.readings:
        st.caption(_("No decision on this ECG yet."))
    for stored in reversed(case.readings):
        reading = stored.reading
        decided = _words(stored)
        when = _("{when} UTC · event {n}", when=second(stored.created_utc), n=stored.event)
        if stored.undone:
            decided = f"~~{decided}~~ :gray[{_('taken back')}]"
        lines = [decided, f"{plain(reading.reader)} · {when}"]
        if reading.findings:
            named = ", ".join(_(case.prediction.name_of(code)) for code in reading.findings)
            lines.append(_("Findings: {named}", named=named))
        if reading.reason:
            lines.append(_("Reason: {reason}", reason=plain(_(reading.reason))))
        if reading.note:
            lines.append(_("Note: {note}", note=plain(reading.note)))
        st.markdown("  \n".join(lines))


def _words(stored: StoredReading) -> str:
    """What was said, in a line: the verdict, the class, the priority."""
    reading = stored.reading
    named = f"**{_(TRIAGE_NAMES[reading.triage])}**" if reading.triage else ""
    if stored.phase is Phase.FIRST:
        sure = ", " + _(CONFIDENCE[reading.confidence]) if reading.confidence else ""
        blind = _("First reading, blind") if stored.blind else _("First reading")
        return f":gray-badge[{blind}] {named}{sure}"
    decided = reading.verdict or Decision.AGREE
    word, colour = DECIDED[decided], COLOURS[decided]
    if stored.phase is Phase.ADJUDICATION:
        word, colour = noted("Adjudicated"), "green"
    wait = priority_in_line(reading.priority) if reading.priority else ""
    asks = " · " + _("second reader asked") if reading.second_wanted else ""
    if reading.covers is not None:
        asks += " · " + _("on {seconds}", seconds=_(reading.covers.words))
    return f":{colour}-badge[{_(word)}] {', '.join(part for part in (named, wait) if part)}{asks}"
