"""Rows that are no trace at all."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ecg_core.page.scan.sheets import laws
from tests.page.scan.sheets.rows_by_hand import EVERYWHERE, row_of, spikes

BROKEN = np.arange(900) % 10 < 7
ROUGH = 300.0 + 9.0 * np.sin(np.arange(900) / 20)


@pytest.mark.parametrize(
    ("curve", "drawn", "agreement", "is_litter"),
    [
        (np.full(900, 300.0), EVERYWHERE, 0.3, True),
        (ROUGH, BROKEN, 0.0, True),
        (ROUGH, EVERYWHERE, 0.0, False),
        (ROUGH, BROKEN, 0.7, False),
    ],
    ids=["a frame", "a crease", "a strip of other seconds", "a faint strip"],
)
def test_what_does_not_beat_and_is_no_trace_costs_more_than_leaving_it_out(
    curve: np.ndarray, drawn: np.ndarray, agreement: float, is_litter: bool
) -> None:
    rows = tuple(row_of(spikes(900, 100), EVERYWHERE) for _ in range(4))
    seen = SimpleNamespace(
        rows=(*rows, row_of(curve, drawn)),
        agreements=[0.8] * 4 + [agreement],
        spans_px=(0, 900),
        alike=0.0,
    )
    draft = SimpleNamespace(
        seen=seen, main=3, leads=((),) * 5, assumed=(4,), simultaneous=True, name="3x4+2R"
    )
    assert laws.litter(draft, 4) == is_litter
    without = SimpleNamespace(
        seen=SimpleNamespace(agreements=[0.8] * 4, alike=0.0),
        main=3,
        leads=((),) * 4,
        assumed=(),
        simultaneous=True,
    )
    cost = laws.together(without).value - laws.together(draft).value
    # A trace that rests all along beside the rows costs no more than five.
    assert (cost > 5.0) == is_litter
