"""Daily use as evidence, for one person: the roles are asked first."""

from __future__ import annotations

from ecg_core.evidence import practice
from ecg_core.evidence.practice import PracticeCase
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Permission


class PracticeRoom:
    """What was read and decided, for somebody who may see how well it is done.

    Raises NotAllowedError for anybody else.
    """

    def __init__(self, store: Store, account: Account) -> None:
        account.actor.require(Permission.SEE_PERFORMANCE)
        self._store = store

    def last_event(self) -> int:
        """Number of the last event that may have changed a case."""
        with self._store.snapshot() as session:
            return practice.last_event(session)

    def cases(self) -> tuple[PracticeCase, ...]:
        """Every case of daily use that was not withdrawn."""
        with self._store.snapshot() as session:
            return practice.load(session)
