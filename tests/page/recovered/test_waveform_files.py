"""Exported waveforms come back the same from other programs, and carry no identifier."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import wfdb

from ecg_core.intake.values import EcgRecord
from ecg_core.page.recovered.waveform_files import csv_text, wfdb_zip, write_wfdb
from tests.page.sample_records import beating


def named() -> EcgRecord:
    record = beating()
    signals = record.signals_mv.copy()
    signals[2, 100:200] = np.nan
    return replace(
        record,
        name="MUELLER_Anna_1948.jpg",
        sha256="ab" * 32,
        signals_mv=signals,
        original_leads=("Anna",) * 12,
        notes=("Samples read off a page, not recorded.",),
    )


def test_wfdb_files_give_the_samples_back(tmp_path: Path) -> None:
    record = named()
    header, _ = write_wfdb(record, tmp_path)
    again = wfdb.rdrecord(str(header.with_suffix("")))
    assert again.fs == record.fs_hz
    assert tuple(again.sig_name) == record.leads
    assert np.nanmax(np.abs(again.p_signal.T - record.signals_mv)) <= 0.0005001
    assert np.isnan(again.p_signal[100:200, 2]).all()
    assert again.comments == list(record.notes)


def test_csv_has_a_row_a_sample_and_gaps_stay_empty() -> None:
    record = named()
    rows = list(csv.reader(io.StringIO(csv_text(record))))
    assert rows[0] == ["time_s", *record.leads]
    assert len(rows) == 1 + record.signals_mv.shape[1]
    assert rows[1 + 150][3] == ""
    assert rows[1 + 250][0] == "1.0000"
    assert abs(float(rows[1 + 250][1]) - record.signals_mv[0, 250]) <= 0.000501


def test_no_identifier_goes_along_and_the_bytes_are_the_same_again() -> None:
    record = named()
    packed = wfdb_zip(record)
    assert packed == wfdb_zip(record)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        everything = b"".join(archive.read(name) for name in names)
    everything += " ".join(names).encode() + csv_text(record).encode()
    assert sorted(names) == ["ecg_abababababab.dat", "ecg_abababababab.hea"]
    for word in (b"MUELLER", b"Anna", b"1948"):
        assert word not in everything
