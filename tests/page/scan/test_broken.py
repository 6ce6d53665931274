"""Short pieces of a broken trace come back."""

from __future__ import annotations

import numpy as np

from ecg_core.page.scan.broken import with_broken
from tests.page.scan.sheets.rows_by_hand import drawn, spikes


def test_short_pieces_in_the_gaps_of_a_row_are_its_own_and_names_are_not() -> None:
    whole = np.zeros((200, 900), np.float32)
    drawn(spikes(900, 100), whole)
    kept = whole > 0
    kept[:, 300:360] = False
    cover = whole.copy()
    cover[60:76, 500:503] = cover[60:76, 508:511] = 1.0
    back = with_broken(cover, kept)
    # The spike at 280 ends before the gap; the line in it comes back, the name does not.
    assert back[98:104, 300:360].any(axis=0).all()
    assert not back[60:76, 500:511].any()
