"""Swapped electrodes are suspected, ordinary ECGs are not."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from ecg_core.intake.formats.wfdb.record import reader
from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.layouts import LAYOUTS
from ecg_core.signal.reversal import Swap, median_beat, suspicions

FS_HZ = 250.0
Waves = dict[str, np.ndarray]


def ecg(noise_mv: float = 0.0) -> Waves:
    """A heart that points left and down, from potentials of four electrodes."""
    time = np.arange(round(10 * FS_HZ)) / FS_HZ
    beat = np.zeros(len(time))
    for at in np.arange(0.5, 10, 0.8):
        for when, width, size in ((-0.16, 0.02, 0.12), (0, 0.015, 1.0), (0.03, 0.01, -0.2)):
            beat += size * np.exp(-0.5 * ((time - at - when) / width) ** 2)
        beat += 0.3 * np.exp(-0.5 * ((time - at - 0.27) / 0.05) ** 2)
    rng = np.random.default_rng(1)
    right, left, foot = (
        share * beat + noise_mv * rng.standard_normal(len(time)) for share in (-0.5, 0.3, 0.7)
    )
    return from_electrodes(right, left, foot) | {"V6": beat, "V1": -0.6 * beat}


def from_electrodes(right: np.ndarray, left: np.ndarray, foot: np.ndarray) -> Waves:
    one, two = left - right, foot - right
    return {
        "I": one,
        "II": two,
        "III": two - one,
        "aVR": -(one + two) / 2,
        "aVL": one - two / 2,
        "aVF": two - one / 2,
    }


def electrodes(waves: Waves) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Right arm, left arm and left foot against the right arm."""
    return np.zeros_like(waves["I"]), waves["I"], waves["II"]


def swaps(waves: Waves) -> list[Swap]:
    return [found.swap for found in suspicions(waves, FS_HZ)]


def test_an_ordinary_ecg_is_not_suspected() -> None:
    assert swaps(ecg()) == []
    assert swaps(ecg(noise_mv=0.02)) == []


def test_swapped_arms_are_suspected() -> None:
    waves = ecg(0.01)
    right, left, foot = electrodes(waves)
    swapped = waves | from_electrodes(left, right, foot)
    assert swaps(swapped) == [Swap.ARMS]
    (found,) = suspicions(swapped, FS_HZ)
    assert found.measured < -0.9


def test_heart_on_the_right_is_no_swap_of_arms() -> None:
    waves = ecg(0.01)
    right, left, foot = electrodes(waves)
    mirrored = waves | from_electrodes(left, right, foot) | {"V6": -0.3 * waves["V6"]}
    assert swaps(mirrored) == []


def test_arm_and_right_leg_swapped_leave_a_flat_lead() -> None:
    waves = ecg()
    right, left, foot = electrodes(waves)
    # Both legs have nearly one potential.
    leg = 0.99 * foot
    assert swaps(waves | from_electrodes(leg, left, foot)) == [Swap.RIGHT_ARM_LEG]
    assert swaps(waves | from_electrodes(right, leg, foot)) == [Swap.LEFT_ARM_LEG]


def test_labels_that_break_einthovens_law_are_said() -> None:
    waves = ecg()
    # Which two are exchanged is said, and otherwise that they do not add up.
    (found,) = suspicions(waves | {"I": waves["II"], "II": waves["I"]}, FS_HZ)
    assert (found.swap, found.leads) == (Swap.EXCHANGED, ("I", "II"))
    assert swaps(waves | {"I": 2 * waves["I"]}) == [Swap.LABELS]
    (found,) = suspicions(waves | {"aVR": waves["aVF"], "aVF": waves["aVR"]}, FS_HZ)
    assert (found.swap, found.leads) == (Swap.EXCHANGED, ("aVR", "aVF"))
    (found,) = suspicions(waves | {"aVL": -waves["aVL"]}, FS_HZ)
    assert (found.swap, found.leads) == (Swap.SIGN, ("aVL",))


def test_missing_leads_and_flat_lines_are_not_judged() -> None:
    waves = ecg()
    assert swaps({"II": waves["II"]}) == []
    assert swaps({lead: np.zeros(2500) for lead in STANDARD_LEADS}) == []
    assert swaps({lead: np.full(2500, np.nan) for lead in STANDARD_LEADS}) == []


def test_leads_known_at_different_times_are_compared() -> None:
    waves = ecg(0.01)
    right, left, foot = electrodes(waves)
    swapped = waves | from_electrodes(left, right, foot)
    parts = {}
    for box in LAYOUTS["3x4"].boxes():
        if box.lead in swapped:
            part = np.full(2500, np.nan)
            shown = slice(round(box.start_s * FS_HZ), round(box.end_s * FS_HZ))
            part[shown] = swapped[box.lead][shown]
            parts[box.lead] = part
    assert swaps(parts) == [Swap.ARMS]


def test_median_beat_ignores_one_wild_beat() -> None:
    waves = ecg()
    usual = median_beat(waves, "II", FS_HZ)
    wild = {lead: wave.copy() for lead, wave in waves.items()}
    for wave in wild.values():
        wave[round(4.45 * FS_HZ) : round(4.8 * FS_HZ)] *= 1.5
    again = median_beat(wild, "II", FS_HZ)
    assert usual is not None and again is not None
    assert np.max(np.abs(again - usual)) < 0.02
    # R of lead II: from the electrodes, 0.7 + 0.5 mV, S and P aside.
    assert np.max(usual) == pytest.approx(1.18, abs=0.05)


def test_real_recordings_are_not_suspected_and_their_swaps_are() -> None:
    root = Path(os.environ.get("ECG_DATA", Path(__file__).parents[3] / "data"))
    headers = sorted((root / "ptb-xl" / "records100" / "00000").glob("*.hea"))[:40]
    if not headers:
        pytest.skip("PTB-XL is not here (ECG_DATA)")
    from ecg_core.intake import Bundle, Upload
    from ecg_core.intake.isolation.limits import LIMITS

    said, missed = 0, 0
    for header in headers:
        files = tuple(Upload(p.name, p.read_bytes()) for p in (header, header.with_suffix(".dat")))
        record = reader.read(Bundle(header.stem, files), LIMITS)
        assert isinstance(record, EcgRecord)
        waves = dict(zip(record.leads, record.signals_mv, strict=True))
        said += bool(suspicions(waves, record.fs_hz))
        right, left, foot = electrodes(waves)
        found = suspicions(waves | from_electrodes(left, right, foot), record.fs_hz)
        missed += [one.swap for one in found] != [Swap.ARMS]
    assert said <= 1
    assert missed <= 12
