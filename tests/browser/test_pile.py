"""A pile of twelve by keyboard alone, and a photograph decided on in one hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NARROW, at_rest, shoot
from tests.browser.test_accessibility import tab_to
from tests.browser.test_reading import VIEWER, drop
from widgets.intake.demos import FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
PILE = 12
READ_WITHIN_MS = 400_000
"""A busy machine takes half a minute for each."""
DRAWN = ".st-key-desk [data-drawn='paper']"


def pile(folder: Path) -> list[str]:
    """Twelve records that differ in one sample, so that each is a case of its own."""
    files = []
    for number in range(PILE):
        name = f"pile_{number:02d}"
        header = folder / f"{name}.hea"
        header.write_text((FOLDER / "normal.hea").read_text().replace("normal", name))
        samples = bytearray((FOLDER / "normal.dat").read_bytes())
        samples[0] ^= number + 2
        signals = folder / f"{name}.dat"
        signals.write_bytes(samples)
        files += [str(header), str(signals)]
    return files


def only_the_pile(page: Page, address: str) -> None:
    """Look at the pile's list alone, which there is once the first of it is read."""
    first = page.locator("td").get_by_role("button", name=re.compile("^pile_"))
    expect(first.first).to_be_attached(timeout=READ_WITHIN_MS)
    # Else twelve cases are counted that are not the pile's.
    page.goto(f"{address}/worklist?list=pile")
    at_rest(page)
    expect(page).to_have_url(re.compile("list=pile"))


def standing_at(page: Page, number: int) -> None:
    """Wait until the case with this number in the pile is drawn and can be decided on."""
    expect(page.get_by_text(f"{number} of {PILE}", exact=True)).to_be_visible()
    expect(page.locator(DRAWN)).to_be_attached()
    at_rest(page)


def test_a_pile_of_twelve_is_read_by_keyboard_alone(
    visit: Callable[..., Page], address: str, tmp_path: Path
) -> None:
    page = visit("worklist")
    page.get_by_role("button", name="Add ECGs").click()
    page.get_by_label("List", exact=True).last.fill("pile")
    page.locator("input[type=file]").set_input_files(pile(tmp_path))
    dropped = page.get_by_text("pile_00.hea")
    expect(dropped).to_be_visible()
    page.get_by_role("button", name="Put on the list").click()
    # The form is empty again once the server has them: a press is lost to whoever leaves before.
    expect(dropped).to_have_count(0)
    page.goto(f"{address}/worklist")
    only_the_pile(page, address)
    listed = page.get_by_text(f"{PILE} cases. Click a row to open it.")
    expect(listed).to_be_visible(timeout=READ_WITHIN_MS)
    at_rest(page)

    tab_to(page, "Read the next case")
    page.keyboard.press("Enter")
    standing_at(page, 1)
    # Nothing of what decides has to be scrolled for.
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == 0
    save = page.get_by_role("button", name=re.compile("^Agree: "))
    box = save.bounding_box()
    assert box is not None and box["y"] + box["height"] <= 900
    # Laid aside undecided, and taken up again.
    page.keyboard.press("j")
    standing_at(page, 2)
    page.keyboard.press("k")
    standing_at(page, 1)

    # Pressed again and again until the next case stands there: one is signed, none is skipped.
    page.keyboard.press("a")
    for _ in range(40):
        page.keyboard.press("a")
        if page.get_by_text(f"2 of {PILE}", exact=True).count():
            break
        page.wait_for_timeout(50)
    standing_at(page, 2)

    # Another class, by its key and a reason.
    page.keyboard.press("4")
    reason = page.get_by_label("Reason (required)")
    expect(reason).to_be_focused()
    page.keyboard.type("T waves in V2 and V3")
    page.keyboard.press("Enter")
    at_rest(page)
    page.keyboard.press("Enter")
    standing_at(page, 3)

    for number in range(3, PILE):
        page.keyboard.press("a")
        standing_at(page, number + 1)
    page.keyboard.press("a")
    expect(page.get_by_text("Nothing to do here.")).to_be_visible()
    page.get_by_role("radio", name="Done", exact=True).click()
    expect(page.get_by_text(f"{PILE} cases. Click a row to open it.")).to_be_visible()
    expect(page.locator("td", has_text=re.compile("^ReadAgreed"))).to_have_count(PILE - 1)


def test_a_photograph_is_answered_and_decided_on_in_one_hand(
    visit: Callable[..., Page], address: str
) -> None:
    page = visit(size=NARROW, has_touch=True)
    expect(page.get_by_role("radio", name="Camera")).to_be_visible()
    drop(page, "left_bundle_photo.jpg")
    expect(page.locator(VIEWER)).to_be_visible()
    at_rest(page)
    shoot(page, "photograph_narrow_light")
    # The verdict above, the ECG below it, and what saves under the thumb: nothing is scrolled for.
    says = page.locator(".st-key-says").bounding_box()
    paper = page.locator(VIEWER).bounding_box()
    agree = page.get_by_role("button", name=re.compile("^Agree: "))
    thumb = agree.bounding_box()
    assert says is not None and paper is not None and thumb is not None
    assert says["y"] + says["height"] <= paper["y"] < thumb["y"]
    assert thumb["y"] + thumb["height"] <= NARROW[1]
    assert thumb["height"] >= 44
    agree.tap()
    expect(page.get_by_text(re.compile("^Saved: Agree"))).to_be_visible()
    # The list begins on the first screen: what narrows it is folded away.
    page.goto(f"{address}/worklist")
    expect(page.get_by_label("Search")).to_be_hidden()
    page.get_by_text("Filters").tap()
    expect(page.get_by_label("Search")).to_be_visible()
