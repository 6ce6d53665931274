"""ECGs waiting for the machine: kept in the database with their bytes, so that none is lost.

A job is written down before it is queued. Whatever becomes of the queue or of the program that
works on it, the jobs that are not finished are queued again at the next start; the same ECG twice
is one case.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, update
from sqlalchemy.engine import CursorResult

from ecg_core import intake
from ecg_core.answer import answer, keep
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, Upload
from ecg_core.network.who_answers import Models
from ecg_core.prepared import Refusal
from ecg_core.store.audit.canonical import utc_now
from ecg_core.store.cases.room_schema import JobRow
from ecg_core.store.cases.store import Store, StoreError

MOST_ATTEMPTS = 3
"""A job that brought its worker down this often is given up, and said to be."""
STALE_S = 300.0
"""A job that runs for longer than this has lost its worker."""


class JobState(StrEnum):
    """What has become of a job."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """How far the jobs of a batch, or all recent ones, have come."""

    waiting: int
    done: int
    refused: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.done + self.refused


@dataclass(frozen=True)
class NotRead:
    """An ECG that was not read: its name and why. id: of its job, list_name: where it was to go."""

    id: str
    list_name: str
    name: str
    reason: str
    changed_utc: datetime


class Jobs:
    """The jobs of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def submit(self, bundles: Sequence[Bundle], list_name: str, added_by: str) -> list[str]:
        """Keep the bytes of these ECGs and write their jobs down; gives the jobs' ids."""
        batch = secrets.token_hex(8)
        hashes = iter(self._store.keep([f.data for one in bundles for f in one.files]))
        rows = [
            JobRow(
                id=secrets.token_hex(16),
                batch=batch,
                list_name=list_name[:80],
                name=bundle.name.encode("utf-8", "replace").decode()[:255],
                files=json.dumps(
                    {
                        "part": bundle.part,
                        "with_next": bundle.with_next,
                        "files": [[file.name, next(hashes)] for file in bundle.files],
                    }
                ),
                added_by=added_by[:80],
                state=JobState.WAITING.value,
                attempts=0,
                reason="",
                # Each a little later: they are read in this order.
                created_utc=utc_now(),
                changed_utc=utc_now(),
            )
            for bundle in bundles
        ]
        ids = [row.id for row in rows]
        with self._store.changing() as session:
            session.add_all(rows)
        return ids

    def unfinished(self) -> list[str]:
        """Jobs that still have to be done, oldest first, those without a worker included."""
        with self._store.snapshot() as session:
            query = select(JobRow.id).where(
                (JobRow.state == JobState.WAITING)
                | ((JobRow.state == JobState.RUNNING) & (JobRow.changed_utc < _stale()))
            )
            return list(session.scalars(query.order_by(JobRow.created_utc, JobRow.id)))

    def were_tried(self) -> bool:
        """Whether one that waits was begun before: it may bring down whoever reads it."""
        with self._store.snapshot() as session:
            query = select(JobRow.id).where(JobRow.state == JobState.WAITING, JobRow.attempts > 0)
            return session.scalars(query.limit(1)).first() is not None

    def are_running(self) -> bool:
        """Whether a worker is at work."""
        with self._store.snapshot() as session:
            query = select(JobRow.id).where(
                JobRow.state == JobState.RUNNING, JobRow.changed_utc >= _stale()
            )
            return session.scalars(query.limit(1)).first() is not None

    def release(self) -> None:
        """Let jobs run again whose worker died: call it where no other worker is running."""
        with self._store.changing() as session:
            session.execute(
                update(JobRow)
                .where(JobRow.state == JobState.RUNNING)
                .values(state=JobState.WAITING)
            )

    def give_back(self, job_id: str) -> None:
        """Let a job run again: who did it was brought down."""
        with self._store.changing() as session:
            session.execute(
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.state == JobState.RUNNING)
                .values(state=JobState.WAITING)
            )

    def run(self, job_id: str, models: Models) -> JobState:
        """Do one job, whatever comes of it; a job that is done stays done."""
        row = self._begin(job_id)
        if row is None:
            return JobState.DONE
        if row.attempts > MOST_ATTEMPTS:
            reason = f"Reading it brought the program down {MOST_ATTEMPTS} times."
            self._store.record_failure(f"{row.name}: {reason}")
            return self._end(job_id, JobState.FAILED, reason)
        try:
            rule = self._store.settings().priority_table
            said = answer(self._bundle(row), models, rule, read=self._read)
            if isinstance(said, Refusal):
                return self._end(job_id, JobState.REFUSED, str(said))
            case_id = keep(self._store, said, row.added_by, row.list_name).id
        except StoreError as error:
            # The disk or the database: it waits, and is tried again.
            self._end(job_id, JobState.WAITING, f"{error.reason} {error.hint}")
            raise
        return self._end(job_id, JobState.DONE, "", case_id)

    def _read(self, bundle: Bundle) -> EcgRecord | EcgScan:
        return intake.read(bundle, key=self._store.pseudonym_key())

    def files(self, job_id: str) -> Bundle:
        """The files of a job, for a person who will say how they are to be read.

        Raises StoreError where there is no such job.
        """
        with self._store.snapshot() as session:
            row = session.get(JobRow, job_id)
            session.expunge_all()
        if row is None:
            raise StoreError("This upload is no longer here.", "Drop the file again.")
        return self._bundle(row)

    def settled(self, job_id: str, case_id: str) -> None:
        """A person had a refused ECG read after all."""
        self._end(job_id, JobState.DONE, "", case_id)

    def _bundle(self, row: JobRow) -> Bundle:
        written = json.loads(row.files)
        # Jobs of older versions are a list of files, each an ECG whole.
        if isinstance(written, list):
            written = {"part": None, "files": written}
        files = tuple(Upload(name, self._store.kept(sha256)) for name, sha256 in written["files"])
        with_next = bool(written.get("with_next"))
        return Bundle(row.name, files, written["part"], with_next=with_next)

    def progress(self, within_hours: float = 12.0) -> Progress:
        """How far the jobs of the last hours have come; waiting ones count however old."""
        since = (datetime.now(UTC) - timedelta(hours=within_hours)).isoformat()
        waiting = [JobState.WAITING.value, JobState.RUNNING.value]
        with self._store.snapshot() as session:
            query = select(JobRow.state, func.count(JobRow.id)).where(
                JobRow.state.in_(waiting) | (JobRow.changed_utc >= since)
            )
            found = {row[0]: row[1] for row in session.execute(query.group_by(JobRow.state))}
        return Progress(
            sum(found.get(state, 0) for state in waiting),
            found.get(JobState.DONE, 0),
            found.get(JobState.REFUSED, 0) + found.get(JobState.FAILED, 0),
        )

    def refused(self, most: int = 50) -> list[NotRead]:
        """The latest ECGs that were not read."""
        states = [JobState.REFUSED.value, JobState.FAILED.value]
        query = select(JobRow).where(JobRow.state.in_(states))
        with self._store.snapshot() as session:
            rows = session.scalars(query.order_by(JobRow.changed_utc.desc()).limit(most))
            return [
                NotRead(
                    row.id,
                    row.list_name,
                    row.name,
                    row.reason,
                    datetime.fromisoformat(row.changed_utc),
                )
                for row in rows
            ]

    def _begin(self, job_id: str) -> JobRow | None:
        with self._store.changing() as session:
            changed = session.execute(
                update(JobRow)
                .where(
                    JobRow.id == job_id,
                    (JobRow.state == JobState.WAITING)
                    | ((JobRow.state == JobState.RUNNING) & (JobRow.changed_utc < _stale())),
                )
                .values(
                    state=JobState.RUNNING,
                    attempts=JobRow.attempts + 1,
                    changed_utc=utc_now(),
                )
            )
            assert isinstance(changed, CursorResult)
            row = session.get(JobRow, job_id) if changed.rowcount else None
            session.expunge_all()
            return row

    def _end(
        self, job_id: str, state: JobState, reason: str, case_id: str | None = None
    ) -> JobState:
        with self._store.changing() as session:
            session.execute(
                update(JobRow)
                .where(JobRow.id == job_id)
                .values(state=state, reason=reason, case_id=case_id, changed_utc=utc_now())
            )
        return state


def _stale() -> str:
    return (datetime.now(UTC) - timedelta(seconds=STALE_S)).isoformat()
