"""Earlier ECGs of the same patient are offered first, by a tag that is no number."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.store.cases.store import CaseFilter
from tests.app.conftest import demo_files, drop, words
from tests.intake.vendor_files import NUMBER, PATIENT, TWELVE, aecg, scp, twelve
from widgets.desk import reading
from widgets.session import engine

SIGNALS = twelve(5000)


@pytest.fixture
def offers(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What the viewer is offered to compare with, at every run."""
    seen: list[list[str]] = []
    draw = reading.paper

    def paper(
        *args: object, offered: Sequence[tuple[str, str, bool]] = (), **options: object
    ) -> None:
        seen.append([title for _, title, _ in offered])
        draw(*args, offered=offered, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "paper", paper)
    return seen


def test_ecgs_of_one_patient_find_each_other_across_formats(
    app: AppTest, offers: list[list[str]]
) -> None:
    drop(app, ("last year.scp", scp(SIGNALS, TWELVE)))
    app.button(key="leave").click().run()
    drop(app, *demo_files("normal.hea", "normal.dat"))
    app.button(key="leave").click().run()
    drop(app, ("today.xml", aecg(-SIGNALS, TWELVE)))
    assert not app.exception and not app.error
    assert offers[-1] == [
        "Same patient · last year.scp · opened now",
        "normal · opened now",
    ]
    (shown,) = re.findall(r"Patient ([0-9A-Z]{4}-[0-9A-Z]{4})", words(app))
    cases = [engine.store().reopen(case.id) for case in engine.store().search(CaseFilter())]
    assert {case.name: case.patient for case in cases}["normal"] == ""
    assert len({case.patient for case in cases}) == 2
    assert NUMBER not in words(app) and PATIENT not in words(app) and shown not in NUMBER


def test_a_stored_ecg_of_the_same_patient_is_offered_before_newer_ones(
    app: AppTest, offers: list[list[str]]
) -> None:
    drop(app, ("last year.scp", scp(SIGNALS, TWELVE)))
    app.button(key="leave").click().run()
    drop(app, *demo_files("normal.hea", "normal.dat"))
    # Another day: nothing of it is open any more.
    app.session_state["queue"] = []
    app.session_state["current"] = None
    app.run()
    drop(app, ("today.xml", aecg(-SIGNALS, TWELVE)))
    first, second = offers[-1]
    assert first.startswith("Same patient · last year.scp · stored 20")
    assert second.startswith("normal · stored 20")


def test_an_unusable_key_is_said_and_nothing_is_read_without_it(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECG_PSEUDONYM_KEY", "short")
    drop(app, ("today.xml", aecg(SIGNALS, TWELVE)))
    assert not app.exception
    assert "has fewer than 16 characters" in app.error[0].value
    assert engine.store().count() == 0
