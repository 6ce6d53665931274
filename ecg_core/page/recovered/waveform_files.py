"""Waveforms as files for other programs: CSV and WFDB. No name, number or date goes along."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import wfdb

from ecg_core.intake.values import EcgRecord

GAIN_PER_MV = 1000.0
"""WFDB samples are whole microvolts (format 16)."""


def stem(record: EcgRecord) -> str:
    """Name of the files: the file that was read may be named after the patient, so its hash."""
    return f"ecg_{record.sha256[:12]}"


def csv_text(record: EcgRecord) -> str:
    """A column of seconds and one of mV for every lead; empty where the lead is not known."""
    lines = [",".join(("time_s", *record.leads))]
    for at, samples in enumerate(record.signals_mv.T):
        values = (f"{value:.3f}" if np.isfinite(value) else "" for value in samples)
        lines.append(",".join((f"{record.start_s + at / record.fs_hz:.4f}", *values)))
    return "\n".join(lines) + "\n"


def write_wfdb(record: EcgRecord, folder: Path) -> tuple[Path, Path]:
    """Write header and signal file into a folder; gives their paths.

    Samples that are not known are WFDB's invalid sample. The record's notes become comments.
    """
    name = stem(record)
    wfdb.wrsamp(
        name,
        fs=record.fs_hz,
        units=["mV"] * len(record.leads),
        sig_name=list(record.leads),
        p_signal=record.signals_mv.T.astype(np.float64),
        fmt=["16"] * len(record.leads),
        adc_gain=[GAIN_PER_MV] * len(record.leads),
        baseline=[0] * len(record.leads),
        comments=list(record.notes),
        write_dir=str(folder),
    )
    return folder / f"{name}.hea", folder / f"{name}.dat"


def wfdb_zip(record: EcgRecord) -> bytes:
    """Header and signal file in one ZIP."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(buffer, "w") as archive:
        for path in write_wfdb(record, Path(folder)):
            # A fixed date: the same waveforms give the same bytes.
            entry = zipfile.ZipInfo(path.name, (1980, 1, 1, 0, 0, 0))
            archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
