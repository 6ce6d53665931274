"""Readable by everybody: axe-core on every page, and a case read with the keyboard alone.

Blind reading, adjudication and setting up an account are looked at in test_room.py, where they
happen.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import FilePayload, Page, expect

from server.second_factor import PATH as SECOND_FACTOR
from tests.browser.accessible import sound
from tests.browser.conftest import PASSWORD, READER, at_rest, shoot
from tests.browser.test_room import put_on_list
from widgets.intake.demos import FOLDER
from widgets.performance.views import VIEWS
from widgets.session.navigation import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
ADDRESSES = (
    *("" if place == "triage" else place for place in (p.file[6:-3] for p in PAGES)),
    "worklist?show=done",
    "audit?show=events",
    *(f"performance?view={quote_plus(one.name)}" for one in VIEWS),
    "performance?origin=your+labelled+cases",
    "account/password",
    SECOND_FACTOR.strip("/"),
)
"""Every page of the navigation, every view of Performance, and the account's own pages."""
ANSWERED = re.compile("^(Agree: |Save decision)")


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_serious_on_a_page(window: Page, address: str, path: str) -> None:
    window.goto(f"{address}/{path}")
    sound(window, path)


@pytest.mark.parametrize("path", ["account/sign-in", "account/set-up?token=used"])
def test_nothing_serious_before_signing_in(visit: Callable[..., Page], path: str) -> None:
    sound(visit(path, cookies=None), path)


@pytest.mark.parametrize("name", ["one_minute_strip", "old_inferior"])
def test_nothing_serious_on_a_case_before_and_after_its_decision(
    visit: Callable[..., Page], address: str, name: str
) -> None:
    page = visit("worklist")
    put_on_list(page, name)
    sound(page, "the list")
    page.goto(f"{address}/worklist?list={name}")
    page.get_by_role("button", name="Read the next case").click()
    expect(page.get_by_role("button", name=ANSWERED)).to_be_visible()
    sound(page, "a case")
    case = re.search(r"case=(\w+)", page.url)
    assert case is not None
    page.get_by_role("radio", name="Override").click()
    sound(page, "an override")
    page.get_by_role("radio", name="Override").click()
    page.get_by_role("button", name=ANSWERED).click()
    expect(page.get_by_text(re.compile("saved: "))).to_be_visible()
    for path in (f"worklist?case={case.group(1)}", f"audit?case={case.group(1)}"):
        page.goto(f"{address}/{path}")
        sound(page, path)


@pytest.mark.parametrize("file", ["stemi_export.png", "fibrillation.dat"])
def test_nothing_serious_on_an_ecg_just_opened(visit: Callable[..., Page], file: str) -> None:
    page = visit()
    files = [str(path) for path in FOLDER.glob(file.replace(".dat", ".*"))]
    page.locator("input[type=file]").first.set_input_files(files)
    expect(page.get_by_role("button", name=ANSWERED)).to_be_visible()
    sound(page, "opened")
    if file.endswith(".png"):
        page.get_by_role("button", name="Correct by hand").click()
        sound(page, "correction by hand")


def test_nothing_serious_where_an_ecg_is_refused(visit: Callable[..., Page]) -> None:
    page = visit()
    lost: FilePayload = {
        "name": "lost.dat",
        "mimeType": "application/octet-stream",
        "buffer": b"no header",
    }
    page.locator("input[type=file]").first.set_input_files([lost])
    expect(page.get_by_text(re.compile(r"\.hea")).first).to_be_visible()
    sound(page, "refused")


def test_a_case_is_read_without_a_mouse(visit: Callable[..., Page], address: str) -> None:
    add = visit("worklist")
    put_on_list(add, "left_bundle")
    page = visit("worklist?list=left_bundle", cookies=None)
    # The name has the focus from the start; the first letter would be lost before that.
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type(READER)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    at_rest(page)

    tab_to(page, "Read the next case")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your decision")).to_be_visible()
    at_rest(page)
    # Nothing is chosen: the first choice has the focus; arrows move, space chooses.
    tab_to(page, "^Override")
    for key, choice in (("ArrowRight", "Cannot decide"), ("ArrowLeft", "Override")):
        page.keyboard.press(key)
        page.keyboard.press("Space")
        expect(page.get_by_role("radio", name=choice)).to_be_checked()
        at_rest(page)
    # The same again takes it back, and what remains is to agree.
    page.keyboard.press("Space")
    at_rest(page)
    tab_to(page, "Agree: ")
    shoot(page, "keyboard_focus_wide_light")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("saved: "))).to_be_visible()
    at_rest(page)
    tab_to(page, "Take back")
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Taken back by event"))).to_be_visible()


def tab_to(page: Page, name: str, most: int = 120) -> None:
    """Press Tab until something with this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        words = page.evaluate(
            """() => {
                const node = document.activeElement
                if (!node.matches('a, button, input, select, textarea, [role]')) return ''
                const label = node.closest('label') || node
                return (node.getAttribute('aria-label') || label.innerText || '').trim()
            }"""
        )
        if len(words) < 60 and re.search(name, words):
            return
    raise AssertionError(f"the keyboard does not reach {name!r}")
