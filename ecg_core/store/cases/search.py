"""Looking for cases: by date, reader, class, agreement, model, status or words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from ecg_core.network.statements import Triage
from ecg_core.store.cases.filters import equal, names_case, within_days
from ecg_core.store.cases.readings import Decision
from ecg_core.store.cases.room_schema import CasePatientRow, CaseStateRow
from ecg_core.store.cases.schema import CaseRow, ReadingRow
from ecg_core.triage.priority import Priority


class Status(StrEnum):
    """Whether a person has read the case."""

    UNREAD = "unread"
    READ = "read"


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; None or "" leaves a question open.

    date_from, date_to: days in UTC on which cases were added, both included.
    reader: anyone who read the case. triage: the class that stands, which is that of the
    reading that stands, else the machine's. agreement: of the reading that stands.
    model_version: "name version". patient: a pseudonym. text: in the name, id,
    input hash, or a reading's reason or note.
    """

    date_from: date | None = None
    date_to: date | None = None
    reader: str | None = None
    triage: Triage | None = None
    agreement: bool | None = None
    model_version: str | None = None
    status: Status | None = None
    patient: str = ""
    text: str = ""
    limit: int = 100
    offset: int = 0


@dataclass(frozen=True)
class CaseSummary:
    """One line of a list of cases.

    triage, priority: what stands (a reading, else the machine); machine_triage and
    machine_priority: what the machine said. agrees, verdict, reader, read_utc: of the reading
    that stands.
    """

    id: str
    name: str
    created_utc: datetime
    source: str
    layout: str
    model_version: str
    input_sha256: str
    status: Status
    triage: Triage
    priority: Priority
    machine_triage: Triage
    machine_priority: Priority
    abstained: bool
    rule: str
    agrees: bool | None
    reader: str | None
    read_utc: datetime | None
    readings: int
    verdict: Decision | None = None


@dataclass(frozen=True)
class NamedCase:
    """A case as it is offered by its name."""

    id: str
    name: str
    created_utc: datetime
    input_sha256: str


@dataclass(frozen=True)
class FilterValues:
    """What there is to choose from in each filter, sorted."""

    readers: tuple[str, ...]
    triages: tuple[Triage, ...]
    model_versions: tuple[str, ...]
    first_day: date | None
    last_day: date | None


EVERYTHING = CaseFilter()

_STANDING_SEQ = (
    select(CaseStateRow.standing_seq)
    .where(CaseStateRow.case_id == CaseRow.id)
    .correlate(CaseRow)
    .scalar_subquery()
)
_standing_triage = func.coalesce(ReadingRow.triage, CaseRow.triage)


def find(session: Session, wanted: CaseFilter) -> list[CaseSummary]:
    """The cases that match, newest first, `limit` of them from `offset`."""
    query = (
        select(CaseRow, ReadingRow)
        .outerjoin(ReadingRow, ReadingRow.seq == _STANDING_SEQ)
        .where(*_conditions(wanted))
        .order_by(CaseRow.added_seq.desc())
        .limit(wanted.limit)
        .offset(wanted.offset)
    )
    return [_summary(case, reading) for case, reading in session.execute(query)]


def newest(session: Session, most: int, patient: str = "") -> list[NamedCase]:
    """The newest cases by name; patient: only those of this pseudonym."""
    query = (
        select(CaseRow.id, CaseRow.name, CaseRow.created_utc, CaseRow.input_sha256)
        .where(*_conditions(CaseFilter(patient=patient)))
        .order_by(CaseRow.added_seq.desc())
        .limit(most)
    )
    return [
        NamedCase(row.id, row.name, datetime.fromisoformat(row.created_utc), row.input_sha256)
        for row in session.execute(query)
    ]


def count(session: Session, wanted: CaseFilter) -> int:
    """How many cases match, whatever the limit."""
    query = (
        select(func.count(CaseRow.id))
        .select_from(CaseRow)
        .outerjoin(ReadingRow, ReadingRow.seq == _STANDING_SEQ)
        .where(*_conditions(wanted))
    )
    return session.scalar(query) or 0


def filter_values(session: Session) -> FilterValues:
    """The values that stored cases have, for the filters."""
    triages = select(_standing_triage).distinct().select_from(CaseRow)
    triages = triages.outerjoin(ReadingRow, ReadingRow.seq == _STANDING_SEQ)
    known = set(session.scalars(triages))
    first, last = session.execute(
        select(func.min(CaseRow.created_utc), func.max(CaseRow.created_utc))
    ).one()
    return FilterValues(
        readers=tuple(sorted(session.scalars(select(ReadingRow.reader).distinct()))),
        triages=tuple(triage for triage in Triage if triage in known),
        model_versions=tuple(sorted(session.scalars(select(CaseRow.model).distinct()))),
        first_day=None if first is None else datetime.fromisoformat(first).date(),
        last_day=None if last is None else datetime.fromisoformat(last).date(),
    )


def _conditions(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    asked = [
        *within_days(CaseRow.created_utc, wanted.date_from, wanted.date_to),
        *equal((CaseRow.model, wanted.model_version or None)),
    ]
    if wanted.reader:
        asked.append(_some_reading(ReadingRow.reader == wanted.reader))
    if wanted.triage is not None:
        asked.append(_standing_triage == wanted.triage.value)
    if wanted.agreement is not None:
        asked.append(ReadingRow.agrees.is_(wanted.agreement))
    if wanted.status is not None:
        unread = wanted.status is Status.UNREAD
        asked.append(ReadingRow.seq.is_(None) if unread else ReadingRow.seq.is_not(None))
    if wanted.patient:
        same = select(CasePatientRow.case_id).where(CasePatientRow.patient == wanted.patient)
        asked.append(CaseRow.id.in_(same))
    if words := wanted.text.strip():
        said = or_(
            ReadingRow.reason.icontains(words, autoescape=True),
            ReadingRow.note.icontains(words, autoescape=True),
        )
        asked.append(or_(names_case(words), _some_reading(said)))
    return asked


def _some_reading(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether any reading of the case, not only the latest, meets the condition."""
    return CaseRow.id.in_(select(ReadingRow.case_id).where(condition).correlate(None))


def _summary(case: CaseRow, reading: ReadingRow | None) -> CaseSummary:
    return CaseSummary(
        id=case.id,
        name=case.name,
        created_utc=datetime.fromisoformat(case.created_utc),
        source=case.source,
        layout=case.layout,
        model_version=case.model,
        input_sha256=case.input_sha256,
        status=Status.UNREAD if reading is None else Status.READ,
        triage=Triage((reading and reading.triage) or case.triage),
        priority=Priority((reading and reading.priority) or case.priority),
        machine_triage=Triage(case.triage),
        machine_priority=Priority(case.priority),
        abstained=case.abstained,
        rule=case.rule,
        agrees=None if reading is None else reading.agrees,
        reader=None if reading is None else reading.reader,
        read_utc=None if reading is None else datetime.fromisoformat(reading.created_utc),
        readings=0 if reading is None else reading.number,
        verdict=None if reading is None else _verdict(reading),
    )


def _verdict(reading: ReadingRow) -> Decision:
    if reading.verdict is not None:
        return Decision(reading.verdict)
    return Decision.AGREE if reading.agrees else Decision.OVERRIDE
