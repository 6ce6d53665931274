"""Names of leads are no traces, however tall."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.scan.ink import RASTER, Straight
from ecg_core.page.scan.marks import flat_of


def test_a_letter_and_the_digit_lowered_behind_it_are_a_name_beside_a_wave_that_stays() -> None:
    """As books print them: V, and a small 2 that reaches below it, together as tall as a wave."""
    picture = np.full((60 * RASTER, 150 * RASTER, 3), 255, np.uint8)
    x = np.arange(5 * RASTER, 145 * RASTER)
    line = 40 * RASTER - 30 * np.maximum(0.0, 1 - np.abs((x % 150) - 75) / 8)
    cv2.polylines(picture, [np.stack([x, line], -1).astype(np.int32)], False, (0, 0, 0), 2)
    font, name = cv2.FONT_HERSHEY_SIMPLEX, (12 * RASTER, 20 * RASTER)
    cv2.putText(picture, "V", name, font, 1.15, (0, 0, 0), 3, cv2.LINE_AA)
    lowered = (name[0] + 24, name[1] + 11)
    cv2.putText(picture, "2", lowered, font, 0.75, (0, 0, 0), 2, cv2.LINE_AA)
    # A stroke of a wave whose thin ends did not print, of the same size, is none.
    part = picture[:, 60 * RASTER : 66 * RASTER]
    cv2.line(part, (5, 20 * RASTER), (20, 14 * RASTER), (0, 0, 0), 3)
    cv2.line(part, (20, 14 * RASTER), (30, 20 * RASTER), (0, 0, 0), 3)

    shown = np.ones(picture.shape[:2], bool)
    flat = flat_of(Straight(picture, shown, (0.0, 0.0)), (0.0, 0.0, 150.0, 60.0))

    named = slice(12 * RASTER, 24 * RASTER), slice(11 * RASTER, 22 * RASTER)
    assert flat.text[named].sum() > 100 and flat.trace[named].sum() == 0
    stroke = slice(13 * RASTER, 21 * RASTER), slice(60 * RASTER, 66 * RASTER)
    assert flat.trace[stroke].sum() > 50
