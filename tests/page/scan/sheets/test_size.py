"""Whether a sheet has the size of an ECG."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ecg_core.page.scan.sheets import size
from ecg_core.page.scan.sheets.columns import Division


@pytest.mark.parametrize(
    ("width_mm", "stretch", "guessed", "against"),
    [
        (62.5, 1.0, False, 0.0),
        (62.5, 1.25, False, 0.0),
        (50.0, 1.0, False, 0.0),
        (50.0, 1.25, False, size.IMPOSSIBLE),
        (62.5, 1.0, True, 0.0),
        (50.0, 1.0, True, size.IMPOSSIBLE),
    ],
)
def test_millimetres_are_square_unless_columns_say_otherwise(
    width_mm: float, stretch: float, guessed: bool, against: float
) -> None:
    """Lines 1.25 times as far apart across as down: columns of 2.5 s are then 62.5 mm long if the
    picture was stretched, and 50 mm if overtones of the lines were taken for lines."""
    draft = SimpleNamespace(
        division=Division(20.0, width_mm, 4, 20.0 + 4 * width_mm, 0.0),
        seen=SimpleNamespace(pulses=(), pulse_mm=None),
    )
    said = size.square(SimpleNamespace(draft=draft), stretch, guessed)
    assert said.value == pytest.approx(-against)


@pytest.mark.parametrize(
    ("high", "wide", "source", "against"),
    [
        (6.5, 3.3, "print", size.IMPOSSIBLE),
        (10.2, 5.1, "print", 0.0),
        (10.0, 3.3, "print", 0.0),
        (6.5, 5.0, "print", 0.0),
        (6.5, 3.3, "pulse", 0.0),
    ],
    ids=["two thirds", "as printed", "narrow ones", "another gain", "no print"],
)
def test_pulses_too_small_both_ways_say_that_millimetres_are_none(
    high: float, wide: float, source: str, against: float
) -> None:
    """10 mm/mV and 25 mm/s in print: a pulse of 1 mV and 0.2 s is 10 mm high and 5 mm wide."""
    pulse = SimpleNamespace(height_mm=high, width_mm=wide, cut=False)
    scale = SimpleNamespace(gain_limb=10.0, gain_chest=10.0, speed=25.0, gain_from=source)
    seen = SimpleNamespace(pulses=(pulse,) * 3)
    said = size.pulses(SimpleNamespace(draft=SimpleNamespace(seen=seen), scale=scale))
    assert said.value == -against


@pytest.mark.parametrize(("stretch", "against"), [(1.09, size.UNLIKELY), (1.03, 0.0)])
def test_a_strip_without_pulse_on_lines_that_are_not_square_is_doubted(
    stretch: float, against: float
) -> None:
    """Pixels of a screen passed for a grid 5.83 px across and 5.37 px down: 1.09 times."""
    draft = SimpleNamespace(
        division=Division(20.0, 245.0, 1, 265.0, 0.0),
        seen=SimpleNamespace(pulses=(), pulse_mm=None),
    )
    said = size.square(SimpleNamespace(draft=draft), stretch, guessed=False)
    assert said.value == pytest.approx(-against)
