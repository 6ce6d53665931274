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
        draft=SimpleNamespace(division=division), remarks=(), scale=SimpleNamespace(speed=25.0)
    )
    grid = cast("FoundGrid", SimpleNamespace(agreed=agreed))
    found = under_grid._check_agreed(cast("Sheet", sheet), grid)
    assert [one.code for one in found] == codes
