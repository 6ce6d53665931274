"""Documents of several pages: the reader chooses by pictures, and the document stays at hand."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from ecg_core.store.background.jobs import Jobs
from tests.app.conftest import demo_files, drop, words
from tests.page.sample_records import beating
from tests.page.two_pages import drawn, halves
from widgets.intake.documents import TILE, on_tile
from widgets.session import engine


@pytest.fixture(scope="module")
def report() -> bytes:
    """A PDF of a blank page and two ECGs."""
    (_, export), (_, scan) = demo_files("stemi_export.png", "old_inferior_scan.jpg")
    ecgs = [Image.open(io.BytesIO(data)).convert("RGB") for data in (export, scan)]
    buffer = io.BytesIO()
    Image.new("RGB", (300, 400), "white").save(
        buffer, "PDF", save_all=True, append_images=ecgs, resolution=150
    )
    return buffer.getvalue()


def opened(app: AppTest) -> list[str]:
    return [entry.label for entry in app.session_state["queue"]]


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_chosen_page_is_opened_and_the_document_stays(app: AppTest, report: bytes) -> None:
    drop(app, ("report.pdf", report))
    assert not app.exception
    assert "choose the page with the ECG" in words(app)
    assert "queue" not in app.session_state or opened(app) == []
    press(app, "Page 2")
    assert not app.exception and not app.error
    assert opened(app) == ["report.pdf, page 2 of 3"]
    press(app, "Open ECGs")
    press(app, "Page 3")
    assert opened(app) == ["report.pdf, page 2 of 3", "report.pdf, page 3 of 3"]
    press(app, "Open ECGs")
    press(app, "Put away")
    assert "choose the page" not in words(app)
    assert len(opened(app)) == 2


def test_a_document_among_other_files_waits_its_turn(app: AppTest, report: bytes) -> None:
    drop(app, ("report.pdf", report), ("broken.pdf", b"%PDF-1.4"))
    assert not app.exception
    assert opened(app) == ["broken.pdf · not read"]
    press(app, "Open ECGs")
    assert "report.pdf" in words(app)


def test_all_pages_of_a_document_go_on_the_worklist(app: AppTest, report: bytes) -> None:
    drop(app, ("report.pdf", report))
    press(app, "Open all 3 pages")
    assert not app.exception
    assert Jobs(engine.store()).progress().waiting == 3


def test_the_same_document_again_is_one_document(app: AppTest, report: bytes) -> None:
    drop(app, ("report.pdf", report))
    drop(app, ("report.pdf", report))
    assert len(app.session_state["documents"]) == 1


def test_the_same_ecg_in_two_folders_of_one_drop_is_opened_once(app: AppTest) -> None:
    again = [(f"copy/{name}", data) for name, data in demo_files("normal.hea", "normal.dat")]
    drop(app, *demo_files("normal.hea", "normal.dat"), *again)
    press(app, "Open ECGs")
    assert not app.exception
    assert opened(app) == ["normal"]


def test_limb_and_chest_pages_are_opened_as_one_ecg(app: AppTest) -> None:
    data = drawn(*halves(beating(3)))
    drop(app, ("report.pdf", data))
    press(app, "Page 1")
    assert not app.exception and "of twelve leads" in words(app)
    press(app, "Join with page 2")
    assert not app.exception and not app.error
    assert opened(app) == ["report.pdf, page 1 of 2", "report.pdf, pages 1 and 2"]
    assert "of twelve leads" not in words(app) and "two times ten seconds" in words(app)
    assert not any(button.label.startswith("Join with") for button in app.button)
    press(app, "Open ECGs")
    press(app, "Read both pages as one ECG")
    assert opened(app) == ["report.pdf, page 1 of 2", "report.pdf, pages 1 and 2"]


def test_tiles_have_one_shape_and_keep_the_picture() -> None:
    for size in ((40, 100), (100, 40), (70, 99)):
        picture = np.full((*size, 3), 7, np.uint8)
        tile = on_tile(picture)
        assert tile.shape[1] / tile.shape[0] == pytest.approx(TILE, abs=0.03)
        assert (tile[..., 3] == 255).sum() == picture.shape[0] * picture.shape[1]
