"""Where T ends, and T waves whose end cannot be told."""

from __future__ import annotations

from math import hypot

import numpy as np
import pytest

from ecg_core.signal.borders.t_border import SMOOTH_S, _stall, t_wave
from ecg_core.signal.borders.waves import Wave
from ecg_core.signal.median_beat import MedianBeat
from ecg_core.signal.projection import leads_of

FS_HZ = 500.0
TIMES_S = np.arange(-200, 350) / FS_HZ
QRS = Wave(-0.04, 0.0, 0.05, 50.0, 1.0)


def bump(at_s: float, sigma_s: float, mv: float = 0.3) -> np.ndarray:
    return np.asarray(mv * np.exp(-0.5 * ((TIMES_S - at_s) / sigma_s) ** 2))


def beat(*leads: np.ndarray) -> MedianBeat:
    """A median beat of four beats that look the same."""
    mv = np.stack(leads)
    single = np.repeat(mv[None], 4, axis=0)
    count = np.full(len(leads), 4)
    return MedianBeat(mv, 200, FS_HZ, np.arange(4), count, np.zeros_like(mv), single)


def t_of(*leads: np.ndarray) -> Wave:
    found = leads_of(beat(*leads))
    assert found is not None
    wave = t_wave(found, QRS, 0.9, 0.70)
    assert wave is not None
    return wave


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_t_ends_a_little_behind_its_tangent(sign: float) -> None:
    found = t_of(sign * bump(0.30, 0.04), sign * bump(0.30, 0.04, 0.15))
    # The steepest descent of a normal curve is one sigma behind its peak, and its tangent meets the
    # level another sigma later, carried on by a fifth.
    sigma_s = hypot(0.04, SMOOTH_S)
    assert found.end_s == pytest.approx(0.30 + 2.2 * sigma_s, abs=0.004)
    assert found.over


@pytest.mark.parametrize(
    "leads",
    [
        pytest.param((bump(0.24, 0.03) + bump(0.37, 0.03, 0.35),), id="two humps in one"),
        pytest.param(
            (bump(0.24, 0.04, -0.3) + bump(0.37, 0.03, 0.1),), id="inverted, then upright"
        ),
        pytest.param((bump(0.22, 0.03), bump(0.34, 0.03)), id="leads apart"),
        pytest.param((bump(0.28, 0.09),), id="drawn out"),
    ],
)
def test_t_waves_that_may_be_two_have_no_end(leads: tuple[np.ndarray, ...]) -> None:
    assert not t_of(*leads).over


def test_a_small_u_wave_is_no_part_of_t() -> None:
    alone, with_u = t_of(bump(0.30, 0.04)), t_of(bump(0.30, 0.04) + bump(0.50, 0.04, 0.03))
    assert with_u.over and with_u.end_s == pytest.approx(alone.end_s, abs=0.008)


def test_a_rise_stalls_where_it_stands_still_and_goes_on() -> None:
    steady = np.linspace(0.0, 1.0, 50)
    step = np.concatenate([np.linspace(0, 0.6, 30), np.full(10, 0.6), np.linspace(0.6, 1.0, 20)])
    assert _stall(steady) == pytest.approx(0.0, abs=1e-9)
    # It stands still, against 0.0211 a sample before the steepest of both rises.
    assert _stall(step) == pytest.approx(1.0, abs=0.05)
    # A foot that stands still low down is the ST segment.
    assert _stall(np.concatenate([np.full(10, 0.2), np.linspace(0.2, 1.0, 40)])) < 0.1
