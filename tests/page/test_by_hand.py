"""What a reader set by hand is kept and said in full, and nothing is when nothing was set."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.by_hand import as_json, chosen, from_json, in_words, single_rows
from ecg_core.page.correction import Correction
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.values import EcgPage, Option
from tests.page.sample_records import beating

CORNERS = ((0.04, 0.0), (600.0, 2.0), (598.0, 400.0), (1.0, 402.0))


def test_nothing_set_leaves_nothing() -> None:
    assert as_json(None, Correction()) == in_words(None, Correction()) == ""


def test_everything_set_is_told() -> None:
    correction = Correction(CORNERS, 3, 50.0, 5.0)
    assert json.loads(as_json("6x2", correction)) == {
        "corners_px": [[0.0, 0.0], [600.0, 2.0], [598.0, 400.0], [1.0, 402.0]],
        "quarter_turns": 3,
        "layout": "6x2",
        "speed_mm_per_s": 50.0,
        "gain_mm_per_mv": 5.0,
    }
    said = in_words("6x2", correction)
    assert said == "corners, a quarter turn back, layout 6x2, 50 mm/s, 5 mm/mV"


def test_what_was_kept_is_what_was_set() -> None:
    assert from_json("") == (None, Correction())
    rounded = Correction(((0.0, 0.0), *CORNERS[1:]), 3, 50.0, 5.0)
    for layout, correction in ((None, Correction()), ("strip", Correction()), ("6x2", rounded)):
        assert from_json(as_json(layout, correction)) == (layout, correction)


def test_page_keeps_it_and_pages_without_it_stay_readable() -> None:
    pixels = print_record(beating(), "3x4", 5.0).pixels
    scan = EcgScan("scan", "1" * 64, np.ascontiguousarray(pixels))
    page = read_scan(scan, correction=Correction(gain_mm_per_mv=10.0)).page
    assert json.loads(page.correction) == {"gain_mm_per_mv": 10.0}
    assert [r.text for r in page.remarks if r.code == "by_hand"] == ["Set by hand: 10 mm/mV."]
    assert EcgPage.from_bytes(page.to_bytes()).correction == page.correction
    untouched = read_scan(scan).page
    assert untouched.correction == ""
    assert all(r.code != "by_hand" for r in untouched.remarks)


def test_an_answer_to_a_question_sets_what_the_command_line_would() -> None:
    layout, correction = None, Correction(gain_mm_per_mv=5.0)
    for name, value in (("layout", "6x2+1R"), ("speed", "50"), ("gain", "20")):
        layout, correction = chosen(Option("", ((name, value),)), layout, correction)
    assert (layout, correction) == ("6x2+1R", Correction(None, None, 50.0, 20.0))
    rhythm = Option("", (("rhythm", "V1,II,V5"),))
    assert chosen(rhythm, None, Correction())[1].leads == ("V1", "II", "V5")
    with pytest.raises(ValueError, match="cannot be set"):
        chosen(Option("", (("colour", "red"),)), None, Correction())


def test_rows_of_one_lead_are_those_below_twelve_or_all_of_a_strip() -> None:
    for layout, rows in (("3x4", ()), ("3x4+1R", ("II",)), ("3x4+3R", ("V1", "II", "V5"))):
        pixels = print_record(beating(), layout, 5.0).pixels
        scan = EcgScan("scan", "1" * 64, np.ascontiguousarray(pixels))
        assert single_rows(from_scan(scan)) == rows
