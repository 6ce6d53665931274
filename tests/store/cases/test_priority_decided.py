"""A reader's priority against the rule's: raised by an acute infarction, lowered with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ecg_core.network.statements import Triage
from ecg_core.store.cases.readings import Reading, checked
from ecg_core.store.cases.store import CaseFilter, Store
from ecg_core.store.upkeep.errors import StoreError
from ecg_core.triage.facts import Facts
from ecg_core.triage.priority import Priority
from ecg_core.triage.table import PriorityTable
from ecg_core.triage.verdict import judge
from tests.store.stored_cases import add, case
from tests.triage.ecgs import answer, measured

OVERRIDE = Reading("Dr Ben", False, Triage.ACUTE_MI, Priority.SOON, "ST elevation")
AGREE = Reading("Dr Ada", True, Triage.OTHER, Priority.SOON)


def test_an_override_to_an_acute_infarction_raises_the_priority() -> None:
    kept = checked(OVERRIDE, Triage.OTHER, False, suggested=Priority.SOON)
    assert kept.priority is Priority.IMMEDIATE
    # Who agrees that it is acute keeps the priority that they choose.
    agrees = Reading("Dr Ada", True, Triage.ACUTE_MI, Priority.URGENT)
    assert checked(agrees, Triage.ACUTE_MI, False).priority is Priority.URGENT


def test_lowering_the_priority_below_the_rule_asks_why() -> None:
    with pytest.raises(StoreError, match="lower than the rule's, urgent"):
        checked(AGREE, Triage.OTHER, False, suggested=Priority.URGENT)
    reasoned = replace(AGREE, reason="Known for years")
    assert checked(reasoned, Triage.OTHER, False, suggested=Priority.URGENT) == reasoned
    for suggested in (None, Priority.SOON, Priority.ROUTINE):
        assert checked(AGREE, Triage.OTHER, False, suggested=suggested) == AGREE


def test_both_hold_from_the_reading_to_the_list(store: Store) -> None:
    # PR of 240 ms in a case whose verdict a table calls urgent.
    urgent = PriorityTable({"pr-long": "urgent"})
    verdict = judge(Facts(measured({"pr": 240}), answer()), urgent)
    assert verdict.priority is Priority.URGENT
    case_id = add(store, replace(case(1), priority=verdict))
    with pytest.raises(StoreError, match="lower than the rule's, urgent"):
        store.record_reading(case_id, AGREE, "a")
    store.record_reading(case_id, OVERRIDE, "b")
    (kept,) = store.reopen(case_id).readings
    assert kept.reading.priority is Priority.IMMEDIATE
    (line,) = store.search(CaseFilter())
    assert (line.priority, line.machine_priority) == (Priority.IMMEDIATE, Priority.URGENT)
    # With a reason, who agrees may let it wait.
    store.record_reading(case_id, replace(AGREE, reason="Known for years"), "c")
    told = store.reopen(case_id).events[-1].payload
    assert (told["new"]["priority"], told["reason"]) == ("soon", "Known for years")
