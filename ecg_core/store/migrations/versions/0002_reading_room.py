"""Accounts, the state of cases, jobs, settings; phases and verdicts of readings; roles in events.

What version 0001 stored stays as it is: new columns are none in its rows, and its readings count
as final ones.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ecg_core.store.migrations.guards import guard_table

revision = "0002"
down_revision = "0001"

SHA256 = sa.String(64)
MOMENT = sa.String(27)
ACCOUNT = sa.String(16)

_RANK = "CASE {0} WHEN 'immediate' THEN 0 WHEN 'urgent' THEN 1 WHEN 'soon' THEN 2 ELSE 3 END"


def upgrade() -> None:
    codes = (
        "first_reading",
        "answer_shown",
        "adjudication",
        "undone",
        "assigned",
        "withdrawn",
        "sign_in",
        "sign_in_failed",
        "sign_out",
        "configuration",
        "failure",
    )
    actions = sa.table("actions", sa.column("code", sa.String))
    op.bulk_insert(actions, [{"code": code} for code in codes])
    op.add_column("events", sa.Column("role", sa.String(64)))
    op.create_index("ix_events_action", "events", ["action", "seq"])
    _change_readings()
    _create_people()
    _create_work()
    _fill_states()


def _new_reading_columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("phase", sa.String(16)),
        sa.Column("verdict", sa.String(16)),
        sa.Column("findings", sa.Text),
        sa.Column("confidence", sa.String(8)),
        sa.Column("second_wanted", sa.Boolean),
        sa.Column("blind", sa.Boolean),
        sa.Column("account", ACCOUNT),
    )


def _change_readings() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column in _new_reading_columns():
            op.add_column("readings", column)
        for name, kind in (
            ("agrees", sa.Boolean()),
            ("triage", sa.String(32)),
            ("priority", sa.String(16)),
        ):
            op.alter_column("readings", name, existing_type=kind, nullable=True)
        return
    # SQLite cannot take NOT NULL off a column: the rows move to a table without it.
    op.create_table(
        "readings_0002",
        sa.Column(
            "seq", sa.Integer, sa.ForeignKey("events.seq"), primary_key=True, autoincrement=False
        ),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("reader", sa.String(80), nullable=False),
        sa.Column("agrees", sa.Boolean),
        sa.Column("triage", sa.String(32)),
        sa.Column("priority", sa.String(16)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        *_new_reading_columns(),
        sa.UniqueConstraint("case_id", "number"),
    )
    kept = "seq, case_id, number, created_utc, reader, agrees, triage, priority, reason, note"
    op.execute(f"INSERT INTO readings_0002 ({kept}) SELECT {kept} FROM readings")
    op.drop_table("readings")
    op.rename_table("readings_0002", "readings")
    op.create_index("ix_readings_case_id", "readings", ["case_id", "seq"])
    op.create_index("ix_readings_reader", "readings", ["reader", "case_id"])
    guard_table("readings", ("seq",), ("case_id", "number"))


def _create_people() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ACCOUNT, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("name_key", sa.String(80), nullable=False, unique=True),
        sa.Column("full_name", sa.String(80), nullable=False),
        sa.Column("roles", sa.String(64), nullable=False),
        sa.Column("provider", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(255), unique=True),
        sa.Column("password", sa.String(255)),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("blind", sa.String(8), nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("created_utc", MOMENT, nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_sha256", SHA256, primary_key=True),
        sa.Column("account_id", ACCOUNT, sa.ForeignKey("accounts.id"), nullable=False),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("seen_utc", MOMENT, nullable=False),
        sa.Column("ended_utc", MOMENT),
    )
    op.create_index("ix_sign_ins_account", "sign_ins", ["account_id"])
    op.create_table(
        "account_links",
        sa.Column("token_sha256", SHA256, primary_key=True),
        sa.Column("account_id", ACCOUNT, sa.ForeignKey("accounts.id")),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("expires_utc", MOMENT, nullable=False),
        sa.Column("used_utc", MOMENT),
    )


def _create_work() -> None:
    op.create_table(
        "case_states",
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id"), primary_key=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("priority", sa.String(16), nullable=False),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("arrived_utc", MOMENT, nullable=False),
        sa.Column("standing_seq", sa.Integer),
        sa.Column("readers", sa.Text, nullable=False),
        sa.Column("list_name", sa.String(80), nullable=False),
        sa.Column("doubtful", sa.Boolean, nullable=False),
        sa.Column("assignee", ACCOUNT, sa.ForeignKey("accounts.id")),
        sa.Column("taken_by", ACCOUNT, sa.ForeignKey("accounts.id")),
        sa.Column("taken_until", MOMENT),
    )
    op.create_index("ix_case_states_order", "case_states", ["status", "rank", "arrived_utc"])
    op.create_index("ix_case_states_assignee", "case_states", ["assignee"])
    op.create_index("ix_case_states_list", "case_states", ["list_name"])
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("list_name", sa.String(80), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("files", sa.Text, nullable=False),
        sa.Column("added_by", sa.String(80), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("case_id", sa.String(16), sa.ForeignKey("cases.id")),
        sa.Column("created_utc", MOMENT, nullable=False),
        sa.Column("changed_utc", MOMENT, nullable=False),
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "created_utc"])
    op.create_index("ix_jobs_batch", "jobs", ["batch"])
    op.create_table(
        "settings",
        sa.Column("key", sa.String(32), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _fill_states() -> None:
    """Cases of version 0001: new, or read where somebody decided; the latest reading stands."""
    priority = "COALESCE(readings.priority, cases.priority)"
    op.execute(
        "INSERT INTO case_states (case_id, status, priority, rank, arrived_utc, standing_seq, "
        "readers, list_name, doubtful) "
        f"SELECT cases.id, CASE WHEN readings.seq IS NULL THEN 'new' ELSE 'read' END, {priority}, "
        f"{_RANK.format(priority)}, cases.created_utc, readings.seq, "
        "COALESCE(readings.reader, ''), '', "
        + ("FALSE" if op.get_bind().dialect.name == "postgresql" else "0")
        + " FROM cases LEFT JOIN readings ON readings.seq = "
        "(SELECT MAX(seq) FROM readings AS latest WHERE latest.case_id = cases.id)"
    )
