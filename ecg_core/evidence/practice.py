"""Daily use as evidence: what the machine said, what readers said before and after, who was right.

Everything is read from the store's append-only rows; what was taken back or withdrawn is left out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ecg_core.evidence import triage_questions
from ecg_core.evidence.values import CaseSet, Dimension, Origin
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.store.cases.readings import Phase
from ecg_core.store.cases.schema import Action, CaseRow, EventRow, ReadingRow
from ecg_core.store.cases.workflow import reader_key


@dataclass(frozen=True)
class StandingReading:
    """One reading that stands. triage: None where no class was decided on.

    blind: of a first reading, whether nothing had been seen before. seconds: from when the reader
    was first shown the case to this reading, None when that was not recorded.
    """

    reader: str
    phase: Phase
    triage: Triage | None
    blind: bool
    at: datetime
    seconds: float | None


@dataclass(frozen=True)
class PracticeCase:
    """One case of daily use. scores: probability by code, superclasses and findings."""

    case_id: str
    at: datetime
    model: str
    version: str
    weights_sha256: str
    machine: Triage
    abstained: bool
    triage: tuple[float, ...]
    scores: Mapping[str, float]
    layout: str
    said: tuple[StandingReading, ...]

    @property
    def month(self) -> str:
        """Month in which it was added."""
        return f"{self.at:%Y-%m}"

    @property
    def truth(self) -> Triage | None:
        """The adjudicated class, None without one."""
        given = [one.triage for one in self.said if one.phase is Phase.ADJUDICATION]
        return given[-1] if given else None

    @property
    def finals(self) -> dict[str, StandingReading]:
        """The last final reading of every reader."""
        return {one.reader: one for one in self.said if one.phase is Phase.FINAL}

    @property
    def firsts(self) -> dict[str, StandingReading]:
        """The first reading of every reader who gave one without having seen anything."""
        found: dict[str, StandingReading] = {}
        for one in self.said:
            if one.phase is Phase.FIRST and one.blind:
                found.setdefault(one.reader, one)
        return found


def last_event(session: Session) -> int:
    """Number of the last event: while it stands, so does everything read from the store."""
    return session.scalars(select(func.max(EventRow.seq))).one() or 0


def load(session: Session) -> tuple[PracticeCase, ...]:
    """Every case that was not withdrawn, in the order in which they were added."""
    gone, withdrawn = _taken_back(session)
    shown = _first_shown(session)
    said: dict[str, list[StandingReading]] = defaultdict(list)
    elsewhere = _elsewhere(session)
    for row in session.scalars(select(ReadingRow).order_by(ReadingRow.seq)):
        if row.seq not in gone and row.seq not in elsewhere:
            said[row.case_id].append(_said(row, shown))
    answers = {
        case_id: json.loads(payload)["prediction"]
        for case_id, payload in session.execute(
            select(EventRow.case_id, EventRow.payload)
            .where(EventRow.action == Action.MACHINE_ANSWER)
            .order_by(EventRow.seq)
        )
    }
    found = []
    for case in session.scalars(select(CaseRow).order_by(CaseRow.added_seq)):
        if case.id not in withdrawn and case.id in answers:
            found.append(_case(case, answers[case.id], tuple(said[case.id])))
    return tuple(found)


def _case(
    case: CaseRow, answer: Mapping[str, Any], said: tuple[StandingReading, ...]
) -> PracticeCase:
    model = answer["model"]
    return PracticeCase(
        case.id,
        _moment(case.created_utc),
        model["name"],
        model["version"],
        model["weights_sha256"],
        Triage(case.triage),
        case.abstained,
        tuple(answer["triage"]),
        {f["code"]: f["probability"] for f in (*answer["findings"], *answer["superclasses"])},
        case.layout,
        said,
    )


def _taken_back(session: Session) -> tuple[set[int], set[str]]:
    """Numbers of undone events, and the cases that are withdrawn."""
    rows = session.execute(
        select(EventRow.seq, EventRow.case_id, EventRow.action, EventRow.payload)
        .where(EventRow.action.in_([Action.UNDONE, Action.WITHDRAWN]))
        .order_by(EventRow.seq)
    ).all()
    gone = {
        int(json.loads(payload)["undoes"])
        for _, _, action, payload in rows
        if action == Action.UNDONE
    }
    withdrawn = {
        str(case) for seq, case, action, _ in rows if action == Action.WITHDRAWN and seq not in gone
    }
    return gone, withdrawn


def _elsewhere(session: Session) -> set[int]:
    """Events of readings on other seconds of a long record than those that the case's answer is
    about: the two are not compared."""
    of_answer = EventRow.payload.contains('"covers":{"answer":', autoescape=True)
    readings = (Action.FIRST_READING, Action.READING, Action.ADJUDICATION)
    query = select(EventRow.seq).where(EventRow.action.in_(readings), of_answer)
    return set(session.scalars(query))


def _first_shown(session: Session) -> dict[tuple[str, str], datetime]:
    """When each reader was first shown each case or its answer, by account and by name."""
    found: dict[tuple[str, str], datetime] = {}
    rows = session.execute(
        select(EventRow.case_id, EventRow.actor, EventRow.payload, EventRow.created_utc)
        .where(EventRow.action.in_([Action.VIEW, Action.ANSWER_SHOWN]))
        .order_by(EventRow.seq)
    )
    for case_id, actor, payload, created in rows:
        for who in {actor, str(json.loads(payload).get("account") or actor)}:
            found.setdefault((str(case_id), who), _moment(created))
    return found


def _said(row: ReadingRow, shown: Mapping[tuple[str, str], datetime]) -> StandingReading:
    at = _moment(row.created_utc)
    started = shown.get((row.case_id, reader_key(row))) or shown.get((row.case_id, row.reader))
    seconds = (at - started).total_seconds() if started is not None and started <= at else None
    return StandingReading(
        reader_key(row),
        Phase(row.phase or Phase.FINAL),
        Triage(row.triage) if row.triage else None,
        bool(row.blind),
        at,
        seconds,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def adjudicated(cases: tuple[PracticeCase, ...], card: ModelCard) -> CaseSet | None:
    """Adjudicated cases that the card's own weights answered, as labelled cases; None without any.

    Cases whose patient is not known stand for themselves.
    """
    kept = [
        case
        for case in cases
        if case.truth is not None and case.weights_sha256 == card.weights_sha256
    ]
    if not kept:
        return None
    truth = np.array([TRIAGE_CLASSES.index(case.truth) for case in kept if case.truth is not None])
    scores = np.array([case.triage for case in kept])
    ids = np.array([case.case_id for case in kept])
    return CaseSet(
        title="Adjudicated decisions",
        origin=Origin.ADJUDICATED,
        dataset="Adjudicated decisions",
        split="",
        condition="as read here",
        layout="",
        model=card.name,
        version=card.version,
        weights_sha256=card.weights_sha256,
        refused=0,
        case_ids=ids,
        patients=ids,
        abstained=np.array([case.abstained for case in kept]),
        questions=(triage_questions.acute(truth, scores, card),),
        choice=triage_questions.triage_class(truth, scores),
        dimensions=(
            Dimension("layout", np.array([case.layout for case in kept])),
            Dimension("month", np.array([case.month for case in kept])),
        ),
    )
