"""WFDB records for the tests, written with the library or by hand."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.intake import Upload

DATA = Path(os.environ.get("ECG_DATA", Path(__file__).parents[3] / "data"))


def waves(leads: int, samples: int) -> np.ndarray:
    """samples × leads in mV, on whole µV; every lead another height and frequency."""
    time = np.arange(samples)[:, None] / samples
    heights = np.linspace(0.2, 1.5, leads)
    curves = heights * np.sin(2 * np.pi * time * (3 + np.arange(leads)))
    return np.round(curves, 3)


def written(
    folder: Path,
    name: str,
    mv: np.ndarray,
    leads: Sequence[str],
    fs_hz: float = 500.0,
    fmt: str = "16",
) -> list[Upload]:
    """A record written by the library: header and signals as uploads."""
    wfdb.wrsamp(
        name,
        fs=fs_hz,
        units=["mV"] * len(leads),
        sig_name=list(leads),
        p_signal=mv,
        fmt=[fmt] * len(leads),
        adc_gain=[1000.0] * len(leads),
        baseline=[0] * len(leads),
        write_dir=str(folder),
    )
    return [Upload(f.name, f.read_bytes()) for f in sorted(folder.glob(f"{name}.*"))]


def by_hand(header: str, samples: np.ndarray | None = None, name: str = "rec") -> list[Upload]:
    """A header as given, and 16-bit samples (time × signal) as its .dat file."""
    files = [Upload(f"{name}.hea", header.encode())]
    if samples is not None:
        files.append(Upload(f"{name}.dat", samples.astype("<i2").tobytes()))
    return files


def from_data(folder: str, *names: str) -> list[Upload]:
    """Files of the unpacked research data; the test is skipped where they are absent."""
    paths = [DATA / folder / name for name in names]
    for path in paths:
        if not path.exists():
            pytest.skip(f"research data not unpacked: {folder}/{path.name}")
    return [Upload(path.name, path.read_bytes()) for path in paths]
