"""The line that a round pen followed, from the edges of its ink."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ecg_core.page.recovered.fitted import Edges, fit_lines

PEN_PX = 2.4


def inked(heights: np.ndarray) -> Edges:
    """What a round pen leaves that rolls along a line with a height in every column, as it would be
    at twenty places a column."""
    fine = np.arange(20 * len(heights)) / 20 - 0.475
    line = np.interp(fine, np.arange(len(heights)), heights)
    reach = np.arange(-round(PEN_PX / 2 * 20), round(PEN_PX / 2 * 20) + 1)
    arc = np.sqrt(np.maximum((PEN_PX / 2) ** 2 - (reach / 20) ** 2, 0.0))
    padded = np.pad(line, len(arc) // 2, mode="edge")
    rolled = np.lib.stride_tricks.sliding_window_view(padded, len(arc))
    top, bottom = (rolled - arc).min(axis=1), (rolled + arc).max(axis=1)
    by_column = [edge.reshape(-1, 20).mean(axis=1) for edge in (top, bottom)]
    return Edges(by_column[0], by_column[1], (by_column[0] + by_column[1]) / 2)


def test_a_slow_wave_is_found_to_a_part_of_a_pixel() -> None:
    heights = 40.0 + 12.0 * np.sin(np.arange(120) / 9.0)
    (line,) = fit_lines([inked(heights)], PEN_PX)
    assert line.shape == (239,)
    assert np.abs(line[0::2] - heights)[3:-3].max() < 0.15


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(4, 90), st.floats(0.0, 15.0)), min_size=2, max_size=4))
def test_lines_fitted_beside_one_another_are_those_fitted_alone(
    waves: list[tuple[int, float]],
) -> None:
    """Whatever their lengths, and where ink is missing."""
    parts = []
    for width, tall in waves:
        edges = inked(30.0 + tall * np.sin(np.arange(width) / 5.0))
        edges.top[width // 2 : width // 2 + 2] = np.nan
        parts.append(edges)
    for part, line in zip(parts, fit_lines(parts, PEN_PX), strict=True):
        (alone,) = fit_lines([part], PEN_PX)
        np.testing.assert_allclose(line, alone, atol=1e-6)


def test_hardly_any_guess_gives_no_line_and_leaves_the_others_alone() -> None:
    known = inked(np.full(50, 20.0))
    unknown = Edges(known.top.copy(), known.bottom.copy(), np.full(50, np.nan))
    blank = Edges(*(np.zeros(0) for _ in range(3)))
    first, second, third = fit_lines([unknown, known, blank], PEN_PX)
    assert np.isnan(first).all() and third.size == 0
    assert np.abs(second - 20.0).max() < 0.05
