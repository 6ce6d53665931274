"""One ECG all the way in a real browser: open, see, override, find again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ecg_core.network.statements import TRIAGE_NAMES, Triage
from tests.browser.conftest import NARROW, READER, WIDE, at_rest, shoot, shoot_whole
from tests.browser.test_room import choose_class
from widgets.intake.demos import FOLDER

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
VIEWER = ".sheet > svg"


def drop(page: Page, *names: str) -> None:
    page.locator("input[type=file]").set_input_files([str(FOLDER / name) for name in names])


def opened(page: Page, *names: str) -> None:
    """Open an ECG and wait until the machine has answered: its page is drawn before."""
    drop(page, *names)
    expect(page.get_by_role("button", name="Attention", exact=True)).to_be_visible()


def test_a_page_image_is_read_overridden_found_and_reopened(visit: Callable[..., Page]) -> None:
    page = visit()
    expect(page.get_by_text("Research use only. Not a diagnosis.")).to_be_visible()
    shoot(page, "open_wide_light")
    drop(page, "stemi_export.png")
    expect(page.locator(VIEWER)).to_be_visible()
    expect(page.locator(f"{VIEWER} .layer-picture")).to_be_visible()
    expect(page.get_by_text("Your decision")).to_be_visible()
    shoot(page, "scan_wide_light")
    shoot_whole(page, "scan_whole_light")

    page.get_by_role("radio", name="Override").click()
    # Whatever the machine says of the demonstration, it is not this.
    choose_class(page, TRIAGE_NAMES[Triage.OTHER])
    page.get_by_role("button", name="Save decision").click()
    expect(page.get_by_text("The machine was overridden without a reason.")).to_be_visible()
    page.get_by_label("Reason (required)").fill("ST elevation in V2 to V4")
    page.get_by_role("textbox", name="Note", exact=True).fill("seen in a test")
    shoot_whole(page, "override_whole_light")
    # Twice, as an impatient reader does.
    page.get_by_role("button", name="Save decision").dblclick()
    saved = page.get_by_text(re.compile(r"^Saved: Override, "))
    expect(saved).to_be_visible()
    expect(page.get_by_text("Research use only. Not a diagnosis.")).to_be_visible()
    shoot_whole(page, "saved_whole_light")

    page.get_by_role("link", name="Audit").click()
    page.get_by_label("Search").fill("ST elevation in V2 to V4")
    page.get_by_label("Search").press("Enter")
    expect(page.get_by_text(re.compile("^1 case\\."))).to_be_visible()
    # The table is drawn on a canvas; its cells are there for readers of the screen.
    expect(page.locator("td", has_text="Overridden")).to_be_attached()
    expect(page.locator("td", has_text=READER)).to_be_attached()
    shoot(page, "audit_found_light")
    first_row = {"x": 16, "y": 52}
    page.get_by_test_id("stDataFrame").click(position=first_row)
    expect(page.get_by_text("Unchanged since stored")).to_be_visible()
    expect(page.get_by_text("Reason: ST elevation in V2 to V4")).to_be_visible()
    expect(page.locator(f"{VIEWER} .layer-picture")).to_be_visible()
    shoot_whole(page, "reopened_whole_light")
    page.locator("body").press("h")
    shade = page.locator(f"{VIEWER} .heat .print")
    before = shade.text_content() or ""
    page.get_by_role("button", name="Attention for what").click()
    page.get_by_label("Show attention for").select_option("HYP")
    expect(page.get_by_text("Worked out now by the model that read this ECG.")).to_be_visible()
    expect(shade).not_to_have_text(before)
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.get_by_role("button", name="stemi_export.png").click()
    assert Path(download.value.path()).read_bytes() == (FOLDER / "stemi_export.png").read_bytes()


def test_a_wfdb_pair_is_drawn_to_scale_with_attention(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "anterior_stemi.hea", "anterior_stemi.dat")
    sheet = page.locator(VIEWER)
    expect(sheet).to_be_visible()
    expect(sheet.locator(".trace")).to_have_count(13)
    expect(sheet.get_by_text("25 mm/s")).to_be_visible()
    page.get_by_label("Size on this screen").select_option("1")
    # 250 mm of trace and 15 mm of margin, at 96 CSS pixels an inch.
    box = sheet.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(265 / 25.4 * 96, abs=1)

    halo = sheet.locator(".halo")
    expect(halo).to_have_count(0)
    shoot(page, "record_bare_wide_light")
    page.get_by_role("button", name="Attention", exact=True).click()
    expect(halo.first).to_be_visible()
    # Shares stand beside the names of the leads, once for each.
    shares = sheet.locator("tspan.share").all_text_contents()
    assert 2 <= len(shares) <= 12
    assert 80 <= sum(int(one.split()[0]) for one in shares) <= 104
    told = sheet.locator(".heat .print")
    before = told.text_content() or ""
    page.get_by_role("button", name="Attention for what").click()
    chooser = page.get_by_label("Show attention for")
    # Whatever class the machine opened with, another one has another map.
    code, name = ("normal", "Normal") if chooser.input_value() != "normal" else ("MI", "Myocardial")
    chooser.select_option(code)
    expect(told).not_to_have_text(before)
    expect(page.get_by_text(re.compile(f"Attention for {name}"))).to_be_visible()


def test_the_overlay_changes_without_asking_the_server(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "normal.hea", "normal.dat")
    page.wait_for_timeout(1000)
    page.evaluate(
        """() => {
            window.sent = 0;
            const send = WebSocket.prototype.send;
            WebSocket.prototype.send = function (data) { window.sent += 1; send.call(this, data); };
        }"""
    )
    page.locator("body").press("h")
    halo = page.locator(f"{VIEWER} .halo").first
    expect(halo).to_be_visible()

    def strength() -> float:
        return float(halo.evaluate("node => getComputedStyle(node).opacity"))

    # The chosen strength times how probable the class is.
    told = page.locator(f"{VIEWER} .heat .print").text_content() or ""
    found = re.search(r"(\d+)\s%", told)
    assert found is not None
    probable = int(found.group(1)) / 100
    assert strength() == pytest.approx(0.6 * probable, abs=0.006)
    page.get_by_role("button", name="Attention for what").click()
    page.get_by_label("Strength of the attention overlay").fill("20")
    assert strength() == pytest.approx(0.2 * probable, abs=0.006)
    page.keyboard.press("Escape")
    page.locator("body").press("h")
    expect(page.locator(f"{VIEWER} .halo")).to_have_count(0)
    assert page.evaluate("window.sent") == 0


def test_garbage_is_refused_in_words(visit: Callable[..., Page], tmp_path: Path) -> None:
    page = visit()
    junk = tmp_path / "holiday.png"
    junk.write_bytes(b"not a picture at all")
    page.locator("input[type=file]").set_input_files(str(junk))
    refusal = page.get_by_text("holiday.png was not read.")
    expect(refusal).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)
    shoot(page, "garbage_wide_light")


def test_a_long_record_has_a_strip_to_choose_from(visit: Callable[..., Page]) -> None:
    page = visit(theme="dark")
    page.get_by_role("button", name="One minute, two leads").click()
    expect(page.locator(VIEWER)).to_be_visible()
    strip = page.get_by_role("slider", name="Ten seconds shown")
    expect(strip).to_be_visible()
    line = page.locator(f"{VIEWER} .trace").first.locator("path").first
    # It opens where it fibrillates fastest.
    expect(page.get_by_text("0:30 – 0:40 of 1:00")).to_be_visible()
    urgent = line.get_attribute("d") or ""
    # A run of the page that is still under way draws the strip anew: it would not hear the key.
    at_rest(page)
    page.locator("body").press("Home")
    expect(page.get_by_text("0:00 – 0:10 of 1:00")).to_be_visible()
    expect(line).not_to_have_attribute("d", urgent)
    at_rest(page)
    first = line.get_attribute("d") or ""
    strip.press("ArrowRight")
    expect(line).not_to_have_attribute("d", first)
    # The machine's answer along the minute: a block for each ten seconds, and its words below.
    answers = page.locator(".overview .answer")
    expect(answers).to_have_count(6)
    said = page.locator(".overview .said")
    expect(said).not_to_have_text("")
    blocks = answers.evaluate_all("nodes => nodes.map((node) => node.textContent)")
    assert blocks[0].startswith("0:00 – 0:10: ") and blocks[5].startswith("0:50 – 1:00: ")
    assert any("Atrial fibrillation" in block for block in blocks[2:4])
    # In the middle of the strip the minute fibrillates, and its marks say so.
    box = strip.bounding_box()
    assert box is not None
    strip.click(position={"x": box["width"] / 2, "y": 10})
    expect(page.get_by_text("0:25 – 0:35 of 1:00")).to_be_visible()
    expect(page.get_by_text("Atrial fibrillation", exact=True).first).to_be_visible()
    page.locator("body").press("Home")
    expect(page.get_by_text("0:00 – 0:10 of 1:00")).to_be_visible()
    expect(line).to_have_attribute("d", first)
    page.get_by_role("button", name="Next mark").click()
    expect(page.locator(f"{VIEWER} .mark", has_text="(AFIB")).to_be_visible()
    shoot_whole(page, "long_whole_dark")


@pytest.mark.parametrize(
    ("size", "theme"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide_light", "narrow_dark"]
)
def test_every_page_fits_its_window(
    visit: Callable[..., Page], address: str, size: tuple[int, int], theme: str
) -> None:
    name = f"{'wide' if size == WIDE else 'narrow'}_{theme}"
    page = visit(size=size, theme=theme)
    expect(page.get_by_text("Open an ECG")).to_be_visible()
    shoot_whole(page, f"open_{name}")
    drop(page, "fibrillation.hea", "fibrillation.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    shoot(page, f"record_{name}")
    shoot_whole(page, f"record_whole_{name}")
    # The viewer scrolls by itself; the page never does sideways.
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    for path in ("audit", "performance", "model"):
        page.goto(f"{address}/{path}")
        at_rest(page)
        shoot_whole(page, f"{path}_{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
