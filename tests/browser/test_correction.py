"""Corners of a scan are set by hand, with the mouse and with the keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, shoot, shoot_whole
from tests.browser.test_reading import VIEWER, drop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_a_corner_is_dragged_and_kept(visit: Callable[..., Page]) -> None:
    page = visit()
    drop(page, "old_inferior_scan.jpg")
    page.get_by_role("button", name="Correct by hand").click()
    corner = page.get_by_role("button", name="Bottom right corner")
    expect(corner).to_be_visible()
    expect(page.locator(VIEWER)).to_be_visible()
    frame = page.locator(".corners .frame")
    expect(frame).to_have_class("frame unset")
    box = corner.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 12, box["y"] - 6, steps=4)
    page.mouse.up()
    expect(frame).to_have_class("frame")
    shoot(page, "correction_wide_light")
    page.get_by_role("button", name="Read it like this").click()
    expect(page.get_by_text("Set by hand: corners.")).to_be_visible()

    # Where it was left, and further with the keys.
    page.get_by_role("button", name="Correct by hand").click()
    expect(corner).to_be_visible()
    before = corner.evaluate("node => node.style.left")
    assert 80 < float(before.rstrip("%")) < 98
    corner.focus()
    page.keyboard.press("ArrowLeft")
    assert corner.evaluate("node => node.style.left") != before


def test_corners_fit_a_phone(visit: Callable[..., Page]) -> None:
    page = visit(size=NARROW, theme="dark")
    drop(page, "old_inferior_scan.jpg")
    page.get_by_role("button", name="Correct by hand").click()
    expect(page.get_by_role("button", name="Top left corner")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW[0]
    shoot_whole(page, "correction_narrow_dark")
