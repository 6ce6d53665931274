"""Readable by everybody: axe-core on every page, and a case read with the keyboard alone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, READER, at_rest, shoot
from tests.browser.test_room import put_on_list

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PAGES = (
    "",
    "worklist",
    "audit",
    "audit?show=Events",
    "performance",
    "settings",
    "accounts",
    "model",
    "account/password",
)
STREAMLIT: tuple[tuple[str, str, str], ...] = ()
"""What Streamlit itself draws wrongly: axe's rule, a part of the element, and the reason."""


def serious(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical, but for Streamlit's own."""
    found = Axe().run(page)
    return [
        f"{one['id']}: {node['html'][:300]} {node['failureSummary'][:300]}"
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        if not any(one["id"] == rule and part in node["html"] for rule, part, _ in STREAMLIT)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_serious_on_any_page(visit: Callable[..., Page], address: str, theme: str) -> None:
    wrong: dict[str, list[str]] = {}
    page = visit("worklist", theme=theme)
    at_rest(page)
    if theme == "light":
        put_on_list(page, "old_inferior")
    for path in PAGES:
        page.goto(f"{address}/{path}")
        if not path.startswith("account/"):
            at_rest(page)
        wrong[path] = serious(page)
    page.goto(f"{address}/worklist?list=old_inferior")
    page.get_by_role("button", name="Read the next case").click()
    expect(page.get_by_text("Your decision")).to_be_visible()
    at_rest(page)
    wrong["a case"] = serious(page)
    unsigned = visit("account/sign-in", theme=theme, cookies=None)
    wrong["sign in"] = serious(unsigned)
    assert not any(wrong.values()), {path: found for path, found in wrong.items() if found}


def test_a_case_is_read_without_a_mouse(visit: Callable[..., Page], address: str) -> None:
    add = visit("worklist")
    put_on_list(add, "left_bundle")
    page = visit("worklist?list=left_bundle", cookies=None)
    # The name has the focus from the start.
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
