"""Daily anchors: the hash of each day's last event, small enough to be kept outside.

Whoever keeps yesterday's anchor (printed, mailed, in another system) can show later that nothing
before it was changed, even against somebody who rewrote the whole database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store


@dataclass(frozen=True)
class DailyAnchor:
    """The last event of a day (UTC): its number and hash."""

    day: str
    seq: int
    hash: str


def anchors(store: Store, most: int = 400) -> list[DailyAnchor]:
    """The anchors of the last days that have events, newest first."""
    day = func.substr(EventRow.created_utc, 1, 10)
    last = select(day.label("day"), func.max(EventRow.seq).label("seq")).group_by(day).subquery()
    query = (
        select(last.c.day, EventRow.seq, EventRow.hash)
        .join(last, last.c.seq == EventRow.seq)
        .order_by(EventRow.seq.desc())
        .limit(most)
    )
    with store.snapshot() as session:
        return [DailyAnchor(*row) for row in session.execute(query)]


def compare(store: Store, kept: Iterable[DailyAnchor]) -> list[str]:
    """What of kept anchors the chain no longer holds, in words; nothing when it holds all."""
    wrong = []
    with store.snapshot() as session:
        for anchor in kept:
            event = session.get(EventRow, anchor.seq)
            if event is None:
                wrong.append(f"Event {anchor.seq} of {anchor.day} is no longer there.")
            elif event.hash != anchor.hash:
                wrong.append(f"Event {anchor.seq} of {anchor.day} has another hash now.")
    return wrong
