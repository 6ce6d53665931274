"""Looking through the events themselves: who did what, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from ecg_core.network.statements import TRIAGE_NAMES, Triage
from ecg_core.store.cases.filters import equal, within_days
from ecg_core.store.cases.reopening import StoredEvent, stored_event
from ecg_core.store.cases.schema import Action, EventRow


@dataclass(frozen=True)
class EventFilter:
    """Which events; None or "" leaves a question open. text: in what the event says."""

    action: Action | None = None
    actor: str | None = None
    case_id: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    text: str = ""
    limit: int = 50
    offset: int = 0


def find(session: Session, wanted: EventFilter) -> list[StoredEvent]:
    """The events that match, newest first."""
    query = select(EventRow).where(*_conditions(wanted)).order_by(EventRow.seq.desc())
    rows = session.scalars(query.limit(wanted.limit).offset(wanted.offset))
    return [stored_event(row) for row in rows]


def count(session: Session, wanted: EventFilter) -> int:
    """How many events match, whatever the limit."""
    return session.scalar(select(func.count(EventRow.seq)).where(*_conditions(wanted))) or 0


def actors(session: Session) -> tuple[str, ...]:
    """Everybody who ever acted, sorted."""
    return tuple(session.scalars(select(EventRow.actor).distinct().order_by(EventRow.actor)))


def change_in_words(payload: Mapping[str, Any]) -> str:
    """What an event changed: each value before and after."""
    old, new = payload.get("old") or {}, payload.get("new") or {}
    names = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return "; ".join(
        f"{_NAMES.get(name, name.replace('_', ' '))}: "
        f"{_word(name, old.get(name))} → {_word(name, new.get(name))}"
        for name in names
    )


_NAMES = {"triage": "class"}


def _word(name: str, value: object) -> str:
    if value is None or value == "":
        return "–"
    if name == "triage" and isinstance(value, str) and value in set(Triage):
        return TRIAGE_NAMES[Triage(value)]
    return value if isinstance(value, str) else str(value)


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool]]:
    asked = [
        *equal(
            (EventRow.action, wanted.action and wanted.action.value),
            (EventRow.actor, wanted.actor or None),
            (EventRow.case_id, wanted.case_id or None),
        ),
        *within_days(EventRow.created_utc, wanted.date_from, wanted.date_to),
    ]
    if words := wanted.text.strip():
        asked.append(
            or_(
                EventRow.payload.icontains(words, autoescape=True),
                EventRow.actor.icontains(words, autoescape=True),
                EventRow.hash.startswith(words.lower(), autoescape=True),
            )
        )
    return asked
