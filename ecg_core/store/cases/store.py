"""The store: cases and readings, kept whole, never changed, found again exactly as decided."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain as chain_of
from pathlib import Path
from threading import RLock
from typing import Self, TextIO

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

import ecg_core
from ecg_core.intake.isolation.limits import LIMITS
from ecg_core.intake.values import Bundle, Upload
from ecg_core.store.audit import chain, configuration, export, verification
from ecg_core.store.audit.anchor import Anchor, ChainPlace
from ecg_core.store.audit.canonical import sha256_text
from ecg_core.store.audit.export import ExportFormat
from ecg_core.store.audit.verification import ChainReport
from ecg_core.store.cases import adding, linking, recording, reopening, search
from ecg_core.store.cases.adding import NewCase
from ecg_core.store.cases.blobs import Blobs
from ecg_core.store.cases.readings import Phase, Reading, StoredReading, checked_name, checked_token
from ecg_core.store.cases.reopening import Checks, StoredCase, StoredEvent, StoredFile
from ecg_core.store.cases.schema import Action, EventRow, FileRow, HeadRow
from ecg_core.store.cases.search import EVERYTHING, CaseFilter, CaseSummary, FilterValues, Status
from ecg_core.store.people import keys
from ecg_core.store.people.roles import Actor
from ecg_core.store.upkeep import settings
from ecg_core.store.upkeep.database import database_url, migrate, open_engine, writing
from ecg_core.store.upkeep.errors import StoreError, in_words
from ecg_core.store.upkeep.files import keep_private, write_whole
from ecg_core.store.upkeep.settings import Settings

__all__ = [
    "Action",
    "CaseFilter",
    "CaseSummary",
    "ChainReport",
    "Checks",
    "ExportFormat",
    "FilterValues",
    "NewCase",
    "Reading",
    "Status",
    "Store",
    "StoreError",
    "StoredCase",
    "StoredEvent",
    "StoredFile",
    "StoredReading",
]

_log = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 10.0
"""How long a writer waits for another before it gives up."""


def anchor_path(data_dir: Path, url: str | None) -> Path:
    """Where the anchor of a database lies: each has its own, that of the data directory moves
    with it. Raises StoreError for what is no database URL."""
    mark = "" if url is None else f"-{sha256_text(database_url(data_dir, url))[:12]}"
    return data_dir / f"chain{mark}.anchor"


class Store:
    """Cases, readings and the audit chain. Safe to share between threads and processes.

    Every method raises StoreError, with a reason and a hint, when the database or the disk
    fails; whatever was being stored is then not stored at all.
    """

    def __init__(self, engine: Engine, blobs: Blobs, anchor: Anchor, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._engine = engine
        self._writer = writing(engine)
        self._blobs = blobs
        self._anchor = anchor
        # Threads of one program queue here: SQLite lets waiting writers in by chance, and with
        # twenty readers one of them may never get its turn.
        self._turn = RLock()

    @classmethod
    def open(
        cls, data_dir: Path, url: str | None = None, busy_timeout_s: float = BUSY_TIMEOUT_S
    ) -> Self:
        """Open the store of a data directory, made and brought up to date as needed.

        url: an SQLite or PostgreSQL URL; without one, the file ecg-triage.db in `data_dir`.
        What this process writes from now on is readable by its own account alone.
        """
        with in_words():
            keep_private(data_dir)
            blobs = Blobs(data_dir / "blobs")
            engine = open_engine(data_dir, url, busy_timeout_s)
            migrate(engine)
            anchor = Anchor(anchor_path(data_dir, url), blobs.scratch)
            store = cls(engine, blobs, anchor, data_dir)
            with store.snapshot() as session:
                head = session.scalars(select(HeadRow)).one_or_none()
            # A chain elsewhere may be older than this data directory, which witnesses it from
            # now on. The data directory's own has had its anchor from the first event.
            if head is not None and (url is not None or head.seq == 0):
                anchor.begin(ChainPlace(head.seq, head.hash))
        return store

    def close(self) -> None:
        """Let go of the database's connections."""
        self._engine.dispose()

    def add_case(self, new: NewCase, list_name: str = "", actor: str | Actor | None = None) -> str:
        """Store an ECG with the machine's answer; gives the case's id.

        The same input, page and model again give the case that is there, unchanged but for a
        patient that was not known before, and for its list where it had come by none.
        list_name: the worklist it came by. actor: who added it; the program unless told.
        """
        actor, patient = actor or chain.MACHINE, new.patient
        new.check()
        with self.snapshot() as session:
            known = adding.existing_case(session, new.identity)
            linked = known is not None and linking.of_case(session, known) == patient
        list_name = adding.list_of(list_name)
        if known is not None:
            if patient and not linked:
                with self.appending() as session:
                    head = chain.lock_head(session)
                    linking.link(session, known, patient)
                    told = {configuration.LINKS: {known: linking.patient_told(known, patient)}}
                    chain.append(session, head, Action.CONFIGURATION, actor, None, told)
            if list_name:
                with self.appending() as session:
                    head = chain.lock_head(session)
                    recording.put_on_list(session, head, known, list_name, actor)
            return known
        with in_words():
            # Bytes first: an event never tells of bytes that are not on the disk.
            stored = adding.write_bytes(new, self._blobs)
        with self.appending() as session:
            head = chain.lock_head(session)
            known = adding.existing_case(session, new.identity)
            if known is not None:
                recording.put_on_list(session, head, known, list_name, actor)
                return known
            return adding.insert_case(session, head, new, stored, list_name, actor)

    def record_reading(
        self,
        case_id: str,
        reading: Reading,
        token: str,
        actor: Actor | None = None,
        phase: Phase = Phase.FINAL,
    ) -> int:
        """Store a clinician's decision; gives the number of its event.

        token: the same token with the same reading again (a second click) gives the same event.
        actor: the account that reads, whose name goes before the reading's; None where there are
        no accounts.
        """
        checked_token(token)
        if actor is not None:
            reading = replace(reading, reader=actor.name)
        with self.appending() as session:
            head = chain.lock_head(session)
            case = reopening.get_case(session, case_id)
            who = actor or Actor(checked_name(reading.reader))
            return recording.record(session, head, case, reading, token, who, phase)

    def record_view(self, case_id: str, actor: str | Actor) -> int:
        """Note in the chain that a person looked at a case; gives the event's number."""
        who = Actor(checked_name(actor)) if isinstance(actor, str) else actor
        with self.appending() as session:
            head = chain.lock_head(session)
            reopening.get_case(session, case_id)
            payload = {"account": who.account} if who.account else {}
            return chain.append(session, head, Action.VIEW, who, case_id, payload).seq

    def record_failure(self, what: str, case_id: str | None = None) -> int:
        """Note in the chain that the program could not do something; gives the event's number."""
        with self.appending() as session:
            head = chain.lock_head(session)
            payload = {"reason": what[:1000], "app_version": ecg_core.__version__}
            return chain.append(session, head, Action.FAILURE, chain.MACHINE, case_id, payload).seq

    def settings(self) -> Settings:
        """The settings in force."""
        with self.snapshot() as session:
            return settings.read(session)

    def change_settings(self, wanted: Settings, actor: Actor) -> None:
        """Put settings in force; what changed is an event with old and new values."""
        with self.appending() as session:
            head = chain.lock_head(session)
            changed = settings.write(session, wanted)
            if changed["new"]:
                chain.append(session, head, Action.CONFIGURATION, actor, None, changed)

    def pseudonym_key(self) -> bytes:
        """The key by which patients' numbers become pseudonyms; made once, never stored here."""
        with in_words():
            try:
                return keys.pseudonym_key(self._data_dir)
            except ValueError as error:
                raise StoreError(
                    f"Patients cannot be given pseudonyms: {error}.",
                    "Set ECG_PSEUDONYM_KEY, or remove the file to have one made.",
                ) from error

    def keep(self, contents: Sequence[bytes]) -> list[str]:
        """Put bytes on the disk before there is a case for them; gives their hashes."""
        with in_words():
            return self._blobs.put_all(contents)

    def kept(self, sha256: str) -> bytes:
        """The bytes with this hash."""
        with in_words():
            return self._blobs.get(sha256)

    def reopen(self, case_id: str) -> StoredCase:
        """A case exactly as it was decided, with its readings and what its hashes say."""
        with self.snapshot() as session:
            return reopening.reopen(session, self._blobs, case_id)

    def original(self, case_id: str, position: int = 0) -> bytes:
        """The bytes of one original file of a case, in the order of `StoredCase.files`."""
        with self.snapshot() as session:
            reopening.get_case(session, case_id)
            file = session.get(FileRow, (case_id, position))
            if file is None:
                raise StoreError(f"Case {case_id} has no file {position}.", "Reopen the case.")
            return self._blobs.get(file.sha256)

    def bundle(self, case_id: str) -> Bundle:
        """The original files of a case as they were opened: of a document with the page it is, of
        a record with the leads that a person named."""
        with self.snapshot() as session:
            case = reopening.get_case(session, case_id)
            rows = reopening.case_files(session, case_id)
            files = tuple(Upload(row.name, self._blobs.get(row.sha256)) for row in rows)
            leads = reopening.named_leads(session, case_id)
        whole = Bundle(case.name, files, leads=leads)
        pages = (
            replace(whole, part=part, with_next=with_next)
            for with_next in (False, True)
            for part in range(LIMITS.max_pages)
        )
        # The page is not written down, but it is in the hash.
        for one in chain_of((whole,), pages):
            if one.sha256 == case.input_sha256:
                return one
        raise StoreError(
            f"The files of case {case_id} are not those it was read from.", "Verify the audit."
        )

    def search(self, wanted: CaseFilter = EVERYTHING) -> list[CaseSummary]:
        """The cases that match, newest first."""
        with self.snapshot() as session:
            return search.find(session, wanted)

    def count(self, wanted: CaseFilter = EVERYTHING) -> int:
        """How many cases match, whatever the filter's limit."""
        with self.snapshot() as session:
            return search.count(session, wanted)

    def filter_values(self) -> FilterValues:
        """What there is to choose from in each filter."""
        with self.snapshot() as session:
            return search.filter_values(session)

    @property
    def data_dir(self) -> Path:
        """Where originals, pages and the chain's witness lie."""
        return self._data_dir

    @property
    def witness(self) -> Path:
        """The file that knows the chain's end, outside the database."""
        return self._anchor.path

    @property
    def scratch(self) -> Path:
        """A folder for unfinished files, on the disk of the data directory."""
        return self._blobs.scratch

    def verify(
        self,
        blobs: bool = False,
        since: ChainPlace | None = None,
        pause: Callable[[], None] | None = None,
    ) -> ChainReport:
        """Check the whole chain and all rows against it; with `blobs`, all stored bytes too.

        since: a link up to which the chain is known to be whole; only what follows is checked.
        pause: called between pieces of the work.
        """
        try:
            # Before the snapshot, so that it cannot be ahead of it.
            anchor = self._anchor.read()
        except ValueError as error:
            return ChainReport(False, 0, None, str(error))
        with self.snapshot() as session:
            known = since or verification.BEGINNING
            bytes_too = self._blobs if blobs else None
            return verification.verify(session, anchor, bytes_too, known, pause)

    def link_before_end(self, events: int) -> ChainPlace:
        """The link that lies this many events before the end of the chain."""
        with self.snapshot() as session:
            head = session.scalars(select(HeadRow)).one_or_none()
            return verification.link_at(session, max(0, (head.seq if head else 0) - events))

    def export(
        self, target: Path | TextIO, fmt: ExportFormat | str, actor: str | Actor = chain.MACHINE
    ) -> int:
        """Write the chain to a file or a text stream; gives the number of events.

        The export is itself an event, the last of those written. actor: who exports.
        """
        fmt = ExportFormat(fmt)
        name = checked_name(actor) if isinstance(actor, str) else actor
        with self.appending() as session:
            head = chain.lock_head(session)
            payload = {"format": fmt.value, "events": head.seq + 1}
            last = chain.append(session, head, Action.EXPORT, name, None, payload).seq
        with self.snapshot() as session:
            events = session.scalars(
                select(EventRow)
                .where(EventRow.seq <= last)
                .order_by(EventRow.seq)
                .execution_options(yield_per=500)
            )
            if not isinstance(target, Path):
                return export.write(events, target, fmt)
            text = io.StringIO()
            written = export.write(events, text, fmt)
            write_whole(target, text.getvalue().encode(), target.parent)
            return written

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A transaction that reads."""
        with in_words(), Session(self._engine) as session:
            yield session

    @contextmanager
    def changing(self) -> Iterator[Session]:
        """A transaction that writes, but appends no event."""
        with self._turn, in_words(), Session(self._writer) as session, session.begin():
            yield session

    @contextmanager
    def appending(self) -> Iterator[Session]:
        """A transaction that may append; once committed, the anchor follows.

        It does not follow a chain that lost the event it witnessed: that would cover up a cut.
        """
        with self._turn, in_words(), Session(self._writer) as session, session.begin():
            yield session
            head = chain.lock_head(session)
            link = ChainPlace(head.seq, head.hash)
            witnessed = verification.witnessed(session, self._anchor)
        if witnessed:
            self._anchor.advance(link)
        else:
            _log.error("The audit chain does not fit its anchor; verify it.")
