"""Lattices that a spectrum may show, and the one behind two that are each other's mirror image."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ecg_core.page.scan.geometry.lattice import Lattice, _between_twins, _without_diagonals

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


@pytest.mark.parametrize(("score", "kept"), [(3.9, True), (-1.6, False), (-3.0, False)])
def test_a_lattice_is_no_diagonal_of_one_that_is_far_less_likely(score: float, kept: bool) -> None:
    """Lines of 5 mm beat two cells across and one down, aslant to those of 1 mm."""
    plain = Lattice(np.array([0.26, 0.0]), np.array([0.0, 0.26]), score, 2.5, 2.5)
    knights = Lattice(np.array([0.104, 0.052]), np.array([-0.052, 0.104]), -1.6, 2.5, 0.0)
    found = _without_diagonals([plain, knights])
    assert any(one is plain for one in found) == kept
