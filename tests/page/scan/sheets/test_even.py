"""Where columns begin, by marks that are drawn here at known places."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.scan.sheets.columns import Division, _parted
from ecg_core.page.scan.sheets.dividers import Dividers
from ecg_core.page.scan.sheets.even import evenly
from ecg_core.page.scan.sheets.rows import Row

PX = 6.0


def marks(places_mm: dict[float, float], width_mm: float = 300.0) -> np.ndarray:
    """Strength of marks half a millimetre wide at known places."""
    strength = np.zeros(round(width_mm * PX))
    for place, value in places_mm.items():
        strength[round((place - 0.25) * PX) : round((place + 0.25) * PX)] = value
    return strength


def test_a_letter_beside_one_begin_moves_nothing() -> None:
    # The third mark is a letter's stem, 1.4 mm behind where the column begins at 207.5.
    strength = marks({82.5: 1.3, 145.0: 1.3, 208.9: 0.8})
    start, width = evenly(20.3, 62.5, 4, strength, PX, (20.0, 271.5, "pulse"))
    assert width == 62.5
    assert start == pytest.approx(20.0, abs=0.1)


def test_paper_that_ran_two_per_cent_too_fast_is_believed() -> None:
    # 63.75 mm for 2.5 s: marks and the rows' end agree on it.
    strength = marks({83.75: 1.3, 147.5: 1.3, 211.25: 1.3})
    start, width = evenly(20.5, 63.5, 4, strength, PX, (19.9, 275.1, "ink"))
    assert width == pytest.approx(63.75, abs=0.05)
    assert start == pytest.approx(20.0, abs=0.2)


def test_half_a_per_cent_is_within_what_marks_can_tell() -> None:
    strength = marks({82.7: 1.3, 145.0: 1.3, 207.2: 1.3})
    start, width = evenly(20.0, 62.5, 4, strength, PX, (20.0, 270.0, "pulse"))
    assert width == 62.5
    assert start == pytest.approx(19.97, abs=0.1)


def test_bars_as_thick_as_a_millimetre_mark_a_column() -> None:
    # Three rows, each with a bar 1 mm wide and 7 mm tall at 62.5 mm, and a QRS complex at 40 mm
    # whose heights differ from row to row.
    ink = np.zeros((600, 600), bool)
    rows = []
    for level, tall in ((100, 20), (300, 34), (500, 12)):
        ink[level - 1 : level + 1] = True
        ink[level - 21 : level + 21, 372:378] = True
        ink[level - tall : level, 239:241] = True
        curve = np.full(600, float(level))
        rows.append(Row(curve, np.ones(600, bool), np.ones(600, bool), PX))
    found = Dividers(ink, ink, tuple(rows)).marks(3, np.array([240, 376])).kinds["bars"]
    assert found[373:377].min() > 0.0
    assert found[:366].max() == 0.0
    assert found[384:].max() == 0.0


def test_one_blank_and_the_first_ink_tell_how_wide_two_columns_are() -> None:
    # Columns of 126 mm with 2 mm of blank between them begin at 26 and 152 mm.
    drawn = np.zeros(round(300 * PX), bool)
    drawn[round(26 * PX) : round(150 * PX)] = drawn[round(152 * PX) : round(276 * PX)] = True
    rows = tuple(Row(np.full(len(drawn), y), drawn, drawn, PX) for y in (100.0, 300.0))
    found = _parted(Division(27.3, 125.0, 2, 277.0, 5.0), rows, (26.0, 276.0, "ink"))
    assert found.width_mm == pytest.approx(126.0, abs=0.05)
    assert found.start_mm == pytest.approx(26.0, abs=0.2)
