"""Pulses within a column are no waves; those in the margin are left alone."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from ecg_core.page.scan.composed.within import without_pulses
from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.pulses import Pulse
from ecg_core.page.scan.sheets.sheet import Draft

PX = 8.0


@pytest.mark.parametrize(("start_mm", "kept"), [(10.0, False), (30.0, True)])
def test_a_pulse_within_the_first_column_is_no_wave(start_mm: float, kept: bool) -> None:
    """From 20 to 25 mm, 10 mm high, foot at 40 mm; a wave runs on behind it, another row below."""
    trace = np.zeros((800, 800), np.float32)
    trace[240:320, [160, 200]] = 1.0
    trace[240, 160:201] = 1.0
    trace[318:322, 220:700] = 1.0
    trace[600:604, 100:700] = 1.0
    pulses = (Pulse(0, 20.0, 25.0, 10.0, 40.0),)
    division = Division(start_mm, 20.0, 4, start_mm + 60.0, 9.0)
    seen = SimpleNamespace(pulses=pulses, px_per_mm=PX)
    draft = cast("Draft", SimpleNamespace(division=division, seen=seen))
    left = without_pulses(trace, draft)
    assert left[230:330, 150:210].any() == kept
    assert np.array_equal(left[:, 220:], trace[:, 220:])
    assert np.array_equal(left[400:], trace[400:])
