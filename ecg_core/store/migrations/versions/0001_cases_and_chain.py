"""Cases, readings, blobs and the audit chain, guarded against change by the database itself.

There is no way down: it would delete the audit.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ecg_core.store.migrations.guards import guard_head, guard_table

revision = "0001"
down_revision = None

SHA256 = sa.String(64)
MOMENT = sa.String(27)


def upgrade() -> None:
    _create_cases()
    _create_chain()
    _fill()
    guard_table("actions", ("code",))
    guard_table("blobs", ("sha256",))
    guard_table("cases", ("id",), ("identity",), ("added_seq",))
    guard_table("case_files", ("case_id", "position"))
    guard_table("events", ("seq",), ("token",), ("previous_hash",), ("hash",))
    guard_table("readings", ("seq",), ("case_id", "number"))
    guard_head()


def _create_cases() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", SHA256, primary_key=True),
        sa.Column("size", sa.Integer, nullable=False),
    )
    op.create_table(
        "cases",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("identity", SHA256, nullable=False, unique=True),
        sa.Column("added_seq", sa.Integer, nullable=False, unique=True),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("input_sha256", SHA256, nullable=False),
        sa.Column("page_sha256", SHA256, nullable=False),
        sa.Column("page_blob", SHA256, sa.ForeignKey("blobs.sha256"), nullable=False),
        sa.Column("attention_blob", SHA256, sa.ForeignKey("blobs.sha256"), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("layout", sa.String(64), nullable=False),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("triage", sa.String(32), nullable=False),
        sa.Column("abstained", sa.Boolean, nullable=False),
        sa.Column("priority", sa.String(16), nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("app_version", sa.String(64), nullable=False),
    )
    for column in ("created_utc", "triage", "model", "input_sha256"):
        op.create_index(f"ix_cases_{column}", "cases", [column])
    op.create_table(
        "case_files",
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("sha256", SHA256, sa.ForeignKey("blobs.sha256"), nullable=False),
    )


def _create_chain() -> None:
    op.create_table("actions", sa.Column("code", sa.String(32), primary_key=True))
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(32), sa.ForeignKey("actions.code"), nullable=False),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id")),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("token", sa.String(64), unique=True),
        sa.Column("previous_hash", SHA256, nullable=False, unique=True),
        sa.Column("hash", SHA256, nullable=False, unique=True),
    )
    op.create_index("ix_events_case_id", "events", ["case_id", "seq"])
    op.create_table(
        "readings",
        sa.Column(
            "seq", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False
        ),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("reader", sa.String(80), nullable=False),
        sa.Column("agrees", sa.Boolean, nullable=False),
        sa.Column("triage", sa.String(32), nullable=False),
        sa.Column("priority", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_index("ix_readings_case_id", "readings", ["case_id", "seq"])
    op.create_index("ix_readings_reader", "readings", ["reader", "case_id"])
    op.create_table(
        "chain_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", SHA256, nullable=False),
    )


def _fill() -> None:
    actions = sa.table("actions", sa.column("code", sa.String))
    codes = ("case_added", "machine_answer", "reading", "view", "export")
    op.bulk_insert(actions, [{"code": code} for code in codes])
    head = sa.table(
        "chain_head",
        sa.column("id", sa.Integer),
        sa.column("seq", sa.Integer),
        sa.column("hash", sa.String),
    )
    op.bulk_insert(head, [{"id": 1, "seq": 0, "hash": "0" * 64}])
