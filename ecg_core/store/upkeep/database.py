"""The database: how it is opened, brought up to date, and how a writer gets it to itself."""

from __future__ import annotations

import time
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from ecg_core.store.upkeep.errors import StoreError

REVISION = "0005"
"""The newest migration; a test compares it with the folder."""

KEPT = 10
"""Connections that stay open. A file takes any number more: each screen reads in a thread of its
own, and must not wait until another's connection is free."""
MOST_OF_A_SERVER = 40
"""Of a PostgreSQL server, which by itself lets a hundred in, from all programs together."""

LOG_PATIENCE_S = 10.0
"""How long a program that opens the file waits for another that is just making it."""

_MIGRATIONS = Path(__file__).parents[1] / "migrations"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}
_MIGRATION_LOCK = 0x0EC6
"""Number of the PostgreSQL advisory lock that one migrating program holds."""


def open_engine(data_dir: Path, url: str | None, busy_timeout_s: float) -> Engine:
    """The engine for a URL, or for the file of the data directory when there is none.

    busy_timeout_s: how long a writer waits for another. Raises StoreError for databases other
    than SQLite and PostgreSQL, whose refusal to change rows would not be guarded.
    """
    target = _target(data_dir, url)
    if target.get_backend_name() not in ("sqlite", "postgresql"):
        raise StoreError(
            f"{target.get_backend_name()} is not supported as a database.",
            "Set ECG_DATABASE_URL to an SQLite or PostgreSQL URL, or leave it unset.",
        )
    try:
        if target.get_backend_name() == "postgresql":
            return create_engine(
                target, pool_pre_ping=True, pool_size=KEPT, max_overflow=MOST_OF_A_SERVER - KEPT
            )
        engine = create_engine(
            target, connect_args={"timeout": busy_timeout_s}, pool_size=KEPT, max_overflow=-1
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            f"The database driver {error.name} is not installed.",
            "Install it, for PostgreSQL with: pip install 'psycopg[binary]'.",
        ) from error
    event.listen(engine, "connect", _on_sqlite_connect)
    event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def database_url(data_dir: Path, url: str | None) -> str:
    """The URL that is opened, without its password. Raises StoreError."""
    return _target(data_dir, url).render_as_string()


def writing(engine: Engine) -> Engine:
    """The same engine for transactions that write: on SQLite they take the lock at once."""
    return engine.execution_options(ecg_write=True)


def migrate(engine: Engine) -> None:
    """Bring the tables up to date, in one transaction; programs that start together take turns.

    Raises StoreError when a newer version of this program wrote the database.
    """
    with engine.connect() as connection:
        if _revision(connection) == REVISION:
            return
    with writing(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            lock = text("SELECT pg_advisory_xact_lock(:number)")
            connection.execute(lock, {"number": _MIGRATION_LOCK})
        _upgrade(connection)


def _target(data_dir: Path, url: str | None) -> URL:
    if url is None:
        return URL.create("sqlite", database=str(data_dir / "ecg-triage.db"))
    try:
        target = make_url(url)
        target = target.set(drivername=_DRIVERS.get(target.drivername, target.drivername))
        target.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise StoreError(
            "ECG_DATABASE_URL is not a database URL.",
            "Write it like postgresql://user:password@host/database, or leave it unset.",
        ) from error
    return target


def _on_sqlite_connect(connection: SqliteConnection, _record: Any) -> None:
    # The driver would begin transactions by its own rules; `_on_sqlite_begin` does it by ours.
    connection.isolation_level = None
    _keep_a_log(connection)
    # FULL: a decision that was confirmed survives a power cut.
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _keep_a_log(connection: SqliteConnection) -> None:
    """Write-ahead logging. SQLite does not wait where another process changes to it just now."""
    until_s = time.monotonic() + LOG_PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except OperationalError:
            if time.monotonic() > until_s:
                raise
            time.sleep(0.02)


def _on_sqlite_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("ecg_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection) -> None:
    # Alembic takes a third of a second to import, which a start without migration saves.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            "The database was written by a newer version of this program.",
            "Update the program, or choose another data directory (ECG_DATA_DIR).",
        ) from error
