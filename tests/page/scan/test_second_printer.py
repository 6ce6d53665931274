"""Sheets that another printer draws are read as they are; what is read wrongly is recognised."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.pages.foreign.second_printer import BLOCKS, GRIDS, look_of, printed
from benchmarks.pages.held_against import wrong_with
from benchmarks.pages.second_printer import judged, summary
from ecg_core.intake.values import EcgScan
from ecg_core.page.scan.rectify import read_scan
from tests.page.sample_records import beating

QUICK = (0, 7)
"""A 3×4 page with columns of 2.52 s at 5 mm/mV, and Cabrera's order in columns of 2.4 s."""


@pytest.mark.parametrize("number", QUICK)
def test_sheets_of_a_second_printer_are_read(number: int) -> None:
    row = judged(printed(beating(3), replace(look_of(number), px_per_mm=4.0)), "clean", number)
    assert row["outcome"] in ("read", "asked"), row


def test_a_wrong_gain_and_a_wrong_time_are_recognised() -> None:
    sheet = printed(beating(3), replace(look_of(0), px_per_mm=4.0))
    reading = read_scan(EcgScan("scan", "0" * 64, np.ascontiguousarray(sheet.pixels)))
    same = np.eye(3)
    assert wrong_with(reading, sheet, same) == set()
    half = replace(sheet, look=replace(sheet.look, gain_mm_per_mv=10.0))
    assert "gain" in wrong_with(reading, half, same)
    late = replace(
        sheet, pieces=tuple(replace(p, x0_mm=p.x0_mm + 2.0 * p.row) for p in sheet.pieces)
    )
    assert "time" in wrong_with(reading, late, same)
    swapped = replace(sheet, pieces=(*sheet.pieces[1::-1], *sheet.pieces[2:]))
    assert wrong_with(reading, swapped, same) == {"leads"}


def test_every_layout_and_paper_has_its_turn() -> None:
    looks = [look_of(number) for number in range(132)]
    assert {look.layout for look in looks} == set(BLOCKS)
    assert {look.grid for look in looks} == set(GRIDS)
    assert {look.sequential for look in looks} == {True, False}


def test_a_summary_states_the_upper_end_of_its_interval() -> None:
    """Wilson's interval for none of 100 ends at 3.7 %."""
    assert "silently wrong 0 (at most 3.7 %)" in summary([{"outcome": "read"}] * 100)
