"""The reading room as one person sees it: every action asks the roles first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TextIO

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from ecg_core.page.values import ink_of
from ecg_core.store.audit import chain
from ecg_core.store.audit.export import ExportFormat
from ecg_core.store.cases import recording, reopening, search, worklist
from ecg_core.store.cases.adding import NewCase
from ecg_core.store.cases.readings import Phase, Reading
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.schema import CaseRow, HeadRow
from ecg_core.store.cases.search import CaseFilter, CaseSummary, NamedCase
from ecg_core.store.cases.store import Store, StoredCase
from ecg_core.store.cases.workflow import OPEN, CaseStatus
from ecg_core.store.cases.worklist import Seat, WorklistFilter, WorklistRow
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import Actor, Permission
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.store.upkeep.settings import BlindFor, Settings


@dataclass(frozen=True)
class Turn:
    """What a person may do with a case now.

    phase: which reading comes next; None when there is nothing for this person to say.
    blind: a first reading comes before the machine's answer. hidden: readings of others are not
    to be seen yet. taken_by: who else has it open. why: why nothing is to be said.
    """

    status: CaseStatus
    phase: Phase | None
    blind: bool
    hidden: bool
    taken_by: str | None
    assignee: str | None
    list_name: str
    why: str = ""


class Room:
    """A store, for one person. Methods raise NotAllowedError or another StoreError."""

    def __init__(self, store: Store, account: Account) -> None:
        self.store = store
        self.account = account
        self.actor: Actor = account.actor

    @property
    def seat(self) -> Seat:
        """For whom lists are made: what is read blind is not sorted by what it hides."""
        settings = self.store.settings()
        by_lists = settings.blind_for is BlindFor.LISTS and self.account.blind == "list"
        may_read = self.account.may(Permission.READ)
        return Seat(
            self.account.id,
            self.account.may(Permission.ADJUDICATE),
            self.reads_blind("", settings),
            tuple(settings.blind_lists) if by_lists and may_read else (),
        )

    # -- the list --------------------------------------------------------------------------

    def worklist(self, wanted: WorklistFilter) -> tuple[list[WorklistRow], int]:
        """A page of the list, and how many cases match in all."""
        self.actor.require(Permission.SEE_WORKLIST)
        with self.store.snapshot() as session:
            rows = worklist.find(session, wanted, self.seat)
            return rows, worklist.count(session, wanted, self.seat)

    def pile(self, wanted: WorklistFilter, most: int = 1000) -> tuple[str, ...]:
        """The cases that match, in order, whatever the filter's limit."""
        self.actor.require(Permission.SEE_WORKLIST)
        with self.store.snapshot() as session:
            return worklist.ids(session, wanted, self.seat, most)

    def measured(self, case_ids: Sequence[str]) -> dict[str, dict[str, float]]:
        """Rate, QRS and QTc of cases, by case."""
        self.actor.require(Permission.SEE_WORKLIST)
        with self.store.snapshot() as session:
            return worklist.measured(session, case_ids)

    def ink(self, page_blob: str) -> np.ndarray:
        """The ink of a stored page, for a small picture of it."""
        self.actor.require(Permission.SEE_WORKLIST)
        return ink_of(self.store.kept(page_blob))

    def following(self, wanted: WorklistFilter, not_this: str = "") -> str | None:
        """The case to open next."""
        self.actor.require(Permission.READ)
        with self.store.snapshot() as session:
            return worklist.following(session, wanted, self.seat, not_this)

    def take_next(self, wanted: WorklistFilter, not_this: str = "") -> str | None:
        """The case to open next, held for this person: two who ask at once get two cases.

        not_this: the case at hand, which is let go of.
        """
        self.actor.require(Permission.READ)
        minutes = self.store.settings().taken_minutes
        with self.store.changing() as session:
            if not_this:
                worklist.release(session, not_this, self.account.id)
            while case_id := worklist.following(session, wanted, self.seat, not_this):
                if worklist.take(session, case_id, self.account.id, minutes) is None:
                    return case_id
        return None

    def lists(self) -> tuple[str, ...]:
        """The names of all lists."""
        with self.store.snapshot() as session:
            return worklist.lists(session)

    def add(self, new: NewCase, list_name: str = "") -> str:
        """Store an ECG with the machine's answer in this person's name; gives the case's id."""
        self.actor.require(Permission.ADD_ECGS)
        return self.store.add_case(new, list_name, self.actor)

    def put_instead(self, case_id: str, new: NewCase) -> str:
        """Store an ECG anew as this person said that it is to be read; gives the case's id.

        It takes the place of the case that it was, on its list and with its reader; that one is
        withdrawn. Raises StoreError where somebody has begun to read it.
        """
        self.actor.require(Permission.READ)
        with self.store.snapshot() as session:
            case = reopening.get_case(session, case_id)
            if case.input_sha256 != new.bundle.sha256:
                raise StoreError("This is another ECG.", "Open the case again.")
            state = session.get_one(CaseStateRow, case_id)
            status, list_name, assignee = state.status, state.list_name, state.assignee
        if status != CaseStatus.NEW:
            raise StoreError(
                "Somebody has begun to read this case.", "Withdraw it, and add the ECG again."
            )
        now = self.store.add_case(new, list_name, self.actor)
        if now == case_id:
            return now
        self._append(
            case_id,
            lambda session, head, case: recording.replace_by(session, head, case, now, self.actor),
        )
        with self.store.appending() as session:
            head = chain.lock_head(session)
            case = reopening.get_case(session, now)
            recording.put_back(session, head, case, self.actor)
            if assignee and session.get_one(CaseStateRow, now).assignee is None:
                recording.assign(session, head, case, self.actor, assignee)
        self.release(case_id)
        return now

    def set_by_hand(self, input_sha256: str) -> tuple[str, tuple[str, ...]]:
        """How these files are to be read, as a person said when they were last stored: what was
        set on a scan (`page.by_hand`), and the leads of a record."""
        with self.store.snapshot() as session:
            return worklist.set_by_hand(session, input_sha256)

    # -- one case --------------------------------------------------------------------------

    def turn(self, case_id: str, settings: Settings | None = None) -> Turn:
        """What this person may do with a case; a reader takes it by asking."""
        self.actor.require(Permission.OPEN_CASE)
        settings = settings or self.store.settings()
        taken_by = None
        may_read = self.account.may(Permission.READ)
        with self.store.snapshot() as session:
            case = reopening.get_case(session, case_id)
            state = session.get_one(CaseStateRow, case_id)
            status, readers = CaseStatus(state.status), state.readers.split("\n")
            waits = not recording.need_not_wait(session, case, self.actor)
        mine = self.account.id in readers
        blind = may_read and waits and self._reads_blind(settings, state.list_name)
        open_to_me = status in (CaseStatus.NEW, CaseStatus.IN_READING)
        phase, why = None, ""
        if not may_read:
            why = "Your role reads along."
        elif (
            open_to_me
            or status is CaseStatus.READ
            or (status is CaseStatus.SECOND_WANTED and not mine)
        ):
            phase = Phase.FIRST if blind else Phase.FINAL
        elif status is CaseStatus.DISAGREEMENT:
            if mine:
                why = "The readers differ: a lead adjudicates."
            elif self.account.may(Permission.ADJUDICATE):
                phase = Phase.ADJUDICATION
            else:
                why = "Two readers differ: a lead adjudicates."
        hidden = status is CaseStatus.SECOND_WANTED and not mine and may_read
        if phase is not None and status in OPEN and not _holds(state, self.account.id, settings):
            with self.store.changing() as session:
                taken_by = worklist.take(session, case_id, self.account.id, settings.taken_minutes)
        if phase is not Phase.FIRST:
            blind = False
        return Turn(status, phase, blind, hidden, taken_by, state.assignee, state.list_name, why)

    def release(self, case_id: str) -> None:
        """Let go of a case; nothing happens when it is not held."""
        with suppress(StoreError), self.store.changing() as session:
            worklist.release(session, case_id, self.account.id)

    def see(self, case_id: str) -> None:
        """Note that this person now sees the machine's answer."""
        self.actor.require(Permission.OPEN_CASE)
        with self.store.snapshot() as session:
            if recording.told(session, reopening.get_case(session, case_id), self.actor):
                return
        self._append(
            case_id,
            lambda session, head, case: recording.show_answer(session, head, case, self.actor),
        )

    def search(self, wanted: CaseFilter) -> list[CaseSummary]:
        """The cases that match, newest first."""
        self.actor.require(Permission.OPEN_CASE)
        return self.store.search(wanted)

    def newest(self, most: int, patient: str = "") -> list[NamedCase]:
        """The newest cases by name; patient: only those of this pseudonym."""
        self.actor.require(Permission.OPEN_CASE)
        with self.store.snapshot() as session:
            return search.newest(session, most, patient)

    def reopen(self, case_id: str) -> StoredCase:
        """A case exactly as it was decided."""
        self.actor.require(Permission.OPEN_CASE)
        return self.store.reopen(case_id)

    def view(self, case_id: str) -> int:
        """Note that this person looked at a case."""
        self.actor.require(Permission.OPEN_CASE)
        return self.store.record_view(case_id, self.actor)

    def original(self, case_id: str, position: int) -> bytes:
        """The bytes of an original file."""
        self.actor.require(Permission.SEE_ORIGINALS)
        return self.store.original(case_id, position)

    def read(self, case_id: str, reading: Reading, token: str, phase: Phase) -> int:
        """Store a reading of this person; gives the number of its event."""
        needed = Permission.ADJUDICATE if phase is Phase.ADJUDICATION else Permission.READ
        self.actor.require(needed)
        if phase is Phase.FINAL and self.turn(case_id).phase is Phase.FIRST:
            raise StoreError(
                "You read this case blind: the first reading comes first.", "Reload the page."
            )
        return self.store.record_reading(case_id, reading, token, self.actor, phase)

    def take_back(self, case_id: str, event: int, reason: str = "") -> int:
        """Take back one's own decision."""
        self.actor.require(Permission.READ)
        return self._append(
            case_id,
            lambda session, head, case: recording.undo(
                session, head, case, event, self.actor, reason
            ),
        )

    def withdraw(self, case_id: str, reason: str) -> int:
        """Take a case out of the reading."""
        self.actor.require(Permission.WITHDRAW)
        return self._append(
            case_id,
            lambda session, head, case: recording.withdraw(session, head, case, self.actor, reason),
        )

    def assign(self, case_id: str, account_id: str | None) -> int:
        """Give a case to a reader; to oneself, every reader may."""
        own = account_id in (self.account.id, None)
        self.actor.require(Permission.READ if own else Permission.ASSIGN)
        return self._append(
            case_id,
            lambda session, head, case: recording.assign(
                session, head, case, self.actor, account_id
            ),
        )

    # -- the rest --------------------------------------------------------------------------

    def change_settings(self, wanted: Settings) -> None:
        """Put settings in force: rules and templates by leads, the rest by administrators."""
        present = self.store.settings()
        ruled = ("rule_priorities", "surely_normal", "note_templates", "blind_for", "blind_lists")
        for one in fields(Settings):
            if getattr(wanted, one.name) != getattr(present, one.name):
                by_leads = one.name in ruled
                self.actor.require(
                    Permission.CHANGE_RULES if by_leads else Permission.CHANGE_SETTINGS
                )
        self.store.change_settings(wanted, self.actor)

    def export_chain(self, out: TextIO, fmt: ExportFormat) -> int:
        """Write the whole chain."""
        self.actor.require(Permission.EXPORT_AUDIT)
        return self.store.export(out, fmt, self.actor)

    def _reads_blind(self, settings: Settings, list_name: str) -> bool:
        if self.account.blind != "list":
            return self.account.blind == "always"
        if settings.blind_for is BlindFor.LISTS:
            return list_name in settings.blind_lists
        return settings.blind_for is BlindFor.EVERYBODY

    def _append(self, case_id: str, what: Callable[[Session, HeadRow, CaseRow], int]) -> int:
        with self.store.appending() as session:
            head = chain.lock_head(session)
            case = session.scalars(select(CaseRow).where(CaseRow.id == case_id)).one_or_none()
            return what(session, head, case or reopening.get_case(session, case_id))

    def reads_blind(self, list_name: str = "", settings: Settings | None = None) -> bool:
        """Whether the machine's answers of a list are kept from this person until they read."""
        return self.account.may(Permission.READ) and self._reads_blind(
            settings or self.store.settings(), list_name
        )


def _holds(state: CaseStateRow, account: str, settings: Settings) -> bool:
    """Whether a reader holds a case for more than half of its time still."""
    if state.taken_by != account or state.taken_until is None:
        return False
    left = datetime.fromisoformat(state.taken_until) - datetime.now(UTC)
    half_s = settings.taken_minutes * 30
    return half_s < left.total_seconds() <= settings.taken_minutes * 60
