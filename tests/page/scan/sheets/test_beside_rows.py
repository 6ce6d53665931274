"""Traces beside the rows that were found."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.scan.geometry.lines import CELL_MM
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.sheets.beside_rows import resting_beside
from tests.page.scan.sheets.rows_by_hand import EVERYWHERE, drawn, row_of, spikes

WIDTH, LOW, HIGH = 900, 500, 172


@pytest.mark.parametrize(
    ("what", "is_a_row"),
    [
        ("nothing", False),
        ("an ECG", True),
        ("a shorter one", True),
        ("a line of print", False),
        ("a grid line", False),
        ("a rule", False),
        ("a double rule", False),
    ],
)
def test_only_what_beats_is_another_row(what: str, is_a_row: bool) -> None:
    """A strip of other seconds, over three quarters of the page; lines of a dark grid rest."""
    picture = np.zeros((700, WIDTH))
    own = spikes(WIDTH, LOW)
    drawn(own, picture)
    if what == "a grid line":
        cell = round(CELL_MM * RASTER)
        picture[HIGH // cell * cell - 1] = 1.0
        # Where a beat crosses it, it is thicker.
        picture[HIGH - 20 : HIGH, 40:WIDTH:120] = 1.0
    elif "rule" in what:
        # Beats reach it, so that it rises as the rows do.
        picture[HIGH : HIGH + 2, 20 : WIDTH - 20] = 1.0
        picture[HIGH + 9 : HIGH + 11, 20 : WIDTH - 20] = what == "a double rule"
        picture[HIGH - 6 : HIGH + 30, 40:WIDTH:120] = 1.0
    elif what == "a line of print":
        for x in range(100, 800, 12):
            picture[HIGH - 15 : HIGH, x : x + 8 : 5] = 1.0
    elif what != "nothing":
        other = np.zeros_like(picture)
        t_waves = 4.0 * np.maximum(np.sin(np.arange(WIDTH) * 2 * np.pi / 85), 0.0)
        drawn(spikes(WIDTH, HIGH, every=170) - t_waves, other)
        other[:, WIDTH if what == "an ECG" else 3 * WIDTH // 4 :] = 0.0
        picture = np.maximum(picture, other)
    own_row, whole = (row_of(own, EVERYWHERE),), (0, WIDTH)
    # Where there is a grid, rules count: they may be what is left of it.
    for but_rules in (True,) if "rule" in what else (False, True):
        found = resting_beside(own_row, picture > 0.5, 40.0, whole, but_rules)
        assert (found > 0.5) == is_a_row


def test_an_edge_of_paper_is_no_row() -> None:
    """It is level, and rises at both ends, where the rows' pulses do."""
    picture = np.zeros((700, WIDTH))
    own = spikes(WIDTH, LOW, every=450)
    for end in (slice(24, 30), slice(WIDTH - 30, WIDTH - 24)):
        own[end] -= 20 * RASTER
    drawn(own, picture)
    picture[HIGH : HIGH + 2, 24 : WIDTH - 24] = 1.0
    for side in (slice(24, 30), slice(WIDTH - 30, WIDTH - 24)):
        picture[HIGH - 50 : HIGH, side] = 1.0
    row = row_of(own, EVERYWHERE)
    assert resting_beside((row,), picture > 0.5, 40.0, (20, WIDTH - 20)) < 0.5
