"""Lattices that a spectrum may show, and the one behind two that are each other's mirror image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.page.scan.geometry.lattice import Lattice, _between_twins

PX_PER_MM = 4.0
FIFTH_DEG = float(np.degrees(np.arctan(0.2)))


def aslant(angle_deg: float, score: float = -0.7) -> Lattice:
    """What is left of dots a millimetre apart: waves of (1, 1/5) per mm, turned to one side."""
    turn = np.radians(angle_deg)
    wave = np.hypot(1.0, 0.2) / PX_PER_MM
    across = wave * np.array([np.cos(turn), np.sin(turn)])
    return Lattice(across, np.array([-across[1], across[0]]), score, 0.8, 0.2)


@pytest.mark.parametrize("turned_deg", [0.0, 2.0, -3.5])
def test_two_mirrored_lattices_are_of_dots_between_them(turned_deg: float) -> None:
    twins = [aslant(turned_deg - FIFTH_DEG), aslant(turned_deg + FIFTH_DEG, -0.9)]
    (found,) = _between_twins(twins)
    assert found.px_per_mm == pytest.approx((PX_PER_MM, PX_PER_MM), rel=1e-6)
    assert found.angle_deg == pytest.approx(turned_deg, abs=1e-6)
    assert found.score > max(twin.score for twin in twins)


def test_one_turned_lattice_or_two_unlike_ones_have_none_between_them() -> None:
    left, right = aslant(-FIFTH_DEG), aslant(FIFTH_DEG)
    assert not _between_twins([])
    assert not _between_twins([left])
    assert not _between_twins([left, aslant(FIFTH_DEG + 5.0)])
    assert not _between_twins([left, replace(right, across=right.across * 1.1)])
    assert not _between_twins([left, replace(right, score=-3.0)])
