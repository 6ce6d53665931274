"""Measurements, draft report and printable report of one ECG, opened or stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import streamlit as st

from ecg_core.answer import draft, judged
from ecg_core.intake.values import Annotation, EcgRecord, EcgScan
from ecg_core.network.values import Attention, Prediction
from ecg_core.page.ten_seconds import is_longer
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from ecg_core.report.content import Content
from ecg_core.report.values import Narrative
from ecg_core.report.whole_record import WholeRecord, whole_record
from ecg_core.signal.values import Measurements
from ecg_core.store.cases.in_report import content
from ecg_core.store.cases.readings import StoredReading
from ecg_core.triage.priority import PriorityDecision
from widgets.desk.deciding.recorded import person_choice, recorded_person
from widgets.desk.report.measurements import details, header
from widgets.desk.report.narrative import editor, narrative_view
from widgets.desk.report.report_pdf import report_button
from widgets.desk.seconds import band_of
from widgets.session import engine
from widgets.session.rows import not_drawn_yet
from widgets.session.words import _


@dataclass(frozen=True, eq=False)
class Reported:
    """What is told of one case.

    readings, whole: give the readings that are stored, and the whole of a long record, when they
    are printed.
    """

    case_id: str
    page: EcgPage
    waves: Waves | None
    measurements: Measurements
    narrative: Narrative
    prediction: Prediction
    priority: PriorityDecision
    attention: Attention | None
    readings: Callable[[], tuple[StoredReading, ...]]
    whole: Callable[[], WholeRecord | None] = lambda: None

    def content(self, patient: str) -> Content:
        """What is printed."""
        printed = content(
            self.page,
            self.waves,
            self.measurements,
            self.prediction,
            self.priority,
            self.attention,
            st.session_state.get(f"draft_{self.case_id}") or self.narrative.text,
            datetime.now(UTC),
            self.readings(),
            self.case_id,
            patient,
        )
        return replace(printed, whole=self.whole())


def printed_whole(source: EcgRecord | EcgScan | None, page: EcgPage) -> WholeRecord | None:
    """What is printed of a record beyond the ten seconds of its page; None where that is all."""
    if not isinstance(source, EcgRecord) or not is_longer(source):
        return None
    return whole_record(source, band_of(page), page.start_s)


def drafted(
    page: EcgPage,
    measurements: Measurements,
    prediction: Prediction,
    previous: Measurements | None,
    case_id: str,
    verdict: PriorityDecision,
) -> Narrative:
    """The draft of one ECG, compared with another one where the reader chose it.

    verdict: what it concludes with, as `for_person` gives it.
    """
    person = recorded_person(case_id)
    return draft(page, measurements, prediction, person, previous, verdict)


def for_person(
    page: EcgPage,
    measurements: Measurements,
    prediction: Prediction,
    case_id: str,
    stored: PriorityDecision,
) -> PriorityDecision:
    """The stored verdict; by the limits of the person where the reader said age or sex."""
    person, table = recorded_person(case_id), engine.settings().priority_table
    return judged(page, measurements, prediction, person, table, stored)


def marks(page: EcgPage, measurements: Measurements, case_id: str) -> list[Annotation]:
    """Marks of the measurements for the trace, when the reader asks for them."""
    # Of two sheets the beats of one stand above the other's.
    if not st.session_state.get(f"marks_{case_id}") or any(box.span for box in page.boxes):
        return []
    return [Annotation(page.start_s + m.time_s, str(m.kind)) for m in measurements.marks]


def header_view(one: Reported) -> None:
    """The block under the ECG."""
    header(one.measurements, one.case_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        _details(one.measurements, one.case_id)
        if one.measurements.marks:
            st.toggle(_("Mark on the trace"), key=f"marks_{one.case_id}")
        report_button(one.content, one.case_id)


def _details(found: Measurements, case_id: str) -> None:
    """Drawn when it is opened: hardly a case needs it, and all would pay for it."""
    with st.popover(
        _("ST levels and details"),
        icon=":material/straighten:",
        key=f"details_{case_id}",
        on_change="rerun",
    ) as opened:
        if opened.open:
            details(found)
        else:
            not_drawn_yet()


def draft_view(one: Reported) -> None:
    """The draft report beside the ECG."""
    names = {finding.code: finding.name for finding in one.prediction.findings}
    narrative_view(one.narrative, one.measurements, names, one.case_id)
    person_choice(one.case_id)


def editor_view(one: Reported) -> None:
    """The draft to edit, beside the decision that it is signed with."""
    editor(one.narrative, one.case_id)
