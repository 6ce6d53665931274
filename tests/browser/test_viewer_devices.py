"""The viewer on other screens: the browser's own zoom, and tablets under fingers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_reading import VIEWER
from tests.browser.test_reading import opened as answered
from tests.browser.test_viewer import PX_PER_S, place, px_per_mm, scale_bar

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def opened(page: Page) -> Page:
    answered(page, "normal.hea", "normal.dat")
    page.wait_for_timeout(600)
    return page


def check_scale(page: Page, speed: float = 25.0, gain: float = 10.0) -> float:
    """The bar in the corner against the grid on the same screen; gives pixels per mm."""
    page.wait_for_timeout(150)
    width, grid, view_mm = page.evaluate(PX_PER_S)
    px = width / view_mm
    assert grid == pytest.approx(width, rel=0.02)
    per_s, per_mv = scale_bar(page)
    assert per_s == pytest.approx(px * speed, rel=0.01)
    assert per_mv == pytest.approx(px * gain, rel=0.015)
    return float(px)


@pytest.mark.parametrize("zoom", [0.8, 1.25, 1.5])
def test_the_scale_bar_is_right_when_the_browser_zooms_the_page(
    visit: Callable[..., Page], zoom: float
) -> None:
    # What a browser does at 125 %: fewer pixels of the page, each larger on the screen.
    size = (round(1440 / zoom), round(900 / zoom))
    page = opened(visit(size=size, device_scale_factor=zoom))
    for key in ("0", "9", "8"):
        page.locator("body").press(key)
        px = check_scale(page)
        said = page.get_by_label("Size on this screen").locator("option:checked").text_content()
        # A pixel of the page is a 96th of an inch, whatever it is on the screen.
        assert px * 25.4 / 96 == pytest.approx(int((said or "").split()[0]) / 100, rel=0.02)


def test_the_scale_bar_and_the_hand_follow_a_zoom_within_the_page(
    visit: Callable[..., Page],
) -> None:
    page = opened(visit())
    page.locator("body").press("8")
    for zoom in ("1.25", "0.8"):
        page.evaluate("zoom => { document.documentElement.style.zoom = zoom; }", zoom)
        page.locator("body").press("s")
        check_scale(page, speed=50.0)
        page.locator("body").press("s")
        check_scale(page)
    x, y = place(page, 100, 60)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y - 20, steps=4)
    page.mouse.up()
    assert place(page, 100, 60) == pytest.approx((x - 60, y - 20), abs=2)


@pytest.mark.parametrize("size", [(820, 1180), (1180, 820)], ids=["upright", "across"])
def test_a_tablet_zooms_moves_and_measures_by_touch(
    visit: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = opened(visit(size=size, has_touch=True))
    before = check_scale(page)
    touch = page.context.new_cdp_session(page)

    def fingers(kind: str, *points: tuple[float, float]) -> None:
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]},
        )

    # Two fingers that part: twice as large, and what lay between them stays there.
    x, y = place(page, 120, 60)
    fingers("touchStart", (x - 40, y), (x + 40, y))
    for apart in (100, 130, 160):
        fingers("touchMove", (x - apart / 2, y), (x + apart / 2, y))
        page.wait_for_timeout(80)
    fingers("touchEnd")
    assert px_per_mm(page) == pytest.approx(2 * before, rel=0.05)
    assert place(page, 120, 60) == pytest.approx((x, y), abs=4)
    large = check_scale(page)

    # One finger moves the paper and leaves its scale.
    sheet = page.locator(".sheet").first
    left = sheet.evaluate("node => node.scrollLeft")
    fingers("touchStart", (x, y))
    for moved in (20, 50, 80, 110, 140):
        fingers("touchMove", (x + moved, y))
        page.wait_for_timeout(40)
    fingers("touchEnd")
    page.wait_for_timeout(300)
    assert left - 160 < sheet.evaluate("node => node.scrollLeft") < left - 60
    assert check_scale(page) == pytest.approx(large, rel=0.001)

    # With the calipers a finger measures instead: 20 mm along the rhythm strip are 800 ms.
    page.locator("body").press("0")
    page.get_by_role("button", name="Calipers").tap()
    page.wait_for_timeout(200)
    start, end = place(page, 50, 111), place(page, 70, 111)
    fingers("touchStart", start)
    for share in (0.3, 0.7, 1.0):
        fingers("touchMove", (start[0] + share * (end[0] - start[0]), start[1]))
        page.wait_for_timeout(60)
    fingers("touchEnd")
    expect(page.locator(".measure")).to_have_text(re.compile("^II: "))
    said = page.locator(".measure").text_content() or ""
    assert int(re.findall(r"(\d+) ms", said)[0]) == pytest.approx(800, abs=12)


def test_two_classes_lie_beside_each_other_at_one_scale(visit: Callable[..., Page]) -> None:
    page = opened(visit())
    page.get_by_role("button", name="Attention for what").click()
    page.get_by_label("Second attention").select_option("MI")
    sheets = page.locator(".sheet")
    expect(sheets).to_have_count(2)
    page.locator("body").press("8")
    page.wait_for_timeout(300)
    boxes = [page.locator(VIEWER).nth(i).bounding_box() for i in range(2)]
    assert boxes[0] and boxes[1]
    assert boxes[0]["width"] == boxes[1]["width"] and boxes[0]["y"] == boxes[1]["y"]
    # The same waves under other shades, each named, and moved together.
    traces = [
        page.locator(VIEWER).nth(i).locator(".trace path").first.get_attribute("d")
        for i in range(2)
    ]
    assert traces[0] == traces[1]
    names = page.locator(".panel .name")
    expect(names.nth(1)).to_have_text("Myocardial infarction")
    assert names.nth(0).text_content() != names.nth(1).text_content()
    sheets.nth(1).evaluate("node => { node.scrollLeft = 200; }")
    page.wait_for_timeout(300)
    assert sheets.nth(0).evaluate("node => node.scrollLeft") == 200
