"""Waves that can be heart beats of twelve leads, and waves that cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.doubts import plausible
from ecg_core.page.doubts.limits import LIMITS, NO_HEARTBEAT
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.drawn.printed import print_record
from ecg_core.page.joined import from_scan
from ecg_core.page.layouts import CANVAS_MARGIN_MM, LAYOUTS
from ecg_core.page.values import EcgPage, Severity
from tests.page.sample_records import FS_HZ, beating

TIME_S = np.arange(round(10 * FS_HZ)) / FS_HZ


def record(signals_mv: np.ndarray) -> EcgRecord:
    mv = np.broadcast_to(signals_mv, (12, TIME_S.size)).astype(np.float32)
    return EcgRecord("x", "0" * 64, mv, STANDARD_LEADS, STANDARD_LEADS, FS_HZ, 10.0)


def doubts(page: EcgPage) -> set[str]:
    return {remark.code for remark in page.remarks} & NO_HEARTBEAT


def drawn(strokes_at: list[list[int]], length_px: int = 20) -> EcgPage:
    """Four level lines of one pixel, with upright strokes of `length_px` from there upwards."""
    plan = LAYOUTS["3x4+1R"]
    ink = np.zeros((round(plan.canvas_mm * 2), 500), np.uint8)
    for row, columns in enumerate(strokes_at):
        level = round((plan.baseline_mm(row) + CANVAS_MARGIN_MM) * 2)
        ink[level] = 255
        for column in columns:
            ink[level - length_px : level, column] = 255
    boxes = tuple(
        replace(box, y0_mm=box.y0_mm + CANVAS_MARGIN_MM, y1_mm=box.y1_mm + CANVAS_MARGIN_MM)
        for box in plan.boxes()
    )
    return EcgPage(ink, plan.name, boxes, "record", "x", "0" * 64)


def test_measured_by_hand() -> None:
    # Ten strokes of 10 mm, the same in four rows: 30 of 500 columns hold all of them.
    found = plausible.measure(drawn([list(range(25, 500, 50))] * 4))
    assert found.concentration == pytest.approx(1.0)
    assert found.agreement == pytest.approx(1.0)
    assert found.stroke_mm == pytest.approx(10 / 3)
    assert found.beats == 10
    assert found.stepping == pytest.approx(0.0)


def test_peakedness_is_the_kurtosis_of_heights() -> None:
    sawtooth = plausible.measure(from_record(record((1.2 * TIME_S) % 1 - 0.5), "12x1"))
    assert sawtooth.peakedness[0] == pytest.approx(1.8, abs=0.2)
    assert plausible.measure(from_record(beating(3, 72.0), "12x1")).peakedness[0] > 4


def test_strokes_everywhere_are_not_concentrated() -> None:
    # Two columns of five stroke. Smoothed over three columns that is 0, 1/3, 2/3, 2/3, 1/3 of a
    # stroke: the busiest fifth holds 2/3 of every 2.
    columns = [x for x in range(500) if x % 5 < 2]
    found = plausible.measure(drawn([columns] * 4))
    assert found.concentration == pytest.approx(1 / 3, abs=0.01)


def test_rows_that_stroke_at_other_times_do_not_agree() -> None:
    apart = [[5 * row + x for x in range(20, 470, 50)] for row in range(4)]
    assert plausible.measure(drawn(apart)).agreement < 0.1
    assert "rows_apart" in {remark.code for remark in plausible.remarks(drawn(apart))}


def test_rows_of_as_many_columns_agree_among_themselves() -> None:
    """Three rows of four columns show the same seconds four times, the strips below them others."""
    columns = np.array([4, 4, 4, 1, 1, 1])
    strokes = np.zeros((6, 400))
    for row in range(6):
        strokes[row, (20 if row < 3 else 45) :: 50] = 1.0
    assert plausible._agreement(strokes, columns) == pytest.approx(1.0)
    assert plausible._agreement(strokes, np.ones(6, int)) < 0.75


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
@pytest.mark.parametrize("rate", [38.0, 72.0, 150.0])
def test_beats_are_not_doubted(layout: str, rate: float) -> None:
    assert doubts(from_record(beating(3, rate), layout)) == set()


WAVES = {
    "flat": (np.zeros(TIME_S.size), "no_waves"),
    "breathing": (np.sin(2 * np.pi * 0.3 * TIME_S), "no_waves"),
    "small noise": (np.random.default_rng(0).normal(0, 0.05, (12, TIME_S.size)), "rows_apart"),
    "noise": (np.random.default_rng(1).normal(0, 0.4, (12, TIME_S.size)), "no_beats"),
    "sine of 5 Hz": (np.sin(2 * np.pi * 5 * TIME_S), "no_beats"),
    "square wave": (np.sign(np.sin(2 * np.pi * 1.2 * TIME_S)), "steps"),
    "sawtooth": ((1.2 * TIME_S) % 1 - 0.5, "even_waves"),
}


@pytest.mark.parametrize("layout", ["3x4+1R", "12x1"])
@pytest.mark.parametrize("name", sorted(WAVES))
def test_other_waves_are_doubted_by_name(name: str, layout: str) -> None:
    wave, code = WAVES[name]
    page = from_record(record(wave), layout)
    assert code in doubts(page)
    (said,) = [remark for remark in page.remarks if remark.code == code]
    assert said.severity is Severity.DOUBT
    assert "{" not in said.text


def test_one_lead_row_after_row_is_doubted() -> None:
    rows = [beating(7, 66.0 + 3 * row, ("II",)).signals_mv[0] for row in range(12)]
    assert doubts(from_record(record(np.array(rows)), "12x1")) >= {"rows_apart"}


def test_a_print_is_judged_like_its_record() -> None:
    true, false = beating(4), record(np.sign(np.sin(2 * np.pi * 1.2 * TIME_S)))
    for one in (true, false):
        scanned = from_scan(EcgScan("scan", "1" * 64, print_record(one, "3x4", 5.0).pixels))
        assert doubts(scanned) == doubts(from_record(one, "3x4"))


def strip_of(wave: np.ndarray) -> EcgPage:
    one = record(wave)
    return from_record(
        replace(one, leads=("II",), original_leads=("II",), signals_mv=one.signals_mv[:1])
    )


@pytest.mark.parametrize(
    ("wave", "code"),
    [
        (np.zeros(TIME_S.size), "no_waves"),
        (0.3 * np.sin(2 * np.pi * 1.2 * TIME_S), "no_waves"),
        (np.random.default_rng(0).normal(0, 0.15, TIME_S.size), "no_beats"),
        (0.5 * np.sign(np.sin(2 * np.pi * TIME_S)), "steps"),
    ],
    ids=["flat", "sine", "noise", "square"],
)
def test_a_strip_without_heart_beats_is_doubted(wave: np.ndarray, code: str) -> None:
    assert doubts(strip_of(wave)) == {code}


def test_a_strip_that_beats_is_not_doubted() -> None:
    heart = beating(4)
    for leads in (("II",), ("II", "V1")):
        rows = [heart.leads.index(lead) for lead in leads]
        page = from_record(
            replace(heart, leads=leads, original_leads=leads, signals_mv=heart.signals_mv[rows])
        )
        assert doubts(page) == set()


def test_every_code_is_a_row_of_the_table() -> None:
    assert {code: LIMITS[code].severity for code in NO_HEARTBEAT} == dict.fromkeys(
        NO_HEARTBEAT, Severity.DOUBT
    )


def test_leads_of_a_vast_st_elevation_are_no_test_signal() -> None:
    # Half of the leads stand on a plateau for half of each beat, as a square wave does.
    beats = beating(3, 72.0).signals_mv
    plateau = np.where((1.2 * TIME_S) % 1 < 0.5, 1.0, 0.0)
    lifted = np.array([row + plateau if k >= 6 else row for k, row in enumerate(beats)])
    assert "even_waves" not in doubts(from_record(record(lifted), "3x4+1R"))
