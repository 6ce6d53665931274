"""Triggers by which the database itself refuses to change or delete what was stored.

Once released these texts belong to the migrations that used them: change them by a new
migration, not here.
"""

from __future__ import annotations

from alembic import op

_REFUSE_POSTGRESQL = """
CREATE OR REPLACE FUNCTION ecg_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% may only grow: % refused', TG_TABLE_NAME, TG_OP;
END $$
"""

_HEAD_POSTGRESQL = """
CREATE OR REPLACE FUNCTION ecg_head_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1
     OR NOT EXISTS (SELECT 1 FROM events WHERE seq = NEW.seq AND hash = NEW.hash
                    AND previous_hash = OLD.hash) THEN
    RAISE EXCEPTION 'the chain head only moves on to the next event';
  END IF;
  RETURN NEW;
END $$
"""


def guard_table(table: str, *unique: tuple[str, ...]) -> None:
    """Refuse UPDATE and DELETE on a table.

    unique: its unique column sets. SQLite's INSERT OR REPLACE deletes without firing DELETE
    triggers, so there an insert that would replace a row is refused as well.
    """
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql(table, "UPDATE OR DELETE")
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} may only grow: {verb} refused'); END"
        )
    same = " OR ".join(
        "(" + " AND ".join(f"{column} = NEW.{column}" for column in columns) + ")"
        for columns in unique
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} may only grow: REPLACE refused'); END"
    )


def guard_head() -> None:
    """Let the chain head move on to the next event and nowhere else."""
    if op.get_bind().dialect.name == "postgresql":
        _guard_postgresql("chain_head", "DELETE OR INSERT")
        op.execute(_HEAD_POSTGRESQL)
        op.execute(
            "CREATE TRIGGER chain_head_moves_on BEFORE UPDATE ON chain_head "
            "FOR EACH ROW EXECUTE FUNCTION ecg_head_moves_on()"
        )
        return
    for verb in ("INSERT", "DELETE"):
        op.execute(
            f"CREATE TRIGGER chain_head_no_{verb.lower()} BEFORE {verb} ON chain_head "
            f"BEGIN SELECT RAISE(ABORT, 'chain_head is one row: {verb} refused'); END"
        )
    op.execute(
        "CREATE TRIGGER chain_head_moves_on BEFORE UPDATE ON chain_head "
        "WHEN NEW.id <> OLD.id OR NEW.seq <> OLD.seq + 1 OR NOT EXISTS "
        "(SELECT 1 FROM events WHERE seq = NEW.seq AND hash = NEW.hash "
        "AND previous_hash = OLD.hash) "
        "BEGIN SELECT RAISE(ABORT, 'the chain head only moves on to the next event'); END"
    )


def _guard_postgresql(table: str, verbs: str) -> None:
    op.execute(_REFUSE_POSTGRESQL)
    op.execute(
        f"CREATE TRIGGER {table}_only_grows BEFORE {verbs} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION ecg_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ecg_refuse()"
    )
