"""The worklist and the reading room: order, turns, blind reading, taken cases, roles."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ecg_core.network.statements import Triage
from ecg_core.store.audit import chain
from ecg_core.store.cases.exchange import case_report, list_csv
from ecg_core.store.cases.readings import Confidence, Phase, Reading
from ecg_core.store.cases.room import Room
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.cases.workflow import CaseStatus
from ecg_core.store.cases.worklist import Pile, WorklistFilter
from ecg_core.store.people.account_rows import account_of, new_row, note_change, plain
from ecg_core.store.people.roles import NotAllowedError, Role
from ecg_core.store.upkeep.settings import BlindFor, FactorFor, Settings
from ecg_core.triage.priority import Priority
from tests.store.stored_cases import add, case

AGREE = Reading("", True, Triage.OTHER, Priority.SOON)
ASKS = Reading("", True, Triage.OTHER, Priority.SOON, second_wanted=True)
NORMAL = Reading("", False, Triage.NORMAL, Priority.ROUTINE, "Artefact")
FIRST = Reading("", None, Triage.NORMAL, None, confidence=Confidence.HIGH)


def person(store: Store, name: str, *roles: Role, blind: str = "list") -> Room:
    """A room for a new account, without the time that a password takes."""
    with store.appending() as session:
        head = chain.lock_head(session)
        row = new_row(session, name, f"Dr {name}", frozenset(roles), "local", None)
        row.blind = blind
        note_change(session, head, account_of(row).actor, row, {}, plain(row), "added")
        account = account_of(row)
    return Room(store, account)


@pytest.fixture
def ada(store: Store) -> Room:
    return person(store, "ada", Role.READER)


@pytest.fixture
def ben(store: Store) -> Room:
    return person(store, "ben", Role.READER)


@pytest.fixture
def lee(store: Store) -> Room:
    return person(store, "lee", Role.LEAD)


def names(room: Room, **wanted: object) -> list[str]:
    return [row.name for row in room.worklist(WorklistFilter(**wanted))[0]]  # type: ignore[arg-type]


def test_readers_who_ask_at_once_get_different_cases(store: Store) -> None:
    ids = {add(store, case(number)) for number in range(6)}
    rooms = [person(store, f"reader{number}", Role.READER) for number in range(8)]
    with ThreadPoolExecutor(len(rooms)) as pool:
        got = list(pool.map(lambda room: room.take_next(WorklistFilter()), rooms))
    # Six cases for eight people: each case once, and nothing is left for two.
    assert sorted(filter(None, got)) == sorted(ids)
    assert got.count(None) == 2
    for room, case_id in zip(rooms, got, strict=True):
        if case_id is not None:
            assert room.turn(case_id).taken_by is None


def test_most_urgent_first_and_the_oldest_of_those(store: Store, ada: Room) -> None:
    for number, triage in enumerate((Triage.NORMAL, Triage.ACUTE_MI, Triage.OTHER, Triage.OTHER)):
        add(store, case(number, triage))
    add(store, case(9, Triage.ACUTE_MI))
    assert names(ada) == ["rec1", "rec9", "rec0", "rec2", "rec3"]
    assert names(ada, limit=2, offset=1) == ["rec9", "rec0"]
    rows, total = ada.worklist(WorklistFilter(limit=1))
    assert (rows[0].priority, total) == (Priority.IMMEDIATE, 5)
    assert rows[0].rule.startswith("act now: Possible acute infarction")


def test_filters(store: Store, ada: Room, lee: Room) -> None:
    ids = [add(store, case(n, abstains=n == 1, name=f"ECG 100% {n}")) for n in range(4)]
    ada.read(ids[0], AGREE, "one", Phase.FINAL)
    lee.assign(ids[2], ada.account.id)
    assert names(ada, view=Pile.DONE) == ["ECG 100% 0"]
    assert names(ada, view=Pile.MINE) == ["ECG 100% 2"]
    assert names(ada, status=CaseStatus.NEW) == ["ECG 100% 1", "ECG 100% 2", "ECG 100% 3"]
    assert names(ada, abstained=True) == ["ECG 100% 1"]
    assert names(ada, view=Pile.ALL, priority=Priority.URGENT) == ["ECG 100% 1"]
    assert names(ada, text="0% 3") == ["ECG 100% 3"]
    assert names(ada, text=ids[3]) == ["ECG 100% 3"]
    assert names(ada, assignee=ada.account.id) == ["ECG 100% 2"]


def test_the_next_case_is_none_that_another_reader_has_open(
    store: Store, ada: Room, ben: Room
) -> None:
    first, second = add(store, case(1)), add(store, case(2))
    assert ada.turn(first).taken_by is None
    assert ben.following(WorklistFilter()) == second
    assert ben.turn(first).taken_by == ada.account.id
    assert names(ben, status=CaseStatus.IN_READING) == ["rec1"]
    ada.release(first)
    assert ben.turn(first).taken_by is None
    assert ada.turn(first).taken_by == ben.account.id
    # Without a sign of life a case is free again.
    with store.changing() as session:
        row = session.get_one(CaseStateRow, first)
        row.taken_until = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    assert ada.turn(first).taken_by is None


def test_a_clock_that_was_set_back_holds_no_case_for_ever(store: Store, ada: Room) -> None:
    only = add(store, case(1))
    with store.changing() as session:
        row = session.get_one(CaseStateRow, only)
        row.taken_by, row.taken_until = ada.account.id, "2099-01-01T00:00:00.000000Z"
    cid = person(store, "cid", Role.READER)
    assert cid.turn(only).taken_by is None


def test_a_blind_reader_reads_first(store: Store, ada: Room, lee: Room) -> None:
    only = add(store, case(1))
    store.change_settings(Settings(blind_for=BlindFor.EVERYBODY), lee.actor)
    turn = ada.turn(only)
    assert (turn.phase, turn.blind) == (Phase.FIRST, True)
    with pytest.raises(StoreError, match="first reading comes first"):
        ada.read(only, AGREE, "early", Phase.FINAL)
    with pytest.raises(StoreError, match="read this case first"):
        case_report(ada, only)
    assert "other_abnormal" not in list_csv(ada, WorklistFilter())
    ada.read(only, FIRST, "first", Phase.FIRST)
    # The page shows the answer once the first reading is there, and notes that it did.
    assert (ada.turn(only).phase, ada.turn(only).blind) == (Phase.FINAL, False)
    ada.see(only)
    ada.read(only, NORMAL, "final", Phase.FINAL)
    assert [r.blind for r in store.reopen(only).readings] == [True, None]
    assert "other_abnormal" in list_csv(ada, WorklistFilter(view=Pile.ALL))


def test_blind_by_account_or_by_list(store: Store, ada: Room) -> None:
    always = person(store, "eve", Role.READER, blind="always")
    never = person(store, "flo", Role.READER, blind="never")
    by_list = Settings(blind_for=BlindFor.LISTS, blind_lists=("Study",))
    for room, expected in ((ada, (True, False)), (always, (True, True)), (never, (False, False))):
        assert tuple(room.reads_blind(name, by_list) for name in ("Study", "Ward")) == expected


def test_the_second_reader_sees_nothing_of_the_first(
    store: Store, ada: Room, ben: Room, lee: Room
) -> None:
    only = add(store, case(1))
    ada.read(only, ASKS, "one", Phase.FINAL)
    assert ben.turn(only).hidden
    with pytest.raises(StoreError, match="read this case first"):
        case_report(ben, only)
    # Not to do for the one who asked.
    assert (names(ada), names(ben)) == ([], ["rec1"])
    ben.read(only, NORMAL, "two", Phase.FINAL)
    assert (names(ada), names(ben), names(lee)) == ([], [], ["rec1"])
    assert ben.turn(only).phase is None
    assert lee.turn(only).phase is Phase.ADJUDICATION
    with pytest.raises(NotAllowedError):
        ben.read(only, NORMAL, "three", Phase.ADJUDICATION)
    lee.read(only, NORMAL, "four", Phase.ADJUDICATION)
    assert names(lee, view=Pile.DONE) == ["rec1"]
    assert store.verify().ok


def test_a_reader_assigns_only_to_themselves(store: Store, ada: Room, ben: Room) -> None:
    only = add(store, case(1))
    ada.assign(only, ada.account.id)
    with pytest.raises(NotAllowedError):
        ada.assign(only, ben.account.id)
    # Assigned to another: not what this reader is given next.
    assert ben.following(WorklistFilter()) is None
    with pytest.raises(NotAllowedError):
        ada.withdraw(only, "No")


def test_an_auditor_looks_and_changes_nothing(store: Store) -> None:
    only = add(store, case(1))
    auditor = person(store, "aud", Role.AUDITOR)
    assert auditor.turn(only).phase is None
    assert auditor.turn(only).taken_by is None
    with pytest.raises(NotAllowedError):
        auditor.read(only, AGREE, "one", Phase.FINAL)
    with pytest.raises(NotAllowedError):
        auditor.change_settings(Settings(idle_minutes=5))
    administrator = person(store, "adm", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowedError):
        administrator.turn(only)
    administrator.change_settings(Settings(idle_minutes=5))
    assert store.settings().idle_minutes == 5


def test_settings_that_change_are_an_event_with_old_and_new(store: Store, lee: Room) -> None:
    lee.change_settings(Settings(rule_priorities={"normal": "soon"}, surely_normal=0.8))
    with store.snapshot() as session:
        from ecg_core.store.cases.schema import EventRow

        said = json.loads(session.get_one(EventRow, 2).payload)
    assert said["old"] == {"rule_priorities": {}, "surely_normal": 0.7}
    assert said["new"] == {"rule_priorities": {"normal": "soon"}, "surely_normal": 0.8}
    # A lead decides on rules; of whom a second factor is asked, administrators.
    for name, value in (("factor_for", FactorFor.EVERYBODY), ("idle_minutes", 5)):
        with pytest.raises(NotAllowedError, match="change settings"):
            lee.change_settings(replace(store.settings(), **{name: value}))
    with pytest.raises(StoreError, match="There is no rule"):
        lee.change_settings(Settings(rule_priorities={"nonsense": "soon"}))
    with pytest.raises(StoreError, match="cannot be off"):
        lee.change_settings(Settings(rule_priorities={"not-surely-normal": "off"}))


def test_a_report_is_valid_fhir_without_identifiers_and_is_an_event(
    store: Store, lee: Room
) -> None:
    only = add(store, case(1, name="Jane Doe.hea"))
    lee.see(only)
    lee.read(only, NORMAL, "one", Phase.FINAL)
    plain = json.loads(case_report(lee, only))
    kinds = [entry["resource"]["resourceType"] for entry in plain["entry"]]
    assert kinds[0] == "DiagnosticReport" and set(kinds[1:]) == {"Observation"}
    text = json.dumps(plain)
    assert "Jane" not in text and "Dr lee" not in text and "Artefact" not in text
    report = plain["entry"][0]["resource"]
    assert report["status"] == "final"
    assert "Override, Normal" in report["conclusion"]
    values = {
        entry["resource"]["code"]["coding"][0]["code"]: entry["resource"]
        for entry in plain["entry"][1:]
    }
    assert float(values["normal"]["valueQuantity"]["value"]) == 0.15
    assert values["decided-class"]["valueCodeableConcept"]["coding"][0]["code"] == "normal"
    references = {result["reference"] for result in report["result"]}
    assert references == {entry["fullUrl"] for entry in plain["entry"][1:]}
    named = case_report(lee, only, identifiers=True)
    assert "Jane Doe" in named and "Dr lee" in named
    exports = [e.payload for e in store.reopen(only).events if e.action == "export"]
    assert [said["identifiers"] for said in exports] == [False, True]


def test_identifiers_are_for_leads_and_no_cell_is_a_formula(
    store: Store, ada: Room, lee: Room
) -> None:
    add(store, case(1, name="=cmd()"))
    with pytest.raises(NotAllowedError):
        list_csv(ada, WorklistFilter(), identifiers=True)
    assert "cmd" not in list_csv(ada, WorklistFilter())
    assert "'=cmd()" in list_csv(lee, WorklistFilter(), identifiers=True)


def test_an_ecg_read_anew_takes_the_place_of_the_case_that_it_was(
    store: Store, ada: Room, ben: Room
) -> None:
    first = case(1)
    old = store.add_case(first, "Ward 3")
    ben.assign(old, ben.account.id)
    again = replace(first, page=replace(first.page, correction='{"gain_mm_per_mv": 5.0}'))
    new = ada.put_instead(old, again)
    (row,) = ada.worklist(WorklistFilter())[0]
    assert (row.id, row.list_name, row.assignee) == (new, "Ward 3", ben.account.id)
    told = next(e.payload for e in store.reopen(old).events if e.action == "withdrawn")
    assert (told["replaced_by"], told["reason"]) == (new, "Read anew by hand.")
    assert ada.set_by_hand(first.bundle.sha256) == ('{"gain_mm_per_mv": 5.0}', ())
    # As it came after all: the first case is there again, and no third one.
    assert ada.put_instead(new, first) == old
    assert [row.id for row in ada.worklist(WorklistFilter())[0]] == [old]
    assert ada.set_by_hand(first.bundle.sha256) == ("", ())
    assert store.verify().ok


def test_what_somebody_has_read_is_not_replaced(store: Store, ada: Room, ben: Room) -> None:
    first = case(1)
    old = store.add_case(first)
    ada.read(old, AGREE, "one", Phase.FINAL)
    again = replace(first, page=replace(first.page, correction='{"gain_mm_per_mv": 5.0}'))
    with pytest.raises(StoreError, match="begun to read"):
        ben.put_instead(old, again)
    with pytest.raises(StoreError, match="another ECG"):
        ben.put_instead(add(store, case(2)), again)
    assert len(ada.worklist(WorklistFilter(view=Pile.ALL))[0]) == 2


def test_leads_named_by_a_person_are_kept_with_the_files(store: Store, ada: Room) -> None:
    first = case(1)
    named = replace(first, bundle=replace(first.bundle, leads=("II", "")))
    kept = store.add_case(named)
    assert store.bundle(kept).leads == ("II", "")
    assert ada.set_by_hand(first.bundle.sha256) == ("", ("II", ""))
    # Other names are another case.
    assert store.add_case(first) != kept


def test_a_blind_list_is_not_sorted_by_what_it_hides(store: Store, ada: Room, lee: Room) -> None:
    for number, triage in enumerate((Triage.NORMAL, Triage.OTHER, Triage.ACUTE_MI)):
        store.add_case(case(number, triage), "blind")
    urgent_first = names(ada)
    assert urgent_first != sorted(urgent_first)
    store.change_settings(Settings(blind_for=BlindFor.LISTS, blind_lists=("blind",)), lee.actor)
    by_age = names(ada)
    assert by_age == sorted(by_age)
    # What is asked of the machine's answer finds nothing of it, either.
    for priority in Priority:
        assert names(ada, priority=priority) == []
    assert ada.take_next(WorklistFilter()) == store.search()[-1].id
    store.change_settings(Settings(blind_for=BlindFor.EVERYBODY), lee.actor)
    assert names(ada) == by_age


def test_what_is_decided_stands_on_the_line(store: Store, ada: Room, ben: Room, lee: Room) -> None:
    first = add(store, case(1))
    ada.read(first, AGREE, "one", Phase.FINAL)
    (row,) = ada.worklist(WorklistFilter(Pile.DONE))[0]
    assert row.decided is not None
    assert (row.decided.reader, row.decided.triage) == ("Dr ada", Triage.OTHER)
    assert row.decided.when_utc >= row.arrived_utc
    ben.read(first, NORMAL, "two", Phase.FINAL)
    assert names(ada, view=Pile.SETTLE) == []
    assert names(lee, view=Pile.SETTLE) == [row.name]
