"""Bars between columns are no trace, and what a wave leaves beside them still is."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.recovered.bars import ColumnBar, bars_of, spans, without
from ecg_core.page.values import LeadBox

SCALE = 6.0
ZEROS_MM = (20.0, 50.0, 80.0)


def boxes() -> tuple[list[LeadBox], list[float]]:
    """Three rows of four columns, 62.5 mm each."""
    some = [
        LeadBox("I", 62.5 * n, zero - 15, 62.5 * (n + 1), zero + 15, 2.5 * n, 2.5 * (n + 1))
        for zero in ZEROS_MM
        for n in range(4)
    ]
    return some, [zero for zero in ZEROS_MM for _ in range(4)]


def level() -> np.ndarray:
    """Three level lines, 2 px thick."""
    cover = np.zeros((600, 1500), np.float32)
    for zero in ZEROS_MM:
        cover[round(zero * SCALE) : round(zero * SCALE) + 2] = 1.0
    return cover


def with_bars() -> np.ndarray:
    """The same with bars of 4 × 40 px, from 20 px above the zero lines on."""
    cover = level()
    for zero in ZEROS_MM:
        for x in (375, 750, 1125):
            cover[round(zero * SCALE) - 20 : round(zero * SCALE) + 20, x - 2 : x + 2] = 1.0
    return cover


def test_bars_are_found_where_columns_begin() -> None:
    found = bars_of(with_bars(), *boxes(), SCALE)
    assert set(found) == set(ZEROS_MM)
    assert found[50.0] == [ColumnBar(x - 2, x + 2, 280.0, 320.0) for x in (375, 750, 1125)]


def test_strokes_of_a_wave_are_no_bars() -> None:
    cover = level()
    # An R wave of one lead where its column begins, as thick as a bar.
    cover[40:122, 748:752] = 1.0
    assert not any(bars_of(cover, *boxes(), SCALE).values())


def test_a_wave_beyond_a_bar_stays() -> None:
    cover = with_bars()
    cover[320:390, 750:752] = 1.0
    found = bars_of(cover, *boxes(), SCALE)
    left = without(cover, found[50.0])
    assert not left[281:319, 747:753].any()
    assert left[322:390, 750:752].all()
    top, bottom = spans(found[50.0], 1500)
    assert np.isnan(top[746])
    assert (top[749], bottom[749]) == (280.0, 320.0)


def test_a_dotted_line_ends_with_its_row() -> None:
    cover = level()
    for x in (375, 750, 1125):
        for y in range(20, 600, 4):
            cover[y : y + 2, x : x + 1] = 1.0
    found = bars_of(cover, *boxes(), SCALE)
    assert found[50.0][0] == ColumnBar(375, 376, 210.0, 390.0)


def test_flank_of_a_pulse_is_covered_from_top_to_bottom() -> None:
    cover = level()
    for zero in ZEROS_MM:
        cover[round(zero * SCALE) - 60 : round(zero * SCALE), 0:2] = 1.0
    found = bars_of(cover, *boxes(), SCALE)
    assert [(bar.first, bar.last) for bar in found[20.0]] == [(0, 2)]
    assert not without(cover, found[20.0])[:, :3].any()


@pytest.mark.parametrize("rows", [1, 2])
def test_no_place_no_bar(rows: int) -> None:
    zeros = ZEROS_MM[:rows]
    some = [LeadBox("I", 0.0, zero - 15, 250.0, zero + 15, 0.0, 10.0) for zero in zeros]
    assert not any(bars_of(with_bars(), some, list(zeros), SCALE).values())
