"""The content of a report, from a stored case or from an ECG that was just read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ecg_core.network.statements import TRIAGE_NAMES
from ecg_core.network.values import Attention, Prediction
from ecg_core.page.values import EcgPage
from ecg_core.page.viewed import Waves
from ecg_core.report.content import Content, Decided
from ecg_core.signal.values import Measurements
from ecg_core.store.cases.readings import VERDICT_NAMES, Phase, StoredReading
from ecg_core.triage.priority import PriorityDecision


def decided(readings: Sequence[StoredReading]) -> tuple[Decided, ...]:
    """Readings that stand, latest first, in the words of the report."""
    found = []
    for stored in reversed(readings):
        if stored.undone:
            continue
        reading = stored.reading
        words = [VERDICT_NAMES[reading.verdict] if reading.verdict else "First reading"]
        if reading.triage is not None:
            words.append(TRIAGE_NAMES[reading.triage].lower())
        if reading.priority is not None:
            words.append(f"priority {reading.priority}")
        if reading.covers is not None:
            words.append(f"on {reading.covers.words}")
        found.append(
            Decided(
                stored.reading.reader,
                ", ".join(words),
                stored.created_utc,
                stored.event,
                reading.reason,
            )
        )
    return tuple(found)


def signing(readings: Sequence[StoredReading]) -> Decided | None:
    """The latest decision that stands, by which the report is signed; None before there is one."""
    for stored in reversed(readings):
        if not stored.undone and stored.phase is not Phase.FIRST:
            return decided([stored])[0]
    return None


def signed_text(readings: Sequence[StoredReading]) -> str:
    """The note of the latest reading that stands and has one, "" without any."""
    notes = [s.reading.note for s in readings if not s.undone and s.reading.note]
    return notes[-1] if notes else ""


def content(
    page: EcgPage,
    waves: Waves | None,
    measurements: Measurements,
    prediction: Prediction,
    priority: PriorityDecision,
    attention: Attention | None,
    draft: str,
    printed_utc: datetime,
    readings: Sequence[StoredReading] = (),
    case_id: str = "",
    patient: str = "",
) -> Content:
    """What is printed: what the reader signed once there is a decision, else the draft.

    File names may hold a patient's name and are left out; `patient` is what the reader typed.
    """
    signed, by = signed_text(readings), signing(readings)
    return Content(
        page=page,
        waves=waves,
        measurements=measurements,
        prediction=prediction,
        priority=priority,
        attention=attention,
        # Without a text of the reader's own nothing of the draft counts as signed.
        text=signed or ("" if by else draft),
        signed=by,
        decided=decided(readings),
        patient=patient,
        case_id=case_id,
        input_sha256=page.source_sha256,
        printed_utc=printed_utc,
    )
