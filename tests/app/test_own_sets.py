"""The reader's own labelled ECGs, from the drop to the figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.own_sets import scoring, sets
from ecg_core.evidence.own_sets.sets import LabelledSet
from ecg_core.evidence.probes import shortcuts
from ecg_core.evidence.probes.shortcuts import LabelTold, Look, Word
from ecg_core.store.people.roles import Role
from tests.app.conftest import Cookies, demo_files, words
from tests.app.session.test_people import become
from tests.evidence.own_sets.made_sets import NAMES, TABLE, serial
from widgets.session import engine


@pytest.fixture
def page(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    # Scored here and now, by made-up answers, instead of in a process of its own.
    monkeypatch.setattr(scoring, "start", lambda labelled: scoring.score(labelled, serial))
    page = app.switch_page("pages/performance.py").run()
    return page.button_group(key="origin").set_value("your labelled cases").run()


def bring_in(page: AppTest, table: bytes = TABLE) -> AppTest:
    names = [f"{name}{suffix}" for name in NAMES for suffix in (".hea", ".dat")]
    for name, data in demo_files(*names):
        page.file_uploader(key="own_ecgs").upload(name, data)
    page.file_uploader(key="own_labels").upload("ward.csv", table)
    return page.run()


def test_from_the_drop_to_the_figures(page: AppTest) -> None:
    bring_in(page)
    assert not page.exception
    assert "4 ECGs can be scored. Labels: Conduction disturbance, triage class." in words(page)
    page.button(key="own_score").click().run()
    assert not page.exception
    assert "3 ECGs of 3 patients; 0 abstained, 1 could not be read" in words(page)
    assert "Of 100 ECGs with a conduction disturbance it flags 100 (" in words(page)
    assert "rests on few cases" in words(page)


def test_rows_that_do_not_fit_are_named(page: AppTest) -> None:
    bring_in(page, TABLE + b"nowhere,p9,normal,0,f\n")
    assert not page.exception
    assert "“nowhere” is not among the uploaded files." in words(page)
    assert "4 ECGs can be scored." in words(page)


def test_a_table_that_is_none_is_refused(page: AppTest) -> None:
    bring_in(page, b"PK\x03\x04\0\0")
    assert not page.exception
    assert "This is no text table." in words(page)


def test_a_set_can_be_deleted(page: AppTest) -> None:
    bring_in(page)
    page.button(key="own_score").click().run()
    (only,) = sets.list_sets(engine.data_dir())
    page.button(key=f"delete_now_{only.folder.name}").click().run()
    assert not page.exception
    assert not Path(only.folder).exists()
    assert sets.list_sets(engine.data_dir()) == ()


def _come_as(page: AppTest, held: Cookies, role: Role) -> None:
    become(held, role)
    page.run()
    page.button_group(key="origin").set_value("your labelled cases").run()


def test_sets_of_others_are_stopped_by_leads_and_administrators_alone(
    page: AppTest, browser_cookies: Cookies
) -> None:
    bring_in(page)
    page.button(key="own_score").click().run()
    (only,) = sets.list_sets(engine.data_dir())
    (only.folder / sets.ANSWERS).unlink()
    offered = {f"{key}_{only.folder.name}" for key in ("stop", "go_on", "delete_now")}
    for role, expected in (
        (Role.READER, set()),
        (Role.ADMINISTRATOR, {"stop"}),
        (Role.LEAD, {"stop", "delete_now"}),
    ):
        _come_as(page, browser_cookies, role)
        assert not page.exception
        keys = {one.key for one in page.button} & offered
        assert keys == {f"{key}_{only.folder.name}" for key in expected}, role
        assert "0 of 4 ECGs" in words(page)
    _come_as(page, browser_cookies, Role.ADMINISTRATOR)
    assert "Your role sees how far the scoring is" in words(page)
    page.button(key=f"stop_{only.folder.name}").click().run()
    # The state shows at the fragment's next look.
    page.run()
    assert only.info.cancelled
    assert f"go_on_{only.folder.name}" in {one.key for one in page.button}


def test_what_was_interrupted_goes_on_when_the_app_starts(
    app: AppTest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tests.evidence.own_sets.made_sets import labelled_set

    labelled_set(engine.data_dir())
    started: list[LabelledSet] = []
    monkeypatch.setattr(scoring, "start", started.append)
    page = app.switch_page("pages/performance.py").run()
    page.button_group(key="origin").set_value("your labelled cases").run()
    assert not page.exception
    assert len(started) == 1
    assert "0 of 4 ECGs" in words(page)


def test_a_shortcut_is_told_in_words_with_its_figure(page: AppTest) -> None:
    bring_in(page)
    page.button(key="own_score").click().run()
    assert "Too few ECGs to look for shortcuts" in words(page)
    (only,) = sets.list_sets(engine.data_dir())
    told = LabelTold("Conduction disturbance", 120, 40, Interval(0.981, 0.962, 0.999))
    header = Look("header", "the text in the files' headers", 120, told.auc, (told,))
    names = Look("name", "the file names", 120, Interval(0.47, 0.35, 0.6), (told,))
    shortcuts.keep(only, (header, names))
    page.run()
    assert not page.exception
    (warning,) = page.warning
    assert "can be told without looking at the ECG" in warning.value
    assert "from the text in the files' headers alone, AUC 0.981 (0.962–0.999), n = 120" in (
        warning.value
    )
    assert "file names" not in warning.value
    stemi = Word("Conduction disturbance", "stemi", 12, 14, 0, 30)
    pages = Look("print", "the words printed above and below the traces", 44, told.auc, (told,))
    shortcuts.keep(only, (replace(pages, words=(stemi,)), names))
    page.run()
    (warning,) = page.warning
    assert "“stemi” for 12 of 14 patients with Conduction disturbance, 0 of 30 without" in (
        warning.value
    )
    # Too little for the figure of all labels, but the word itself is sure.
    shortcuts.keep(only, (replace(pages, words=(stemi,), mean=names.mean), names))
    page.run()
    (warning,) = page.warning
    assert "by the words printed above and below the traces: “stemi”" in warning.value
    shortcuts.keep(only, (names,))
    page.run()
    assert not page.warning
    assert any("No shortcut found" in one.label for one in page.expander)
