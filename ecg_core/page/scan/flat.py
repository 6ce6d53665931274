"""A picture made straight and true to scale, with its marks told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Flat:
    """A picture made straight.

    picture: uint8, height × width × 3. trace, text: float32, 0 to 1, height × width: ink of the
    waves and pulses, and ink that is neither (names, print, separators). shown: bool, where the
    picture shows anything. corner_mm: where its outer corner lies on the plane.
    """

    picture: np.ndarray
    trace: np.ndarray
    text: np.ndarray
    shown: np.ndarray
    px_per_mm: float
    corner_mm: tuple[float, float] = (0.0, 0.0)
