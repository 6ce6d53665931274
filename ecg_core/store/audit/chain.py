"""The audit chain: events are added at its end, each with the hash of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ecg_core.store.audit.canonical import canonical_json, sha256_text, utc_now
from ecg_core.store.cases.schema import Action, CaseRow, EventRow, FileRow, HeadRow, ReadingRow
from ecg_core.store.people.roles import Actor
from ecg_core.store.upkeep.errors import StoreError

MACHINE = "ECG Triage"
"""The actor of what the program did without being asked by a named person."""

CLOCK_TOLERANCE_S = 2.0
"""Clocks of several computers at one database differ by this much without being remarked on."""

_CASE_COLUMNS = tuple(column.key for column in CaseRow.__mapper__.column_attrs)
_LATER_COLUMNS = ("phase", "verdict", "findings", "confidence", "second_wanted", "blind", "account")


def lock_head(session: Session) -> HeadRow:
    """The end of the chain, held until the transaction ends, so that nobody else appends.

    Raises StoreError when it was removed.
    """
    head = session.scalars(select(HeadRow).with_for_update()).one_or_none()
    if head is None:
        raise StoreError(
            "The record of the audit chain's end is missing, so nothing was saved.",
            "Verify the audit chain and restore the data directory from a backup.",
        )
    return head


def append(
    session: Session,
    head: HeadRow,
    action: Action,
    actor: str | Actor,
    case_id: str | None,
    payload: dict[str, Any],
    token: str | None = None,
) -> EventRow:
    """Add an event after `head` (from `lock_head`) and move the head on to it.

    A clock that was set back is written into the event: the order of the chain is that of its
    numbers, and nobody has to believe the times.
    """
    now = utc_now()
    behind_s = clock_behind_s(session, head, now)
    if behind_s > CLOCK_TOLERANCE_S:
        payload = payload | {"clock_behind_s": behind_s}
    who = Actor(actor) if isinstance(actor, str) else actor
    event = EventRow(
        seq=head.seq + 1,
        created_utc=now,
        actor=who.name,
        action=action.value,
        case_id=case_id,
        payload=canonical_json(payload),
        token=token,
        previous_hash=head.hash,
        role=who.role or None,
    )
    event.hash = event_hash(event)
    session.add(event)
    # The database lets the head move on only to an event that is there.
    session.flush()
    head.seq, head.hash = event.seq, event.hash
    session.flush()
    return event


def clock_behind_s(session: Session, head: HeadRow, now: str) -> float:
    """How far `now` lies before the last event, in seconds; 0 when it does not."""
    last = session.get(EventRow, head.seq)
    if last is None or last.created_utc <= now:
        return 0.0
    try:
        behind = datetime.fromisoformat(last.created_utc) - datetime.fromisoformat(now)
    except ValueError:
        # A spoilt time is for `verify` to tell of.
        return 0.0
    return round(behind.total_seconds(), 1)


def event_plain(event: EventRow | Row[Any]) -> dict[str, Any]:
    """All columns of an event but its own hash, in the order in which they are exported.

    A role that is none is left out, as it was not there before there were accounts.
    """
    plain: dict[str, Any] = {
        "seq": event.seq,
        "created_utc": event.created_utc,
        "actor": event.actor,
        "action": event.action,
        "case_id": event.case_id,
        "payload": event.payload,
        "token": event.token,
        "previous_hash": event.previous_hash,
    }
    if event.role is not None:
        plain["role"] = event.role
    return plain


def event_hash(event: EventRow | Row[Any]) -> str:
    """SHA-256 of the canonical JSON of `event_plain`; "" for what JSON cannot say.

    The text is put together by hand, key by key in their order: a walk along the chain hashes
    every event, and does so in half the time.
    """
    try:
        role = "" if event.role is None else f'"role":{_quoted(event.role)},'
        case_id = "null" if event.case_id is None else _quoted(event.case_id)
        token = "null" if event.token is None else _quoted(event.token)
        return sha256_text(
            f'{{"action":{_quoted(event.action)},"actor":{_quoted(event.actor)},'
            f'"case_id":{case_id},"created_utc":{_quoted(event.created_utc)},'
            f'"payload":{_quoted(event.payload)},'
            f'"previous_hash":{_quoted(event.previous_hash)},'
            f'{role}"seq":{event.seq:d},"token":{token}}}'
        )
    except (TypeError, ValueError):
        # Bytes or a number where only text is ever stored: somebody else wrote it.
        return ""


def case_hash(case: CaseRow | Row[Any], files: Sequence[FileRow | Row[Any]]) -> str:
    """SHA-256 of a case's row and its files' rows, kept in the event that added it."""
    if isinstance(case, CaseRow):
        plain: dict[str, Any] = {name: getattr(case, name) for name in _CASE_COLUMNS}
    else:
        plain = dict(case._mapping)
    plain["files"] = [[file.position, file.name, file.sha256] for file in files]
    return sha256_text(canonical_json(plain))


def reading_plain(row: ReadingRow | Row[Any]) -> dict[str, Any]:
    """What the event of a reading says of it, besides the values before and after.

    Columns that came later are left out where they are none, as in readings from before.
    """
    plain: dict[str, Any] = {
        "number": row.number,
        "reader": row.reader,
        "agrees": row.agrees,
        "triage": row.triage,
        "priority": row.priority,
        "reason": row.reason,
        "note": row.note,
    }
    later = {name: getattr(row, name) for name in _LATER_COLUMNS}
    return plain | {name: value for name, value in later.items() if value is not None}
