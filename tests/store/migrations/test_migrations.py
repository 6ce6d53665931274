"""The migrations lead to the tables that the models describe."""

from __future__ import annotations

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from ecg_core.store import migrations
from ecg_core.store.cases.schema import Action, ActionRow, Base
from ecg_core.store.cases.store import Store
from ecg_core.store.upkeep import database


def test_tables_are_those_of_the_models(store: Store) -> None:
    with store._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_action_can_be_stored(store: Store) -> None:
    with store._engine.connect() as connection:
        assert set(connection.scalars(select(ActionRow.code))) == set(Action)


def test_the_newest_migration_is_the_one_expected() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == database.REVISION


def test_writers_wait_and_decisions_survive_a_power_cut(store: Store) -> None:
    with store._engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    # synchronous 2 is FULL.
    assert pragmas == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 10_000,
    }
