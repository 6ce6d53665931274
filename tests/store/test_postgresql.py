"""The same store on a PostgreSQL server, started for these tests where one is installed."""

from __future__ import annotations

import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ecg_core.intake.values import Bundle
from ecg_core.network.statements import Triage
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.patients import forget_all
from ecg_core.store.cases.schema import Base
from ecg_core.store.cases.store import CaseFilter, Store, StoreError, anchor_path
from ecg_core.store.cases.worklist import WorklistFilter
from ecg_core.store.people.accounts import Accounts
from ecg_core.store.people.roles import Role
from ecg_core.store.upkeep.backup import _run, backup, restore
from ecg_core.store.upkeep.settings import Settings
from tests.store.cases.test_room import person
from tests.store.postgresql_server import Server, account, programs
from tests.store.stored_cases import add, agrees, case, overrides

psycopg = pytest.importorskip("psycopg", reason="the PostgreSQL driver psycopg is not installed")

TABLES = ("actions", "blobs", "cases", "case_files", "events", "readings", "chain_head")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A running server with an empty database."""
    # A socket's path must be short, shorter than those of pytest.
    folder = Path(tempfile.mkdtemp(prefix="ecgpg"))
    made = Server(programs(), folder, account())
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, made.account)
        made.run("initdb", "-D", "data", "-U", "ecg", "-A", "trust", "-E", "UTF8", "--no-sync")
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def shared(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that four threads opened at once on the empty server."""
    folder = tmp_path_factory.mktemp("postgresql")
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: Store.open(folder, server.url), range(4)))
    yield stores[0]
    for store in stores:
        store.close()


def test_tables_are_those_of_the_models(shared: Store) -> None:
    with shared._engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_case_from_adding_to_export(shared: Store) -> None:
    new = case(1, name="Émile 100%")
    case_id = add(shared, new)
    assert add(shared, new) == case_id
    first = shared.record_reading(case_id, agrees(), "one")
    assert shared.record_reading(case_id, agrees(), "one") == first
    shared.record_reading(case_id, overrides(), "two")
    back = shared.reopen(case_id)
    assert back.page.to_bytes() == new.page.to_bytes()
    assert back.prediction == new.prediction
    assert back.checks.ok
    assert [reading.earlier_event for reading in back.readings] == [None, first]
    wanted = CaseFilter(reader="Dr Ada", agreement=False, triage=Triage.NORMAL, text="émile 100%")
    assert [line.id for line in shared.search(wanted)] == [case_id]
    assert shared.filter_values().readers == ("Dr Ada", "Dr Ben")
    out = io.StringIO()
    events = shared.export(out, "jsonl", "Dr Ada")
    assert len(out.getvalue().splitlines()) == events
    assert shared.verify(blobs=True).ok


def test_writers_take_turns(shared: Store) -> None:
    case_id = add(shared, case(2))
    before = shared.verify().events
    with ThreadPoolExecutor(8) as pool:
        clicks = pool.map(lambda _: shared.record_reading(case_id, agrees(), "click"), range(8))
        ids = pool.map(lambda n: add(shared, case(10 + n % 4)), range(8))
        assert len(set(clicks)) == 1
        assert len(set(ids)) == 4
    report = shared.verify(blobs=True)
    assert (report.ok, report.events) == (True, before + 1 + 4 * 2)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "command", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"]
)
def test_the_database_refuses_change(shared: Store, table: str, command: str) -> None:
    add(shared, case(3))
    shared.record_reading(add(shared, case(3)), agrees(), "three")
    column = next(iter(Base.metadata.tables[table].columns)).name
    with (
        shared._engine.connect() as connection,
        pytest.raises(DBAPIError, match=r"may only grow|only moves on"),
    ):
        connection.execute(text(command.format(table, column)))


def test_an_edit_without_the_guards_breaks_the_chain(shared: Store) -> None:
    add(shared, case(4))
    with shared._engine.connect() as connection:
        for command in (
            "ALTER TABLE events DISABLE TRIGGER ALL",
            "UPDATE events SET actor = 'Eve' WHERE seq = 2",
        ):
            connection.execute(text(command))
        connection.commit()
    report = shared.verify()
    assert (report.ok, report.first_broken_seq) == (False, 2)


def test_a_restored_back_up_is_the_same_and_goes_on(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pg_dump` while the program works, `pg_restore` into an empty database."""
    monkeypatch.setenv("PATH", str(server.programs), prepend=os.pathsep)
    for name in ("before", "after"):
        server.run("createdb", "-h", str(server.folder), "-U", "ecg", name)
    before, after = server.database("before"), server.database("after")
    with closing(Store.open(tmp_path / "old", before)) as store:
        case_id = add(store, case(5))
        store.record_reading(case_id, agrees(), "one")
        old = store.reopen(case_id)
        saved = backup(tmp_path / "old", before, tmp_path / "saved.tar")
        # What is stored later is not in it.
        store.record_reading(case_id, overrides(), "two")
    assert saved.events == 3
    with pytest.raises(StoreError, match="of a PostgreSQL database"):
        restore(tmp_path / "saved.tar", tmp_path / "none", None)
    found = restore(tmp_path / "saved.tar", tmp_path / "new", after)
    assert (found.events, found.files) == (3, saved.files)
    with closing(Store.open(tmp_path / "new", after)) as store:
        again = store.reopen(case_id)
        assert again.checks.ok
        assert (again.prediction, again.events) == (old.prediction, old.events)
        assert store.original(case_id, 0)
        # The guards came along: the restored database refuses change as well.
        with (
            store._engine.connect() as connection,
            pytest.raises(DBAPIError, match="may only grow"),
        ):
            connection.execute(text("DELETE FROM events"))
        store.record_reading(case_id, overrides(), "two")
        assert store.verify(blobs=True).ok
    # The witness came along: a dump that lost its end is told from the one that was backed up.
    with tarfile.open(tmp_path / "saved.tar") as archive:
        names, anchor = archive.getnames(), archive.extractfile("chain.anchor")
        assert "database.dump" in names and anchor is not None
        assert json.loads(anchor.read())["seq"] == 3
    assert anchor_path(tmp_path / "new", after).exists()
    assert not (tmp_path / "new" / "chain.anchor").exists()
    # Twice into the same database is refused, and says what PostgreSQL said.
    with pytest.raises(StoreError, match="pg_restore failed"):
        restore(tmp_path / "saved.tar", tmp_path / "again", after)


ROLES = Path(__file__).parents[2] / "deploy" / "postgresql-roles.sql"
TAKEN_AWAY = (
    "UPDATE events SET actor = 'Eve'",
    "DELETE FROM readings",
    "TRUNCATE events CASCADE",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "DROP TRIGGER events_only_grows ON events",
    "ALTER TABLE events ADD COLUMN more text",
    "DROP TABLE readings CASCADE",
    "CREATE OR REPLACE FUNCTION ecg_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RETURN NEW; END$$",
    "CREATE TABLE own (n int)",
    "INSERT INTO actions VALUES ('more')",
    "UPDATE alembic_version SET version_num = '0001'",
    "DELETE FROM chain_head",
    "SET session_replication_role = replica",
    "SET ROLE ecg_owner",
)


def test_the_role_of_the_app_can_add_to_the_chain_and_do_nothing_else_with_it(
    server: Server, tmp_path: Path
) -> None:
    server.run("createdb", "-h", str(server.folder), "-U", "ecg", "roles")

    def run_script() -> None:
        with psycopg.connect(server.database("roles"), autocommit=True) as connection:
            connection.execute(ROLES.read_bytes())

    run_script()
    # The owner makes the tables; the script says again what the app may.
    Store.open(tmp_path, server.database("roles", "ecg_owner")).close()
    run_script()
    with closing(Store.open(tmp_path, server.database("roles", "ecg_app"))) as store:
        case_id = add(store, replace(case(1), patient="a" * 32))
        lead = person(store, "lee", Role.LEAD, Role.ADMINISTRATOR)
        lead.change_settings(Settings(idle_minutes=20))
        lead.take_next(WorklistFilter())
        store.record_reading(case_id, agrees(), "one")
        accounts = Accounts(store)
        accounts.sign_out(accounts.begin(lead.account.id))
        Jobs(store).submit([Bundle("rec", case(7).bundle.files)], "", "Dr Ada")
        assert forget_all(store) == 1
        assert store.verify(blobs=True).ok
        events = store.verify().events
        for command in TAKEN_AWAY:
            with (
                store._engine.connect() as connection,
                pytest.raises(DBAPIError, match="permission denied|must be owner"),
            ):
                connection.execute(text(command))
        report = store.verify(blobs=True)
        assert (report.ok, report.events) == (True, events)


def test_a_password_is_no_argument_of_a_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arguments can be read by everybody on the machine."""
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$@ and $PGPASSWORD" >&2; exit 1\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError) as failed:
        _run("postgresql+psycopg://ecg:geheim@host/db", "pg_dump", "--format=custom")
    told = "--dbname=postgresql://ecg@host/db --format=custom and geheim"
    assert failed.value.reason == f"pg_dump failed: {told}"


def test_readers_who_ask_at_once_get_different_cases(server: Server, tmp_path: Path) -> None:
    server.run("createdb", "-h", str(server.folder), "-U", "ecg", "turns")
    with closing(Store.open(tmp_path, server.database("turns"))) as store:
        ids = {add(store, case(number)) for number in range(6)}
        rooms = [person(store, f"reader{number}", Role.READER) for number in range(6)]
        with ThreadPoolExecutor(len(rooms)) as pool:
            got = list(pool.map(lambda room: room.take_next(WorklistFilter()), rooms))
        assert sorted(map(str, got)) == sorted(ids)


def test_a_server_that_is_gone(server: Server, tmp_path: Path) -> None:
    with closing(Store.open(tmp_path, server.url)) as store:
        server.stop()
        try:
            with pytest.raises(StoreError, match="cannot be reached"):
                store.search()
            with pytest.raises(StoreError, match="cannot be reached"):
                Store.open(tmp_path, server.url)
        finally:
            server.start()
        assert store.search()
