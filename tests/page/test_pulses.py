"""Calibration pulses are found beside the rows that they stand for."""

import numpy as np
import pytest

from ecg_core.page.scan.sheets.pulses import pulses_of
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
