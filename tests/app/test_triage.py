"""The Triage page: opening, answering, deciding once, refusing."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core import answer as answers
from ecg_core import network
from ecg_core.network.statements import Triage
from ecg_core.store.background.jobs import Jobs
from ecg_core.store.cases.store import CaseFilter
from ecg_core.triage.facts import Facts
from ecg_core.triage.verdict import judge
from server import place
from tests.app.conftest import READER, component, demo_files, drop, drop_record, words
from tests.triage.ecgs import answer, measured
from widgets.desk import answering, reading
from widgets.intake.demos import demos
from widgets.session import engine, models


def cases() -> list[object]:
    return list(engine.store().search(CaseFilter()))


def case_of(app: AppTest) -> str:
    return next(
        button.key.removeprefix("save_") for button in app.button if button.key.startswith("save_")
    )


def readings(case_id: str) -> tuple[object, ...]:
    return tuple(engine.store().reopen(case_id).readings)


def open_record(app: AppTest, name: str) -> AppTest:
    return drop_record(app, name)


def test_opening_screen_offers_every_demo_and_says_it_is_for_research(app: AppTest) -> None:
    assert not app.exception
    assert {f"demo_{demo.id}" for demo in demos()} <= {button.key for button in app.button}
    assert "Research use only. Not a diagnosis." in words(app)
    assert cases() == []


def test_a_record_is_answered_and_stored(app: AppTest) -> None:
    open_record(app, "normal")
    assert not app.exception
    assert "The machine says" in str([item.label for item in app.get("segmented_control")])
    assert "Research use only. Not a diagnosis." in words(app)
    assert len(cases()) == 1


def test_where_the_model_looked_is_worked_out_once(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, attend = [], answers.attention

    def counted(*told: Any) -> Any:
        asked.append(told[2])
        return attend(*told)

    monkeypatch.setattr(answers, "attention", counted)
    open_record(app, "normal")
    assert [str(one) for one in asked] == ["normal"]


def test_agreeing_means_the_verdict(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    # The model calls this record normal; what is measured makes the verdict another one.
    long_pr = judge(Facts(measured({"pr": 220}), answer(Triage.NORMAL, 0.9)))
    monkeypatch.setattr("ecg_core.answer.judge", lambda *_: long_pr)
    open_record(app, "normal")
    case = case_of(app)
    button = app.button(key=f"save_{case}")
    assert button.label == "Agree: Abnormal (Other abnormality)"
    assert "Agree: Normal" not in words(app)
    button.click().run()
    assert app.success[0].value == "Saved: Agree, Abnormal (Other abnormality), soon."
    (stored,) = engine.store().reopen(case).readings
    assert (stored.reading.agrees, stored.reading.triage) == (True, Triage.OTHER)
    (summary,) = engine.store().search(CaseFilter())
    assert (summary.machine_triage, summary.triage) == (Triage.OTHER, Triage.OTHER)


def test_a_demonstration_is_shown_and_leaves_no_trace(app: AppTest) -> None:
    events = engine.store().verify().events
    first = next(button for button in app.button if (button.key or "").startswith("demo_"))
    assert first.key == "demo_normal"
    first.click().run()
    assert not app.exception
    text = words(app)
    assert "Synthetic" in text and "no decision is asked for" in text
    assert not [button for button in app.button if (button.key or "").startswith("save_")]
    assert cases() == [] and engine.store().verify().events == events
    # Beside the next ECG it is not offered to compare with, and it is no next case.
    app.button(key="leave").click().run()
    open_record(app, "fibrillation")
    assert component(app, "paper_open")["earlier"] == []
    assert len(cases()) == 1


def test_a_decision_is_saved_once_even_when_clicked_twice(app: AppTest) -> None:
    open_record(app, "normal")
    case = case_of(app)
    app.button(key=f"save_{case}").click().run()
    assert app.success[0].value == "Saved: Agree, Normal, routine."
    first = app.success[0].value
    # A second click that was already on its way finds the page as it was before the first.
    queue = app.session_state["queue"]
    app.session_state["queue"] = [
        type(entry)(entry.sha256, entry.name, view=entry.view) for entry in queue
    ]
    app.run()
    app.button(key=f"save_{case}").click().run()
    assert app.success[0].value == first
    assert len(readings(case)) == 1
    assert readings(case)[0].reading.reader == READER


def test_an_override_without_class_or_reason_is_refused(app: AppTest) -> None:
    open_record(app, "normal")
    case = case_of(app)
    app.get("segmented_control")[0].set_value("Override").run()
    machine = engine.store().reopen(case).prediction.triage_class
    app.button(key=f"save_{case}").click().run()
    assert "Choose the class" in app.error[0].value
    other = next(o for o in ("normal", "other_abnormal") if o != machine)
    app.selectbox(key=f"class_{case}").set_value(other).run()
    app.button(key=f"save_{case}").click().run()
    assert "without a reason" in app.error[0].value
    for nothing in ("", "   "):
        app.text_input(key=f"reason_{case}").set_value(nothing).run()
        app.button(key=f"save_{case}").click().run()
        assert "without a reason" in app.error[0].value
    assert readings(case) == ()
    app.text_input(key=f"reason_{case}").set_value("Artefact in V1").run()
    app.button(key=f"save_{case}").click().run()
    assert not app.error
    reading = readings(case)[0].reading
    assert (reading.agrees, reading.triage, reading.reason) == (False, other, "Artefact in V1")


def test_the_next_ecg_comes_after_the_decision(app: AppTest) -> None:
    open_record(app, "fibrillation")
    app.button(key="leave").click().run()
    open_record(app, "normal")
    app.button(key=f"save_{case_of(app)}").click().run()
    app.button(key="next").click().run()
    assert app.session_state["current"] == app.session_state["queue"][0].sha256
    assert "fibrillation" in app.session_state["queue"][0].name


def test_an_ecg_is_drawn_before_the_machine_is_asked(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[bool] = []
    for where in (answering, reading):
        monkeypatch.setattr(where, "paper", lambda _p, _w, overlay, **_: drawn.append(not overlay))
    asked = engine.answer

    def answer(*given: Any, **named: Any) -> engine.Kept:
        drawn.append(True) if drawn else pytest.fail("nothing was drawn before")
        return asked(*given, **named)

    monkeypatch.setattr(engine, "answer", answer)
    open_record(app, "normal")
    assert not app.exception
    # The trace, the answer; then, in the run that follows, the same again with attention.
    assert drawn == [True, True, True, False]


def test_a_pile_goes_on_the_worklist_and_is_read_in_the_background(app: AppTest) -> None:
    twice = [(f"copy/{name}", data) for name, data in demo_files("normal.hea", "normal.dat")]
    names = ("normal.hea", "normal.dat", "fibrillation.hea", "fibrillation.dat")
    place.JOBS_CAME.clear()
    drop(app, ("notes.txt", b"buy milk"), *demo_files(*names), *twice)
    assert not app.exception
    # Nothing is read while the reader waits, and the worklist says how far it has come.
    assert cases() == []
    assert place.JOBS_CAME.is_set()
    jobs = Jobs(engine.store())
    assert jobs.progress().waiting == 3
    assert [bar.text for bar in app.get("progress")] == ["Reading 3 more ECGs in the background"]
    for job in jobs.unfinished():
        jobs.run(job, models.Loaded())
    read = [case.name.removeprefix("copy/") for case in engine.store().search(CaseFilter())]
    assert sorted(read) == ["fibrillation", "normal"]
    assert [one.name for one in jobs.refused()] == ["notes.txt"]


def test_garbage_is_refused_in_words_and_not_stored(app: AppTest) -> None:
    drop(app, ("holiday.png", b"\x89PNG but not really"))
    assert not app.exception
    assert "holiday.png" in app.error[0].value
    assert cases() == []


def test_a_signal_without_its_header_says_what_is_missing(app: AppTest) -> None:
    drop(app, *demo_files("normal.dat"))
    assert ".hea" in app.error[0].value


def test_all_windows_of_a_long_record_are_one_case(app: AppTest) -> None:
    open_record(app, "one_minute_strip")
    sha256 = app.session_state["queue"][0].sha256
    # Beyond the last ten seconds of the minute is the last ten seconds.
    for start_s in (25.0, 1e6):
        app.session_state[f"start_{sha256}"] = start_s
        app.run()
        assert not app.exception
    (case,) = cases()
    # It fibrillates from 0:22 to 0:43, fastest from 0:30 on: there it opens, and so it is listed.
    assert engine.store().reopen(case.id).page.start_s == 30.0
    assert "Judged now, from 0:50. The worklist has 0:30" in words(app)

    # The decision is on the seconds that were on the screen, unless the reader says otherwise.
    app.button(key=f"save_{case.id}").click().run()
    assert not app.exception
    (stored,) = engine.store().reopen(case.id).readings
    about = stored.reading.covers
    assert about is not None and about.answer is not None
    assert (about.start_s, about.duration_s, about.whole) == (50.0, 60.0, False)
    assert "on 0:50 to 1:00 of a record of 1:00" in words(app)
    assert engine.store().verify().ok


def test_a_decision_can_cover_the_whole_record(app: AppTest) -> None:
    open_record(app, "one_minute_strip")
    case = case_of(app)
    app.session_state[f"covers_{case}"] = True
    app.run()
    app.button(key=f"save_{case}").click().run()
    (stored,) = engine.store().reopen(case).readings
    about = stored.reading.covers
    assert about is not None and about.whole and about.answer is None
    assert "on the whole record of 1:00" in words(app)


def test_a_strip_is_answered_by_the_model_that_reads_strips(app: AppTest) -> None:
    open_record(app, "one_minute_strip")
    assert not app.exception and not app.warning
    said = engine.store().reopen(case_of(app)).prediction
    assert said.model.name == network.model_for("strip") != network.default_model()
    assert "It neither shows nor rules out an infarction" in words(app)
    covers = next(
        one for one in app.get("button_group") if one.label.startswith("This decision covers")
    )
    assert [option.content for option in covers.proto.options][1] == "Whole record (1:00)"


def test_an_abstaining_machine_leaves_the_decision_to_the_reader(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "model_for", lambda layout: network.default_model())
    open_record(app, "one_minute_strip")
    assert "The machine abstains" in words(app)
    case = case_of(app)
    app.button(key=f"save_{case}").click().run()
    assert "Choose the class" in app.error[0].value


def test_the_filter_chosen_is_the_filter_printed(app: AppTest) -> None:
    open_record(app, "normal")
    monitor = next(radio for radio in app.radio if radio.label == "Filter")
    monitor.set_value("monitor").run()
    assert not app.exception
    pages = [engine.store().reopen(case.id).page for case in cases()]
    assert {page.filter_name.split(",")[0] for page in pages} == {"0.05–150 Hz", "0.5–40 Hz"}


def test_session_state_holds_choices_only(app: AppTest) -> None:
    open_record(app, "normal")
    kept = app.session_state.to_dict()
    kept.pop("paper", None)
    small = pickle.dumps({key: repr(value) for key, value in kept.items()})
    assert len(small) < 5_000
    assert "array(" not in repr(kept)
    assert "EcgPage" not in repr(kept)
