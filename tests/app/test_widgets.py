"""Small widgets without a session: what they draw, and what they hold."""

from __future__ import annotations

import base64
import io
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ecg_core.evidence.figures.metrics import Interval
from ecg_core.intake.values import Bundle, EcgScan, Upload
from ecg_core.network.shade import heat_image
from ecg_core.network.values import Attention, LeadShare
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.values import LeadBox, Trace
from ecg_core.page.viewed import waves_of_page
from tests.page.sample_records import beating
from tests.triage.ecgs import measured
from widgets.desk.bars import percent
from widgets.desk.report.measurements import by_lead
from widgets.performance import icon_arrays
from widgets.session.shelf import Shelf
from widgets.session.text import plain
from widgets.viewer.pictures import data_url, ink_url
from widgets.viewer.shades import LEVELS, lanes, palette, shares
from widgets.viewer.sheet import LIFTED, microvolts, sheet


def test_samples_travel_in_microvolts() -> None:
    mv = np.array([0.0, 1.0, -0.5, np.nan, 40.0])
    drawn = np.frombuffer(base64.b64decode(microvolts(mv)), "<i2")
    assert drawn.tolist() == [0, 1000, -500, LIFTED, 32767]


def test_heights_of_waves_have_as_many_decimals_in_every_row() -> None:
    found = measured(leads={"V2": {"st_j_mv": 0.6, "q_mv": -0.001, "s_mv": -1.29, "t_mv": None}})
    row = next(line for line in by_lead(found.leads).splitlines() if line.startswith("| V2 "))
    heights = [cell.strip() for cell in row.split("|")[2:8]]
    assert (heights[0], heights[2], heights[4], heights[5]) == ("0.60", "0.00", "−1.29", "–")


def test_weak_attention_leaves_the_paper_clear() -> None:
    picture = heat_image(np.array([[0.0, 0.05, 1.0]], np.float32))
    assert picture[0, :, 3].tolist() == [0, 0, 255]


def opened(url: str) -> np.ndarray:
    packed = base64.b64decode(url.split(",", 1)[1])
    return np.asarray(Image.open(io.BytesIO(packed)).convert("RGBA"))


def test_ink_is_opaque_where_the_page_is_black() -> None:
    assert opened(ink_url(np.array([[0, 77, 255]], np.uint8)))[0, :, 3].tolist() == [0, 77, 255]


def test_attention_travels_along_each_lead_by_the_millimetre() -> None:
    # Two leads of 4 mm beside each other, 10 mm high, at two pixels a millimetre.
    boxes = [LeadBox("I", 0, 0, 4, 10, 0, 0.16), LeadBox("aVR", 4, 0, 8, 10, 0.16, 0.32)]
    heat = np.zeros((20, 16), np.float32)
    heat[3, 2:4] = 1.0
    heat[17, 0:2] = 0.5
    heat[9, 15] = 1.0
    assert lanes(heat, boxes) == [[LEVELS // 2, LEVELS, 0, 0], [0, 0, 0, LEVELS // 2]]


def test_the_palette_goes_from_nothing_to_the_deepest_shade() -> None:
    shades = palette()
    assert len(shades) == LEVELS + 1
    assert shades[0][1] == 0.0
    assert shades[-1] == ("rgb(36 84 190)", 1.0)


def test_shares_are_told_in_whole_per_cent_and_never_as_nothing() -> None:
    found = (LeadShare("I", 0.004, 0.1), LeadShare("V2", 0.596, 7.0))
    assert shares(Attention("MI", "", np.zeros((1, 1)), found, 0.4)) == {"V2": "60 %"}


def test_a_lossless_picture_comes_back_the_same() -> None:
    pixels = np.arange(4 * 5 * 3, dtype=np.uint8).reshape(4, 5, 3)
    packed = base64.b64decode(data_url(pixels).split(",", 1)[1])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(packed))), pixels)


@given(st.floats(0, 1))
def test_a_percentage_never_claims_certainty(probability: float) -> None:
    assert percent(probability).split() not in (["0", "%"], ["100", "%"])


def quadrupled(letter: str) -> Bundle:
    return Bundle(letter, (Upload(letter, letter.encode() * 4),))


def test_the_shelf_lets_the_oldest_go() -> None:
    shelf = Shelf(memory_bytes=10, disk_bytes=0)
    keys = [shelf.put(quadrupled(name)) for name in "abc"]
    assert shelf.get(keys[0]) is None
    assert shelf.get(keys[1]) is not None
    # What was asked for last stays longest.
    shelf.put(quadrupled("d"))
    assert shelf.get(keys[1]) is not None
    assert shelf.get(keys[2]) is None


def test_what_does_not_fit_into_memory_lies_on_disk_as_it_was() -> None:
    shelf = Shelf(memory_bytes=10)
    bundles = [quadrupled(name) for name in "abcdef"]
    bundles.append(Bundle("two", (Upload("x", b"12"), Upload("y", b"3456")), part=3))
    keys = [shelf.put(bundle) for bundle in bundles]
    for _ in range(2):
        assert [shelf.get(key) for key in keys] == bundles


def test_the_disk_is_bounded_too() -> None:
    shelf = Shelf(memory_bytes=4, most_on_disk=2)
    keys = [shelf.put(quadrupled(name)) for name in "abcd"]
    assert [shelf.get(key) is not None for key in keys] == [False, True, True, True]
    shelf = Shelf(memory_bytes=4, disk_bytes=8)
    keys = [shelf.put(quadrupled(name)) for name in "abcd"]
    assert [shelf.get(key) is not None for key in keys] == [False, True, True, True]


def test_pages_of_one_document_count_once() -> None:
    upload = Upload("report.pdf", b"x" * 8)
    shelf = Shelf(memory_bytes=10, disk_bytes=0)
    keys = [shelf.put(Bundle(f"page {part}", (upload,), part)) for part in range(5)]
    assert all(shelf.get(key) is not None for key in keys)


def test_a_case_larger_than_the_shelf_is_still_held() -> None:
    shelf = Shelf(memory_bytes=10)
    key = shelf.put(Bundle("big", (Upload("big", b"x" * 100),)))
    assert shelf.get(key) is not None


def test_file_names_are_not_taken_for_markdown() -> None:
    assert plain("a_*b*_[c](d)\n# e") == r"a\_\*b\*\_\[c\](d) \# e"


def test_a_layout_that_only_printers_know_is_shown_as_printed_and_can_be_changed() -> None:
    pixels = print_record(beating(), "3x4 by rows", 5.0).pixels
    page = from_scan(EcgScan("s", "0" * 64, np.ascontiguousarray(pixels)))
    assert page.layout == "3x4 by rows"
    traces = tuple(
        Trace(number, np.zeros(625, np.float32), 250.0, 10.0) for number in range(len(page.boxes))
    )
    shown = sheet(page, waves_of_page(replace(page, traces=traces)))
    own, usual, *_ = shown["layouts"]  # type: ignore[misc]
    assert own["rows"][0] == ["I", "II", "III", "aVR"]
    assert (own["title"], usual["title"]) == ("3 × 4, by rows", "3 × 4")


def test_a_hundred_dots_show_a_share_and_its_interval() -> None:
    drawn = icon_arrays.array(Interval(0.70, 0.56, 0.82), icon_arrays.RIGHT)
    svg = base64.b64decode(drawn.split("base64,", 1)[1].split('"', 1)[0]).decode()
    assert svg.count("<circle") == 100
    # 56 in full colour, 14 more ringed, 12 more pale, 18 plain rings.
    full = f'fill="{icon_arrays.RIGHT}" stroke="{icon_arrays.RIGHT}"'
    assert svg.count(full) == 56 + 12
    assert svg.count('opacity="0.35"') == 12
    assert svg.count(f'stroke="{icon_arrays.RING}"') == 14
    assert svg.count('fill="none"') == 18
