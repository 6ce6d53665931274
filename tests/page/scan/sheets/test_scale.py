"""Speed and gain from print and pulses."""

from __future__ import annotations

import pytest

from ecg_core.page.scan.sheets.scale import PrintedScale, scale_of


@pytest.mark.parametrize(
    ("told", "sources"),
    [
        (PrintedScale((25.0,), (10.0,), (10.0,)), ("print", "print")),
        (PrintedScale((50.0,), (10.0,), (5.0,)), ("print", "print")),
        # "50.0 mm/s", written over, was read as "00 mm/s": 25 mm/s is then a guess.
        (PrintedScale((0.0,), (10.0,), (10.0,)), ("", "print")),
        (PrintedScale((25.0,), (70.0,), (70.0,)), ("print", "")),
        (PrintedScale(), ("", "")),
    ],
)
def test_print_of_which_a_digit_was_misread_tells_nothing(
    told: PrintedScale, sources: tuple[str, str]
) -> None:
    found = scale_of(told, (), None, 250.0)
    assert (found.speed_from, found.gain_from) == sources
