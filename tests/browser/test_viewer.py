"""The viewer in a real browser: scale that is right, calipers that measure, layouts that change."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from ecg_core.intake import read
from ecg_core.intake.values import Bundle, EcgRecord, Upload
from ecg_core.page.viewed import waves_of_record
from tests.browser.conftest import NARROW, at_rest
from tests.browser.test_reading import VIEWER, opened
from widgets.intake.demos import FOLDER


def upload(name: str) -> Upload:
    return Upload(name, (FOLDER / name).read_bytes())


pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

# How wide the paper lies on the screen: margins of 10 and 5 mm beside ten seconds.
PX_PER_S = """() => {
    const svg = document.querySelector('[data-testid=stMain]').ownerDocument;
    const find = (root) => root.querySelector('.sheet svg')
        ?? [...root.querySelectorAll('*')].filter((n) => n.shadowRoot)
            .map((n) => find(n.shadowRoot)).find(Boolean);
    const sheet = find(svg), box = sheet.getBoundingClientRect();
    const grid = sheet.querySelector('.grid').getBoundingClientRect();
    return [box.width, grid.width, sheet.viewBox.baseVal.width];
}"""
COUNT_SENT = """() => {
    window.sent = 0;
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (data) { window.sent += 1; send.call(this, data); };
}"""


def scale_bar(page: Page) -> tuple[float, float]:
    """Pixels per second and per millivolt, as the bar in the corner claims."""
    bar = page.locator(".scalebar").first
    box = bar.locator("i").bounding_box()
    assert box is not None
    seconds, millivolts = (
        float(bar.get_attribute(name) or "nan") for name in ("data-seconds", "data-millivolts")
    )
    return box["width"] / seconds, box["height"] / millivolts


def px_per_mm(page: Page) -> float:
    width, _, view_mm = page.evaluate(PX_PER_S)
    return float(width) / float(view_mm)


def drawn(page: Page, lead: str) -> np.ndarray:
    """Corners of the line drawn for a lead, in mm of the paper: points × (x, y).

    The trace is drawn anew when the answer comes; asked in between, it is asked again.
    """
    paths = page.locator(f"{VIEWER} .trace[data-lead='{lead}']").last.locator("path")
    lines: list[str] = []
    for _attempt in range(50):
        lines = paths.evaluate_all("nodes => nodes.map((node) => node.getAttribute('d'))")
        if lines:
            break
        page.wait_for_timeout(100)
    points: list[tuple[float, float]] = []
    for path in lines:
        x = y = 0.0
        for command, a, b in re.findall(r"([Ml])(-?\d+) (-?\d+)", path):
            x, y = (x + int(a), y + int(b)) if command == "l" else (float(a), float(b))
            points.append((x / 100, y / 100))
    return np.array(points)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=3)
    page.mouse.move(*end, steps=3)
    page.mouse.up()


def place(page: Page, x_mm: float, y_mm: float) -> tuple[float, float]:
    """Where a place of the paper (mm from the first trace's corner) lies on the screen."""
    box = page.locator(VIEWER).first.bounding_box()
    assert box is not None
    px = px_per_mm(page)
    return box["x"] + (x_mm + 10) * px, box["y"] + (y_mm + 5) * px


def test_the_scale_bar_is_right_at_every_zoom_speed_gain_and_window(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    opened(page, "normal.hea", "normal.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    for size in ((1440, 900), (1000, 700), NARROW):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_timeout(300)
        for key in ("0", "9", "8", "+", "s", "g", "-", "g", "s", "g"):
            page.locator("body").press(key)
            page.wait_for_timeout(60)
            said = page.locator(f"{VIEWER} .print tspan").first.text_content() or ""
            speed, gain = (float(n) for n in re.findall(r"(\d+) mm/", said))
            per_s, per_mv = scale_bar(page)
            px = px_per_mm(page)
            assert per_s == pytest.approx(px * speed, rel=0.01)
            assert per_mv == pytest.approx(px * gain, rel=0.01)
            # And the grid is what the paper says: 25 mm/s for ten seconds and 15 mm of margin.
            _, grid_px, view_mm = page.evaluate(PX_PER_S)
            assert view_mm == pytest.approx(10 * speed + 15)
            assert grid_px == pytest.approx(view_mm * px, rel=0.02)


def test_calipers_measure_and_march_without_asking_the_server(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "normal.hea", "normal.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    page.wait_for_timeout(1000)
    page.evaluate(COUNT_SENT)
    page.get_by_role("button", name="Calipers").click()
    # On the rhythm strip, whose zero line lies at 6 + 3.5 × 30 mm: 20 mm and 5 mm up.
    drag(page, place(page, 49, 111), place(page, 69, 106))
    expect(page.locator(".measure")).to_have_text(re.compile("^II: "))
    said = page.locator(".measure").text_content() or ""
    ms, bpm, mv = (float(n) for n in re.findall(r"[+\-]?\d+(?:\.\d+)?", said)[:3])
    assert ms == pytest.approx(800, abs=8)
    assert bpm == pytest.approx(75, abs=1)
    assert mv == pytest.approx(0.5, abs=0.03)

    page.locator("body").press("m")
    # Every 20 mm from 9 mm to 249 mm.
    march = page.locator(f"{VIEWER} .march").get_attribute("d") or ""
    assert march.count("M") == 13
    # The same measurement on any paper, in any layout, at any size.
    for key in ("s", "g", "8", "l"):
        page.locator("body").press(key)
        expect(page.locator(f"{VIEWER} .caliper .value")).to_have_text(said.removeprefix("II: "))
    # The keyboard moves a point by 4 ms.
    page.locator(f"{VIEWER} .handle").last.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".measure")).to_have_text(re.compile(f"{round(ms) + 4} ms"))
    page.locator("body").press("Delete")
    expect(page.locator(f"{VIEWER} .caliper")).to_have_count(0)
    assert page.evaluate("window.sent") == 0


SHADE = "svg => [...svg.querySelectorAll('stop, .share')].map((n) => n.outerHTML)"


def shade(page: Page, panel: int) -> list[str]:
    """Colours and places of the shade along the waves of a panel, and each lead's share."""
    return list(page.locator(VIEWER).nth(panel).evaluate(SHADE))


def test_every_layout_is_laid_out_in_the_browser(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "left_bundle.hea", "left_bundle.dat")
    traces = page.locator(f"{VIEWER} .trace")
    expect(traces).to_have_count(13)
    page.wait_for_timeout(1000)
    page.evaluate(COUNT_SENT)
    chooser = page.get_by_label("Layout")
    leads = {"3x4": 12, "3x4+3R": 15, "6x2": 12, "6x2+1R": 13, "12x1": 12}
    page.locator("body").press("h")
    halo = page.locator(f"{VIEWER} .halo")
    for name, count in leads.items():
        chooser.select_option(name)
        expect(traces).to_have_count(count)
        # The shade of a lead lies along its wave, and along no other.
        expect(halo.first).to_be_attached()
        lead = halo.first.get_attribute("data-lead")
        lines = [
            page.locator(f"{VIEWER} .{kind}[data-lead='{lead}'] path").evaluate_all(
                "nodes => nodes.map((node) => node.getAttribute('d'))"
            )
            for kind in ("halo", "trace")
        ]
        assert lines[0] == lines[1] != []
    whole = drawn(page, "V2")
    page.locator(f"{VIEWER} .lead[data-lead='V2']").dblclick()
    expect(traces).to_have_count(1)
    expect(page.get_by_label("Layout")).to_have_value("focus")
    # Twelve rows of ten seconds or one row of ten seconds: the same line, at another height.
    alone = drawn(page, "V2")
    assert np.array_equal(alone[:, 0], whole[:, 0])
    assert np.ptp(alone[:, 1] - whole[:, 1]) < 0.011
    page.locator("body").press("Escape")
    expect(traces).to_have_count(12)
    assert page.evaluate("window.sent") == 0


def test_what_is_drawn_is_the_recording(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "left_bundle.hea", "left_bundle.dat")
    expect(page.locator(f"{VIEWER} .trace")).to_have_count(13)
    line = drawn(page, "II")
    record = read(Bundle("left_bundle", tuple(map(upload, ("left_bundle.hea", "left_bundle.dat")))))
    assert isinstance(record, EcgRecord)
    waves = waves_of_record(record)
    mv = waves.mv[waves.leads.index("II")]
    times_s = np.arange(len(mv)) / waves.fs_hz
    # The rhythm strip: 25 mm/s, and 10 mm/mV up from 6 + 3.5 × 30 mm.
    assert line[:, 0].min() == 0.0 and line[:, 0].max() == pytest.approx(250.0, abs=0.1)
    shown_mv = (111.0 - np.interp(times_s * 25, line[:, 0], line[:, 1])) / 10
    # What is left out lies within 2 µV of the line; paths are written in steps of 1 µV.
    assert np.abs(shown_mv - mv).max() < 0.0035
    assert len(line) < len(mv)


def test_zoom_keeps_the_place_under_the_pointer(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "normal.hea", "normal.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    page.wait_for_timeout(500)
    x, y = place(page, 150, 60)
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    for _ in range(3):
        page.mouse.wheel(0, -120)
        page.wait_for_timeout(100)
    page.keyboard.up("Control")
    assert px_per_mm(page) > 6
    now = place(page, 150, 60)
    # Scrolling goes by whole pixels: each of three steps may lose one.
    assert now == pytest.approx((x, y), abs=3)
    # Dragging moves the paper with the hand.
    drag(page, (x, y), (x - 120, y - 40))
    assert place(page, 150, 60) == pytest.approx((x - 120, y - 40), abs=3)


def test_help_lists_the_keys_and_typing_is_left_alone(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "normal.hea", "normal.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    # A key is heard once the page is at rest, not while it is drawn anew.
    at_rest(page)
    page.locator("body").press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_text("March the interval along the row")).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    note = page.get_by_label("Note")
    note.press_sequentially("sgc")
    expect(note).to_have_value("sgc")
    expect(page.get_by_text("25 mm/s   10 mm/mV")).to_be_visible()


def test_another_ecg_is_compared_beside_and_laid_over(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "normal.hea", "normal.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    page.get_by_role("button", name="Open ECGs").click()
    # Until it is gone, the first ECG could be taken for the second.
    expect(page.locator(VIEWER)).to_have_count(0)
    opened(page, "anterior_stemi.hea", "anterior_stemi.dat")
    page.get_by_role("button", name="More tools").click()
    page.get_by_label("Compare with", exact=True).select_option(label="normal · opened now")
    expect(page.locator(".sheet")).to_have_count(2)
    expect(page.get_by_text("check that both ECGs are of the same person")).to_be_visible()
    # Both on one scale, and at the same place.
    page.get_by_label("Size on this screen").select_option("2")
    first, second = (page.locator(".sheet").nth(i) for i in range(2))
    first.evaluate("node => { node.scrollLeft = 300; }")
    page.wait_for_timeout(200)
    assert second.evaluate("node => node.scrollLeft") == 300
    page.get_by_role("button", name="Laid over").click()
    expect(page.locator(".sheet")).to_have_count(1)
    before = page.locator(f"{VIEWER} .before")
    expect(before).to_have_count(13)
    first = before.first.locator("path").first
    moved = first.get_attribute("d")
    page.locator("body").press("]")
    expect(first).not_to_have_attribute("d", moved or "")


def test_two_classes_side_by_side_and_another_method(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "old_inferior.hea", "old_inferior.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    # Nobody asked where the model looked.
    expect(page.locator(f"{VIEWER} .halo")).to_have_count(0)
    page.get_by_role("button", name="Attention for what").click()
    page.get_by_label("Second attention").select_option("NORM")
    expect(page.locator(".sheet")).to_have_count(2)
    expect(page.locator(".panel .name").nth(1)).to_have_text("Normal ECG")
    first, second = (shade(page, panel) for panel in (0, 1))
    assert first and second and first != second
    caution = page.locator(".caution")
    expect(caution).to_be_hidden()
    page.get_by_label("Method of attention").select_option("gradcam")
    expect(caution).to_have_text(re.compile(r"lateral \d+% \(HiResCAM, fine \d+%\)"))
    expect(page.get_by_text("Shade: where the model looked, not why").first).to_be_visible()
    assert shade(page, 0) != first


def test_a_scan_shows_its_traces_and_the_original(visit: Callable[..., Page]) -> None:
    page = visit()
    opened(page, "old_inferior_scan.jpg")
    expect(page.locator(f"{VIEWER} .layer-picture")).to_be_visible()
    source = page.get_by_label("What is shown")
    expect(source).to_have_value("picture")
    # A picture is as it was printed.
    expect(page.get_by_label("Layout")).to_be_hidden()
    source.select_option("traces")
    expect(page.locator(f"{VIEWER} .trace")).to_have_count(13)
    expect(page.get_by_text(re.compile("traces recovered from the scan"))).to_be_visible()
    page.get_by_label("Layout").select_option("12x1")
    expect(page.locator(f"{VIEWER} .trace")).to_have_count(12)
    page.get_by_role("button", name="Original", exact=True).click()
    uploaded = page.get_by_role("dialog").get_by_text(re.compile("As uploaded"))
    expect(uploaded).to_be_visible()
    # Closed, it does not come back with what is asked next.
    page.keyboard.press("Escape")
    expect(uploaded).to_have_count(0)
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_role("dialog").get_by_text("Redacted original")).to_be_visible()
    expect(uploaded).to_have_count(0)


def test_a_sentence_lights_up_its_leads_and_numbers_without_asking_the_server(
    visit: Callable[..., Page],
) -> None:
    page = visit()
    opened(page, "anterior_stemi.hea", "anterior_stemi.dat")
    expect(page.locator(VIEWER)).to_be_visible()
    draft = page.get_by_label("Sentences of the draft report")
    elevation = draft.get_by_role("button", name=re.compile("^ST elevation"))
    expect(elevation).to_be_visible()
    page.wait_for_timeout(1000)
    page.evaluate(COUNT_SENT)
    lit = page.locator(f"{VIEWER} .lit rect")
    marked = page.get_by_label("Measurements").locator(".lit")
    expect(lit).to_have_count(0)

    elevation.click()
    said = elevation.text_content() or ""
    leads = lit.evaluate_all("nodes => nodes.map((node) => node.dataset.lead)")
    assert {"V2", "V3", "V4"} <= set(leads) and "aVR" not in leads and "V1–V6" in said
    expect(marked).to_have_count(0)
    # The frame lies where the lead lies: V2 begins at 125 mm, in the second row.
    box = page.locator(f"{VIEWER} .lit rect[data-lead=V2]").bounding_box()
    x, y = place(page, 125, 36)
    assert box is not None and (box["x"], box["y"]) == pytest.approx((x, y), abs=2)
    # It follows into another layout.
    page.get_by_label("Layout").select_option("12x1")
    expect(page.locator(f"{VIEWER} .lit rect[data-lead=V2]")).to_have_count(1)

    draft.get_by_role("button", name=re.compile("^QT ")).focus()
    page.keyboard.press("Enter")
    expect(marked).to_have_text([re.compile("^QT"), re.compile("^QTcF / QTcB")])
    expect(elevation).to_have_attribute("aria-pressed", "false")
    expect(draft.get_by_text(re.compile("^Rests on .*QTc Fridericia"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(marked).to_have_count(0)
    expect(lit).to_have_count(0)
    # A second click puts it out again.
    elevation.click()
    expect(lit.first).to_be_visible()
    elevation.click()
    expect(lit).to_have_count(0)
    # So does the reason of the verdict, beside the decision, and by the keyboard.
    reason = page.locator(".st-key-says").get_by_role("button", name=re.compile("^ST elevation"))
    reason.focus()
    page.keyboard.press("Enter")
    expect(reason).to_have_attribute("aria-pressed", "true")
    expect(elevation).to_have_attribute("aria-pressed", "false")
    leads = lit.evaluate_all("nodes => nodes.map((node) => node.dataset.lead)")
    assert {"V2", "V3", "V4"} <= set(leads) and "aVR" not in leads
    page.keyboard.press("Escape")
    expect(lit).to_have_count(0)
    assert page.evaluate("window.sent") == 0
