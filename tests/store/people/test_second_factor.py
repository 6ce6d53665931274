"""Second factors: codes by RFC 6238, each good once; recovery codes; what the chain tells."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sqlite3
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from ecg_core.store.cases.room_schema import AccountRow
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.people import account_rows, factors, links, passwords, signing_in
from ecg_core.store.people.accounts import Account, Accounts, SignInError
from ecg_core.store.people.roles import NotAllowedError, Role
from ecg_core.store.people.second_factor import seal, step_of, unseal
from ecg_core.store.upkeep.settings import FactorFor, Settings
from tests.store.people.moved_clock import Clock

PASSWORD, OTHER = "correct horse battery", "another long battery"
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_6238 = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}
"""Appendix B, mode SHA1: seconds since 1970 → code of eight digits, of which six are the last."""


def authenticator(secret: str, moment: datetime) -> str:
    """The code that a telephone shows, after RFC 4226, 5.3, without the library that is tested."""
    counter = struct.pack(">Q", int(moment.timestamp()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 0xF
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (account_rows, signing_in, links, factors):
        monkeypatch.setattr(module, "this_moment", clock)
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 8, 1))
    return clock


@pytest.fixture
def people(store: Store, clock: Clock) -> Accounts:
    """Accounts with a first person, Ada, who reads and administers."""
    people = Accounts(store)
    people.use_link(people.first_link() or "", PASSWORD, "ada", "Dr Ada")
    return people


def ada(people: Accounts, code: str = "") -> Account:
    found = people.signed_in(people.sign_in("ada", PASSWORD, code))
    assert found is not None
    return found


@pytest.fixture
def enrolled(people: Accounts, clock: Clock) -> tuple[str, tuple[str, ...]]:
    """Ada's secret and recovery codes; the step of her first code is over."""
    account = ada(people)
    offer = people.offer_factor(account)
    codes = people.enrol(account, offer, PASSWORD, authenticator(offer.secret, clock.now))
    clock.forward(seconds=30)
    return offer.secret, codes


def told(store: Store) -> list[dict[str, object]]:
    """What the last configuration events say."""
    with store.snapshot() as session:
        query = select(EventRow).where(EventRow.action == "configuration").order_by(EventRow.seq)
        return [json.loads(event.payload) for event in session.scalars(query)]


@pytest.mark.parametrize(("at_s", "code"), RFC_6238.items())
def test_codes_are_those_of_the_standard(at_s: int, code: str) -> None:
    moment = datetime.fromtimestamp(at_s, UTC)
    assert authenticator(RFC_SECRET, moment) == code[-6:]
    assert step_of(RFC_SECRET, code[-6:], moment) == at_s // 30
    assert step_of(RFC_SECRET, f"{code[-6:-3]} {code[-3:]}", moment) == at_s // 30
    wrong = f"{(int(code[-6:]) + 1) % 10**6:06d}"
    assert step_of(RFC_SECRET, wrong, moment) is None


@pytest.mark.parametrize(("late_s", "good"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_telephone_may_be_half_a_minute_off(late_s: int, good: bool) -> None:
    moment = datetime(2026, 3, 1, 8, tzinfo=UTC)
    code = authenticator(RFC_SECRET, moment + timedelta(seconds=late_s))
    assert (step_of(RFC_SECRET, code, moment) is not None) is good


@pytest.mark.parametrize("typed", ["", "28708", "abcdef", "\u0662\u0668\u0667\u0660\u0668\u0662"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert step_of(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


def test_signing_in_asks_for_the_code_in_the_same_words(
    people: Accounts, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, _ = enrolled
    words = set()
    for password, code in ((PASSWORD, ""), (PASSWORD, "000000"), ("wrong", "000000")):
        with pytest.raises(SignInError) as refused:
            people.sign_in("ada", password, code)
        words.add((refused.value.reason, refused.value.hint))
    assert len(words) == 1
    assert ada(people, authenticator(secret, clock.now)).second_factor


def test_a_code_is_good_once(
    people: Accounts, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, _ = enrolled
    code = authenticator(secret, clock.now)
    ada(people, code)
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, code)
    # Nor is an older one, though its step is still within the window.
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, authenticator(secret, clock.now - timedelta(seconds=30)))
    clock.forward(seconds=30)
    ada(people, authenticator(secret, clock.now))


def test_of_two_browsers_at_the_same_moment_one_gets_in(
    people: Accounts, store: Store, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, codes = enrolled
    for code in (authenticator(secret, clock.now), codes[0]):
        with ThreadPoolExecutor(4) as pool:
            tries = [pool.submit(people.sign_in, "ada", PASSWORD, code) for _ in range(4)]
        assert [type(one.exception()) for one in tries].count(SignInError) == 3
        clock.forward(minutes=2)
    assert store.verify().ok


def test_the_code_that_set_it_up_is_used_up(people: Accounts, clock: Clock) -> None:
    account = ada(people)
    offer = people.offer_factor(account)
    code = authenticator(offer.secret, clock.now)
    people.enrol(account, offer, PASSWORD, code)
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, code)


def test_wrong_codes_lock_like_wrong_passwords(
    people: Accounts, store: Store, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, _ = enrolled
    for _ in range(5):
        with pytest.raises(SignInError):
            people.sign_in("ada", PASSWORD, "000000")
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, authenticator(secret, clock.now))
    clock.forward(seconds=31)
    ada(people, authenticator(secret, clock.now))
    with store.snapshot() as session:
        query = select(EventRow.payload).where(EventRow.action == "sign_in_failed")
        failed = [json.loads(payload) for payload in session.scalars(query)]
    # The trail tells who looks that somebody knew the password.
    assert [(one["why"], one["failures"]) for one in failed] == [
        ("wrong code", 1),
        ("wrong code", 5),
    ]


def test_a_recovery_code_is_good_once_and_told(
    people: Accounts, store: Store, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    _, codes = enrolled
    assert len(set(codes)) == 10 and all(len(one) == 19 for one in codes)
    account = ada(people, codes[3].upper().replace("-", " "))
    assert people.recovery_codes_left(account) == 9
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, codes[3])
    assert told(store)[-1]["reason"] == "recovery code used"
    assert (told(store)[-1]["old"], told(store)[-1]["new"]) == (
        {"recovery_codes": 10},
        {"recovery_codes": 9},
    )
    fresh = people.renew_recovery(account, PASSWORD, codes[4])
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, codes[5])
    ada(people, fresh[0])
    assert store.verify().ok


def test_neither_secret_nor_codes_are_readable_where_they_are_kept(
    people: Accounts, store: Store, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, codes = enrolled
    with closing(sqlite3.connect(store.data_dir / "ecg-triage.db")) as raw:
        text = "\n".join(raw.iterdump())
    assert secret not in text
    assert not any(one in text or one.replace("-", "") in text for one in codes)
    key = (store.data_dir / "factor.key").read_bytes()
    assert (store.data_dir / "factor.key").stat().st_mode & 0o777 == 0o600
    with store.snapshot() as session:
        row = session.scalars(select(AccountRow)).one()
        assert unseal(key, row.id, row.factor or "") == secret
        assert unseal(b"another key, as long", row.id, row.factor or "") is None


def test_a_sealed_secret_opens_for_its_account_alone() -> None:
    sealed = seal(b"k" * 20, "a1", RFC_SECRET)
    assert unseal(b"k" * 20, "a1", sealed) == RFC_SECRET
    assert unseal(b"k" * 20, "a2", sealed) is None
    assert unseal(b"k" * 20, "a1", sealed[:-2]) is None
    assert unseal(b"k" * 20, "a1", sealed, within_s=-1) is None


def test_setting_up_needs_password_and_a_code_of_the_same_key(
    people: Accounts, store: Store, clock: Clock
) -> None:
    account = ada(people)
    offer = people.offer_factor(account)
    good = authenticator(offer.secret, clock.now)
    with pytest.raises(SignInError):
        people.enrol(account, offer, "wrong", good)
    with pytest.raises(StoreError, match="not the code"):
        people.enrol(account, offer, PASSWORD, authenticator(RFC_SECRET, clock.now))
    with pytest.raises(StoreError, match="took too long"):
        people.offered(account, "nonsense")
    assert not ada(people).second_factor
    other = people.sign_in("ada", PASSWORD)
    people.enrol(account, people.offered(account, offer.sealed), PASSWORD, good)
    assert people.signed_in(other) is None
    with pytest.raises(StoreError, match="already"):
        people.enrol(account, offer, PASSWORD, good)
    assert told(store)[-1]["new"] == {"second_factor": True}


def test_removing_needs_password_and_code(
    people: Accounts, store: Store, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, _ = enrolled
    account = ada(people, authenticator(secret, clock.now))
    clock.forward(seconds=30)
    code = authenticator(secret, clock.now)
    for given in (("wrong", code), (PASSWORD, "")):
        with pytest.raises(SignInError):
            people.remove_factor(account, *given)
    people.remove_factor(account, PASSWORD, code)
    assert not ada(people).second_factor
    assert told(store)[-1]["reason"] == "second factor removed by its owner"
    assert store.verify().ok


def test_an_administrator_resets_the_factor_of_somebody_else(
    people: Accounts, store: Store, clock: Clock
) -> None:
    by = ada(people).actor
    link = people.add(by, "ben", "Dr Ben", frozenset({Role.READER}))
    ben = people.signed_in(people.use_link(link, OTHER))
    assert ben is not None
    offer = people.offer_factor(ben)
    people.enrol(ben, offer, OTHER, authenticator(offer.secret, clock.now))
    with pytest.raises(NotAllowedError):
        people.reset_factor(ben.actor, ben.id)
    people.reset_factor(by, ben.id)
    people.sign_in("ben", OTHER)
    assert (told(store)[-1]["reason"], told(store)[-1]["name"]) == ("second factor reset", "ben")
    with pytest.raises(StoreError, match="has no second factor"):
        people.reset_factor(by, ben.id)


def test_a_link_for_a_password_does_not_go_round_the_second_factor(
    people: Accounts, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, _ = enrolled
    account = ada(people, authenticator(secret, clock.now))
    clock.forward(seconds=30)
    link = people.new_link(account.actor, account.id)
    with pytest.raises(SignInError):
        people.use_link(link, OTHER)
    with pytest.raises(SignInError):
        people.use_link(link, OTHER, code="000000")
    assert people.signed_in(people.use_link(link, OTHER, code=authenticator(secret, clock.now)))


@pytest.mark.parametrize(
    ("wanted", "ada_must", "ben_must"),
    [
        (FactorFor.NOBODY, False, False),
        (FactorFor.ADMINISTRATORS, True, False),
        (FactorFor.EVERYBODY, True, True),
    ],
)
def test_whom_a_second_factor_is_asked_of(
    people: Accounts, store: Store, wanted: FactorFor, ada_must: bool, ben_must: bool
) -> None:
    by = ada(people).actor
    link = people.add(by, "ben", "Dr Ben", frozenset({Role.READER}))
    ben = people.use_link(link, OTHER)
    cid = people.by_subject("id#1", "cid", "Dr Cid", frozenset({Role.ADMINISTRATOR}))
    outside = people.begin(cid.id)
    store.change_settings(replace(Settings(), factor_for=wanted), by)
    assert ada(people).must_enrol is ada_must
    found = people.signed_in(ben)
    assert found is not None and found.must_enrol is ben_must
    found = people.signed_in(outside)
    assert found is not None and not found.must_enrol
    assert store.verify().ok


def test_whoever_has_none_signs_in_without_the_key(people: Accounts, store: Store) -> None:
    (store.data_dir / "factor.key").write_bytes(b"short")
    assert not ada(people).second_factor
    with pytest.raises(StoreError, match="Second factors cannot be checked"):
        people.offer_factor(ada(people))


def test_a_key_that_was_lost_leaves_the_recovery_codes(
    people: Accounts, store: Store, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    secret, codes = enrolled
    (store.data_dir / "factor.key").unlink()
    with pytest.raises(SignInError):
        people.sign_in("ada", PASSWORD, authenticator(secret, clock.now))
    ada(people, codes[0])


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("UPDATE accounts SET factor = NULL", "the second factor was changed"),
        ("UPDATE accounts SET factor = 'x'", "the second factor was changed"),
        ("UPDATE accounts SET recovery = '[]'", "the list of recovery codes was changed"),
    ],
)
def test_a_factor_changed_by_sql_is_named(
    store: Store, enrolled: tuple[str, tuple[str, ...]], command: str, words: str
) -> None:
    with closing(sqlite3.connect(store.data_dir / "ecg-triage.db", isolation_level=None)) as raw:
        raw.execute(command)
    (found,) = store.verify().changed
    assert found == f"Account 'ada': {words} without an event."


def test_the_key_is_not_in_a_back_up_but_the_sealed_factor_is(
    store: Store, tmp_path: Path, clock: Clock, enrolled: tuple[str, tuple[str, ...]]
) -> None:
    from ecg_core.store.upkeep.backup import backup, restore

    secret, _ = enrolled
    backup(store.data_dir, None, tmp_path / "b.tar")
    assert b"factor.key" not in (tmp_path / "b.tar").read_bytes()
    restore(tmp_path / "b.tar", tmp_path / "again", None)
    (tmp_path / "again/factor.key").write_bytes((store.data_dir / "factor.key").read_bytes())
    with closing(Store.open(tmp_path / "again")) as again:
        ada(Accounts(again), authenticator(secret, clock.now))
