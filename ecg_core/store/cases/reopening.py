"""A stored case, given back exactly as it was decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ecg_core.network.statements import Triage
from ecg_core.network.values import Attention, Prediction
from ecg_core.page.values import EcgPage
from ecg_core.signal.values import Measurements
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import canonical_json
from ecg_core.store.cases.answers import (
    attention_from_bytes,
    measurements_from_bytes,
    prediction_from_plain,
)
from ecg_core.store.cases.blobs import Blobs
from ecg_core.store.cases.linking import of_case
from ecg_core.store.cases.readings import (
    Confidence,
    Covers,
    Decision,
    Phase,
    Reading,
    StoredReading,
)
from ecg_core.store.cases.schema import Action, CaseRow, EventRow, FileRow, ReadingRow
from ecg_core.store.cases.workflow import undone
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.priority import Priority, PriorityDecision
from ecg_core.triage.verdict import verdict_from_plain


@dataclass(frozen=True)
class StoredFile:
    """One original file of a case; `Store.original` gives its bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class StoredEvent:
    """One event of the chain. payload: what happened, as plain values. role: of the actor."""

    seq: int
    created_utc: datetime
    actor: str
    action: Action
    case_id: str | None
    payload: Mapping[str, Any]
    previous_hash: str
    hash: str
    role: str = ""


@dataclass(frozen=True)
class Checks:
    """What was compared with its hash when the case was reopened.

    page: its ink with the hash in the machine's answer. originals: the files' bytes with the
    input's hash. rows: the case's rows with the event that added it, readings with their events.
    events: the case's own events with their hashes (the whole chain is `Store.verify`'s).
    Page and attention bytes that changed on disk are not shown at all, but raise StoreError.
    """

    page: bool
    originals: bool
    rows: bool
    events: bool

    @property
    def ok(self) -> bool:
        """Whether everything matches."""
        return self.page and self.originals and self.rows and self.events


@dataclass(frozen=True, eq=False)
class StoredCase:
    """A case as it was decided: same pixels, same attention, same numbers.

    machine: the class with which a reader agrees, as stored. patient: the patient's pseudonym, ""
    where the files name none. measurements: those the verdict rests on; None of a case stored
    before they were kept, or by a version that measured something else.
    """

    id: str
    name: str
    created_utc: datetime
    input_sha256: str
    page: EcgPage
    prediction: Prediction
    attention: Attention
    priority: PriorityDecision
    machine: Triage
    thresholds: Mapping[str, float]
    app_version: str
    files: tuple[StoredFile, ...]
    readings: tuple[StoredReading, ...]
    events: tuple[StoredEvent, ...]
    checks: Checks
    patient: str = ""
    measurements: Measurements | None = None


def get_case(session: Session, case_id: str) -> CaseRow:
    """The case's row. Raises StoreError when there is none."""
    case = session.get(CaseRow, case_id)
    if case is None:
        raise StoreError(f"There is no case {case_id[:40]!r}.", "Look for it in the audit.")
    return case


def reopen(session: Session, blobs: Blobs, case_id: str) -> StoredCase:
    """Read a case. Raises StoreError when it is unknown or its bytes changed on disk."""
    case = get_case(session, case_id)
    events = list(
        session.scalars(select(EventRow).where(EventRow.case_id == case_id).order_by(EventRow.seq))
    )
    readings = list(
        session.scalars(
            select(ReadingRow).where(ReadingRow.case_id == case_id).order_by(ReadingRow.seq)
        )
    )
    files = case_files(session, case_id)
    payloads = {
        event.action: json.loads(event.payload)
        for event in events
        if event.action in (Action.CASE_ADDED, Action.MACHINE_ANSWER)
    }
    added, answer = payloads.get(Action.CASE_ADDED), payloads.get(Action.MACHINE_ANSWER)
    if added is None or answer is None:
        raise StoreError(f"Events of case {case_id} are missing.", "Verify the audit chain.")
    page = EcgPage.from_bytes(blobs.get(added["page_blob"]))
    prediction = prediction_from_plain(answer["prediction"])
    page_sha256 = page.sha256_of(prediction.model.preprocessing_version)
    return StoredCase(
        id=case.id,
        name=case.name,
        created_utc=datetime.fromisoformat(case.created_utc),
        input_sha256=added["input_sha256"],
        page=page,
        prediction=prediction,
        attention=attention_from_bytes(blobs.get(answer["attention"]["blob"])),
        priority=_priority(answer),
        machine=Triage(case.triage),
        thresholds=answer["thresholds"],
        app_version=answer["app_version"],
        files=tuple(
            StoredFile(file.name, entry["sha256"], entry["size"])
            for file, entry in zip(files, added["files"], strict=True)
        ),
        readings=tuple(
            _readings(
                readings,
                undone((event.action, payload_of(event)) for event in events),
                {event.seq: payload_of(event).get("covers") for event in events},
            )
        ),
        events=tuple(stored_event(event) for event in events),
        checks=Checks(
            page=page_sha256 == prediction.page_sha256 == added["page_sha256"],
            originals=all(blobs.intact(entry["sha256"]) for entry in added["files"]),
            rows=chain.case_hash(case, files) == added["row_sha256"]
            and all(reading_matches(row, events) for row in readings),
            events=all(chain.event_hash(event) == event.hash for event in events),
        ),
        patient=of_case(session, case_id),
        measurements=_measurements(answer, blobs),
    )


def _measurements(answer: Mapping[str, Any], blobs: Blobs) -> Measurements | None:
    kept = answer.get("measurements")
    return None if kept is None else measurements_from_bytes(blobs.get(kept["blob"]))


def _priority(answer: Mapping[str, Any]) -> PriorityDecision:
    """As stored: with the verdict, or without one before there were verdicts."""
    said = PriorityDecision(Priority(answer["priority"]), answer["rule_id"], answer["rule"])
    return verdict_from_plain(answer["verdict"], said) if "verdict" in answer else said


def case_files(session: Session, case_id: str) -> list[FileRow]:
    """The rows of a case's files, in order."""
    query = select(FileRow).where(FileRow.case_id == case_id).order_by(FileRow.position)
    return list(session.scalars(query))


def added_payload(session: Session, case_id: str) -> dict[str, Any]:
    """What the event says that added a case."""
    query = select(EventRow).where(
        EventRow.case_id == case_id, EventRow.action == Action.CASE_ADDED
    )
    event = session.scalars(query).first()
    return {} if event is None else payload_of(event)


def named_leads(session: Session, case_id: str) -> tuple[str, ...]:
    """The leads of a record's signals as a person named them; nothing where the file does."""
    told = str(added_payload(session, case_id).get("leads", ""))
    return tuple(told.split(",")) if told else ()


def reading_matches(row: ReadingRow | Row[Any], events: Sequence[EventRow | Row[Any]]) -> bool:
    """Whether a reading's columns say what its event says."""
    event = next((event for event in events if event.seq == row.seq), None)
    if event is None or (event.case_id, event.created_utc) != (row.case_id, row.created_utc):
        return False
    said = payload_of(event).get("reading")
    return canonical_json(said) == canonical_json(chain.reading_plain(row))


def payload_of(event: EventRow | Row[Any]) -> dict[str, Any]:
    """What an event says; nothing when its payload was spoilt."""
    try:
        plain = json.loads(event.payload)
    except ValueError:
        return {}
    return plain if isinstance(plain, dict) else {}


def stored_event(event: EventRow) -> StoredEvent:
    """An event's row as a value."""
    return StoredEvent(
        event.seq,
        datetime.fromisoformat(event.created_utc),
        event.actor,
        Action(event.action),
        event.case_id,
        json.loads(event.payload),
        event.previous_hash,
        event.hash,
        event.role or "",
    )


def _readings(
    rows: list[ReadingRow],
    taken_back: frozenset[int] = frozenset(),
    covered: Mapping[int, Any] = MappingProxyType({}),
) -> list[StoredReading]:
    """covered: what of a long record they are about, as their events say."""
    earlier: list[int | None] = [None, *(row.seq for row in rows)]
    return [
        StoredReading(
            row.seq,
            datetime.fromisoformat(row.created_utc),
            Reading(
                row.reader,
                row.agrees,
                None if row.triage is None else Triage(row.triage),
                None if row.priority is None else Priority(row.priority),
                row.reason,
                row.note,
                None if row.verdict is None else Decision(row.verdict),
                None if row.findings is None else tuple(json.loads(row.findings)),
                bool(row.second_wanted),
                None if row.confidence is None else Confidence(row.confidence),
                Covers.from_plain(said) if (said := covered.get(row.seq)) else None,
            ),
            before,
            Phase(row.phase or Phase.FINAL),
            row.account or "",
            row.blind,
            row.seq in taken_back,
        )
        for row, before in zip(rows, earlier, strict=False)
    ]
