"""The tables, as SQLAlchemy models. All of them grow and never change, but for the chain head."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sha256 = String(64)
Moment = String(27)
"""UTC as text (2026-01-31T08:15:00.000000Z): sorts in time order, and hashes as it is stored."""

GENESIS = "0" * 64
"""What the first event names as the hash before it."""


class Action(StrEnum):
    """What an event says happened."""

    CASE_ADDED = "case_added"
    MACHINE_ANSWER = "machine_answer"
    READING = "reading"
    VIEW = "view"
    EXPORT = "export"
    FIRST_READING = "first_reading"
    ANSWER_SHOWN = "answer_shown"
    ADJUDICATION = "adjudication"
    UNDONE = "undone"
    ASSIGNED = "assigned"
    WITHDRAWN = "withdrawn"
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    CONFIGURATION = "configuration"
    FAILURE = "failure"


class Base(DeclarativeBase):
    """Base of all models."""


class ActionRow(Base):
    """The actions that an event may name."""

    __tablename__ = "actions"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)


class BlobRow(Base):
    """Bytes kept beside the database under their hash."""

    __tablename__ = "blobs"

    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    size: Mapped[int]


class CaseRow(Base):
    """One ECG with the machine's answer, as it was added.

    identity: hash of input, page and model; the same again is the same case.
    added_seq: the event that added it; cases sort by it. triage: the machine's class, which is the
    one that its verdict stands for.
    model: name and version of the model, as readers filter by it.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_created_utc", "created_utc"),
        Index("ix_cases_triage", "triage"),
        Index("ix_cases_model", "model"),
        Index("ix_cases_input_sha256", "input_sha256"),
    )

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    identity: Mapped[str] = mapped_column(Sha256, unique=True)
    added_seq: Mapped[int] = mapped_column(unique=True)
    created_utc: Mapped[str] = mapped_column(Moment)
    name: Mapped[str] = mapped_column(String(255))
    input_sha256: Mapped[str] = mapped_column(Sha256)
    page_sha256: Mapped[str] = mapped_column(Sha256)
    page_blob: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    attention_blob: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    source: Mapped[str] = mapped_column(String(16))
    layout: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(200))
    triage: Mapped[str] = mapped_column(String(32))
    abstained: Mapped[bool]
    priority: Mapped[str] = mapped_column(String(16))
    rule: Mapped[str] = mapped_column(Text)
    app_version: Mapped[str] = mapped_column(String(64))


class FileRow(Base):
    """One original file of a case, in the order in which it came."""

    __tablename__ = "case_files"

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))


class EventRow(Base):
    """One link of the audit chain.

    payload: canonical JSON. token: makes an event idempotent; none for the machine's own.
    role: in which roles the actor acted; none for programs, and before there were accounts.
    hash: SHA-256 of the canonical JSON of all other columns, without a role that is none.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_case_action", "case_id", "action", "seq"),
        Index("ix_events_action", "action", "seq"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    created_utc: Mapped[str] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(ForeignKey("actions.code"))
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"))
    payload: Mapped[str] = mapped_column(Text)
    token: Mapped[str | None] = mapped_column(String(64), unique=True)
    previous_hash: Mapped[str] = mapped_column(Sha256, unique=True)
    hash: Mapped[str] = mapped_column(Sha256, unique=True)
    role: Mapped[str | None] = mapped_column(String(64))


class ReadingRow(Base):
    """What one reading event says, in columns to search by.

    agrees: none where no class was decided on, or for a first reading. The columns from `phase`
    on are none in readings from before there were accounts: those were final, by a name alone.
    findings: JSON list of statement codes; none when the reader named none.
    """

    __tablename__ = "readings"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_readings_case_id", "case_id", "seq"),
        Index("ix_readings_reader", "reader", "case_id"),
    )

    seq: Mapped[int] = mapped_column(
        ForeignKey("events.seq"), primary_key=True, autoincrement=False
    )
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"))
    number: Mapped[int]
    created_utc: Mapped[str] = mapped_column(Moment)
    reader: Mapped[str] = mapped_column(String(80))
    agrees: Mapped[bool | None]
    triage: Mapped[str | None] = mapped_column(String(32))
    priority: Mapped[str | None] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    phase: Mapped[str | None] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(16))
    findings: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[str | None] = mapped_column(String(8))
    second_wanted: Mapped[bool | None]
    blind: Mapped[bool | None]
    account: Mapped[str | None] = mapped_column(String(16))


class HeadRow(Base):
    """The last event of the chain; one row, moved on by each event and never back."""

    __tablename__ = "chain_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int]
    hash: Mapped[str] = mapped_column(Sha256)
