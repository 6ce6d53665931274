"""What a page leaves open is asked with one question; the answer is kept with the case."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.values import EcgPage, LeadBox, Option, SheetQuestion
from ecg_core.store.cases.store import CaseFilter
from ecg_core.store.cases.worklist import WorklistFilter
from tests.app.conftest import drop, words
from tests.page.sample_records import beating
from widgets.desk.asking import question, question_pictures
from widgets.session import engine, person


def unnamed_strip() -> tuple[str, bytes]:
    """A strip whose lead nothing on the page tells."""
    style = PrintStyle(label="none", header=(), footer="")
    pixels = print_record(beating(leads=("II",)), "strip", 5.0, style).pixels
    return "strip.png", cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes()


def answer_key(app: AppTest, words: str) -> str:
    return next(b.key for b in app.button if b.key and b.key.startswith(f"answer_lead_{words}_"))


def test_one_click_answers_what_the_page_leaves_open(app: AppTest) -> None:
    drop(app, unnamed_strip())
    assert not app.exception
    assert "Which lead does the strip show?" in words(app)
    (first,) = engine.store().search(CaseFilter())
    app.button(key=answer_key(app, "V1")).click().run()
    assert not app.exception and not [error.value for error in app.error]
    assert "Which lead" not in words(app)
    assert "Set by hand: leads V1." in words(app)
    # One case stands on the list, and says how it was read; the one that it was names it.
    (row,) = person.room().worklist(WorklistFilter())[0]
    case = engine.store().reopen(row.id)
    assert json.loads(case.page.correction) == {"leads": ["V1"]}
    assert [box.lead for box in case.page.boxes] == ["V1"]
    told = next(e for e in engine.store().reopen(first.id).events if e.action == "withdrawn")
    assert told.payload["replaced_by"] == row.id
    # Opened again, the answer holds.
    app.button(key="leave").click().run()
    app.session_state["queue"] = []
    drop(app, unnamed_strip())
    assert "Which lead" not in words(app)
    assert [r.id for r in person.room().worklist(WorklistFilter())[0]] == [row.id]


def test_a_case_of_the_worklist_is_asked_about_as_well(app: AppTest) -> None:
    drop(app, unnamed_strip())
    page = app.switch_page("pages/worklist.py").run()
    page.button(key="read_next").click().run()
    assert "Which lead does the strip show?" in words(page)
    (row,) = person.room().worklist(WorklistFilter())[0]
    page.selectbox(key=f"another_lead_{row.id}").set_value("V5").run()
    assert not page.exception and not [error.value for error in page.error]
    (row,) = person.room().worklist(WorklistFilter())[0]
    assert row.id in page.query_params["case"]
    assert [box.lead for box in engine.store().reopen(row.id).page.boxes] == ["V5"]
    assert "Which lead" not in words(page)
    # What it shows can be corrected there, too.
    page.button(key=f"correct_{row.id}").click().run()
    page.selectbox(key=f"row_1_V5_{row.id}").set_value("II").run()
    page.button(key=f"take_{row.id}").click().run()
    assert not page.exception and not [error.value for error in page.error]
    (now,) = person.room().worklist(WorklistFilter())[0]
    assert [box.lead for box in engine.store().reopen(now.id).page.boxes] == ["II"]


def test_what_somebody_decided_is_not_asked_about(app: AppTest) -> None:
    drop(app, unnamed_strip())
    (case,) = engine.store().search(CaseFilter())
    app.button(key=f"save_{case.id}").click().run()
    assert not app.exception
    assert "Which lead" not in words(app)


def page_of(strip: np.ndarray, lead: np.ndarray) -> EcgPage:
    """Twelve columns of nothing but one lead, with a strip below it."""
    ink = np.zeros((240, 500), np.uint8)
    ink[60 + lead, np.arange(125)] = 255
    ink[180 + strip, np.arange(125)] = 255
    boxes = (
        LeadBox("II", 0.0, 0.0, 62.5, 60.0, 0.0, 2.5),
        LeadBox("II", 0.0, 60.0, 250.0, 120.0, 0.0, 10.0),
    )
    return EcgPage(ink, DEFAULT_LAYOUT, boxes, "scan", "s", "0" * 64)


def test_the_strip_lies_on_the_lead_that_it_shows_and_not_on_another() -> None:
    wave = np.round(12 * np.sin(np.arange(125) / 9)).astype(int)

    def both_seen(page: EcgPage) -> float:
        shown = question_pictures.overlaid(page, page.boxes[1], page.boxes[0]).astype(float)
        return float((shown.sum(axis=2) < 700).mean())

    assert both_seen(page_of(wave, wave)) < 0.75 * both_seen(page_of(wave, -wave))


def test_a_layout_is_shown_with_its_names() -> None:
    assert question_pictures.rows_of(page_of(*np.zeros((2, 125), int)), "6x2+1R Cabrera")[:2] == (
        ("aVL", "V1"),
        ("I", "V2"),
    )


@pytest.mark.parametrize(("code", "other", "said"), [("speed", "50", "140 beats a minute")])
def test_a_scale_is_told_by_what_it_makes_of_the_ecg(code: str, other: str, said: str) -> None:
    options = tuple(Option(v, ((code, v),)) for v in ("25", other))
    asked = SheetQuestion(code, "?", options)
    assert question._means(asked, options[1], None, 70.0) == said
