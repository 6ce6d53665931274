"""The Worklist page: listed, opened, decided, and read blind."""

from __future__ import annotations

import re
import time

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.intake.values import Bundle, Upload
from ecg_core.network.statements import Triage
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.readings import Decision, Phase, Reading
from ecg_core.store.cases.store import CaseFilter
from ecg_core.store.cases.worklist import Pile, WorklistFilter
from ecg_core.store.people.roles import Actor
from ecg_core.store.upkeep.settings import BlindFor, Settings
from ecg_core.triage.priority import Priority
from server import place
from tests.app.conftest import READER, drop_record, words
from widgets.desk import desk as desk_page
from widgets.desk import seconds
from widgets.desk.deciding import saving
from widgets.desk.report import measuring
from widgets.session import engine, person, unsaved
from widgets.worklist import pile
from widgets.worklist.rows import ListLine, lines


def shown(view: Pile = Pile.TO_DO) -> list[ListLine]:
    """The lines of a list as this reader sees them."""
    room = person.room()
    return lines(room.worklist(WorklistFilter(view))[0], room)


def listed(app: AppTest) -> tuple[AppTest, str]:
    """The list with one case on it, opened before on the Triage page."""
    drop_record(app, "normal")
    (line,) = engine.store().search(CaseFilter())
    return app.switch_page("pages/worklist.py").run(), line.id


def test_a_list_that_ecgs_are_on_their_way_to_does_not_say_that_nothing_is_to_do(
    app: AppTest,
) -> None:
    page = app.switch_page("pages/worklist.py").run()
    assert "Nothing to do here." in page.info[0].value
    upload = Upload("late.png", b"not read yet")
    Jobs(place.store()).submit([Bundle("late.png", (upload,))], "Uploads", READER)
    page.run()
    assert not page.exception
    assert not page.info


def test_a_case_is_opened_decided_and_taken_back(app: AppTest) -> None:
    page, case = listed(app)
    assert not page.exception
    (line,) = shown()
    # Open on the Triage page, so taken; by the same person, whom that need not be told.
    assert line.status == "New"
    assert line.priority and line.says and re.match(r"\d+/min · QRS \d+", line.numbers)
    page.button(key="read_next").click().run()
    assert case in page.query_params["case"]
    page.button(key=f"save_{case}").click().run()
    assert not page.exception
    assert "saved: Agree, Normal, routine." in words(page)
    assert "Nothing to do here." in page.info[0].value
    (done,) = shown(Pile.DONE)
    assert (done.status, done.decided) == ("Read", f"Agreed · {READER}")
    page.button(key="take_back_last").click().run()
    assert [reading.undone for reading in engine.store().reopen(case).readings] == [True]
    assert "1 case. Click a row" in words(page)
    (line,) = shown()
    assert (line.status, line.decided) == ("New", "")
    assert "Taken back by event" in page.toast[0].value


def test_agreeing_is_stored_before_the_case_is_drawn_again(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, case = listed(app)
    page.button(key="read_next").click().run()
    drawn: list[str] = []
    # Typed and ticked with the same click.
    page.text_area(key=f"note_{case}").set_value("Compared with 2019.")
    page.checkbox(key=f"second_{case}").check()
    with monkeypatch.context() as patch:
        patch.setattr(desk_page, "case_view", lambda case, *_: drawn.append(case.id))
        page.button(key=f"save_{case}").click().run()
    assert not page.exception and drawn == []
    (stored,) = engine.store().reopen(case).readings
    said = stored.reading
    assert (said.agrees, said.verdict, said.triage) == (True, Decision.AGREE, Triage.NORMAL)
    assert (said.note, said.second_wanted) == ("Compared with 2019.", True)
    assert (said.reason, said.findings, said.priority) == ("", None, Priority.ROUTINE)
    # Another case, or none, stands in the address then.
    assert "case" not in page.query_params
    assert "saved: Agree, Normal, routine" in words(page)


def test_what_is_chosen_with_the_same_click_is_no_agreement(app: AppTest) -> None:
    page, case = listed(app)
    page.button(key="read_next").click().run()
    page.session_state[f"limits_{case}"] = True
    page.run().number_input(key=f"age_{case}").set_value(80)
    (verdict,) = [one for one in page.get("segmented_control") if one.key == f"verdict_{case}"]
    verdict.set_value("Override")
    page.button(key=f"save_{case}").click().run()
    assert engine.store().reopen(case).readings == ()
    assert "Choose the class that you decide on." in words(page)


@pytest.mark.parametrize("way_on", ["to_list", "step_J"])
def test_what_is_to_be_saved_is_saved_though_the_reader_went_on(app: AppTest, way_on: str) -> None:
    """Two presses that a busy server finds waiting come in one run."""
    page, case = listed(app)
    page.button(key="read_next").click().run()
    page.session_state["pile"] = (case, "another")
    (verdict,) = [one for one in page.get("segmented_control") if one.key == f"verdict_{case}"]
    verdict.set_value("Cannot decide").run()
    page.button(key=way_on).click()
    page.button(key=f"save_{case}").click().run()
    assert not page.exception
    (stored,) = engine.store().reopen(case).readings
    assert stored.reading.verdict is Decision.CANNOT_DECIDE
    assert "saved: " in words(page)


def test_a_press_to_save_holds_for_its_case_what_was_chosen_and_half_a_minute(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, case = listed(app)
    page.button(key="read_next").click().run()
    (verdict,) = [one for one in page.get("segmented_control") if one.key == f"verdict_{case}"]
    verdict.set_value("Cannot decide").run()
    chosen = ("Cannot decide", None, None, None, None, Priority.ROUTINE)
    now = time.monotonic()
    for whose, when, what in (
        ("another", now, chosen),
        (case, now - saving.HOLDS_S - 1.0, chosen),
        # What was chosen after the press is not signed by it.
        (case, now, ("Repeat ECG", *chosen[1:])),
    ):
        page.session_state["save_pressed"] = (whose, when, what)
        page.run()
        assert engine.store().reopen(case).readings == ()
        # Nor does it stay: a way on is open.
        assert page.session_state["save_pressed"][0] != case
    page.session_state["save_pressed"] = (case, time.monotonic(), chosen)
    page.run()
    assert len(engine.store().reopen(case).readings) == 1


def test_forms_of_cases_decided_long_before_are_let_go(app: AppTest) -> None:
    page, case = listed(app)
    page.button(key="read_next").click().run()
    old = [f"{number:032x}" for number in range(unsaved.KEPT)]
    for one in old:
        page.session_state[f"note_{one}"] = "typed"
    page.session_state["decided"] = old
    page.button(key=f"save_{case}").click().run()
    left = [one for one in old if f"note_{one}" in page.session_state]
    assert left == old[1:]
    assert page.session_state["decided"] == [*old[1:], case]


def test_a_blind_reader_sees_no_answer_before_the_first_reading(app: AppTest) -> None:
    people = place.accounts()
    by = people.signed_in(people.sign_in(READER, "correct horse battery"))
    assert by is not None
    engine.store().change_settings(Settings(blind_for=BlindFor.EVERYBODY), by.actor)
    page, case = listed(app)
    (line,) = shown()
    assert (line.priority, line.tone, line.says, line.why, line.numbers) == (
        "After reading",
        *("",) * 4,
    )
    page.button(key="read_next").click().run()
    text = words(page)
    assert "Your first reading" in text
    for hidden in ("The machine says", "Where the model looked", "Findings\n", "Conclusion"):
        assert hidden not in text
    assert not [button for button in page.button if button.key == f"save_{case}"]
    page.radio(key=f"first_class_{case}").set_value("normal").run()
    page.get("segmented_control")[0].set_value("high").run()
    page.button(key=f"save_first_{case}").click().run()
    assert not page.exception
    assert "Your decision" in words(page)
    page.button(key=f"save_{case}").click().run()
    stored = engine.store().reopen(case)
    assert [reading.phase for reading in stored.readings] == [Phase.FIRST, Phase.FINAL]
    assert stored.readings[0].blind is True
    told = [event.action for event in stored.events if event.action in ("answer_shown",)]
    assert told == ["answer_shown"]


def test_the_stored_priority_is_shown_and_what_todays_rule_would_give(app: AppTest) -> None:
    page = drop_record(app, "normal")
    (stored,) = engine.store().search(CaseFilter())
    rule = engine.store().reopen(stored.id).priority
    assert "Today it would be" not in words(page)
    people = place.accounts()
    by = people.signed_in(people.sign_in(READER, "correct horse battery"))
    assert by is not None
    other = "soon" if rule.priority != "soon" else "urgent"
    changed = Settings(rule_priorities={rule.rule_id: other})
    engine.store().change_settings(changed, by.actor)
    # As after a restart: nothing of the first answer is in memory.
    engine._kept.clear()
    engine._answered.clear()
    page.run()
    assert "Today it would be" in words(page)
    (again,) = engine.store().search(CaseFilter())
    assert again.priority == stored.priority
    events = engine.store().reopen(again.id).events
    assert events[0].actor == READER


def test_both_readings_stand_beside_one_another_above_the_adjudication(app: AppTest) -> None:
    _, case = listed(app)
    store = engine.store()
    said = (("Dr. Yes", Triage.NORMAL, "artefact in V2"), ("Dr. No", Triage.ACUTE_MI, ""))
    for number, (name, triage, reason) in enumerate(said):
        agrees = triage is store.reopen(case).prediction.triage_class
        reading = Reading(name, agrees, triage, Priority.IMMEDIATE, reason or "ST elevation")
        store.record_reading(case, reading, f"token {number}", Actor(name, f"{number}" * 16))
    page = app.switch_page("pages/worklist.py").run()
    (line,) = shown(Pile.SETTLE)
    assert line.status == "Disagreement"
    page.button(key="read_next").click().run()
    assert not page.exception
    text = words(page)
    assert "Your adjudication" in text
    assert "**Dr. Yes**" in text and "**Dr. No**" in text
    assert text.index("**Dr. No**") < text.index("Your adjudication")
    assert "artefact in V2" in text


def test_a_blind_reading_that_differs_still_stands_when_the_answer_is_shown(app: AppTest) -> None:
    people = place.accounts()
    by = people.signed_in(people.sign_in(READER, "correct horse battery"))
    assert by is not None
    engine.store().change_settings(Settings(blind_for=BlindFor.EVERYBODY), by.actor)
    page, case = listed(app)
    page.button(key="read_next").click().run()
    page.radio(key=f"first_class_{case}").set_value("prior_mi").run()
    page.get("segmented_control")[0].set_value("high").run()
    page.button(key=f"save_first_{case}").click().run()
    assert not page.exception
    assert page.get("segmented_control")[0].value == "Override"
    assert page.selectbox(key=f"class_{case}").value == "prior_mi"
    # One key lets go of it, and agrees then.
    page.button(key=f"key_A_{case}").click().run()
    page.button(key=f"save_{case}").click().run()
    assert [r.reading.triage for r in engine.store().reopen(case).readings] == [
        "prior_mi",
        "normal",
    ]


def test_a_key_pressed_again_does_not_bring_back_the_case_before(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, case = listed(app)
    page.button(key="read_next").click().run()
    page.button(key=f"save_{case}").click().run()
    assert "case" not in page.query_params
    # The browser had not changed its address yet when the key was pressed.
    page.query_params["case"] = case
    page.run()
    assert "Nothing to do here." in page.info[0].value
    assert "case" not in page.query_params
    # Later the address means what it says.
    later = time.monotonic() + pile.BELATED_S + 1.0
    monkeypatch.setattr(pile.time, "monotonic", lambda: later)
    page.query_params["case"] = case
    page.run()
    assert case in page.query_params["case"]
    assert "1 case. Click a row" not in words(page) and not page.info


def test_a_long_record_of_the_list_is_judged_where_it_is_looked_at(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pile, "BELATED_S", 0.0)
    drop_record(app, "one_minute_strip")
    page = app.switch_page("pages/worklist.py").run()
    page.button(key="read_next").click().run()
    (line,) = engine.store().search(CaseFilter())
    case = line.id
    stored = engine.store().reopen(case).priority
    # It fibrillates from 0:22 to 0:43: listed and opened there, and not at the calm beginning.
    assert stored.priority is Priority.URGENT
    assert "From 0:30 of 1:00. A long record is listed by its most urgent" in words(page)
    page.session_state[f"start_{case}"] = 20.0
    page.run()
    assert not page.exception
    assert "Judged now, from 0:20. The worklist has 0:30" in words(page)
    assert "Atrial fibrillation or flutter" in words(page)
    page.button(key=f"save_{case}").click().run()
    assert not page.exception
    (reading,) = engine.store().reopen(case).readings
    about = reading.reading.covers
    assert about is not None and about.answer is not None
    assert (about.start_s, about.whole) == (20.0, False)
    # What was agreed with is the answer on the screen, not the one that the case was stored with.
    assert reading.reading.agrees and reading.reading.triage is about.answer.triage
    assert about.answer.triage is Triage.OTHER
    assert about.answer.priority is reading.reading.priority is not stored.priority

    # It opens where it was decided, from the list and from the audit.
    for path in ("pages/worklist.py", "pages/audit.py"):
        page = app.switch_page(path)
        page.query_params["case"] = case
        page.run()
        assert not page.exception
        assert "Judged now, from 0:20" in words(page)
        assert "on 0:20 to 0:30 of a record of 1:00" in words(page)
    assert engine.store().verify().ok


def test_other_seconds_bring_their_own_measurements(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_record(app, "one_minute_strip")
    (line,) = engine.store().search(CaseFilter())
    case = engine.store().reopen(line.id)
    monkeypatch.setattr(seconds, "navigator", lambda *_: 0.0)
    moved = seconds.chosen(case)
    # Stored while it fibrillates at 107/min and more; 72/min in sinus rhythm at first.
    fast = measuring.measured_case(case).value("rate")
    slow = measuring.measured_case(moved).value("rate")
    assert slow is not None and fast is not None and fast > slow + 20
    assert moved.page.start_s == 0.0 and moved.attention.heat.shape == moved.page.ink.shape
    # Who reads blind is given the page alone.
    assert seconds.chosen(case, blind=True).prediction is case.prediction
