"""Cases and readings: stored once, by the rules, and given back as they were."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from ecg_core.evidence import practice
from ecg_core.network.statements import Triage
from ecg_core.page import values
from ecg_core.page.values import PREPROCESSING_VERSION
from ecg_core.signal.measurements import nothing
from ecg_core.store.audit.canonical import canonical_json, sha256_text
from ecg_core.store.cases.readings import AnswerShown, Covers
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.store import Action, CaseFilter, Reading, Store, StoreError
from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import Priority
from ecg_core.triage.verdict import judge
from tests.store.stored_cases import add, agrees, case, digests, overrides
from tests.triage.ecgs import answer, measured


def test_a_case_reopens_exactly_as_decided(store: Store) -> None:
    new = case(5)
    back = store.reopen(add(store, new))
    assert back.page.to_bytes() == new.page.to_bytes()
    assert back.page.traces[0].mv.tobytes() == new.page.traces[0].mv.tobytes()
    assert back.prediction == new.prediction
    assert back.attention.heat.tobytes() == new.attention.heat.tobytes()
    assert back.attention.shares == new.attention.shares
    assert (back.priority, back.thresholds) == (new.priority, {"SR": 0.5})
    assert (back.name, back.app_version) == ("rec5", "9.9")
    assert back.input_sha256 == new.bundle.sha256
    assert [file.name for file in back.files] == ["rec5.hea", "rec5.dat"]
    assert [file.size for file in back.files] == [len(file.data) for file in new.bundle.files]
    assert [store.original(back.id, i) for i in (0, 1)] == [f.data for f in new.bundle.files]
    assert back.checks.ok
    assert [event.action for event in back.events] == [Action.CASE_ADDED, Action.MACHINE_ANSWER]


def test_a_case_of_an_earlier_page_preparation_is_unchanged(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = add(store, case(1))
    monkeypatch.setattr(values, "PREPROCESSING_VERSION", "page-later")
    reopened = store.reopen(case_id)
    assert reopened.checks.ok
    assert reopened.page.sha256 != reopened.prediction.page_sha256


def test_the_same_again_is_the_same_case(store: Store) -> None:
    first = add(store, case(5))
    assert add(store, case(5, name="renamed")) == first
    assert store.verify().events == 2
    newer = replace(case(5).prediction.model, version="2")
    assert add(store, case(5, model=newer)) != first
    assert add(store, case(6)) != first
    assert store.count() == 3


def test_the_answer_event_carries_what_an_auditor_needs(store: Store) -> None:
    new = case(5)
    said = store.reopen(add(store, new)).events[1].payload
    assert said["input_sha256"] == new.bundle.sha256
    assert said["prediction"]["page_sha256"] == new.page.sha256
    assert said["prediction"]["model"] == {
        "name": "page",
        "version": "1",
        "weights_sha256": "ab" * 32,
        "preprocessing_version": PREPROCESSING_VERSION,
    }
    assert tuple(said["prediction"]["triage"]) == new.prediction.triage
    assert (said["priority"], said["rule_id"]) == ("soon", "other-abnormality")


def test_parts_that_do_not_belong_together_are_refused(store: Store) -> None:
    one, other = case(1), case(2)
    with pytest.raises(StoreError, match="another page"):
        add(store, replace(one, prediction=other.prediction))
    with pytest.raises(StoreError, match="not drawn from these files"):
        add(store, replace(one, bundle=other.bundle))
    no_number = replace(one, prediction=replace(one.prediction, elapsed_ms=float("nan")))
    with pytest.raises(StoreError, match="cannot be stored"):
        add(store, no_number)
    assert store.count() == 0
    assert store.verify(blobs=True).ok


def test_hostile_file_names_are_stored_as_text(store: Store) -> None:
    new = case(1)
    files = tuple(replace(file, name="a\0b\udcff" + "x" * 400) for file in new.bundle.files)
    back = store.reopen(add(store, replace(new, bundle=replace(new.bundle, files=files))))
    assert back.files[0].name == ("ab?" + "x" * 400)[:255]
    assert back.checks.ok


def test_an_ecg_that_came_by_no_list_is_put_on_one_and_stays_there(store: Store) -> None:
    def listed() -> list[tuple[str, str]]:
        with store.snapshot() as session:
            rows = session.scalars(select(CaseStateRow)).all()
            return [(row.case_id, row.list_name) for row in rows]

    case_id = add(store, case(1))
    assert listed() == [(case_id, "")]
    assert add(store, case(1), list_name="Night shift") == case_id
    assert add(store, case(1), list_name="Night shift") == case_id
    assert add(store, case(1), list_name="Another") == case_id
    assert add(store, case(1)) == case_id
    assert listed() == [(case_id, "Night shift")]
    moved = [event for event in store.reopen(case_id).events if event.action is Action.ASSIGNED]
    assert [event.payload for event in moved] == [
        {"old": {"list": ""}, "new": {"list": "Night shift"}}
    ]
    assert store.verify().ok


def test_readings_follow_one_another(store: Store) -> None:
    case_id = add(store, case(1))
    first = store.record_reading(case_id, agrees(note=" seen at 8 "), "a")
    second = store.record_reading(case_id, overrides(), "b")
    back = store.reopen(case_id)
    assert [r.event for r in back.readings] == [first, second]
    assert [r.earlier_event for r in back.readings] == [None, first]
    assert back.readings[0].reading == agrees(note="seen at 8")
    said = back.events[-1].payload
    assert back.events[-1].actor == "Dr Ben"
    assert said["old"] == {"triage": "other_abnormal", "priority": "soon"}
    assert said["new"] == {"triage": "normal", "priority": "routine"}
    assert said["reading"]["reason"] == "Movement artefact"
    (line,) = store.search()
    assert (line.triage, line.priority) == (Triage.NORMAL, Priority.ROUTINE)
    assert (line.machine_triage, line.machine_priority) == (Triage.OTHER, Priority.SOON)
    assert (line.agrees, line.reader, line.readings) == (False, "Dr Ben", 2)


def test_a_second_click_is_the_same_event(store: Store) -> None:
    case_id = add(store, case(1))
    first = store.record_reading(case_id, agrees(), "token")
    assert store.record_reading(case_id, agrees(), "token") == first
    assert store.verify().events == 3
    with pytest.raises(StoreError, match=f"already saved as event {first}"):
        store.record_reading(case_id, overrides(), "token")
    with pytest.raises(StoreError, match="already saved"):
        store.record_reading(add(store, case(2)), agrees(), "token")


@pytest.mark.parametrize(
    ("reading", "token", "words"),
    [
        (overrides(reason=" \n"), "t", "without a reason"),
        (agrees(reader="  "), "t", "name is missing"),
        (agrees(reader="=HYPERLINK(1)"), "t", "begins with a letter"),
        (agrees(reader="Ada\nBen"), "t", "one line"),
        (agrees(reader="A" * 81), "t", "81 characters"),
        (overrides(reason="x" * 1001), "t", "1001 characters"),
        (agrees(note="x" * 4001), "t", "4001 characters"),
        (agrees(note="a\0b"), "t", "cannot be stored"),
        (agrees(note="a\ud800b"), "t", "cannot be stored"),
        (agrees(triage=Triage.NORMAL), "t", "Agreeing means"),
        (overrides(triage=Triage.OTHER), "t", "another class"),
        (agrees(), "", "token"),
        (agrees(), "t" * 65, "65 characters"),
    ],
)
def test_a_reading_that_breaks_a_rule_is_refused(
    store: Store, reading: Reading, token: str, words: str
) -> None:
    case_id = add(store, case(1))
    with pytest.raises(StoreError, match=words):
        store.record_reading(case_id, reading, token)
    assert store.verify().events == 2


def test_nobody_agrees_with_a_machine_that_abstained(store: Store) -> None:
    case_id = add(store, case(1, abstains=True))
    with pytest.raises(StoreError, match="no answer to agree with"):
        store.record_reading(case_id, agrees(), "a")
    # Its class may be the reader's all the same.
    assert store.record_reading(case_id, overrides(triage=Triage.OTHER), "b") == 3


def test_agreeing_means_the_verdict_where_the_model_alone_says_otherwise(store: Store) -> None:
    # The model calls it normal; PR of 220 ms makes the verdict "abnormal".
    long_pr = Facts(measured({"pr": 220}), answer(Triage.NORMAL, 0.9))
    new = case(1, Triage.NORMAL)
    case_id = add(store, replace(new, priority=judge(long_pr)))
    assert store.reopen(case_id).machine is Triage.OTHER
    assert store.search(CaseFilter())[0].machine_triage is Triage.OTHER
    with pytest.raises(StoreError, match="Agreeing means the machine's class, Other abnormality"):
        store.record_reading(case_id, agrees(triage=Triage.NORMAL), "a")
    store.record_reading(case_id, agrees(triage=Triage.OTHER), "b")
    told = store.reopen(case_id).events[-1].payload
    assert (told["agreement"], told["machine"]["triage"]) == ("agreed", "other_abnormal")
    assert told["machine"]["level"] == "abnormal"
    # Who calls it normal overrides the verdict, and says why.
    store.record_reading(case_id, overrides("Dr Ben", Triage.NORMAL), "c")
    assert store.reopen(case_id).events[-1].payload["agreement"] == "overridden"


def test_an_unknown_case_is_refused(store: Store) -> None:
    for act in (
        lambda: store.record_reading("nowhere", agrees(), "t"),
        lambda: store.record_view("nowhere", "Dr Ada"),
        lambda: store.reopen("nowhere"),
        lambda: store.original("nowhere"),
    ):
        with pytest.raises(StoreError, match="no case 'nowhere'"):
            act()
    with pytest.raises(StoreError, match="no file 2"):
        store.original(add(store, case(1)), 2)


def test_a_view_is_an_event(store: Store) -> None:
    case_id = add(store, case(1))
    assert store.record_view(case_id, "Dr Ada") == 3
    assert store.reopen(case_id).events[-1].action is Action.VIEW


def test_bytes_lie_under_their_hash(store: Store, tmp_path: Path) -> None:
    add(store, case(1))
    found = digests(tmp_path / "var")
    assert len(found) == 4
    assert all(name == digest for name, digest in found.items())
    assert not list((tmp_path / "var" / "blobs" / "unfinished").iterdir())


def test_json_lines_can_be_checked_by_anyone(store: Store, tmp_path: Path) -> None:
    store.record_reading(add(store, case(1, name="Jane Doe")), agrees(), "a")
    assert store.export(tmp_path / "chain.jsonl", "jsonl", "Dr Ada") == 4
    text = (tmp_path / "chain.jsonl").read_text()
    # A patient's name in a file's name stays out of the export.
    assert "Jane" not in text
    before = "0" * 64
    for seq, line in enumerate(text.splitlines(), start=1):
        event = json.loads(line)
        said = event.pop("hash")
        assert (event["seq"], event["previous_hash"]) == (seq, before)
        assert sha256_text(canonical_json(event)) == said
        before = said
    assert (event["action"], event["actor"]) == ("export", "Dr Ada")


def test_csv_holds_the_same_events(store: Store) -> None:
    store.record_reading(add(store, case(1)), agrees(note='5", "é", line\nbreak'), "a")
    out = io.StringIO()
    assert store.export(out, "csv", "Dr Ada") == 4
    rows = list(csv.DictReader(io.StringIO(out.getvalue())))
    assert [row["seq"] for row in rows] == ["1", "2", "3", "4"]
    assert json.loads(rows[2]["payload"])["reading"]["note"] == '5", "é", line\nbreak'
    assert store.search(CaseFilter(text="line\nBREAK"))


def test_a_case_reopens_with_the_measurements_its_verdict_rests_on(store: Store) -> None:
    none = nothing("No beats were found.")
    known = store.reopen(add(store, replace(case(41), measurements=none)))
    assert known.measurements == none and known.checks.ok
    assert store.verify(blobs=True).ok
    # Of a case from before they were kept there are none: it is measured when it is opened.
    assert store.reopen(add(store, case(42))).measurements is None


def test_a_reading_says_what_of_a_long_record_it_is_about(store: Store) -> None:
    case_id = add(store, case(3, Triage.OTHER))
    there = AnswerShown(
        "0.5–40 Hz",
        "cd" * 32,
        Triage.NORMAL,
        False,
        Priority.ROUTINE,
        "normal",
        {"normal": 0.9},
        0.4,
    )
    # At 0:40 the machine says normal; of the ten seconds that were stored it said something else.
    reading = Reading(
        "Dr Ada", True, Triage.NORMAL, Priority.ROUTINE, covers=Covers(40.0, 65.0, answer=there)
    )
    store.record_reading(case_id, reading, "one")
    whole = Reading(
        "Dr Ben", True, Triage.OTHER, Priority.SOON, covers=Covers(1.3, 65.0, whole=True)
    )
    store.record_reading(case_id, whole, "two")
    first, second = store.reopen(case_id).readings
    assert first.reading.covers == Covers(40.0, 65.0, answer=there)
    assert second.reading.covers == whole.covers
    assert store.reopen(case_id).checks.ok and store.verify().ok
    # What was agreed with elsewhere is not counted as agreement with the stored answer.
    with store.snapshot() as session:
        (one,) = practice.load(session)
    assert [said.reader for said in one.said] == ["Dr Ben"]


def test_seconds_beyond_the_record_are_refused(store: Store) -> None:
    case_id = add(store, case(3, Triage.OTHER))
    reading = replace(agrees(), covers=Covers(65.0, 65.0))
    with pytest.raises(StoreError, match="not in the record"):
        store.record_reading(case_id, reading, "one")
