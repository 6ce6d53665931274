"""Whether columns are as long as usual, and told by more than they need."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.scan.sheets import lengths
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.dividers import Marks

PX = 6.0


def marks(*places_mm: float) -> Marks:
    """Ticks half a millimetre wide."""
    strength = np.zeros(round(300 * PX))
    for place in places_mm:
        strength[round((place - 0.25) * PX) : round((place + 0.25) * PX)] = 1.3
    return Marks({"ticks": strength}, PX)


@pytest.mark.parametrize(
    ("width_mm", "count", "gap_mm", "off"),
    [
        (83.33, 3, 0.0, 0.0),
        (83.33, 4, 0.0, 0.333),
        (125.0, 2, 2.0, 0.0),
        (127.0, 2, 2.0, 0.0),
        (120.0, 2, 0.0, 0.04),
    ],
    ids=["thirds", "thirds of four", "blank inside", "blank behind", "4.8 s"],
)
def test_columns_are_usual_by_their_number(
    width_mm: float, count: int, gap_mm: float, off: float
) -> None:
    division = Division(20.0, width_mm, count, 20.0 + count * width_mm, 9.0, gap_mm=gap_mm)
    assert lengths.unusual(division) == pytest.approx(off, abs=0.01)


def test_two_columns_are_told_by_one_mark_and_both_ends() -> None:
    # Pens reach 0.11 mm beyond the first and the last sample: 4.8 s from 20 to 260 mm.
    division = Division(20.0, 120.0, 2, 260.0, 4.0, marked=1)
    assert lengths.agreed(division, marks(140.0), (19.89, 260.11, "ink"))
    assert not lengths.agreed(division, marks(140.0), (19.89, 258.0, "ink"))
    assert not lengths.agreed(division, marks(141.5), (19.89, 260.11, "ink"))
    assert not lengths.agreed(division, marks(140.0), (19.89, 260.11, "pulse"))
