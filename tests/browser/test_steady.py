"""Nothing that is clicked moves: the form stands still from the first moment that it is seen."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, WIDE, at_rest
from tests.browser.test_reading import VIEWER, drop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

TABLET = (820, 1180)
# At every frame: where heading and button of the form lie on the page, if they can be seen.
WATCH = """() => {
    window.seen = [];
    const main = document.querySelector('[data-testid=stMain]');
    const step = () => {
        const parts = [...document.querySelectorAll('h3, button')]
            .filter((n) => /^Your decision|Agree: |Save decision/.test(n.textContent))
            .filter((n) => n.checkVisibility({ visibilityProperty: true }));
        window.seen.push(...parts.map((n) => {
            const box = n.getBoundingClientRect();
            return [n.localName, box.left, box.top + main.scrollTop];
        }));
        requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
}"""
FEW_PX = 3


@pytest.mark.parametrize("size", [WIDE, TABLET, NARROW], ids=["wide", "tablet", "phone"])
@pytest.mark.parametrize("names", [("normal.hea", "normal.dat"), ("stemi_export.png",)])
def test_the_form_stays_where_it_is_first_seen(
    visit: Callable[..., Page], size: tuple[int, int], names: tuple[str, ...]
) -> None:
    # A window of its own: all that the browser loads when it is needed is loaded here.
    page = visit(size=size)
    expect(page.locator("input[type=file]")).to_be_attached()
    page.evaluate(WATCH)
    drop(page, *names)
    expect(page.locator(VIEWER)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Agree: "))).to_be_visible()
    at_rest(page)
    seen = page.evaluate("window.seen")
    for part in ("h3", "button"):
        lefts, tops = zip(*((x, y) for name, x, y in seen if name == part), strict=True)
        assert len(tops) > 10
        assert max(tops) - min(tops) <= FEW_PX
        assert max(lefts) - min(lefts) <= FEW_PX


@pytest.mark.parametrize("size", [WIDE, (1280, 720), (1024, 768), TABLET])
def test_what_follows_the_heading_of_the_decision_leaves_it_whole(
    visit: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = visit(size=size)
    drop(page, "normal.hea", "normal.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    at_rest(page)
    words_end = page.get_by_role("heading", name="Your decision").evaluate(
        "node => { const range = document.createRange(); range.selectNodeContents(node);"
        " return range.getBoundingClientRect().bottom; }"
    )
    first = page.get_by_role("radio", name="Override").bounding_box()
    assert first is not None
    assert words_end <= first["y"]


def test_the_form_comes_even_where_a_part_does_not_draw(visit: Callable[..., Page]) -> None:
    page = visit()
    page.route("**/BidiComponent*.js", lambda route: route.abort())
    drop(page, "normal.hea", "normal.dat")
    expect(page.get_by_role("button", name=re.compile("^Agree: "))).to_be_visible()
    expect(page.locator(VIEWER)).to_have_count(0)


@pytest.mark.parametrize("width", [820, 1024, 1280])
def test_the_notice_lies_over_no_name_of_a_page(visit: Callable[..., Page], width: int) -> None:
    page = visit("accounts", size=(width, 900))
    at_rest(page)
    notice = page.get_by_text("Research use only. Not a diagnosis.").first.bounding_box()
    last = page.get_by_role("link", name="Accounts").bounding_box()
    header = page.get_by_test_id("stHeader").bounding_box()
    assert notice is not None
    assert last is not None
    assert header is not None
    beside = notice["x"] >= last["x"] + last["width"]
    assert beside or notice["y"] >= last["y"] + last["height"] - FEW_PX
    assert notice["y"] + notice["height"] <= header["y"] + header["height"] + FEW_PX
