"""Walking the whole chain: has anything that was stored been changed, removed or moved?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecg_core.triage import chain, workflow
from ecg_core.triage.anchor import Anchor, Link
from ecg_core.triage.blobs import Blobs
from ecg_core.triage.reopening import case_files, payload_of, reading_matches
from ecg_core.triage.schema import (
    GENESIS,
    Action,
    BlobRow,
    CaseRow,
    EventRow,
    HeadRow,
    ReadingRow,
)

BEGINNING = Link(0, GENESIS)
"""What the first event follows from."""
_BATCH = 500
_READINGS = (Action.READING, Action.FIRST_READING, Action.ADJUDICATION)


@dataclass(frozen=True)
class ChainReport:
    """What a walk along the chain found.

    events: how many there are. first_broken_seq: the first event that is wrong or missing, None
    when the chain is whole, or when only stored bytes are damaged. what: in words.
    """

    ok: bool
    events: int
    first_broken_seq: int | None
    what: str


@dataclass(frozen=True)
class Fault:
    """The first thing found wrong."""

    seq: int | None
    what: str


def verify(
    session: Session, anchor: Link | None, blobs: Blobs | None, since: Link = BEGINNING
) -> ChainReport:
    """Check every event, every case and reading against its event, and the chain's end.

    anchor: the furthest event seen committed, read before this session's transaction began;
    None when it was lost.
    blobs: also read all stored bytes and compare them with their hashes; None leaves that out.
    since: an event up to which the chain is known to be whole: only what follows is checked.
    """
    events = session.scalar(select(func.count(EventRow.seq))) or 0
    fault = next(_faults(session, anchor, blobs, since), None)
    if fault is not None:
        return ChainReport(False, events, fault.seq, fault.what)
    checked = "" if blobs is None else ", and all stored bytes match their hashes"
    which = f"All {events}" if not since.seq else f"The last {events - since.seq} of {events}"
    return ChainReport(True, events, None, f"{which} events are in order{checked}.")


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


def link_at(session: Session, seq: int) -> Link:
    """The chain's link at an event, or its beginning."""
    event = session.get(EventRow, seq)
    return BEGINNING if event is None else Link(event.seq, event.hash)


def _faults(
    session: Session, anchor: Link | None, blobs: Blobs | None, since: Link
) -> Iterator[Fault]:
    yield from _broken_links(session, anchor, since)
    yield from _changed_rows(session, since)
    if blobs is not None:
        for sha256 in session.scalars(select(BlobRow.sha256).order_by(BlobRow.sha256)):
            if not blobs.intact(sha256):
                yield Fault(None, f"Stored bytes are missing or have changed on disk: {sha256}.")


def _broken_links(session: Session, anchor: Link | None, since: Link) -> Iterator[Fault]:
    seq, last_hash = since.seq, since.hash
    anchored = anchor is None or anchor.seq <= since.seq
    query = select(EventRow).where(EventRow.seq > since.seq).order_by(EventRow.seq)
    for event in session.scalars(query.execution_options(yield_per=_BATCH)):
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


def _changed_rows(session: Session, since: Link) -> Iterator[Fault]:
    told: dict[bool, set[int]] = {True: set(), False: set()}
    touched: set[str] = set()
    query = select(EventRow).where(EventRow.seq > since.seq, EventRow.case_id.is_not(None))
    for event in session.scalars(query.order_by(EventRow.seq).execution_options(yield_per=_BATCH)):
        touched.add(event.case_id or "")
        if event.action == Action.CASE_ADDED:
            told[True].add(event.seq)
            case = session.get(CaseRow, event.case_id)
            recorded = payload_of(event).get("row_sha256")
            files = case_files(session, event.case_id or "")
            if case is None or chain.case_hash(case, files) != recorded:
                yield Fault(event.seq, f"Case {event.case_id} was changed after it was stored.")
        elif event.action in _READINGS:
            told[False].add(event.seq)
            row = session.get(ReadingRow, event.seq)
            if row is None or not reading_matches(row, [event]):
                yield Fault(event.seq, f"The reading of event {event.seq} was changed.")
    for row_seq, is_case in ((CaseRow.added_seq, True), (ReadingRow.seq, False)):
        for seq in session.scalars(select(row_seq).where(row_seq > since.seq).order_by(row_seq)):
            if seq not in told[is_case]:
                yield Fault(seq, f"A row tells of event {seq}, which is no such event.")
    for case in session.scalars(select(CaseRow).order_by(CaseRow.added_seq)):
        if case.id in touched and not workflow.fits(session, case):
            yield Fault(
                case.added_seq, f"The state kept of case {case.id} is not what its events say."
            )
