"""Walking the whole chain: has anything that was stored been changed, removed or moved?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from ecg_core.store.audit import chain, configuration
from ecg_core.store.audit.anchor import Anchor, ChainPlace
from ecg_core.store.audit.configuration import PatientTold
from ecg_core.store.cases import workflow
from ecg_core.store.cases.adding import PATIENT_TOLD
from ecg_core.store.cases.blobs import Blobs
from ecg_core.store.cases.reopening import payload_of, reading_matches
from ecg_core.store.cases.schema import (
    GENESIS,
    Action,
    BlobRow,
    CaseRow,
    EventRow,
    FileRow,
    HeadRow,
    ReadingRow,
)

BEGINNING = ChainPlace(0, GENESIS)
"""What the first event follows from."""
_CHUNK = 1000
"""Rows asked for at a time."""
_BLOBS = 100
"""Stored bytes compared between two pauses."""
_READINGS = (Action.READING, Action.FIRST_READING, Action.ADJUDICATION)


@dataclass(frozen=True)
class ChainReport:
    """What a walk along the chain found.

    events: how many there are. first_broken_seq: the first event that is wrong or missing, None
    when the chain is whole, or when only stored bytes are damaged. what: in words. since: the
    event up to which nothing was checked, 0 when the whole chain was. end: the last event that
    was checked, None when something is wrong. changed: accounts, settings and links that differ
    from what events say of them.
    """

    ok: bool
    events: int
    first_broken_seq: int | None
    what: str
    since: int = 0
    end: ChainPlace | None = field(default=None, compare=False)
    changed: tuple[str, ...] = ()

    @property
    def checked_whole(self) -> bool:
        """Whether the chain was checked from its beginning."""
        return self.since == 0


@dataclass(frozen=True)
class Fault:
    """The first thing found wrong. changed: all that was changed without an event."""

    seq: int | None
    what: str
    changed: tuple[str, ...] = ()


def verify(
    session: Session,
    anchor: ChainPlace | None,
    blobs: Blobs | None,
    since: ChainPlace = BEGINNING,
    pause: Callable[[], None] | None = None,
) -> ChainReport:
    """Check every event, every case and reading against its event, and the chain's end.

    anchor: the furthest event seen committed, read before this session's transaction began;
    None when it was lost.
    blobs: also read all stored bytes and compare them with their hashes; None leaves that out.
    since: an event up to which the chain is known to be whole: only what follows is checked.
    pause: called after every thousand events, so that a long walk can let others work.
    """
    events = session.scalar(select(func.count(EventRow.seq))) or 0
    fault = next(_faults(session, anchor, blobs, since, pause), None)
    if fault is not None:
        return ChainReport(False, events, fault.seq, fault.what, since.seq, changed=fault.changed)
    checked = "" if blobs is None else ", and all stored bytes match their hashes"
    which = f"All {events}" if not since.seq else f"The last {events - since.seq} of {events}"
    what = f"{which} events are in order{checked}."
    head = session.scalars(select(HeadRow)).one()
    return ChainReport(True, events, None, what, since.seq, ChainPlace(head.seq, head.hash))


def witnessed(session: Session, anchor: Anchor) -> bool:
    """Whether the chain still holds the event that its anchor saw."""
    try:
        seen = anchor.read()
    except (OSError, ValueError):
        return False
    if seen is None or seen.seq == 0:
        return seen is not None
    event = session.get(EventRow, seen.seq)
    return event is not None and event.hash == seen.hash


def link_at(session: Session, seq: int) -> ChainPlace:
    """The chain's link at an event, or its beginning."""
    event = session.get(EventRow, seq)
    return BEGINNING if event is None else ChainPlace(event.seq, event.hash)


def _faults(
    session: Session,
    anchor: ChainPlace | None,
    blobs: Blobs | None,
    since: ChainPlace,
    pause: Callable[[], None] | None,
) -> Iterator[Fault]:
    touched: dict[str, PatientTold | None] = {}
    yield from _walk(session, anchor, since, touched, pause)
    yield from _unsettled(session, list(touched), pause)
    patients = {case_id: told for case_id, told in touched.items() if told is not None}
    if changed := tuple(configuration.differences(session, patients)):
        more = f" And {len(changed) - 1} more." if len(changed) > 1 else ""
        yield Fault(None, changed[0] + more, changed)
    if blobs is not None:
        kept = session.scalars(select(BlobRow.sha256).order_by(BlobRow.sha256)).all()
        for number, sha256 in enumerate(kept):
            if pause is not None and number % _BLOBS == 0:
                pause()
            if not blobs.intact(sha256):
                yield Fault(None, f"Stored bytes are missing or have changed on disk: {sha256}.")


def _walk(
    session: Session,
    anchor: ChainPlace | None,
    since: ChainPlace,
    touched: dict[str, PatientTold | None],
    pause: Callable[[], None] | None,
) -> Iterator[Fault]:
    """Events in order, each with the rows that it tells of.

    touched: gets the cases met, with what their first event says of the patient where it does.
    """
    seq, last_hash = since.seq, since.hash
    anchored = anchor is None or anchor.seq <= since.seq
    for chunk in _chunks(session, since.seq):
        rows = _Rows(session, seq, chunk[-1].seq)
        for event in chunk:
            seq += 1
            if event.seq != seq:
                yield Fault(seq, f"Event {seq} is missing.")
            if event.previous_hash != last_hash:
                yield Fault(seq, f"Event {seq} does not follow from the event before it.")
            if chain.event_hash(event) != event.hash:
                yield Fault(seq, f"Event {seq} was changed after it was stored.")
            if anchor is not None and anchor.seq == seq:
                anchored = anchor.hash == event.hash
                if not anchored:
                    yield Fault(seq, f"Event {seq} is not the one that was stored in its place.")
            last_hash = event.hash
            if event.case_id is not None:
                touched.setdefault(event.case_id, None)
                said = payload_of(event) if event.action == Action.CASE_ADDED else {}
                if PATIENT_TOLD in said:
                    touched[event.case_id] = (event.seq, said[PATIENT_TOLD])
                yield from rows.compare(event, said)
        yield from rows.left()
        if pause is not None:
            pause()
    if anchor is None:
        yield Fault(None, "The anchor is missing: whether later events were removed is unknown.")
    if not anchored:
        yield Fault(seq + 1, f"The chain ends at event {seq}; later events were removed.")
    head = session.scalars(select(HeadRow)).one_or_none()
    if head is None or head.seq < seq:
        yield Fault(seq, "The record of the chain's end is missing or was set back.")
    elif head.seq > seq:
        yield Fault(seq + 1, f"The chain ends at event {seq}; {head.seq} events were stored.")
    elif head.hash != last_hash:
        yield Fault(seq, "The record of the chain's end was changed.")
    yield from _Rows(session, seq, None).left()


def _chunks(session: Session, after: int) -> Iterator[Sequence[Row[Any]]]:
    """Events in order as plain rows, many at a time; nothing of them is kept."""
    query = select(*EventRow.__table__.columns).order_by(EventRow.seq).limit(_CHUNK)
    while chunk := session.execute(query.where(EventRow.seq > after)).all():
        yield chunk
        after = chunk[-1].seq


class _Rows:
    """Cases and readings whose events lie after one number and not after another (None: end)."""

    def __init__(self, session: Session, after: int, last: int | None) -> None:
        def within(query: Select[Any], column: InstrumentedAttribute[int]) -> Sequence[Row[Any]]:
            query = query.where(column > after)
            return session.execute(query if last is None else query.where(column <= last)).all()

        cases = within(select(*CaseRow.__table__.columns), CaseRow.added_seq)
        readings = within(select(*ReadingRow.__table__.columns), ReadingRow.seq)
        self._cases = {row.added_seq: row for row in cases}
        self._readings = {row.seq: row for row in readings}
        self._files: dict[str, list[Row[Any]]] = defaultdict(list)
        files = select(*FileRow.__table__.columns).join(CaseRow, CaseRow.id == FileRow.case_id)
        for row in within(files.order_by(FileRow.position), CaseRow.added_seq):
            self._files[row.case_id].append(row)

    def compare(self, event: Row[Any], said: Mapping[str, Any]) -> Iterator[Fault]:
        """What an event's rows say otherwise than the event. said: its payload."""
        if event.action == Action.CASE_ADDED:
            case = self._cases.pop(event.seq, None)
            recorded = said.get("row_sha256")
            if case is None or chain.case_hash(case, self._files[case.id]) != recorded:
                yield Fault(event.seq, f"Case {event.case_id} was changed after it was stored.")
        elif event.action in _READINGS:
            row = self._readings.pop(event.seq, None)
            if row is None or not reading_matches(row, [event]):
                yield Fault(event.seq, f"The reading of event {event.seq} was changed.")

    def left(self) -> Iterator[Fault]:
        """Rows that no event told of."""
        for seq in sorted({*self._cases, *self._readings}):
            yield Fault(seq, f"A row tells of event {seq}, which is no such event.")


def _unsettled(
    session: Session, touched: list[str], pause: Callable[[], None] | None
) -> Iterator[Fault]:
    for start in range(0, len(touched), _CHUNK):
        for case in workflow.unsettled(session, touched[start : start + _CHUNK]):
            yield Fault(
                case.added_seq, f"The state kept of case {case.id} is not what its events say."
            )
        if pause is not None:
            pause()
