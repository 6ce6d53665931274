"""Real recording noise (MIT-BIH Noise Stress Test Database) cut for training and for testing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import wfdb
from scipy import signal

from ecg_core.training.data.ptbxl import FS_HZ

KINDS = ("bw", "em", "ma")
TRAINING_SHARE = 0.5
"""The first half of each noise record is for training, the second for testing."""


def load(root: Path, *, training: bool) -> np.ndarray:
    """Noise at 100 Hz, unit variance: kinds × samples, both channels one after the other.

    root: folder of the official layout (bw.hea, em.hea, ma.hea and their .dat files).
    """
    kinds = []
    for kind in KINDS:
        record = wfdb.rdrecord(str(root / kind))
        slow = signal.resample_poly(record.p_signal, FS_HZ, round(record.fs), axis=0)
        cut = round(len(slow) * TRAINING_SHARE)
        part = slow[:cut] if training else slow[cut:]
        flat = (part - part.mean(axis=0)).T.ravel()
        kinds.append((flat / flat.std()).astype(np.float32))
    length = min(len(kind) for kind in kinds)
    return np.stack([kind[:length] for kind in kinds])
