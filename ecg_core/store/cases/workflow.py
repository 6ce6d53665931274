"""Where a case stands: a fold over its events, kept beside the case so that lists can sort by it.

One reading is enough until a second reader is asked or comes along. Two readers who say the same
make the case read; two who differ make it a disagreement, which a lead who is neither of them
adjudicates. What was taken back counts as if it had not been said.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from ecg_core.store.cases.readings import Phase
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.schema import Action, CaseRow, EventRow, ReadingRow
from ecg_core.triage.priority import Priority, rank


class CaseStatus(StrEnum):
    """Where a case stands in the reading room."""

    NEW = "new"
    IN_READING = "in_reading"
    READ = "read"
    SECOND_WANTED = "second_wanted"
    DISAGREEMENT = "disagreement"
    ADJUDICATED = "adjudicated"
    WITHDRAWN = "withdrawn"


STATUS_NAMES: dict[CaseStatus, str] = {
    CaseStatus.NEW: "New",
    CaseStatus.IN_READING: "In reading",
    CaseStatus.READ: "Read",
    CaseStatus.SECOND_WANTED: "Second read wanted",
    CaseStatus.DISAGREEMENT: "Disagreement",
    CaseStatus.ADJUDICATED: "Adjudicated",
    CaseStatus.WITHDRAWN: "Withdrawn",
}

OPEN_IN_ORDER = (
    CaseStatus.NEW,
    CaseStatus.IN_READING,
    CaseStatus.SECOND_WANTED,
    CaseStatus.DISAGREEMENT,
)
"""Somebody still has to do something; in the order of `room_schema.OPEN_ROWS`."""
OPEN: frozenset[CaseStatus] = frozenset(OPEN_IN_ORDER)


@dataclass(frozen=True)
class Standing:
    """What the events of a case come to.

    seq: the reading that stands. readers: whose final readings stand, in order (`reader_key`).
    """

    status: CaseStatus
    priority: Priority
    seq: int | None
    readers: tuple[str, ...]


def reader_key(row: ReadingRow | Row[Any]) -> str:
    """Who read: the account, or the name where there was none."""
    key: str = row.account or row.reader
    return key


def undone(events: Iterable[tuple[str, Mapping[str, Any]]]) -> frozenset[int]:
    """Numbers of the events that were taken back. events: (action, payload) of a case."""
    return frozenset(
        int(payload["undoes"]) for action, payload in events if action == Action.UNDONE
    )


def fold(
    machine: Priority,
    readings: Sequence[ReadingRow | Row[Any]],
    events: Sequence[tuple[int, str, Mapping[str, Any]]],
) -> Standing:
    """What a case has come to.

    machine: the priority of the machine's answer. readings: in order. events: number, action and
    payload of those that take back or withdraw.
    """
    gone = undone((action, payload) for _, action, payload in events)
    valid = [row for row in readings if row.seq not in gone]
    opinions: dict[str, ReadingRow | Row[Any]] = {}
    for row in valid:
        if row.phase is None:
            # Before there were accounts, the latest reading stood for the case.
            opinions = {reader_key(row): row}
        elif row.phase == Phase.FINAL:
            opinions.pop(reader_key(row), None)
            opinions[reader_key(row)] = row
    readers = tuple(opinions)
    latest = max(opinions.values(), key=lambda row: row.seq, default=None)
    priority = machine if latest is None else _priority(latest)
    seq = None if latest is None else latest.seq
    started = any(row.phase == Phase.FIRST for row in valid)
    adjudicated = [row for row in valid if row.phase == Phase.ADJUDICATION]
    withdrawn = any(action == Action.WITHDRAWN and n not in gone for n, action, _ in events)
    if withdrawn:
        return Standing(CaseStatus.WITHDRAWN, priority, seq, readers)
    if adjudicated:
        last = adjudicated[-1]
        return Standing(
            CaseStatus.ADJUDICATED, _priority(last), last.seq, (*readers, reader_key(last))
        )
    if not opinions:
        status = CaseStatus.IN_READING if started else CaseStatus.NEW
    elif _differ(opinions):
        status = CaseStatus.DISAGREEMENT
        priority = min((_priority(row) for row in opinions.values()), key=rank)
    elif len(opinions) == 1 and any(row.second_wanted for row in opinions.values()):
        status = CaseStatus.SECOND_WANTED
    else:
        status = CaseStatus.READ
    return Standing(status, priority, seq, readers)


def _priority(row: ReadingRow | Row[Any]) -> Priority:
    return Priority(row.priority or Priority.ROUTINE)


def _differ(opinions: Mapping[str, ReadingRow | Row[Any]]) -> bool:
    """Whether readers differ in the class, or one decides where another cannot.

    Findings alone are no disagreement: readers name them in different detail.
    """
    return len({row.triage or row.verdict for row in opinions.values()}) > 1


def standings(session: Session, priorities: Mapping[str, str]) -> dict[str, Standing]:
    """The folds of stored cases, by id. priorities: the machine's, by id."""
    readings: dict[str, list[Row[Any]]] = defaultdict(list)
    told = select(*ReadingRow.__table__.columns).where(ReadingRow.case_id.in_(priorities))
    for row in session.execute(told.order_by(ReadingRow.seq)):
        readings[row.case_id].append(row)
    events: dict[str, list[tuple[int, str, Mapping[str, Any]]]] = defaultdict(list)
    for case_id, seq, action, payload in session.execute(
        select(EventRow.case_id, EventRow.seq, EventRow.action, EventRow.payload)
        .where(
            EventRow.case_id.in_(priorities),
            EventRow.action.in_([Action.UNDONE, Action.WITHDRAWN]),
        )
        .order_by(EventRow.seq)
    ):
        events[str(case_id)].append((seq, action, json.loads(payload)))
    return {
        case_id: fold(Priority(priority), readings[case_id], events[case_id])
        for case_id, priority in priorities.items()
    }


def settle(session: Session, case: CaseRow, list_name: str = "", doubtful: bool = False) -> None:
    """Bring the kept state of a case up to its events; makes it for a new case."""
    found = standings(session, {case.id: case.priority})[case.id]
    row = session.get(CaseStateRow, case.id)
    if row is None:
        row = CaseStateRow(
            case_id=case.id,
            arrived_utc=case.created_utc,
            list_name=list_name,
            doubtful=doubtful,
        )
        session.add(row)
    row.status, row.priority = found.status.value, found.priority.value
    row.rank, row.standing_seq = rank(found.priority), found.seq
    row.readers = "\n".join(found.readers)
    session.flush()


def unsettled(session: Session, ids: Sequence[str]) -> list[Row[Any]]:
    """Those of these cases (`id`, `added_seq`) whose kept state is not what their events say."""
    state = CaseStateRow
    kept = (
        select(CaseRow.id, CaseRow.added_seq, CaseRow.priority.label("said"), CaseRow.created_utc)
        .add_columns(state.status, state.priority, state.rank, state.standing_seq)
        .add_columns(state.readers, state.arrived_utc)
        .join(state, state.case_id == CaseRow.id, isouter=True)
        .where(CaseRow.id.in_(ids))
        .order_by(CaseRow.added_seq)
    )
    rows = session.execute(kept).all()
    found = standings(session, {row.id: row.said for row in rows})
    return [row for row in rows if not _fits(row, found[row.id])]


def _fits(row: Row[Any], found: Standing) -> bool:
    return (
        row.status,
        row.priority,
        row.rank,
        row.standing_seq,
        row.readers,
        row.arrived_utc,
    ) == (
        found.status.value,
        found.priority.value,
        rank(found.priority),
        found.seq,
        "\n".join(found.readers),
        row.created_utc,
    )
