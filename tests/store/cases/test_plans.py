"""What many readers ask for at once takes an index: no list of thousands is read for one case.

SQLite chooses without statistics, so that the plan is the same however many cases there are.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from ecg_core.store.cases import recording, reopening, workflow, worklist
from ecg_core.store.cases.room_schema import OPEN_ROWS
from ecg_core.store.cases.schema import CaseRow
from ecg_core.store.cases.store import Store
from ecg_core.store.cases.worklist import Pile, Seat, WorklistFilter
from ecg_core.store.people.roles import Actor

SEAT = Seat("an account", adjudicates=True)
TO_DO = WorklistFilter()
CASE = CaseRow(id="a case")
SORTED = "SCAN case_states USING INDEX ix_case_states_open"
OF_CASE = "SEARCH events USING INDEX ix_events_case_action (case_id=?"

ASKED: dict[str, tuple[Callable[[Session], object], str]] = {
    "first page of the list": (lambda s: worklist.find(s, TO_DO, SEAT), SORTED),
    "next case": (lambda s: worklist.following(s, TO_DO, SEAT, ""), SORTED),
    "pile": (lambda s: worklist.ids(s, TO_DO, SEAT, 1000), SORTED),
    "how many": (lambda s: worklist.count(s, TO_DO, SEAT), SORTED),
    "one's own": (
        lambda s: worklist.find(s, WorklistFilter(view=Pile.MINE), SEAT),
        "SEARCH case_states USING INDEX ix_case_states_assignee",
    ),
    "numbers of a page": (lambda s: worklist.measured(s, ["a", "b"]), OF_CASE),
    "what was told": (lambda s: recording.told(s, CASE, Actor("Dr Ada")), OF_CASE),
    "how it was added": (lambda s: reopening.added_payload(s, "a case"), OF_CASE),
}


@pytest.mark.parametrize("what", ASKED)
def test_the_plan_takes_the_index(store: Store, what: str) -> None:
    ask, plan = ASKED[what]
    asked: list[tuple[str, object]] = []

    def note(*told: object) -> None:
        asked.append((str(told[2]), told[3]))

    event.listen(store._engine, "before_cursor_execute", note)
    with store.snapshot() as session:
        ask(session)
        event.remove(store._engine, "before_cursor_execute", note)
        statement, given = asked[-1]
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        steps = [str(row[3]) for row in rows]
    assert any(step.startswith(plan) for step in steps), steps
    if plan == SORTED:
        assert not any("ORDER BY" in step for step in steps), steps


def test_the_index_holds_what_is_open() -> None:
    # The partial index is taken where its own words stand in the question.
    named = ", ".join(f"'{one}'" for one in workflow.OPEN_IN_ORDER)
    assert str(OPEN_ROWS) == f"status IN ({named})"
    assert set(workflow.OPEN_IN_ORDER) == workflow.OPEN and len(workflow.OPEN) == 4
