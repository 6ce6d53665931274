"""Accounts, settings, sign-ins and links that somebody changed by SQL are named."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from ecg_core.cli import main
from ecg_core.store.cases.store import Store
from ecg_core.store.people import passwords
from ecg_core.store.people.accounts import Account, Accounts
from ecg_core.store.people.roles import Role
from ecg_core.store.upkeep.settings import Settings
from tests.store.stored_cases import add, case

PASSWORD = "correct horse battery"
READER = frozenset({Role.READER})


@pytest.fixture(scope="module")
def people_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed store with an administrator, a reader, somebody of a provider, and a case."""
    folder = tmp_path_factory.mktemp("people")
    with closing(Store.open(folder)) as store:
        people = Accounts(store)
        first = people.first_link()
        assert first is not None
        ada = signed_in(people, people.use_link(first, PASSWORD, "ada", "Dr Ada"))
        link = people.add(ada.actor, "ben", "Dr Ben", READER)
        ben = signed_in(people, people.use_link(link, PASSWORD))
        people.change_password(ben, PASSWORD, "another long battery")
        people.change(ada.actor, ben.id, blind="always")
        people.by_subject("https://id.example#1", "cid", "Dr Cid", READER)
        people.new_link(ada.actor, ben.id)
        store.change_settings(replace(Settings(), idle_minutes=20), ada.actor)
        add(store, replace(case(1), patient="a" * 32))
        add(store, case(2))
    return folder


def signed_in(people: Accounts, token: str) -> Account:
    found = people.signed_in(token)
    assert found is not None
    return found


@pytest.fixture
def people(people_made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(people_made, tmp_path / "copy"))


def changed(folder: Path) -> tuple[str, ...]:
    with closing(Store.open(folder)) as store:
        report = store.verify()
    assert report.ok is not bool(report.changed)
    return report.changed


def test_what_the_program_did_is_told_by_its_events(people: Path) -> None:
    assert changed(people) == ()
    with closing(Store.open(people)) as store:
        accounts = Accounts(store)
        token = accounts.sign_in("ben", "another long battery")
        accounts.sign_out(token)
        accounts.sign_in("ben", "another long battery")
        accounts.by_subject("https://id.example#1", "cid", "Dr Cid", frozenset({Role.LEAD}))
    assert changed(people) == ()


NEW_ACCOUNT = (
    "INSERT INTO accounts SELECT 'f00d', 'eve', 'eve', 'Eve', roles, provider, NULL, password, "
    "active, blind, failures, locked_until, created_utc, factor, factor_step, recovery "
    "FROM accounts WHERE name = 'ada'"
)
CHANGES = {
    "UPDATE accounts SET roles = 'administrator' WHERE name = 'ben'": (
        "Account 'ben': roles is 'administrator', its events say 'reader'."
    ),
    "UPDATE accounts SET active = 0 WHERE name = 'ada'": (
        "Account 'ada': active is False, its events say True."
    ),
    "UPDATE accounts SET blind = 'never' WHERE name = 'ben'": (
        "Account 'ben': blind is 'never', its events say 'always'."
    ),
    "UPDATE accounts SET full_name = 'Dr Eve' WHERE name = 'ada'": (
        "Account 'ada': full_name is 'Dr Eve', its events say 'Dr Ada'."
    ),
    "UPDATE accounts SET name_key = 'eve' WHERE name = 'ada'": "Account 'ada' signs in as 'eve'.",
    "UPDATE accounts SET password = (SELECT password FROM accounts WHERE name = 'ben') "
    "WHERE name = 'ada'": "Account 'ada': the password was changed without an event.",
    "UPDATE accounts SET password = 'x' WHERE name = 'cid'": (
        "Account 'cid': the password was changed without an event."
    ),
    "UPDATE accounts SET subject = 'https://id.example#6' WHERE name = 'cid'": (
        "Account 'cid': the person at the identity provider was changed without an event."
    ),
    "UPDATE accounts SET subject = 'https://id.example#6' WHERE name = 'ada'": (
        "Account 'ada': the person at the identity provider was changed without an event."
    ),
    NEW_ACCOUNT: "Account 'eve' was added without an event.",
    "DELETE FROM accounts WHERE name = 'cid'": "Account 'cid' was deleted.",
    "UPDATE settings SET value = '9' WHERE key = 'idle_minutes'": (
        "Setting idle_minutes is 9, its events say 20."
    ),
    "DELETE FROM settings": "Setting idle_minutes is unset, its events say 20.",
    "INSERT INTO settings VALUES ('surely_normal', '0.3')": (
        "Setting surely_normal is 0.3, its events say unset."
    ),
    "INSERT INTO sign_ins SELECT 'ab', id, '2099', '2099', NULL FROM accounts WHERE name = 'ada'": (
        "A browser was signed in for account 'ada' without an event."
    ),
    "UPDATE sign_ins SET account_id = (SELECT id FROM accounts WHERE name = 'cid') "
    "WHERE ended_utc IS NULL": "A browser was signed in for account 'cid' without an event.",
    "INSERT INTO account_links SELECT 'ab', id, '2099', '2099', NULL FROM accounts "
    "WHERE name = 'ada'": "A link for a password was made for account 'ada' without an event.",
    "UPDATE case_patients SET patient = 'b'": "whose ECG it is was changed without an event.",
    "DELETE FROM case_patients": "whose ECG it is was changed without an event.",
    "INSERT INTO case_patients SELECT id, 'b' FROM cases WHERE name = 'rec2'": (
        "whose ECG it is was changed without an event."
    ),
}


@pytest.mark.parametrize("command", list(CHANGES))
def test_what_was_changed_by_sql_is_named(people: Path, command: str) -> None:
    with closing(sqlite3.connect(people / "ecg-triage.db", isolation_level=None)) as raw:
        raw.execute(command)
    found = changed(people)
    assert found and found[0].endswith(CHANGES[command])


def test_a_look_at_what_is_new_sees_it_too(people: Path) -> None:
    with closing(Store.open(people)) as store:
        end = store.link_before_end(0)
        assert store.verify(since=end).ok
        with closing(sqlite3.connect(people / "ecg-triage.db", isolation_level=None)) as raw:
            raw.execute("UPDATE accounts SET roles = 'administrator' WHERE name = 'ben'")
        (told,) = store.verify(since=end).changed
        assert told.startswith("Account 'ben': roles is 'administrator'")


def test_the_command_names_everything(
    people: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    with closing(sqlite3.connect(people / "ecg-triage.db", isolation_level=None)) as raw:
        raw.execute("UPDATE accounts SET roles = 'administrator'")
        raw.execute("UPDATE settings SET value = '9'")
    assert main(["audit", "verify", "--data-dir", str(people)]) == 3
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert (report["ok"], len(report["changed"])) == (False, 4)
    assert report["what"].endswith("And 3 more.")
    assert all(words in said.err for words in report["changed"])


def test_neither_passwords_nor_subjects_are_in_the_chain(people: Path, tmp_path: Path) -> None:
    with closing(Store.open(people)) as store:
        store.export(tmp_path / "chain.jsonl", "jsonl")
    text = (tmp_path / "chain.jsonl").read_text()
    with closing(sqlite3.connect(people / "ecg-triage.db")) as raw:
        kept = [row[0] for row in raw.execute("SELECT password FROM accounts") if row[0]]
    assert len(kept) == 2 and all(one.startswith("$argon2") for one in kept)
    assert not any(one in text for one in [*kept, "id.example", "a" * 32])
    assert passwords.matches(PASSWORD, kept[0]) or passwords.matches(PASSWORD, kept[1])
