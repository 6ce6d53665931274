"""Which way up a picture lies."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from ecg_core.page.scan.sheets.sheet import Draft
from ecg_core.page.scan.sheets.upright import _long


@pytest.mark.parametrize(
    ("end_mm", "score", "drawn", "long"),
    [
        (180.0, 3.0, 0.0, True),
        (90.0, 3.0, 0.0, False),
        (180.0, 3.0, -2.5, False),
        (180.0, -2.5, 0.0, True),
        (180.0, -4.4, 0.0, False),
    ],
    ids=["long rows", "short ones", "hardly drawn", "a weak strip", "a page on its side"],
)
def test_rows_that_hardly_anything_speaks_for_may_be_seen_from_the_side(
    end_mm: float, score: float, drawn: float, long: bool
) -> None:
    """Rows from 20 mm on of a picture 200 mm wide. Of a photograph turned by 90°, rows of what
    speaks for -4.4 ran along most of it, and no other way was tried."""
    draft = SimpleNamespace(
        division=SimpleNamespace(start_mm=20.0, end_mm=end_mm),
        seen=SimpleNamespace(trace=np.zeros((10, 1200)), px_per_mm=6.0),
        said=(SimpleNamespace(law="drawn", value=drawn),),
        score=score,
    )
    assert _long(cast("Draft", draft)) is long
