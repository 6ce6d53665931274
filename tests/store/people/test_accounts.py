"""Signing in, links, locks, time-outs, administration; and what of it the chain tells."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from ecg_core.store.cases.room_schema import AccountRow, LinkRow, SignInRow
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.people import account_rows, links, passwords, signing_in
from ecg_core.store.people.account_rows import FIRST_ROLES
from ecg_core.store.people.accounts import Account, Accounts, SignInError
from ecg_core.store.people.passwords import checked_password
from ecg_core.store.people.roles import NotAllowedError, Role
from tests.store.people.moved_clock import Clock

PASSWORD = "correct horse battery"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (account_rows, signing_in, links):
        monkeypatch.setattr(module, "this_moment", clock)
    # The cheapest hash that argon2 allows: the tests sign in often.
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
    return clock


@pytest.fixture
def people(store: Store, clock: Clock) -> Accounts:
    """Accounts with a first person, Ada."""
    people = Accounts(store)
    link = people.first_link()
    assert link is not None
    people.use_link(link, PASSWORD, "ada", "Dr Ada")
    return people


def ada(people: Accounts) -> Account:
    account = people.signed_in(people.sign_in("Ada ", PASSWORD))
    assert account is not None
    return account


def events(store: Store, *actions: str) -> list[EventRow]:
    with store.snapshot() as session:
        query = select(EventRow).where(EventRow.action.in_(actions)).order_by(EventRow.seq)
        return list(session.scalars(query))


def test_the_first_person_sets_up_by_link_once(store: Store, clock: Clock) -> None:
    people = Accounts(store)
    older, link = people.first_link(), people.first_link()
    assert older and link
    # Only the newest link is good.
    with pytest.raises(StoreError, match="no longer valid"):
        people.link(older)
    assert people.link(link).account is None
    with pytest.raises(StoreError, match="shorter than 10"):
        people.use_link(link, "short", "ada")
    token = people.use_link(link, PASSWORD, "ada", "Dr Ada")
    account = people.signed_in(token)
    assert account is not None
    assert (account.full_name, account.roles) == ("Dr Ada", FIRST_ROLES)
    with pytest.raises(StoreError, match="no longer valid"):
        people.use_link(link, PASSWORD, "eve")
    assert people.first_link() is None
    assert store.verify().ok


def test_a_link_grows_old(store: Store, clock: Clock) -> None:
    people = Accounts(store)
    link = people.first_link()
    clock.forward(hours=73)
    with pytest.raises(StoreError, match="no longer valid"):
        people.use_link(link or "", PASSWORD, "ada")


def test_neither_passwords_nor_tokens_are_kept(people: Accounts, store: Store) -> None:
    token = people.sign_in("ada", PASSWORD)
    with store.snapshot() as session:
        (row,) = session.scalars(select(AccountRow))
        assert row.password is not None and row.password.startswith("$argon2id$")
        kept = [
            *(sign_in.token_sha256 for sign_in in session.scalars(select(SignInRow))),
            *(link.token_sha256 for link in session.scalars(select(LinkRow))),
            *(event.payload for event in session.scalars(select(EventRow))),
        ]
    assert not any(token in text or PASSWORD in text for text in kept)


def test_wrong_passwords_lock_for_longer_each_time(
    people: Accounts, store: Store, clock: Clock
) -> None:
    for _ in range(5):
        with pytest.raises(SignInError, match="the password or the code is wrong"):
            people.sign_in("ada", "wrong password")
    # Locked for 30 s, even for the right password, in the same words.
    with pytest.raises(SignInError, match="the password or the code is wrong"):
        people.sign_in("ada", PASSWORD)
    clock.forward(seconds=31)
    with pytest.raises(SignInError, match="wrong"):
        people.sign_in("ada", "wrong password")
    clock.forward(seconds=59)
    with pytest.raises(SignInError, match="wrong"):
        people.sign_in("ada", PASSWORD)
    clock.forward(seconds=2)
    people.sign_in("ada", PASSWORD)
    # Signing in starts the count anew.
    with pytest.raises(SignInError, match="wrong"):
        people.sign_in("ada", "wrong password")
    people.sign_in("ada", PASSWORD)
    # The first wrong one, both that locked, and the first after signing in; no more.
    failed = events(store, "sign_in_failed")
    assert [json.loads(event.payload)["failures"] for event in failed] == [1, 5, 6, 1]
    assert {event.actor for event in failed} == {"Dr Ada"}


def test_the_longest_lock_is_an_hour_whatever_the_clock_does(
    people: Accounts, store: Store, clock: Clock
) -> None:
    with store.changing() as session:
        row = session.scalars(select(AccountRow)).one()
        row.failures, row.locked_until = 99, "2099-01-01T00:00:00.000000Z"
    clock.forward(minutes=59)
    with pytest.raises(SignInError, match="wrong"):
        people.sign_in("ada", PASSWORD)


def test_an_unknown_name_is_refused_in_the_same_words_and_not_written_down(
    people: Accounts, store: Store
) -> None:
    with pytest.raises(SignInError, match="the password or the code is wrong"):
        people.sign_in("my secret password", "x")
    assert not events(store, "sign_in_failed")


def test_nobody_stays_signed_in_for_longer_than_a_shift(
    people: Accounts, store: Store, clock: Clock
) -> None:
    token = people.sign_in("ada", PASSWORD)
    for _ in range(24):
        clock.forward(minutes=29)
        assert people.signed_in(token) is not None
    for _ in range(2):
        clock.forward(minutes=15)
        people.signed_in(token)
    assert people.signed_in(token) is None
    assert '"why":"time limit"' in events(store, "sign_out")[0].payload


def test_a_newer_link_ends_the_older_one(people: Accounts) -> None:
    by = ada(people).actor
    first = people.add(by, "ben", "Dr Ben", frozenset({Role.READER}))
    ben = next(one for one in people.all(by) if one.name == "ben")
    second = people.new_link(by, ben.id)
    with pytest.raises(StoreError, match="no longer valid"):
        people.use_link(first, "another long one")
    people.use_link(second, "another long one")


@pytest.mark.parametrize(
    "password",
    ["password1234", "qwertyuiop", "1234567890", "aaaaaaaaaaaa", "adaadaada1", "iloveyou123"],
)
def test_passwords_that_are_on_every_list_are_refused(password: str) -> None:
    with pytest.raises(StoreError, match="too easy to guess"):
        checked_password(password, "ada")


def test_signing_out_ends_this_browser_alone(people: Accounts) -> None:
    one, other = people.sign_in("ada", PASSWORD), people.sign_in("ada", PASSWORD)
    people.sign_out(one)
    assert people.signed_in(one) is None
    assert people.signed_in(other) is not None
    assert people.signed_in("nonsense") is None


def test_idle_time_signs_out_and_signs_of_life_put_it_off(
    people: Accounts, store: Store, clock: Clock
) -> None:
    token = people.sign_in("ada", PASSWORD)
    for _ in range(3):
        clock.forward(minutes=29)
        assert people.signed_in(token) is not None
    clock.forward(minutes=29)
    # Looking without a sign of life does not put it off.
    assert people.signed_in(token, touch=False) is not None
    clock.forward(minutes=2)
    assert people.signed_in(token) is None
    assert '"why":"idle"' in events(store, "sign_out")[0].payload


def test_a_new_account_gets_its_password_by_link(people: Accounts, store: Store) -> None:
    by = ada(people).actor
    link = people.add(by, "ben", "Dr Ben", frozenset({Role.READER}))
    with pytest.raises(SignInError, match="wrong"):
        people.sign_in("ben", "")
    ben = people.signed_in(people.use_link(link, "another long one"))
    assert ben is not None and ben.roles == {Role.READER}
    with pytest.raises(NotAllowedError):
        people.add(ben.actor, "eve", "Eve", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(StoreError, match="already"):
        people.add(by, "BEN", "Other", frozenset({Role.READER}))
    added = events(store, "configuration")[-2]
    assert (added.actor, added.role) == ("Dr Ada", "lead+administrator")
    assert '"roles":"reader"' in added.payload


def test_a_new_link_replaces_the_password_and_signs_out(people: Accounts) -> None:
    by = ada(people)
    token = people.sign_in("ada", PASSWORD)
    people.use_link(people.new_link(by.actor, by.id), "another long one")
    assert people.signed_in(token) is None
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD)
    people.sign_in("ada", "another long one")


def test_changing_ones_own_password(people: Accounts) -> None:
    account = ada(people)
    with pytest.raises(StoreError, match="present password is wrong"):
        people.change_password(account, "guess", "another long one")
    people.change_password(account, PASSWORD, "another long one")
    people.sign_in("ada", "another long one")


def test_deactivating_ends_everything_at_once(people: Accounts) -> None:
    by = ada(people)
    link = people.add(by.actor, "ben", "Dr Ben", frozenset({Role.READER}))
    token = people.use_link(link, "another long one")
    ben = people.signed_in(token)
    assert ben is not None
    assert people.readers() == {by.id: "Dr Ada", ben.id: "Dr Ben"}
    people.change(by.actor, ben.id, active=False)
    assert people.signed_in(token) is None
    assert people.readers() == {by.id: "Dr Ada"}
    with pytest.raises(SignInError):
        people.sign_in("ben", "another long one")


def test_there_is_always_an_administrator(people: Accounts) -> None:
    by = ada(people)
    for change in ({"active": False}, {"roles": frozenset({Role.LEAD})}):
        with pytest.raises(StoreError, match="No administrator would be left"):
            people.change(by.actor, by.id, **change)
    assert ada(people) == by


def test_a_role_that_is_taken_away_is_gone_at_the_next_look(people: Accounts) -> None:
    by = ada(people)
    link = people.add(by.actor, "ben", "Dr Ben", frozenset({Role.LEAD}))
    token = people.use_link(link, "another long one")
    ben = people.signed_in(token)
    assert ben is not None
    people.change(by.actor, ben.id, roles=frozenset({Role.AUDITOR}), blind="always")
    assert people.signed_in(token) == replace(ben, roles=frozenset({Role.AUDITOR}), blind="always")


def test_people_of_an_identity_provider(store: Store, clock: Clock) -> None:
    people = Accounts(store)
    # Whoever comes may do nothing until an administrator gives a role, the first one too.
    first = people.by_subject("https://id.example#1", "ada@example.org", "Dr Ada")
    assert first.roles == frozenset()
    assert people.by_subject("https://id.example#1", "new name", "New") == first
    second = people.by_subject("https://id.example#2", "ben@example.org", "Dr Ben")
    assert (second.name, second.roles) == ("ben@example.org", frozenset())
    with pytest.raises(SignInError, match="wrong"):
        people.sign_in("ada@example.org", "")
    token = people.begin(first.id)
    assert people.signed_in(token) == first


def test_groups_of_an_identity_provider_give_and_take_roles(store: Store, clock: Clock) -> None:
    people, ada = Accounts(store), ("https://id.example#1", "ada@example.org", "Dr Ada")
    lead, nobody = frozenset({Role.LEAD}), frozenset[Role]()
    assert people.by_subject(*ada, frozenset({Role.READER})).roles == {Role.READER}
    assert people.by_subject(*ada, lead).roles == lead
    with pytest.raises(SignInError, match="none of your groups"):
        people.by_subject(*ada, nobody)
    with pytest.raises(SignInError, match="none of your groups"):
        people.by_subject("https://id.example#9", "eve@example.org", "Eve", nobody)
    # The stranger got no account, and the other lost her role at once.
    with store.snapshot() as session:
        rows = session.scalars(select(AccountRow)).all()
        assert [(row.full_name, row.roles) for row in rows] == [("Dr Ada", "")]
        events = session.scalars(select(EventRow).order_by(EventRow.seq)).all()
    assert [(event.action, event.actor) for event in events] == [
        ("configuration", "Dr Ada"),
        ("configuration", "Dr Ada"),
        ("configuration", "Dr Ada"),
        ("sign_in_failed", "Dr Ada"),
        ("sign_in_failed", "unknown person"),
    ]
    assert store.verify().ok
