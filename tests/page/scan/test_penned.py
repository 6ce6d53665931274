"""Pens of one thickness."""

from __future__ import annotations

import numpy as np

from ecg_core.page.scan.penned import penned


def test_a_pen_that_is_thick_on_the_level_leaves_thin_steep_strokes() -> None:
    cover = np.zeros((200, 600), np.float32)
    cover[100:108] = 1.0
    cover[40:100, 300:302] = 1.0
    thinner = penned(cover)
    assert (thinner[:, 100] > 0.5).sum() < 8
    assert (thinner[45:95, 300:302] > 0.5).all()
