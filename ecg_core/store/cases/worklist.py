"""The worklist: what is to be read, by priority and then by age, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from ecg_core.network.statements import Triage
from ecg_core.store.audit.canonical import utc_text
from ecg_core.store.cases import reopening
from ecg_core.store.cases.filters import equal, names_case
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.schema import CaseRow
from ecg_core.store.cases.workflow import OPEN, CaseStatus
from ecg_core.triage.priority import Priority


class Pile(StrEnum):
    """Which part of the list a person looks at."""

    TO_DO = "to_do"
    MINE = "mine"
    DONE = "done"
    ALL = "all"


@dataclass(frozen=True)
class Seat:
    """For whom a list is made: cases that this person cannot do are not to do.

    account: the person's id; adjudicates: whether disagreements are theirs to settle.
    """

    account: str
    adjudicates: bool = False


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
class WorklistRow:
    """One line. taken_by: the account that has it open now; triage, rule: the machine's."""

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


def find(session: Session, wanted: WorklistFilter, seat: Seat) -> list[WorklistRow]:
    """The cases that match, most urgent first and the oldest of those first."""
    now = utc_text(datetime.now(UTC))
    query = _ordered(_matching(wanted, seat, now)).limit(wanted.limit).offset(wanted.offset)
    return [_row(state, case, now) for state, case in session.execute(query)]


def count(session: Session, wanted: WorklistFilter, seat: Seat) -> int:
    """How many cases match, whatever the limit."""
    now = utc_text(datetime.now(UTC))
    query = _matching(wanted, seat, now).with_only_columns(func.count(CaseStateRow.case_id))
    return session.scalar(query.order_by(None)) or 0


def following(session: Session, wanted: WorklistFilter, seat: Seat, not_this: str) -> str | None:
    """The first case that this person can do next and that nobody else has open."""
    now = utc_text(datetime.now(UTC))
    query = _ordered(_matching(wanted, seat, now)).where(
        CaseStateRow.case_id != not_this,
        CaseStateRow.status.in_([status.value for status in OPEN]),
        _doable(seat),
        or_(
            CaseStateRow.taken_by.is_(None),
            CaseStateRow.taken_by == seat.account,
            CaseStateRow.taken_until < now,
        ),
        or_(CaseStateRow.assignee.is_(None), CaseStateRow.assignee == seat.account),
    )
    first = session.execute(query.limit(1)).first()
    return None if first is None else str(first[0].case_id)


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


def _ordered(query: Select) -> Select:
    return query.order_by(CaseStateRow.rank, CaseStateRow.arrived_utc, CaseStateRow.case_id)


def _conditions(wanted: WorklistFilter, seat: Seat, now: str) -> list[ColumnElement[bool]]:
    still_open = CaseStateRow.status.in_([status.value for status in OPEN])
    views: dict[Pile, list[ColumnElement[bool]]] = {
        Pile.TO_DO: [still_open, _doable(seat)],
        Pile.MINE: [still_open, CaseStateRow.assignee == seat.account],
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


def _row(state: CaseStateRow, case: CaseRow, now: str) -> WorklistRow:
    taken = state.taken_by if (state.taken_until or "") >= now else None
    return WorklistRow(
        state.case_id,
        case.name,
        CaseStatus(state.status),
        Priority(state.priority),
        datetime.fromisoformat(state.arrived_utc),
        state.list_name,
        state.assignee,
        taken,
        tuple(state.readers.split("\n")) if state.readers else (),
        Triage(case.triage),
        case.rule,
        case.abstained,
        state.doubtful,
    )
