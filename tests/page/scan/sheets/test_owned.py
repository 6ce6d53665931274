"""Which names stand where the name of a piece should."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from ecg_core.page.scan.sheets.columns import Division
from ecg_core.page.scan.sheets.sheet import owned
from ecg_core.page.scan.sheets.text import Name

ROWS = ((0, "aVR"), (1, "II"), (2, "III"), (3, "II"))


def test_a_caption_below_the_rhythm_strip_does_not_name_it() -> None:
    """Names stand 10 mm above their rows; "with V1 to V4 ST elevation" stands below the last."""
    names = (
        *(Name(lead, 22.0, 10.0 + 40.0 * row, 25.0, 12.0 + 40.0 * row) for row, lead in ROWS),
        Name("V4", 31.0, 162.0, 37.0, 166.0),
    )
    seen = SimpleNamespace(
        baselines_mm=np.array([21.0, 61.0, 101.0, 141.0]),
        named_rows=lambda some, shift: np.array([0, 1, 2, 3, 3]),
    )
    division = Division(20.0, 62.5, 4, 270.0, 9.0)
    assert owned(seen, names, division, 3).places[0][3, 0] == {"II"}
