"""The way back in from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from ecg_core.cli import main
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Accounts, SignInError
from ecg_core.store.people.signing_in import FREE_FAILURES
from tests.store.people.test_second_factor import authenticator

PASSWORD, NEXT = "correct horse battery", "another long battery"


@pytest.fixture
def locked_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store whose only administrator is locked."""
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    with closing(Store.open(tmp_path)) as store:
        people = Accounts(store)
        link = people.first_link()
        assert link is not None
        people.use_link(link, PASSWORD, "ada", "Dr Ada")
        for _ in range(FREE_FAILURES):
            with pytest.raises(SignInError):
                people.sign_in("ada", "wrong")
        with pytest.raises(SignInError):
            people.sign_in("ada", PASSWORD)
        yield store


def said(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_the_only_administrator_gets_back_in(
    locked_out: Store,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = ["--data-dir", str(tmp_path)]
    monkeypatch.setenv("ECG_PUBLIC_URL", "https://ecg.example/")
    assert main(["accounts", "list", *where]) == 0
    assert said(capsys)["locked"] is True
    assert main(["accounts", "unlock", "ADA", *where]) == 0
    assert said(capsys)["locked"] is False
    people = Accounts(locked_out)
    people.sign_in("ada", PASSWORD)
    assert main(["accounts", "link", "ada", *where]) == 0
    link = str(said(capsys)["link"])
    assert link.startswith("https://ecg.example/account/set-up?token=")
    people.use_link(link.partition("token=")[2], NEXT)
    people.sign_in("ada", NEXT)
    with locked_out.snapshot() as session:
        by = [event.actor for event in session.scalars(select(EventRow).order_by(EventRow.seq))]
    assert by.count("command line") == 2
    assert locked_out.verify().ok


def test_an_unknown_name_and_none_are_told(
    locked_out: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["accounts", "unlock", "eve", "--data-dir", str(tmp_path)]) == 3
    assert "There is no account 'eve'" in capsys.readouterr().err
    assert main(["accounts", "link", "--data-dir", str(tmp_path)]) == 2


def test_a_lost_second_factor_is_taken_away(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ECG_DATABASE_URL", raising=False)
    where = ["--data-dir", str(tmp_path)]
    with closing(Store.open(tmp_path)) as store:
        people = Accounts(store)
        token = people.use_link(people.first_link() or "", PASSWORD, "ada", "Dr Ada")
        ada = people.signed_in(token)
        assert ada is not None
        offer = people.offer_factor(ada)
        people.enrol(ada, offer, PASSWORD, authenticator(offer.secret, datetime.now(UTC)))
        with pytest.raises(SignInError):
            people.sign_in("ada", PASSWORD)
        assert main(["accounts", "reset-factor", "ada", *where]) == 0
        assert said(capsys)["second_factor"] is False
        people.sign_in("ada", PASSWORD)
        assert store.verify().ok
    assert main(["accounts", "reset-factor", "ada", *where]) != 0
    assert "has no second factor" in capsys.readouterr().err
