"""From new to adjudicated: phases, second readers, disagreement, taking back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.store.audit import chain
from ecg_core.store.cases import recording
from ecg_core.store.cases.readings import Confidence, Decision, Phase, Reading
from ecg_core.store.cases.reopening import get_case
from ecg_core.store.cases.room_schema import CaseStateRow
from ecg_core.store.cases.schema import EventRow
from ecg_core.store.cases.store import Store, StoreError
from ecg_core.store.cases.workflow import CaseStatus
from ecg_core.store.people.roles import Actor, Role
from ecg_core.triage.priority import Priority
from tests.store.stored_cases import add, case

ADA = Actor("Dr Ada", "a" * 16, frozenset({Role.READER}))
BEN = Actor("Dr Ben", "b" * 16, frozenset({Role.READER}))
LEE = Actor("Dr Lee", "c" * 16, frozenset({Role.LEAD}))

AGREE = Reading("", True, Triage.OTHER, Priority.SOON)
ASKS = Reading("", True, Triage.OTHER, Priority.SOON, second_wanted=True)
NORMAL = Reading("", False, Triage.NORMAL, Priority.ROUTINE, "Artefact")
URGENT = Reading("", False, Triage.ACUTE_MI, Priority.IMMEDIATE, "ST elevation")
CANNOT = Reading("", None, None, Priority.URGENT, verdict=Decision.CANNOT_DECIDE)
FIRST = Reading("", None, Triage.NORMAL, None, confidence=Confidence.LOW)


class Desk:
    """One case and short words for what is done to it."""

    def __init__(self, store: Store) -> None:
        self.store, self.case_id = store, add(store, case(1))
        self.clicks = 0

    def says(self, who: Actor, reading: Reading, phase: Phase = Phase.FINAL) -> int:
        self.clicks += 1
        return self.store.record_reading(self.case_id, reading, f"click {self.clicks}", who, phase)

    def does(self, what: object, *arguments: object) -> int:
        with self.store.appending() as session:
            head = chain.lock_head(session)
            return what(session, head, get_case(session, self.case_id), *arguments)  # type: ignore[operator]

    def takes_back(self, who: Actor, seq: int) -> int:
        return self.does(recording.undo, seq, who, "wrong button")

    @property
    def state(self) -> CaseStateRow:
        with self.store.snapshot() as session:
            return session.scalars(select(CaseStateRow)).one()

    @property
    def status(self) -> CaseStatus:
        return CaseStatus(self.state.status)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_one_reading_is_enough(desk: Desk) -> None:
    assert (desk.status, desk.state.rank) == (CaseStatus.NEW, 2)
    seq = desk.says(ADA, NORMAL)
    state = desk.state
    assert (desk.status, state.rank, state.standing_seq) == (CaseStatus.READ, 3, seq)
    assert desk.store.verify().ok


def test_a_second_reader_who_agrees(desk: Desk) -> None:
    desk.says(ADA, ASKS)
    assert desk.status is CaseStatus.SECOND_WANTED
    # The first reader reading again is not a second reader.
    desk.says(ADA, ASKS)
    assert desk.status is CaseStatus.SECOND_WANTED
    desk.says(BEN, AGREE)
    assert desk.status is CaseStatus.READ
    assert desk.store.verify().ok


def test_a_disagreement_is_adjudicated_by_a_lead_who_is_neither(desk: Desk) -> None:
    desk.says(ADA, ASKS)
    desk.says(BEN, URGENT)
    # The more urgent of the two is how long it may wait.
    assert (desk.status, desk.state.priority) == (CaseStatus.DISAGREEMENT, "immediate")
    with pytest.raises(StoreError, match="A lead adjudicates"):
        desk.says(LEE, AGREE)
    for one in (ADA, BEN):
        with pytest.raises(StoreError, match="one of the two readers"):
            desk.says(one, AGREE, Phase.ADJUDICATION)
    seq = desk.says(LEE, NORMAL, Phase.ADJUDICATION)
    assert (desk.status, desk.state.standing_seq) == (CaseStatus.ADJUDICATED, seq)
    with pytest.raises(StoreError, match="was adjudicated"):
        desk.says(ADA, AGREE)
    desk.takes_back(LEE, seq)
    assert desk.status is CaseStatus.DISAGREEMENT
    assert desk.store.verify().ok


def test_cannot_decide_against_a_class_is_a_disagreement_too(desk: Desk) -> None:
    desk.says(ADA, CANNOT)
    assert desk.status is CaseStatus.READ
    desk.says(BEN, AGREE)
    assert desk.status is CaseStatus.DISAGREEMENT
    # One of the two may come round.
    desk.says(ADA, AGREE)
    assert desk.status is CaseStatus.READ


def test_other_findings_alone_are_no_disagreement(desk: Desk) -> None:
    same_class = Reading("", False, Triage.OTHER, Priority.SOON, "LVH", findings=("LVH",))
    desk.says(ADA, ASKS)
    desk.says(BEN, same_class)
    assert desk.status is CaseStatus.READ
    assert desk.store.reopen(desk.case_id).readings[-1].reading.findings == ("LVH",)


def test_taking_back_is_a_new_event_that_names_the_old_one(desk: Desk) -> None:
    first = desk.says(ADA, NORMAL)
    second = desk.says(ADA, URGENT)
    with pytest.raises(StoreError, match="Only the person who decided"):
        desk.takes_back(BEN, second)
    undo = desk.takes_back(ADA, second)
    assert (desk.state.standing_seq, desk.state.priority) == (first, "routine")
    back = desk.store.reopen(desk.case_id)
    assert [reading.undone for reading in back.readings] == [False, True]
    assert back.events[-1].seq == undo
    assert back.events[-1].payload["undoes"] == second
    with pytest.raises(StoreError, match="taken back already"):
        desk.takes_back(ADA, second)
    desk.takes_back(ADA, first)
    assert (desk.status, desk.state.priority) == (CaseStatus.NEW, "soon")
    with pytest.raises(StoreError, match="nothing that can be taken back"):
        desk.takes_back(ADA, 1)
    assert desk.store.verify().ok


def test_withdrawn_needs_a_reason_and_can_come_back(desk: Desk) -> None:
    with pytest.raises(StoreError, match="with a reason"):
        desk.does(recording.withdraw, LEE, "  ")
    seq = desk.does(recording.withdraw, LEE, "Test recording")
    assert desk.status is CaseStatus.WITHDRAWN
    with pytest.raises(StoreError, match="was withdrawn"):
        desk.says(ADA, AGREE)
    desk.takes_back(LEE, seq)
    assert desk.status is CaseStatus.NEW


def test_first_answer_final_are_three_events(desk: Desk) -> None:
    desk.says(ADA, FIRST, Phase.FIRST)
    assert desk.status is CaseStatus.IN_READING
    shown = desk.does(recording.show_answer, ADA)
    assert desk.does(recording.show_answer, ADA) == shown
    desk.says(ADA, AGREE)
    back = desk.store.reopen(desk.case_id)
    assert [event.action for event in back.events[2:]] == [
        "first_reading",
        "answer_shown",
        "reading",
    ]
    assert [reading.phase for reading in back.readings] == [Phase.FIRST, Phase.FINAL]
    assert back.readings[0].blind is True
    assert back.readings[0].reading.confidence is Confidence.LOW
    assert desk.store.verify().ok


def test_a_first_reading_after_the_answer_is_not_blind(desk: Desk) -> None:
    desk.does(recording.show_answer, ADA)
    desk.says(ADA, FIRST, Phase.FIRST)
    # Another reader's look does not spoil one's own.
    desk.says(BEN, FIRST, Phase.FIRST)
    assert [r.blind for r in desk.store.reopen(desk.case_id).readings] == [False, True]


def test_a_first_reading_says_how_sure_the_reader_is(desk: Desk) -> None:
    with pytest.raises(StoreError, match="How sure"):
        desk.says(ADA, Reading("", None, Triage.NORMAL, None), Phase.FIRST)
    with pytest.raises(StoreError, match="class is missing"):
        desk.says(ADA, Reading("", None, None, None), Phase.FIRST)


def test_an_event_carries_role_account_and_what_it_rests_on(desk: Desk) -> None:
    seq = desk.says(ADA, NORMAL)
    with desk.store.snapshot() as session:
        event = session.get_one(EventRow, seq)
    assert (event.actor, event.role, event.case_id) == ("Dr Ada", "reader", desk.case_id)
    said = desk.store.reopen(desk.case_id).events[-1].payload
    new = case(1)
    assert said["reading"]["account"] == ADA.account
    assert (said["old"], said["new"]) == (
        {"triage": "other_abnormal", "priority": "soon"},
        {"triage": "normal", "priority": "routine"},
    )
    assert said["reason"] == "Artefact"
    assert said["input_sha256"] == new.bundle.sha256
    assert said["weights_sha256"] == new.prediction.model.weights_sha256
    assert said["preprocessing_version"] == new.prediction.model.preprocessing_version
    assert said["probabilities"] == dict(zip(TRIAGE_CLASSES, new.prediction.triage, strict=True))
    assert said["thresholds"] == {"acute_mi": 0.4}
    assert said["app_version"]


def test_a_clock_that_was_set_back_is_written_down(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.says(ADA, NORMAL)
    monkeypatch.setattr(chain, "utc_now", lambda: "2020-01-01T00:00:00.000000Z")
    desk.says(ADA, AGREE)
    last = desk.store.reopen(desk.case_id).events[-1]
    assert last.payload["clock_behind_s"] > 86_400
    assert desk.store.verify().ok
