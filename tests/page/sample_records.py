"""Records with plausible beats for printing: amplitudes by lead, wandering a little."""

from __future__ import annotations

import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS

FS_HZ = 250.0


def beating(
    seed: int = 0, rate: float = 72.0, leads: tuple[str, ...] = STANDARD_LEADS
) -> EcgRecord:
    """Ten seconds of beats with P, QRS and T waves."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(10 * FS_HZ)) / FS_HZ
    beats = np.arange(0.35, 10.5, 60.0 / rate) + rng.normal(
        0, 0.01, len(np.arange(0.35, 10.5, 60.0 / rate))
    )
    signals = np.zeros((len(leads), len(time)), np.float32)
    for row in range(len(leads)):
        sizes = rng.uniform([0.05, -0.15, -0.9, -0.5, -0.1], [0.15, 0.0, 1.2, 0.0, 0.4])
        for when, width, size in zip(
            (-0.17, -0.03, 0.0, 0.03, 0.27), (0.025, 0.008, 0.012, 0.01, 0.05), sizes, strict=True
        ):
            for beat in beats:
                signals[row] += size * np.exp(-0.5 * ((time - beat - when) / width) ** 2)
        signals[row] += 0.04 * np.sin(2 * np.pi * (0.2 * time + rng.random()))
    if set(STANDARD_LEADS[:6]) <= set(leads):
        _einthoven(signals, leads)
    return EcgRecord("beating", "0" * 64, signals, leads, leads, FS_HZ, 10.0)


def _einthoven(signals: np.ndarray, leads: tuple[str, ...]) -> None:
    """Make the derived limb leads follow from I and II, as they do in every recorder; in place."""
    row = {lead: number for number, lead in enumerate(leads)}
    one, two = signals[row["I"]], signals[row["II"]]
    signals[row["III"]] = two - one
    signals[row["aVR"]] = -(one + two) / 2
    signals[row["aVL"]] = one - two / 2
    signals[row["aVF"]] = two - one / 2
