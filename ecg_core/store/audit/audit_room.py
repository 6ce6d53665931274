"""The audit as one person sees it: every look at it asks the roles first."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ecg_core.store.audit import daily
from ecg_core.store.audit.daily import DailyAnchor
from ecg_core.store.audit.verification import ChainReport
from ecg_core.store.audit.watching import ChainState, ChainWatch
from ecg_core.store.cases import events
from ecg_core.store.cases.events import EventFilter
from ecg_core.store.cases.reopening import StoredEvent
from ecg_core.store.cases.search import CaseFilter, CaseSummary, FilterValues
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Permission


@dataclass(frozen=True)
class EventPage:
    """A page of the list of events. offset: how many newer ones come before it."""

    events: list[StoredEvent]
    total: int
    offset: int


class AuditRoom:
    """A store, for one person who may see the audit. Raises NotAllowedError for anybody else."""

    def __init__(self, store: Store, account: Account, watch: ChainWatch) -> None:
        account.actor.require(Permission.SEE_AUDIT)
        self._store = store
        self._watch = watch

    def filter_values(self) -> FilterValues:
        """What there is to choose from in each filter of cases."""
        return self._store.filter_values()

    def cases(self, wanted: CaseFilter) -> list[CaseSummary]:
        """The cases that match, newest first."""
        return self._store.search(wanted)

    def count(self, wanted: CaseFilter) -> int:
        """How many cases match, whatever the filter's limit."""
        return self._store.count(wanted)

    def actors(self) -> list[str]:
        """Everybody who stands in an event."""
        with self._store.snapshot() as session:
            return list(events.actors(session))

    def events(self, wanted: EventFilter, page: int) -> EventPage:
        """A page of the events that match, newest first; the last page when there are fewer."""
        with self._store.snapshot() as session:
            total = events.count(session, wanted)
            pages = max(-(-total // wanted.limit), 1)
            offset = wanted.limit * (min(page, pages) - 1)
            found = events.find(session, replace(wanted, offset=offset))
        return EventPage(list(found), total, offset)

    def chain(self) -> ChainState:
        """What is known of the chain, as `ChainWatch.state`."""
        return self._watch.state()

    def verify_all(self) -> ChainReport:
        """Check every event and all stored bytes now."""
        return self._watch.walk(blobs=True)

    def anchors(self, most: int) -> list[DailyAnchor]:
        """The hash of each of the last days' last event."""
        return daily.anchors(self._store, most)
