"""What tells the scale of a page without a grid, by pulses and pictures made here."""

from __future__ import annotations

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from benchmarks.pages.foreign.recorders import MANNERS, exported, style_of
from benchmarks.pages.gridless import summary
from benchmarks.pages.held_against import held_against, interval
from ecg_core.page.scan.bare import is_bare
from ecg_core.page.scan.geometry.gridless import told_by_print, told_by_pulses
from ecg_core.page.scan.sheets.cut_pulses import cut_pulses_of
from ecg_core.page.scan.sheets.rows import Row
from ecg_core.page.scan.sheets.scale import PrintedScale
from tests.page.sample_records import beating

PX = 6.0


@pytest.mark.parametrize(
    ("high", "wide", "speed", "gain", "longer"),
    [
        (10.05, 5.0, 25.0, 10.0, 1.0),
        (10.5, 5.2, 25.0, 10.0, 250.2 / 240.2),
        (10.7, 5.3, 25.0, 10.0, 1.07),
        (20.0, 10.0, 25.0, 10.0, 2.0),
        (20.0, 3.5, 25.0, 10.0, None),
        (10.0, 10.0, 50.0, 10.0, 1.0),
        (10.0, 5.0, 25.0, 7.0, None),
    ],
    ids=["ten seconds", "9.6 s", "9.3 s", "five", "as wide as none", "50 mm/s", "no such gain"],
)
def test_pulses_as_high_as_print_says_tell_the_scale(
    high: float, wide: float, speed: float, gain: float, longer: float | None
) -> None:
    """Rows were taken for 250 mm. Half as long, at 25 mm/s, their pulses look twice as high, and
    twice as wide; pulses that would then last 0.07 s are those of another gain."""
    pulses = (SimpleNamespace(height_mm=high, width_mm=wide),) * 3
    found = told_by_print(pulses, PrintedScale((speed,), (gain,), (gain,)))
    assert found == (None if longer is None else pytest.approx(longer))


def test_white_paper_with_ink_is_bare_and_dots_of_a_grid_are_not() -> None:
    page = np.full((600, 900, 3), 255, np.uint8)
    cv2.polylines(page, [np.stack([np.arange(900), 300 + np.arange(900) % 40], 1)], False, 0, 2)
    coded = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    assert is_bare(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)))
    # One pale dot in 64 pixels is 1.6 % of the paper.
    page[::8, ::8] = (250, 190, 190)
    assert not is_bare(page)


def with_pulse(roof_from_px: int) -> tuple[np.ndarray, tuple[Row, ...]]:
    """Three rows with the right half of a pulse 10 mm high, its roof from a column on to 3 mm."""
    ink = np.zeros((700, 900), bool)
    rows = []
    for level in (150, 350, 550):
        ink[level - 1 : level + 1, 20:] = True
        ink[level - 61 : level - 59, roof_from_px:18] = True
        ink[level - 61 : level + 1, 18:20] = True
        rows.append(Row(np.full(900, float(level)), ink[level], ink[level], PX))
    return ink, tuple(rows)


def test_a_pulse_that_the_edge_cuts_is_one() -> None:
    ink, rows = with_pulse(0)
    found = cut_pulses_of(ink, np.ones_like(ink), rows)
    assert len(found) == 3
    assert [pulse.height_mm for pulse in found] == pytest.approx([10.0] * 3, abs=0.2)
    assert found[0].right_mm == pytest.approx(3.3, abs=0.3)
    assert all(pulse.cut for pulse in found)
    # A roof that begins inside the picture is a wave.
    assert not cut_pulses_of(*(with_pulse(10)[0], np.ones_like(ink)), rows)


@pytest.mark.parametrize("number", [4, 13])
def test_exports_of_other_recorders_are_read(number: int) -> None:
    export = exported(beating(3), style_of(number))
    assert held_against(export, export.pixels, np.eye(3))["outcome"] in ("read", "asked")


def test_every_recorder_and_layout_has_its_turn() -> None:
    styles = [style_of(number) for number in range(40)]
    assert {style.manner for style in styles} == {manner.name for manner in MANNERS}
    assert {style.layout for style in styles} >= {"3x4", "3x4+1R", "3x4+3R", "6x2", "12x1"}


def test_shares_have_intervals() -> None:
    """Wilson's interval for 95 of 100 is 88.8 to 97.8 %."""
    assert interval(95, 100) == pytest.approx((88.8, 97.8), abs=0.06)
    rows = [{"outcome": "read"}] * 95 + [{"outcome": "refused"}] * 5
    assert "95.0 %; 88.8 to 97.8" in summary(rows)


@pytest.mark.parametrize(("every_px", "bare"), [(59, False), (400, True)])
def test_a_grid_as_dark_as_ink_is_no_bare_paper(every_px: int, bare: bool) -> None:
    """Dark red lines 5 mm apart and none between them; a frame with a few lines is no grid."""
    page = np.full((1200, 1600, 3), 255, np.uint8)
    for at in range(100, 1101, every_px):
        page[at : at + 2, 100:1502] = (170, 50, 40)
    for at in range(100, 1501, every_px):
        page[100:1102, at : at + 2] = (170, 50, 40)
    page[598:601, 150:1450] = 0
    assert is_bare(page) is bare


@pytest.mark.parametrize(
    ("heights", "longer"),
    [
        ((10.4, 10.5, 10.4), 250.2 / 240.2),
        ((10.1, 10.2, 10.1), 1.0),
        ((10.1, 10.7, 10.4), 1.0),
        ((5.2, 5.2, 5.2), 1.0),
        ((10.4,), 1.0),
    ],
    ids=["rows of 9.6 s", "near enough", "they differ", "too low to tell", "one alone"],
)
def test_without_a_grid_pulses_that_agree_tell_the_scale(
    heights: tuple[float, ...], longer: float
) -> None:
    pulses = tuple(SimpleNamespace(height_mm=high) for high in heights)
    assert told_by_pulses(pulses) == pytest.approx(longer)
