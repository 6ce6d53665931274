"""Axes in the frontal plane, from leads I and aVF or whatever gives them."""

from __future__ import annotations

import math
from collections.abc import Mapping


def frontal_axis(net: Mapping[str, float]) -> float | None:
    """Direction in degrees, -179 to 180, of a wave whose net size in each limb lead is given.

    Needs two limb leads; None without them or when the wave has no direction to speak of.

    >>> frontal_axis({"I": 0.5, "aVF": 0.0})
    0.0
    >>> round(frontal_axis({"I": 0.5, "II": 1.0}))
    60
    """
    limb = dict(net)
    if "I" not in limb and {"II", "III"} <= limb.keys():
        limb["I"] = limb["II"] - limb["III"]
    if "II" not in limb and {"I", "III"} <= limb.keys():
        limb["II"] = limb["I"] + limb["III"]
    if "aVF" not in limb and {"I", "II"} <= limb.keys():
        limb["aVF"] = limb["II"] - limb["I"] / 2
    if not {"I", "aVF"} <= limb.keys():
        return None
    # The augmented lead is smaller than a bipolar one by the square root of 3 over 2.
    x, y = limb["I"], limb["aVF"] * 2 / math.sqrt(3)
    if math.hypot(x, y) < 1e-9:
        return None
    degrees = math.degrees(math.atan2(y, x))
    return 180.0 if degrees <= -180 else degrees
