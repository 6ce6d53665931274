"""Who may stop, resume and remove a labelled set, and what the audit trail says of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ecg_core.evidence.own_sets import scoring, sets
from ecg_core.evidence.own_sets.set_room import SetRoom
from ecg_core.evidence.own_sets.sets import LabelledSet
from ecg_core.store.audit import chain
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store
from ecg_core.store.people.account_rows import account_of, new_row, note_change, plain
from ecg_core.store.people.accounts import Account
from ecg_core.store.people.roles import NotAllowedError, Role
from tests.evidence.own_sets.made_sets import labelled_set, made_up

Act = Callable[[SetRoom, LabelledSet], None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[LabelledSet]:
    found: list[LabelledSet] = []
    monkeypatch.setattr(scoring, "start", found.append)
    return found


def account(store: Store, name: str, role: Role) -> Account:
    with store.appending() as session:
        head = chain.lock_head(session)
        row = new_row(session, name, f"Dr {name}", frozenset({role}), "local", None)
        note_change(session, head, account_of(row).actor, row, {}, plain(row), "added")
        return account_of(row)


def owned(folder: Path, owner: str) -> LabelledSet:
    made = labelled_set(folder)
    sets.write_json(made.folder / "set.json", asdict(replace(made.info, owner=owner)))
    return made


def told(store: Store) -> list[tuple[str, str, str, int | None]]:
    """Who did what to which set, and how many ECGs were answered then."""
    with store.snapshot() as session:
        rows = session.scalars(select(EventRow).order_by(EventRow.seq)).all()
        said = [(row.actor, json.loads(row.payload)) for row in rows]
    return [
        (who, one["what"], one["name"], one.get("answered"))
        for who, one in said
        if "labelled_set" in one
    ]


def test_who_began_it_stops_it_and_goes_on(store: Store, started: list[LabelledSet]) -> None:
    ada = account(store, "ada", Role.READER)
    mine = owned(store.data_dir, ada.id)
    mine.append([made_up(mine.cases()[0])])
    room = SetRoom(store, ada)
    assert room.may_stop(mine) and room.may_remove(mine)
    room.brought_in(mine)
    room.stop(mine)
    assert mine.info.cancelled and not started
    room.resume(mine)
    assert not mine.info.cancelled and started == [mine]
    room.remove(mine)
    assert not mine.folder.exists()
    assert told(store) == [
        ("Dr ada", "added", "Ward 3", None),
        ("Dr ada", "stopped", "Ward 3", 1),
        ("Dr ada", "resumed", "Ward 3", 1),
        ("Dr ada", "removed", "Ward 3", None),
    ]
    assert store.verify().ok


@pytest.mark.parametrize("owner", ["somebody else", ""])
@pytest.mark.parametrize(
    ("role", "stops", "removes"),
    [
        (Role.READER, False, False),
        (Role.AUDITOR, False, False),
        (Role.ADMINISTRATOR, True, False),
        (Role.LEAD, True, True),
    ],
)
def test_sets_of_others_are_for_leads_and_administrators(
    store: Store, started: list[LabelledSet], owner: str, role: Role, stops: bool, removes: bool
) -> None:
    room = SetRoom(store, account(store, "ben", role))
    theirs = owned(store.data_dir, owner)
    assert (room.may_stop(theirs), room.may_remove(theirs)) == (stops, removes)
    acts: list[tuple[str, Act, bool]] = [
        ("stopped", SetRoom.stop, stops),
        ("resumed", SetRoom.resume, stops),
        ("removed", SetRoom.remove, removes),
    ]
    for _, act, allowed in acts:
        if allowed:
            act(room, theirs)
        else:
            before = theirs.info
            with pytest.raises(NotAllowedError):
                act(room, theirs)
            assert theirs.info == before
    assert [what for _, what, _, _ in told(store)] == [what for what, _, ok in acts if ok]
    assert bool(started) == stops
