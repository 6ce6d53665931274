"""Whether columns are as long as usual, and told by more than they need."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.sheets import lengths
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.dividers import Marks
from ecg_core.page.scan.sheets.doubts import doubted

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


@pytest.mark.parametrize(
    ("width_mm", "edges_mm", "unsure"),
    [(60.0, (7.0, 247.2), True), (62.5, (7.0, 257.2), False), (60.0, (0.0, 260.0), False)],
    ids=["2.4 s, cut at both ends", "2.5 s, cut at both ends", "2.4 s, with margins"],
)
def test_columns_as_long_as_none_are_doubted_where_the_picture_cuts_both_ends(
    width_mm: float, edges_mm: tuple[float, float], unsure: bool
) -> None:
    """Of columns 0.6 % wider than 60 mm, all marked, the last began 65 ms early without a word."""
    start, end = 7.1, 7.1 + 4 * width_mm
    row = SimpleNamespace(px_per_mm=PX, span_px=(start * PX, end * PX))
    seen = SimpleNamespace(
        rows=(row,) * 3,
        pulses=(),
        pulse_mm=None,
        edges_mm=edges_mm,
        marks=lambda main: marks(*(start + step * width_mm for step in (1, 2, 3))),
    )
    division = Division(start, width_mm, 4, end, 8.4, marked=3)
    assert doubted._times_unsure(SimpleNamespace(division=division, seen=seen, main=3)) == unsure


@pytest.mark.parametrize(
    ("ends", "cut"),
    [
        ((0.5, 240.0, "ink"), (True, False)),
        ((6.0, 240.0, "ink"), (False, False)),
        ((6.0, 258.0, "gap"), (True, True)),
        ((8.0, 258.0, "pulse"), (True, True)),
        ((20.0, 240.0, "pulse"), (False, False)),
    ],
    ids=[
        "at the edge",
        "margins",
        "a pulse at the edge",
        "runs on from one",
        "a pulse in a margin",
    ],
)
def test_books_shorten_columns_and_put_the_pulse_before_them(
    ends: tuple[float, float, str], cut: tuple[bool, bool]
) -> None:
    assert lengths.cut((0.0, 260.0), ends) == cut


@pytest.mark.parametrize(
    ("count", "right_mm", "picture_mm", "early"),
    [
        (3, 271.0, 290.0, True),
        (3, 271.0, 273.0, False),
        (3, 275.0, 290.0, False),
        (2, 180.0, 290.0, False),
    ],
    ids=["3.2 s read as 3.3", "cut by the picture", "hardly", "two columns are asked elsewhere"],
)
def test_three_columns_that_end_early_where_the_picture_goes_on_are_narrower(
    count: int, right_mm: float, picture_mm: float, early: bool
) -> None:
    division = Division(30.7, 83.3, count, right_mm, 9.0)
    found = lengths.ends_early(division, (0.0, picture_mm), (30.6, right_mm, "gap"))
    assert found is early
