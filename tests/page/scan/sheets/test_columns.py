"""Where columns begin, by marks and by the ends of rows."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.sheets.columns import Division, divisions
from ecg_core.page.scan.sheets.dividers import Marks
from ecg_core.page.scan.sheets.doubts import doubted


def test_columns_are_fitted_by_even_marks_and_not_by_letters_behind_them() -> None:
    strength = np.zeros(round(300 * RASTER))
    for begin in (82.5, 145.0, 207.5):
        strength[round(begin * RASTER)] = 0.6
        # Letters stand alike behind every beginning, though not quite.
        strength[round((begin + 1.3 + 0.2 * (begin > 100)) * RASTER)] = 0.9
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    best = divisions(
        4, rows, Marks({"ticks": strength}, RASTER), (), (20.0, 270.1, "ink"), (False, False)
    )[0]
    assert best.start_mm == pytest.approx(20.0, abs=0.2)
    assert best.width_mm == pytest.approx(62.5, abs=0.05)


def test_bars_at_every_begin_say_more_than_where_the_rows_end() -> None:
    """On a scan stretched by 0.7 % whose last column the picture cuts by 3 mm."""
    strength = np.zeros(round(300 * RASTER))
    for begin in (82.95, 145.9, 208.85):
        strength[round(begin * RASTER)] = 2.0
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    marks = Marks({"bars": strength}, RASTER)
    for cut in (False, True):
        best = divisions(4, rows, marks, (), (21.3, 268.3, "ink"), (False, cut))[0]
        begins = [x0 for x0, _ in best.edges()][1:]
        assert begins == pytest.approx([82.95, 145.9, 208.85], abs=0.7)


def test_columns_begin_before_the_picture_where_it_cuts_them() -> None:
    """Of columns of 62.5 mm the first lost 4.9 mm and the last 7 mm, so that columns of 59.5 mm
    would just fill what is left."""
    strength = np.zeros(round(300 * RASTER))
    for begin in (67.6, 130.1, 192.6):
        strength[round(begin * RASTER)] = 2.0
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    marks = Marks({"bars": strength}, RASTER)
    best = divisions(4, rows, marks, (), (10.0, 248.1, "ink"), (True, True))[0]
    assert best.start_mm == pytest.approx(5.1, abs=0.3)
    assert best.width_mm == pytest.approx(62.5, abs=0.05)
    # A pulse before the rows, or a margin, tells that nothing is missing there.
    whole = divisions(4, rows, marks, (), (10.0, 248.1, "ink"), (False, True))[0]
    assert whole.start_mm > 5.9


def test_rows_that_the_picture_cuts_do_not_tell_how_wide_columns_are() -> None:
    """Of four columns of 62.5 mm the picture lost 0.5 mm on the left and 1.3 mm on the right."""
    strength = np.zeros(round(300 * RASTER))
    strength[round(131.4 * RASTER)] = 1.0
    rows = tuple(
        SimpleNamespace(px_per_mm=float(RASTER), drawn=np.ones(len(strength), bool))
        for _ in range(3)
    )
    marks, ends = Marks({"ticks": strength}, RASTER), (6.9, 255.1, "ink")
    best = divisions(4, rows, marks, (), ends, (True, True), (True, True))[0]
    assert best.width_mm == pytest.approx(62.5, abs=0.01)
    assert best.start_mm == pytest.approx(6.4, abs=0.2)


@pytest.mark.parametrize(
    ("marked", "end_mm", "time", "weak"),
    [
        (1, 280.0, 0.0, False),
        (0, 280.0, 0.0, False),
        (0, 275.0, 0.0, True),
        (1, 275.0, 0.0, False),
        (0, 280.0, 0.02, True),
    ],
    ids=["marked", "as usual", "the last is short", "short but marked", "unusual, unmarked"],
)
def test_columns_that_no_mark_tells_and_no_length_are_doubted(
    marked: int, end_mm: float, time: float, weak: bool
) -> None:
    division = Division(30.0, 125.0, 2, end_mm, 9.0, marked)
    assert doubted._weakly_told(SimpleNamespace(division=division), time) == weak
