"""P waves beside the beats: a train of their own, or none."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.leads import STANDARD_LEADS
from ecg_core.signal.measurements import measure
from ecg_core.signal.synthetic.beat_model import Heart, Rhythm, synthesise
from tests.signal.test_measurements import measured, record


def blocked(ventricular_bpm: float, atrial_bpm: float, seed: int = 3) -> np.ndarray:
    """Beats without P waves, and P waves at a rate of their own, as in complete AV block."""
    # The heart's own P waves would begin 50 s before its beats.
    fs_hz, heart = 500, Heart(rate_bpm=ventricular_bpm, pr_s=50.0, irregularity=0.0)
    mv = synthesise(heart, seed=seed).signals_mv.copy()
    at_s = np.arange(mv.shape[1]) / fs_hz
    heights = np.array([0.08, 0.15, 0.07, -0.11, 0.01, 0.11, 0.06, 0.08, 0.07, 0.06, 0.05, 0.05])
    for time_s in np.arange(0.13, 10.0, 60.0 / atrial_bpm):
        mv += heights[:, None] * np.exp(-0.5 * ((at_s - time_s) / 0.025) ** 2)
    return mv


@pytest.mark.parametrize(("ventricular", "atrial"), [(38.0, 83.0), (50.0, 78.0), (62.0, 95.0)])
def test_p_waves_of_complete_block_outnumber_the_complexes(
    ventricular: float, atrial: float
) -> None:
    found = measure(record(blocked(ventricular, atrial)))
    assert found.says("p_outnumber") is True
    assert found.value("rate") == pytest.approx(ventricular, abs=2)


@pytest.mark.parametrize("rate", [48.0, 70.0, 110.0])
def test_p_waves_that_lead_the_beats_do_not(rate: float) -> None:
    assert measured(Heart(rate_bpm=rate)).says("p_outnumber") is False


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fibrillating_atria_have_none(seed: int) -> None:
    fibrillating = Heart(70, Rhythm.FIBRILLATION, irregularity=0.2)
    assert measured(fibrillating, seed=seed).says("p_outnumber") is False


def test_of_three_leads_it_is_not_told() -> None:
    mv = blocked(50.0, 78.0)[:3]
    assert measure(record(mv, leads=STANDARD_LEADS[:3])).says("p_outnumber") is None
