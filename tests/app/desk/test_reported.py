"""Measurements, draft and printed report beside an opened ECG, without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.report.content import Content
from tests.app.conftest import component, drop_record, words
from widgets.desk.report import report_pdf


def case_of(app: AppTest) -> str:
    return next(b.key.removeprefix("save_") for b in app.button if b.key.startswith("save_"))


@pytest.fixture
def opened(app: AppTest) -> AppTest:
    drop_record(app, "left_bundle")
    assert not app.exception
    return app


def test_header_and_draft_are_handed_over_with_what_they_rest_on(opened: AppTest) -> None:
    cells = {cell["title"]: cell for cell in component(opened, "header_")["cells"]}
    assert list(cells) == [
        "Rate", "RR ± SD", "PR", "QRS", "QT", "QTcF / QTcB", "P–QRS–T axes",
    ]  # fmt: skip
    # The demonstration beats at 74/min.
    assert int(cells["Rate"]["text"].removesuffix("/min")) in (73, 74, 75)
    assert cells["Rate"]["keys"] == ["rate"] and cells["Rate"]["text"].endswith("/min")
    told = component(opened, "sentences_")
    assert told["id"] == case_of(opened)
    qrs = next(one for one in told["sentences"] if one["text"].startswith("QRS "))
    assert qrs["numbers"] == ["qrs"] and qrs["section"] == "Intervals"
    assert qrs["basis"].startswith("Rests on") and cells["QRS"]["text"] in qrs["basis"]


def test_the_draft_is_edited_taken_over_and_made_anew(opened: AppTest) -> None:
    case = case_of(opened)
    opened.session_state[f"edited_{case}"] = True
    draft = opened.run().text_area(key=f"draft_{case}")
    assert draft.value and "Draft report" in words(opened)
    first = draft.value
    draft.set_value("Left bundle branch block,\n known since 2019.").run()
    opened.button(key=f"take_{case}").click().run()
    assert opened.session_state[f"note_{case}"] == "Left bundle branch block, known since 2019."
    opened.button(key=f"anew_{case}").click().run()
    assert opened.text_area(key=f"draft_{case}").value == first


def test_age_and_sex_choose_the_limits_of_the_draft(opened: AppTest) -> None:
    case = case_of(opened)
    assert any(s["text"] == "Sinus rhythm." for s in component(opened, "sentences_")["sentences"])
    opened.session_state[f"limits_{case}"] = True
    # 74/min is slow for two years.
    opened.run().number_input(key=f"age_{case}").set_value(2).run()
    for is_open in (True, False):
        opened.session_state[f"limits_{case}"] = is_open
        opened.run()
        texts = [s["text"] for s in component(opened, "sentences_")["sentences"]]
        assert "Sinus bradycardia of 74/min." in texts and "Sinus rhythm." not in texts


def test_the_report_prints_what_was_edited(
    opened: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_of(opened)
    printed: list[Content] = []
    monkeypatch.setattr(
        report_pdf, "render", lambda content, paper: printed.append(content) or b"%PDF"
    )
    opened.session_state[f"edited_{case}"] = True
    opened.run().text_area(key=f"draft_{case}").set_value("As I see it.").run()
    # What was typed holds while neither is open.
    opened.session_state[f"edited_{case}"] = False
    opened.run()
    opened.session_state[f"printed_{case}"] = True
    opened.run()
    opened.text_input(key=f"patient_{case}").set_value("A. B.").run()
    opened.checkbox(key=f"shade_{case}").uncheck().run()
    asked: list[bytes] = []
    monkeypatch.setattr(
        report_pdf.st,
        "download_button",
        lambda label, data, **_: asked.append(data()) if label == "Download PDF" else None,
    )
    opened.run()
    assert asked == [b"%PDF"]
    assert printed[0].text == "As I see it." and printed[0].patient == "A. B."
    assert not printed[0].shade and not printed[0].signed
    assert printed[0].attention is not None and printed[0].case_id == case
