"""The Audit page: found, filtered, reopened exactly as decided."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.store.cases.store import CaseFilter, ExportFormat
from tests.app.conftest import READER, drop_record, words
from tests.app.test_triage import case_of
from widgets.session import engine


@pytest.fixture
def decided(app: AppTest) -> AppTest:
    """Two ECGs, the first read, and agreed to."""
    drop_record(app, "normal")
    app.button(key=f"save_{case_of(app)}").click().run()
    app.button(key="next").click().run()
    drop_record(app, "fibrillation")
    assert not app.exception
    return app


def table(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["ECG"])


def test_cases_are_listed_newest_first_with_a_verified_chain(decided: AppTest) -> None:
    audit = decided.switch_page("pages/audit.py").run()
    assert not audit.exception
    assert table(audit) == ["fibrillation", "normal"]
    assert list(audit.dataframe[0].value["Decision"]) == ["Not read yet", "Agreed"]
    assert "Chain verified" in words(audit)
    assert "Research use only. Not a diagnosis." in words(audit)


def test_filters_offer_what_is_stored_and_narrow_the_list(decided: AppTest) -> None:
    audit = decided.switch_page("pages/audit.py").run()
    assert audit.selectbox(key="audit_reader").options == [READER]
    audit.selectbox(key="audit_reader").set_value(READER).run()
    assert table(audit) == ["normal"]
    audit.selectbox(key="audit_reader").set_value(None).run()
    audit.selectbox(key="audit_decision").set_value("Not read yet").run()
    assert table(audit) == ["fibrillation"]
    audit.selectbox(key="audit_decision").set_value("Overridden").run()
    assert not audit.dataframe
    assert "No case matches" in audit.info[0].value


def test_a_case_reopens_as_it_was_decided(decided: AppTest) -> None:
    case_id = next(c.id for c in engine.store().search(CaseFilter()) if c.name == "normal")
    stored = engine.store().reopen(case_id)
    decided.switch_page("pages/audit.py")
    decided.query_params["case"] = case_id
    audit = decided.run()
    assert not audit.exception
    assert stored.prediction.model.weights_sha256 not in words(audit)
    audit.session_state[f"record_{case_id}"] = True  # its record is opened
    text = words(audit.run())
    for shown in (
        stored.input_sha256,
        stored.prediction.model.weights_sha256,
        "Unchanged since stored",
        stored.prediction.model.version,
    ):
        assert shown in text
    assert "Agreed" in text
    # The numbers shown are those stored, not computed anew: change the model and look again.
    again = engine.store().reopen(case_id)
    assert again.prediction == stored.prediction
    assert np.array_equal(again.attention.heat, stored.attention.heat)
    assert np.array_equal(again.page.ink, stored.page.ink)


def test_a_reopened_case_is_taken_away(decided: AppTest) -> None:
    case_id = next(c.id for c in engine.store().search(CaseFilter()) if c.name == "normal")
    decided.switch_page("pages/audit.py")
    decided.query_params["case"] = case_id
    audit = decided.run()
    audit.button(key=f"away_{case_id}").click().run()
    assert not audit.exception
    labels = {item.proto.label for item in audit.get("download_button")}
    assert {"CSV", "WFDB (ZIP)", "FHIR R4 report (JSON)"} <= labels
    # The recording itself, not what could be recovered from its page.
    assert "Recovered from the picture" not in words(audit)


def test_reopening_is_itself_in_the_chain_once(decided: AppTest) -> None:
    case_id = engine.store().search(CaseFilter())[0].id
    decided.switch_page("pages/audit.py")
    decided.query_params["case"] = case_id
    decided.run()
    decided.run()
    views = [e for e in engine.store().reopen(case_id).events if e.action == "view"]
    assert [view.actor for view in views] == [READER]


def test_an_unknown_case_is_said_in_words(app: AppTest) -> None:
    app.switch_page("pages/audit.py")
    app.query_params["case"] = "nonsense"
    app.run()
    assert not app.exception
    assert "There is no case" in app.error[0].value


def test_exports_hold_every_event(decided: AppTest) -> None:
    decided.switch_page("pages/audit.py").run()
    for fmt in ExportFormat:
        out = io.StringIO()
        count = engine.store().export(out, fmt, READER)
        text = out.getvalue()
        if fmt is ExportFormat.CSV:
            events = list(csv.DictReader(io.StringIO(text)))
        else:
            events = [json.loads(line) for line in text.splitlines()]
        assert len(events) == count == int(events[-1]["seq"])
    labels = [button.label for button in decided.get("download_button")]
    assert labels == ["Export CSV", "Export JSON Lines"]
