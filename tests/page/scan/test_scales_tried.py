"""Which of several scales that a picture may have is taken."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.intake.values import EcgScan
from ecg_core.page.scan import rectify
from ecg_core.page.scan.geometry.bend import Bend
from ecg_core.page.scan.geometry.grid import FoundGrid


@pytest.mark.parametrize(
    ("second", "taken"),
    [(13.7, 13.7), (None, -3.2), (-2.1, -3.2), (-0.9, -0.9)],
    ids=["a sheet", "none", "another strip", "a likelier strip"],
)
def test_a_strip_that_hardly_is_one_gives_way_to_a_sheet_at_another_scale(
    monkeypatch: pytest.MonkeyPatch, second: float | None, taken: float
) -> None:
    """Lines of 5 mm passed for those of 1 mm, and a part of a page for a strip of 2 s. A strip at
    another scale must be clearly likelier."""
    scores = {1: -3.2, 2: second}

    def read_under(scan: EcgScan, view: object, grid: SimpleNamespace, *rest: object) -> object:
        if (score := scores[grid.number]) is None:
            raise rectify.refuse("unclear_rows")
        return SimpleNamespace(sheet=SimpleNamespace(score=score))

    grids = [
        SimpleNamespace(number=n, px_per_mm=(5.0, 5.0), wide=False, guessed=False) for n in (1, 2)
    ]
    monkeypatch.setattr(rectify, "find_grids", lambda pixels: grids)
    monkeypatch.setattr(rectify, "is_bare", lambda pixels: False)
    monkeypatch.setattr(rectify, "read_under", read_under)
    monkeypatch.setattr(rectify.size, "against", lambda *some: (0.0, ""))
    picture = np.full((700, 1200, 3), 240, np.uint8)
    found = rectify.read_scan(EcgScan("page", "0" * 64, picture))
    assert found.sheet.score == taken


def test_two_millimetres_that_passed_for_one_are_told_by_columns_and_pulses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A wrong grid bends what lies flat: at the right scale it is tried without its bend."""
    bend = Bend.over(np.array([[0.0, 0.0], [90.0, 60.0]]))
    taken = FoundGrid(np.eye(3), (11.0, 11.0), 0.0, 0.05, 2.5, 0.4, (0.0, 0.0, 90.0, 60.0), bend)

    def read_under(scan: EcgScan, view: object, grid: FoundGrid, *rest: object) -> object:
        if grid.px_per_mm != (5.5, 5.5):
            raise rectify.refuse("unclear_time", length=124.0)
        return SimpleNamespace(sheet=SimpleNamespace(score=34.0), grid=grid)

    monkeypatch.setattr(rectify, "find_grids", lambda pixels: (taken,))
    monkeypatch.setattr(rectify, "is_bare", lambda pixels: False)
    monkeypatch.setattr(rectify, "read_under", read_under)
    monkeypatch.setattr(rectify.size, "against", lambda *some: (0.0, ""))
    picture = np.full((700, 1200, 3), 240, np.uint8)
    found = rectify.read_scan(EcgScan("page", "0" * 64, picture))
    assert found.grid.bend is None
    assert found.grid.guessed
