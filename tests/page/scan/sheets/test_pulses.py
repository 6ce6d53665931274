"""Calibration pulses are found beside the rows that they stand for."""

import numpy as np
import pytest

from ecg_core.page.scan.sheets.dividers import ends_of
from ecg_core.page.scan.sheets.pulses import Pulse, pulses_of, pulses_within
from ecg_core.page.scan.sheets.rows import Row

PX = 6.0
"""Pixels of the flat picture per mm."""


def drawn(edge_mm: float) -> tuple[np.ndarray, Row]:
    """A level trace at 50 mm from 40 mm to 140 mm, led by a pulse 5 mm wide and 10 mm high from
    32 mm on, on a picture of 160 mm by 80 mm. edge_mm: where the row seems to run left of that."""
    ink = np.zeros((480, 960), bool)
    ink[299:302, 180:840] = True
    ink[299:302, 192:222] = False
    ink[239:302, 191:194] = ink[239:302, 221:224] = True
    ink[239:242, 191:224] = True
    filled = np.zeros(960, bool)
    filled[180:840] = True
    filled[:40] = True
    curve = np.full(960, 300.0)
    curve[:180] = edge_mm * PX
    return ink, Row(curve, filled, filled, PX)


@pytest.mark.parametrize("edge_mm", [50.0, 70.0, 20.0])
def test_a_pulse_is_found_whatever_lies_beyond_the_begin_of_its_row(edge_mm: float) -> None:
    ink, row = drawn(edge_mm)
    (pulse,) = pulses_of(ink, (row,))
    assert pulse.left_mm == pytest.approx(32.0, abs=0.3)
    assert pulse.width_mm == pytest.approx(5.0, abs=0.2)
    assert pulse.height_mm == pytest.approx(10.0, abs=0.4)


def test_a_pulse_whose_strokes_are_broken_is_as_tall_as_a_whole_one() -> None:
    ink, row = drawn(50.0)
    # A millimetre is missing in each stroke, and where the second meets the roof.
    ink[260:266, 188:226] = False
    ink[242:247, 218:226] = False
    (pulse,) = pulses_of(ink, (row,))
    assert pulse.height_mm == pytest.approx(10.0, abs=0.4)


@pytest.mark.parametrize(
    ("wide_mm", "high_mm", "told"),
    [(5.0, 10.0, True), (5.0, 20.0, True), (9.6, 10.0, False), (5.0, 14.0, False)],
    ids=["a pulse", "of 20 mm/mV", "a broad wave", "of no usual height"],
)
def test_a_pulse_within_a_row_is_another_strips(wide_mm: float, high_mm: float, told: bool) -> None:
    """At 80 mm of a row from 20 to 150 mm."""
    ink = np.zeros((480, 960), bool)
    ink[299:302, 120:900] = True
    left, right, top = 480, round(480 + wide_mm * PX), round(300 - high_mm * PX)
    ink[299:302, left:right] = False
    ink[top:302, left - 1 : left + 2] = ink[top:302, right - 1 : right + 2] = True
    ink[top : top + 3, left - 1 : right + 2] = True
    found = pulses_within(ink, (row_with_gap(20.0, 20.0),))
    assert [pulse.left_mm for pulse in found] == ([pytest.approx(80.0, abs=0.3)] if told else [])
    assert not pulses_of(ink, (row_with_gap(20.0, 20.0),))


@pytest.mark.parametrize(("runs_on", "found"), [(True, 0), (False, 1)], ids=["waves", "a pulse"])
def test_between_two_waves_that_point_down_there_is_no_pulse(runs_on: bool, found: int) -> None:
    """The last 5 mm of a row lie between two S waves, 5 mm deep; the trace goes on outside them."""
    ink = np.zeros((480, 960), bool)
    ink[299:302, 120 if runs_on else 840 : 900 if runs_on else 871] = True
    ink[299:331, 839:842] = ink[299:331, 869:872] = True
    assert len(pulses_of(ink, (row_with_gap(20.0, 20.0),))) == found


def row_with_gap(from_mm: float, until_mm: float) -> Row:
    """A row from 20 to 150 mm that is not drawn between two places."""
    drawn = np.zeros(960, bool)
    drawn[120:900] = True
    drawn[round(from_mm * PX) : round(until_mm * PX)] = False
    return Row(np.full(960, 300.0), drawn, drawn, PX)


@pytest.mark.parametrize(
    ("resumed_mm", "begin_mm", "known"),
    [((44.0, 44.3, 44.1), 44.1, "gap"), ((44.0, 46.0, 41.5), 40.4, "pulse")],
    ids=["a blank", "worn ink"],
)
def test_a_blank_behind_pulses_is_one_where_rows_resume_together(
    resumed_mm: tuple[float, ...], begin_mm: float, known: str
) -> None:
    """Pulses end at 40 mm; where rows resume apart, the trace begins with the pulse's foot."""
    rows = tuple(row_with_gap(40.8, at) for at in resumed_mm)
    pulses = tuple(Pulse(row, 35.0, 40.0, 10.0, 50.0) for row in range(3))
    left, _, how = ends_of(rows, pulses)
    assert how == known
    assert left == pytest.approx(begin_mm, abs=0.2)


@pytest.mark.parametrize(("high_mm", "found"), [(10.0, 1), (5.5, 0)])
def test_a_slim_pulse_is_one_where_it_is_as_high_as_pulses_are(high_mm: float, found: int) -> None:
    """Two millimetres from stroke to stroke, as in the margin of some recorders; letters are as
    slim, but not so high."""
    ink, row = drawn(50.0)
    ink[:, 185:230] = False
    top = round(300 - high_mm * PX)
    ink[top : top + 3, 203:218] = True
    ink[top:302, 203:206] = ink[top:302, 215:218] = True
    pulses = pulses_of(ink, (row,))
    assert len(pulses) == found
    for pulse in pulses:
        assert pulse.width_mm == pytest.approx(2.0, abs=0.2)
        assert pulse.height_mm == pytest.approx(high_mm, abs=0.4)
