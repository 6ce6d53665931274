"""Tables of the reading room: people, the state of cases, work to be done, settings.

They hold what is so now. What happened stays in the events, from which `case_states` can be
computed again.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from ecg_core.store.cases.schema import Base, Moment, Sha256

AccountId = String(16)


class AccountRow(Base):
    """A person who may sign in.

    name: what is typed to sign in, unique without regard to case (`name_key`).
    roles: joined by "+". password: an argon2 hash; none until set, or for `provider` "oidc".
    subject: the identity provider's id of the person. blind: "always", "never", or "list" to
    follow the list that a case is in. factor: the sealed secret of the second factor, factor_step:
    the time step of the last code, recovery: JSON list of hashes of recovery codes that are left.
    """

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(AccountId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(String(80), unique=True)
    full_name: Mapped[str] = mapped_column(String(80))
    roles: Mapped[str] = mapped_column(String(64))
    provider: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str | None] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool]
    blind: Mapped[str] = mapped_column(String(8))
    failures: Mapped[int]
    locked_until: Mapped[str | None] = mapped_column(Moment)
    created_utc: Mapped[str] = mapped_column(Moment)
    factor: Mapped[str | None] = mapped_column(Text)
    factor_step: Mapped[int | None]
    recovery: Mapped[str | None] = mapped_column(Text)


class SignInRow(Base):
    """One signed-in browser, by the hash of what its cookie holds."""

    __tablename__ = "sign_ins"
    __table_args__ = (Index("ix_sign_ins_account", "account_id"),)

    token_sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    created_utc: Mapped[str] = mapped_column(Moment)
    seen_utc: Mapped[str] = mapped_column(Moment)
    ended_utc: Mapped[str | None] = mapped_column(Moment)


class LinkRow(Base):
    """A one-time link by which a person sets a password; no account: the very first person."""

    __tablename__ = "account_links"

    token_sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    created_utc: Mapped[str] = mapped_column(Moment)
    expires_utc: Mapped[str] = mapped_column(Moment)
    used_utc: Mapped[str | None] = mapped_column(Moment)


OPEN_ROWS = text("status IN ('new', 'in_reading', 'second_wanted', 'disagreement')")
"""Of which somebody still has to do something (`workflow.OPEN`): only these are kept sorted."""


class CaseStateRow(Base):
    """Where a case stands, computed from its events (`workflow.fold`) and kept to sort by.

    rank: 0 for immediate to 3 for routine. standing_seq: the reading that stands.
    readers: accounts or names whose final readings stand, joined by newlines.
    taken_by, taken_until: who has the case open, and until when that holds without a sign of life.
    """

    __tablename__ = "case_states"
    __table_args__ = (
        Index(
            "ix_case_states_open",
            "rank",
            "arrived_utc",
            "case_id",
            sqlite_where=OPEN_ROWS,
            postgresql_where=OPEN_ROWS,
        ),
        Index("ix_case_states_assignee", "assignee"),
        Index("ix_case_states_list", "list_name"),
    )

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    status: Mapped[str] = mapped_column(String(16))
    priority: Mapped[str] = mapped_column(String(16))
    rank: Mapped[int]
    arrived_utc: Mapped[str] = mapped_column(Moment)
    standing_seq: Mapped[int | None]
    readers: Mapped[str] = mapped_column(Text)
    list_name: Mapped[str] = mapped_column(String(80))
    doubtful: Mapped[bool]
    assignee: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    taken_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    taken_until: Mapped[str | None] = mapped_column(Moment)


class CasePatientRow(Base):
    """Whose ECG a case is, where its files name a patient: a pseudonym, never the number itself.

    patient: by `intake.patients.pseudonym`. Cases without one have no row.
    """

    __tablename__ = "case_patients"
    __table_args__ = (Index("ix_case_patients_patient", "patient"),)

    case_id: Mapped[str] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    patient: Mapped[str] = mapped_column(String(32))


class JobRow(Base):
    """One ECG waiting to be read by the machine, and what became of it.

    files: JSON list of [name, SHA-256 of the bytes in blobs]. state: waiting, running, done,
    refused or failed.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("ix_jobs_state", "state", "created_utc"),
        Index("ix_jobs_batch", "batch"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    batch: Mapped[str] = mapped_column(String(32))
    list_name: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(255))
    files: Mapped[str] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    case_id: Mapped[str | None] = mapped_column(ForeignKey("cases.id"))
    created_utc: Mapped[str] = mapped_column(Moment)
    changed_utc: Mapped[str] = mapped_column(Moment)


class SettingRow(Base):
    """One setting that differs from its default. value: JSON."""

    __tablename__ = "settings"

    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
