"""Where no grid tells the scale, columns that would be as long as hardly any are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from ecg_core.page.scan import under_grid
from ecg_core.page.scan.geometry.grid import FoundGrid
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.decide import Sheet


@pytest.mark.parametrize(
    ("width_mm", "agreed", "codes"),
    [(60.0, True, ["columns_unusual"]), (62.4, True, []), (60.0, False, [])],
    ids=["2.4 s", "2.5 s", "a grid tells"],
)
def test_pulses_and_print_alone_tell_a_scale_roughly(
    width_mm: float, agreed: bool, codes: list[str]
) -> None:
    division = Division(20.0, width_mm, 4, 20.0 + 4 * width_mm, 9.0, marked=3)
    sheet = SimpleNamespace(
        draft=SimpleNamespace(division=division, seen=SimpleNamespace(pulses=())),
        remarks=(),
        scale=SimpleNamespace(speed=25.0),
    )
    grid = cast("FoundGrid", SimpleNamespace(agreed=agreed))
    found = under_grid._check_agreed(cast("Sheet", sheet), grid)
    assert [one.code for one in found] == codes


@pytest.mark.parametrize(
    ("high", "wide", "count", "astray"),
    [
        (1.05, 1.05, 4, True),
        (0.96, 0.95, 3, True),
        (1.05, 1.05, 2, False),
        (1.05, 1.01, 4, False),
        (1.04, 0.96, 4, False),
        (1.01, 1.02, 4, False),
    ],
    ids=["5 % too large", "too small", "two pulses", "too high", "too high and narrow", "as due"],
)
def test_pulses_that_are_off_alike(high: float, wide: float, count: int, astray: bool) -> None:
    """At 10 mm/mV and 25 mm/s a pulse is 10 mm high and 5 mm wide."""
    pulse = SimpleNamespace(height_mm=10.0 * high, width_mm=5.0 * wide, cut=False)
    seen = SimpleNamespace(pulses=(pulse,) * count)
    scale = SimpleNamespace(gain_limb=10.0, speed=25.0)
    sheet = SimpleNamespace(draft=SimpleNamespace(seen=seen), scale=scale)
    assert under_grid._pulses_astray(cast("Sheet", sheet)) is astray
