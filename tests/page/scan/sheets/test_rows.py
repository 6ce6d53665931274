"""Rows are found where they lie, and end where they end."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.sheets.rows import rows_of
from tests.page.scan.sheets.rows_by_hand import drawn, spikes


def test_rows_are_found_at_their_heights_below_a_torn_edge() -> None:
    trace = np.zeros((400, 900), np.float32)
    for level in (120, 240, 340):
        drawn(spikes(900, level), trace)
    # An edge of paper that runs aslant above them changes the number of pieces in every column.
    for x in range(0, 900, 7):
        trace[20 + x // 30 : 23 + x // 30, x : x + 5] = 1.0
    found = rows_of(trace, float(RASTER))
    assert [120, 240, 340] in [[round(row.baseline_px) for row in rows] for rows in found]


def test_a_strip_alone_ends_where_it_ends_and_not_at_a_frame() -> None:
    trace = np.zeros((480, 900), np.float32)
    drawn(spikes(900, 300), trace)
    trace[:, :150] = trace[:, 750:] = 0.0
    trace[20:23, :150] = trace[20:23, 750:] = 1.0
    (row,) = rows_of(trace, float(RASTER))[0]
    assert row.span_px == (pytest.approx(150, abs=12), pytest.approx(750, abs=12))
