"""The worklist: what is to be read, by priority and then by age, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, case, func, literal_column, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import InstrumentedAttribute, Session

from ecg_core.network.statements import Triage
from ecg_core.store.audit.canonical import utc_text
from ecg_core.store.cases import reopening
from ecg_core.store.cases.filters import equal, names_case
from ecg_core.store.cases.readings import Decision
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.schema import Action, CaseRow, EventRow, ReadingRow
from ecg_core.store.cases.workflow import OPEN_IN_ORDER, CaseStatus
from ecg_core.triage.priority import Priority

HIDDEN_RANK = 1
"""Where what is read blind stands among what is not: with the urgent, by its age."""


class Pile(StrEnum):
    """Which part of the list a person looks at."""

    TO_DO = "to_do"
    MINE = "mine"
    SETTLE = "settle"
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True)
class Seat:
    """For whom a list is made: cases that this person cannot do are not to do.

    account: the person's id; adjudicates: whether disagreements are theirs to settle. blind: reads
    every list blind; blind_lists: those that are read blind.
    """

    account: str
    adjudicates: bool = False
    blind: bool = False
    blind_lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorklistFilter:
    """Which cases; None or "" leaves a question open. text: in the name, id or input hash."""

    view: Pile = Pile.TO_DO
    status: CaseStatus | None = None
    priority: Priority | None = None
    assignee: str | None = None
    list_name: str | None = None
    abstained: bool | None = None
    doubtful: bool | None = None
    text: str = ""
    limit: int = 25
    offset: int = 0


@dataclass(frozen=True)
class LatestDecision:
    """What stands of a case that somebody read: who, when, and what."""

    reader: str
    when_utc: datetime
    verdict: Decision
    triage: Triage | None


@dataclass(frozen=True)
class WorklistRow:
    """One line. taken_by: the account that has it open now; triage, rule: the machine's.

    page_blob: hash of the stored page. decided: the reading that stands.
    """

    id: str
    name: str
    status: CaseStatus
    priority: Priority
    arrived_utc: datetime
    list_name: str
    assignee: str | None
    taken_by: str | None
    readers: tuple[str, ...]
    triage: Triage
    rule: str
    abstained: bool
    doubtful: bool
    page_blob: str = ""
    decided: LatestDecision | None = None


def find(session: Session, wanted: WorklistFilter, seat: Seat) -> list[WorklistRow]:
    """The cases that match, most urgent first and the oldest of those first."""
    now = utc_text(datetime.now(UTC))
    query = _ordered(_matching(wanted, seat, now), seat).limit(wanted.limit).offset(wanted.offset)
    query = query.add_columns(ReadingRow).outerjoin(
        ReadingRow, ReadingRow.seq == CaseStateRow.standing_seq
    )
    return [_row(state, case, read, now) for state, case, read in session.execute(query)]


def ids(session: Session, wanted: WorklistFilter, seat: Seat, most: int) -> tuple[str, ...]:
    """The cases that match, in order."""
    now = utc_text(datetime.now(UTC))
    query = _ordered(_states(select(CaseStateRow.case_id), wanted, seat, now), seat)
    return tuple(session.scalars(query.limit(most)))


def measured(session: Session, case_ids: Sequence[str]) -> dict[str, dict[str, float]]:
    """Rate, QRS and QTc by case, as they were measured when it was stored."""
    found = session.execute(
        select(EventRow.case_id, EventRow.payload).where(
            EventRow.case_id.in_(case_ids), EventRow.action == Action.MACHINE_ANSWER
        )
    )
    return {str(case_id): json.loads(payload).get("measured", {}) for case_id, payload in found}


def count(session: Session, wanted: WorklistFilter, seat: Seat) -> int:
    """How many cases match, whatever the limit."""
    now = utc_text(datetime.now(UTC))
    query = _states(select(func.count(CaseStateRow.case_id)), wanted, seat, now)
    return session.scalar(query) or 0


def following(session: Session, wanted: WorklistFilter, seat: Seat, not_this: str) -> str | None:
    """The first case that this person can do next and that nobody else has open."""
    now = utc_text(datetime.now(UTC))
    query = _ordered(_states(select(CaseStateRow.case_id), wanted, seat, now), seat).where(
        CaseStateRow.case_id != not_this,
        _still_open(),
        _doable(seat),
        or_(
            CaseStateRow.taken_by.is_(None),
            CaseStateRow.taken_by == seat.account,
            CaseStateRow.taken_until < now,
        ),
        # Two questions of one index would be asked before the sorted one is thought of.
        func.coalesce(CaseStateRow.assignee, seat.account) == seat.account,
    )
    return session.scalar(query.limit(1))


def lists(session: Session) -> tuple[str, ...]:
    """The names of all lists, sorted."""
    names = select(CaseStateRow.list_name).distinct().order_by(CaseStateRow.list_name)
    return tuple(name for name in session.scalars(names) if name)


def set_by_hand(session: Session, input_sha256: str) -> tuple[str, tuple[str, ...]]:
    """What was set on the scan, and the leads named of the record, in the newest case of these
    files that stands; nothing where there is none."""
    newest = session.scalar(
        select(CaseRow.id)
        .join(CaseStateRow, CaseRow.id == CaseStateRow.case_id)
        .where(
            CaseRow.input_sha256 == input_sha256,
            CaseStateRow.status != CaseStatus.WITHDRAWN.value,
        )
        .order_by(CaseRow.added_seq.desc())
        .limit(1)
    )
    if newest is None:
        return "", ()
    told = reopening.added_payload(session, newest)
    return str(told.get("correction", "")), reopening.named_leads(session, newest)


def take(session: Session, case_id: str, account: str, minutes: int) -> str | None:
    """Hold a case for a reader; gives who holds it instead, None when that is this reader."""
    now = datetime.now(UTC)
    latest = now + timedelta(minutes=minutes)
    changed = session.execute(
        update(CaseStateRow)
        .where(
            CaseStateRow.case_id == case_id,
            or_(
                CaseStateRow.taken_by.is_(None),
                CaseStateRow.taken_by == account,
                CaseStateRow.taken_until < utc_text(now),
                # A clock that was set back must not hold a case for ever.
                CaseStateRow.taken_until > utc_text(latest),
            ),
        )
        .values(taken_by=account, taken_until=utc_text(latest))
    )
    assert isinstance(changed, CursorResult)
    if changed.rowcount:
        return None
    return session.scalar(select(CaseStateRow.taken_by).where(CaseStateRow.case_id == case_id))


def release(session: Session, case_id: str, account: str) -> None:
    """Let go of a case, if this reader holds it."""
    session.execute(
        update(CaseStateRow)
        .where(CaseStateRow.case_id == case_id, CaseStateRow.taken_by == account)
        .values(taken_by=None, taken_until=None)
    )


def _matching(wanted: WorklistFilter, seat: Seat, now: str) -> Select:
    query = select(CaseStateRow, CaseRow).join(CaseRow, CaseRow.id == CaseStateRow.case_id)
    return query.where(*_conditions(wanted, seat, now))


def _states(query: Select, wanted: WorklistFilter, seat: Seat, now: str) -> Select:
    """What matches, without the cases themselves where nothing is asked of them."""
    if wanted.text.strip() or wanted.abstained is not None:
        query = query.join(CaseRow, CaseRow.id == CaseStateRow.case_id)
    return query.where(*_conditions(wanted, seat, now))


def _still_open() -> ColumnElement[bool]:
    """In the very words of the index that keeps these sorted: it is taken only then."""
    return CaseStateRow.status.in_([literal_column(f"'{one}'") for one in OPEN_IN_ORDER])


def _ordered(query: Select, seat: Seat) -> Select:
    """Most urgent first, the oldest of those first; what is read blind by its age alone."""
    if seat.blind:
        return query.order_by(CaseStateRow.arrived_utc, CaseStateRow.case_id)
    urgency: ColumnElement[int] | InstrumentedAttribute[int] = CaseStateRow.rank
    if seat.blind_lists:
        urgency = case((_hidden(seat), HIDDEN_RANK), else_=CaseStateRow.rank)
    return query.order_by(urgency, CaseStateRow.arrived_utc, CaseStateRow.case_id)


def _hidden(seat: Seat) -> ColumnElement[bool]:
    """Whether the machine's answer is kept from this person still."""
    mine = CaseStateRow.readers.contains(seat.account, autoescape=True)
    return and_(CaseStateRow.list_name.in_(seat.blind_lists), ~mine)


def _conditions(wanted: WorklistFilter, seat: Seat, now: str) -> list[ColumnElement[bool]]:
    still_open = _still_open()
    views: dict[Pile, list[ColumnElement[bool]]] = {
        Pile.TO_DO: [still_open, _doable(seat)],
        Pile.MINE: [still_open, CaseStateRow.assignee == seat.account],
        Pile.SETTLE: [CaseStateRow.status == CaseStatus.DISAGREEMENT.value, _doable(seat)],
        Pile.DONE: [~still_open],
        Pile.ALL: [],
    }
    asked = views[wanted.view]
    if wanted.status is CaseStatus.IN_READING:
        taken = and_(CaseStateRow.taken_by.is_not(None), CaseStateRow.taken_until >= now)
        started = CaseStateRow.status == CaseStatus.IN_READING.value
        asked.append(and_(still_open, or_(taken, started)))
    elif wanted.status is not None:
        asked.append(CaseStateRow.status == wanted.status.value)
    asked += equal(
        (CaseStateRow.priority, wanted.priority and wanted.priority.value),
        (CaseStateRow.assignee, wanted.assignee),
        (CaseStateRow.list_name, wanted.list_name),
        (CaseRow.abstained, wanted.abstained),
        (CaseStateRow.doubtful, wanted.doubtful),
    )
    told = (wanted.priority, wanted.abstained, wanted.doubtful)
    if seat.blind_lists and any(one is not None for one in told):
        asked.append(~_hidden(seat))
    if words := wanted.text.strip():
        asked.append(names_case(words))
    return asked


def _doable(seat: Seat) -> ColumnElement[bool]:
    """A reader is not their own second reader, and only a third person adjudicates."""
    mine = CaseStateRow.readers.contains(seat.account, autoescape=True)
    waits = [CaseStatus.NEW.value, CaseStatus.IN_READING.value]
    can: list[ColumnElement[bool]] = [
        CaseStateRow.status.in_(waits),
        and_(CaseStateRow.status == CaseStatus.SECOND_WANTED.value, ~mine),
    ]
    if seat.adjudicates:
        can.append(and_(CaseStateRow.status == CaseStatus.DISAGREEMENT.value, ~mine))
    return or_(*can)


def _row(state: CaseStateRow, kept: CaseRow, read: ReadingRow | None, now: str) -> WorklistRow:
    taken = state.taken_by if (state.taken_until or "") >= now else None
    return WorklistRow(
        state.case_id,
        kept.name,
        CaseStatus(state.status),
        Priority(state.priority),
        datetime.fromisoformat(state.arrived_utc),
        state.list_name,
        state.assignee,
        taken,
        tuple(state.readers.split("\n")) if state.readers else (),
        Triage(kept.triage),
        kept.rule,
        kept.abstained,
        state.doubtful,
        kept.page_blob,
        None if read is None else _decided(read),
    )


def _decided(read: ReadingRow) -> LatestDecision:
    said = Decision.AGREE if read.agrees else Decision.OVERRIDE
    return LatestDecision(
        read.reader,
        datetime.fromisoformat(read.created_utc),
        said if read.verdict is None else Decision(read.verdict),
        None if read.triage is None else Triage(read.triage),
    )
