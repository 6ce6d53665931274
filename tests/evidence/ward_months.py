"""Months of daily use in a store, by the functions that the app calls: three people read, a lead
settles what two readers differ on. Answers are those of PTB-XL fold 10; readers tend to its labels.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import numpy as np

from ecg_core import network
from ecg_core.evidence import forms
from ecg_core.evidence.values import CaseSet
from ecg_core.network.card import ModelCard
from ecg_core.network.statements import SUPERCLASSES, TRIAGE_CLASSES, Triage
from ecg_core.network.values import Finding, ModelIdentity, Prediction
from ecg_core.page.values import PREPROCESSING_VERSION
from ecg_core.store.audit import chain
from ecg_core.store.audit.canonical import utc_text
from ecg_core.store.cases import adding
from ecg_core.store.cases.readings import Confidence, Phase, Reading
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.store import Store
from ecg_core.store.people.accounts import Account, Accounts
from ecg_core.store.people.roles import Actor, Role
from ecg_core.triage.classed import verdict_class
from ecg_core.triage.priority import Priority
from tests.store.stored_cases import add, case

PASSWORD = "correct horse battery"
PEOPLE = {"Dr. Berg": Role.READER, "Dr. Castro": Role.READER, "Prof. Dahl": Role.LEAD}
RIGHT, GOES_ALONG, SECOND = 0.85, 0.5, 0.35
"""How often a first reading is right, a differing reader goes over, a second reader is asked."""


class Clock:
    """The time of the store while its past is written."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def text(self) -> str:
        """As the store writes moments."""
        return utc_text(self.now)

    def on(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


def fill(store: Store, months: int, per_month: int, first: datetime, seed: int = 0) -> int:
    """Add cases and readings month by month; in the last month most ECGs are infarctions.

    The first person must exist, as an administrator. Returns how many cases were adjudicated.
    """
    rng = np.random.default_rng(seed)
    card = network.card_of(network.default_model())
    found = forms.shipped(card)[0]
    ill = np.flatnonzero(found.question("MI").truth)
    known = np.flatnonzero(found.choice.known)
    berg, castro, dahl = (Room(store, account) for account in _people(store))
    settled = 0
    clock = Clock(first)
    with _at(clock):
        for month in range(months):
            clock.now = (first + timedelta(days=31 * month)).replace(day=2)
            pool = np.intersect1d(ill, known) if month == months - 1 else known
            for row in rng.choice(pool, per_month, replace=False):
                clock.on(3600.0 * int(rng.integers(4, 9)))
                said = _prediction(card, found, int(row))
                new = case(month * per_month + int(row) * 1000)
                said = replace(said, page_sha256=new.page.sha256)
                case_id = add(store, replace(new, prediction=said))
                truth = int(found.choice.truth[row])
                # What the verdict stands for, where it differs from the network's class.
                machine = verdict_class(new.priority, said)
                settled += _read(case_id, truth, machine, (berg, castro, dahl), clock, rng)
    return settled


def _read(
    case_id: str,
    truth: int,
    machine: Triage,
    rooms: tuple[Room, Room, Room],
    clock: Clock,
    rng: np.random.Generator,
) -> bool:
    """Read one case as a ward would; whether it came to an adjudication."""
    reader, other, lead = rooms if rng.random() < 0.6 else (rooms[1], rooms[0], rooms[2])
    second = bool(rng.random() < SECOND)
    one = _reader(reader, case_id, truth, machine, second, clock, rng)
    if not second:
        return False
    if _reader(other, case_id, truth, machine, False, clock, rng) == one:
        return False
    clock.on(1800)
    lead.view(case_id)
    clock.on(60)
    lead.read(case_id, _reading(lead, truth, machine), f"l{case_id}", Phase.ADJUDICATION)
    return True


def _reader(
    room: Room,
    case_id: str,
    truth: int,
    says: Triage,
    second: bool,
    clock: Clock,
    rng: np.random.Generator,
) -> int:
    """View, read blind where the account does, see the answer, decide; the class decided on."""
    machine = TRIAGE_CLASSES.index(says)
    thinks = truth if rng.random() < RIGHT else int(rng.integers(len(TRIAGE_CLASSES)))
    clock.on(float(rng.gamma(4, 7)))
    if room.account.blind == "always":
        blind = Reading(
            room.account.full_name,
            None,
            TRIAGE_CLASSES[thinks],
            Priority.SOON,
            confidence=Confidence.MODERATE,
        )
        room.read(case_id, blind, f"f{case_id}{room.account.id}"[:60], Phase.FIRST)
    room.see(case_id)
    clock.on(float(rng.gamma(3, 6)))
    if thinks != machine and rng.random() < GOES_ALONG:
        thinks = machine
    reading = replace(_reading(room, thinks, says), second_wanted=second)
    room.read(case_id, reading, f"d{case_id}{room.account.id}"[:60], Phase.FINAL)
    return thinks


def _reading(room: Room, triage: int, machine: Triage) -> Reading:
    agrees = TRIAGE_CLASSES[triage] is machine
    return Reading(
        room.account.full_name,
        agrees,
        TRIAGE_CLASSES[triage],
        Priority.SOON,
        "" if agrees else "Clinical picture",
    )


def _prediction(card: ModelCard, found: CaseSet, row: int) -> Prediction:
    cuts = {output.code: output for output in card.superclasses}
    return Prediction(
        triage=tuple(map(float, found.choice.scores[row])),
        superclasses=tuple(
            Finding(code, cuts[code].name, float(p), cuts[code].threshold)
            for code, p in ((code, found.question(code).score[row]) for code in SUPERCLASSES)
        ),
        findings=(),
        reasons=(),
        model=ModelIdentity(card.name, card.version, card.weights_sha256, PREPROCESSING_VERSION),
        page_sha256="",
        elapsed_ms=40.0,
        acute_threshold=card.triage.acute_threshold,
    )


def _people(store: Store) -> list[Account]:
    """The three who read, one of them blind."""
    accounts = Accounts(store)
    anybody = Actor("program", roles=frozenset({Role.ADMINISTRATOR}))
    first = accounts.all(anybody)[0]
    for name, role in PEOPLE.items():
        token = accounts.add(first.actor, name, name, frozenset({role}))
        accounts.use_link(token, PASSWORD, name)
    by_name = {one.full_name: one for one in accounts.all(first.actor)}
    accounts.change(first.actor, by_name["Dr. Berg"].id, blind="always")
    by_name = {one.full_name: one for one in accounts.all(first.actor)}
    return [by_name[name] for name in PEOPLE]


@contextmanager
def _at(clock: Clock) -> Iterator[None]:
    with (
        mock.patch.object(chain, "utc_now", clock.text),
        mock.patch.object(adding, "utc_now", clock.text),
    ):
        yield


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    store = Store.open(folder)
    people = Accounts(store)
    if link := people.first_link():
        people.use_link(link, PASSWORD, "Dr. Browser")
    start = datetime(2026, 7, 2, 7, tzinfo=UTC)
    print(fill(store, int(sys.argv[2]), int(sys.argv[3]), start))
