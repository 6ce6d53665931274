"""Ink covers exactly what the pen passes over."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.page.drawn.render import draw_extent, waveform_extent


@given(level=st.floats(5.0, 34.0), pen=st.floats(0.2, 4.0))
def test_a_level_line_leaves_one_pen_of_ink_per_column(level: float, pen: float) -> None:
    ink = np.zeros((40, 20), np.float32)
    flat = np.full(20, level, np.float32)
    draw_extent(ink, (flat, flat), 0, pen)
    np.testing.assert_allclose(ink.sum(axis=0), pen, rtol=1e-3)


def test_a_steep_stroke_is_one_unbroken_column() -> None:
    ink = np.zeros((60, 10), np.float32)
    mv = np.r_[np.zeros(10), np.ones(10) * 2]
    draw_extent(ink, waveform_extent(mv, 100.0, 0.0, 10, 50.0), 0, 1.0)
    stroke = ink[:, 4] + ink[:, 5]
    assert (stroke[11:50] > 0.4).all()


def test_pen_up_leaves_nothing() -> None:
    ink = np.zeros((40, 20), np.float32)
    mv = np.full(100, np.nan)
    draw_extent(ink, waveform_extent(mv, 100.0, 0.0, 20, 20.0), 0, 1.0)
    assert ink.max() == 0


@pytest.mark.parametrize("x_px", [-30, -5, 0, 15, 40])
def test_strokes_beyond_the_page_are_cut(x_px: int) -> None:
    ink = np.zeros((10, 20), np.float32)
    level = np.full(20, 5.0, np.float32)
    draw_extent(ink, (level, level), x_px, 1.0)
    drawn = np.flatnonzero(ink.max(axis=0))
    expected = [x for x in range(x_px, x_px + 20) if 0 <= x < 20]
    assert drawn.tolist() == expected
