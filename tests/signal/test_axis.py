"""The frontal axis, by trigonometry."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from ecg_core.signal.axis import frontal_axis


@given(degrees=st.integers(-179, 180), size=st.floats(0.01, 3.0))
def test_any_two_limb_leads_give_the_direction(degrees: int, size: float) -> None:
    # A lead sees the projection of the vector on its own direction: I at 0, II at 60, III at 120.
    limb = {
        name: size * math.cos(math.radians(degrees - at))
        for name, at in (("I", 0), ("II", 60), ("III", 120))
    }
    for pair in (("I", "II"), ("I", "III"), ("II", "III")):
        found = frontal_axis({name: limb[name] for name in pair})
        assert found is not None
        assert abs((found - degrees + 180) % 360 - 180) < 1e-6


def test_no_axis_without_two_limb_leads_or_without_a_wave() -> None:
    assert frontal_axis({"II": 1.0, "V1": 1.0}) is None
    assert frontal_axis({"I": 0.0, "II": 0.0}) is None
