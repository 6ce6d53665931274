"""Heights and ST levels of a lead's median beat."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.signal.borders.waves import Delineation, Wave
from ecg_core.signal.lead_levels import lead_levels
from ecg_core.signal.median_beat import MedianBeat

FS_HZ, CENTRE = 500.0, 100
QRS = Wave(-0.04, 0.0, 0.05, 20.0, 1.0)


def _beat(samples: int) -> MedianBeat:
    """A triangular R of 1 mV within QRS, and 0.2 mV of ST elevation from its end on."""
    at_s = (np.arange(samples) - CENTRE) / FS_HZ
    mv = np.interp(at_s, [-0.04, 0.0, 0.05], [0.0, 1.0, 0.2])
    still = np.zeros((1, samples))
    return MedianBeat(mv[None], CENTRE, FS_HZ, np.arange(5), np.array([5]), still, mv[None, None])


def test_levels_are_those_drawn() -> None:
    (lead,) = lead_levels(_beat(200), Delineation(None, QRS, None), ("II",))
    assert lead.r_mv == pytest.approx(1.0, abs=0.01)
    assert (lead.st_j_mv, lead.st_j60_mv) == pytest.approx((0.2, 0.2), abs=0.01)


@pytest.mark.parametrize(("samples", "leads"), [(156, 1), (155, 0), (126, 0)])
def test_a_beat_that_ends_before_st_can_be_read_gives_no_levels(samples: int, leads: int) -> None:
    # QRS ends 0.05 s after sample 100, ST is read 0.06 s later: at sample 155.
    assert len(lead_levels(_beat(samples), Delineation(None, QRS, None), ("II",))) == leads
