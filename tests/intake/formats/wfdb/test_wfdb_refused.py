"""WFDB headers that must not be followed or believed, and what is refused with them."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ecg_core.intake import Upload
from tests.intake.formats.wfdb.read_record import refused
from tests.intake.records import by_hand, from_data


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("/etc/passwd 16 1000 16 0 0 0 0 II", "path or web address"),
        ("../rec.dat 16 1000 16 0 0 0 0 II", "path or web address"),
        ("..\\rec.dat 16 1000 16 0 0 0 0 II", "path or web address"),
        ("C:rec.dat 16 1000 16 0 0 0 0 II", "path or web address"),
        ("https://example.org/rec.dat 16 1000 16 0 0 0 0 II", "path or web address"),
        ("s3://bucket/rec.dat 16 1000 16 0 0 0 0 II", "path or web address"),
        ("~ 0 1000 16 0 0 0 0 II", "path or web address"),
        ("- 16 1000 16 0 0 0 0 II", "path or web address"),
        ("rec.dat 16 0 16 0 0 0 0 II", "uncalibrated"),
        ("rec.dat 16", "no standard ECG lead"),
        ("rec.dat 16 200/mmHg 16 0 0 0 0 II", "not in volts"),
        ("rec.dat 17 200 16 0 0 0 0 II", "format 17"),
        ("rec.dat", "cannot be read"),
        ("rec.dat 16 1000 16 0 0 0 0 RESP", "no standard ECG lead .*RESP"),
        ("other.dat 16 1000 16 0 0 0 0 II", "names other.dat, which is missing"),
        ("rec.dat 16+4000 1000 16 0 0 0 0 II", "cut off"),
        ("rec.dat 16x1:5000 1000 16 0 0 0 0 II", "too long"),
        ("rec.dat 16x900000 1000 16 0 0 0 0 II", "too long"),
    ],
)
def test_signal_line_that_must_not_be_followed(line: str, reason: str) -> None:
    error = refused(by_hand(f"rec 1 500 1000\n{line}\n", np.ones((1000, 1))))
    assert re.search(reason, error.reason)
    assert error.hint


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("rec 1 500 1000000000", "too long"),
        ("rec 1 500 99999999999999999999999", "number of samples"),
        ("rec 1 0 1000", "sampling rate"),
        ("rec 1 nan 1000", "sampling rate"),
        ("rec 1 1e99 1000", "sampling rate"),
        ("rec/3 1 500 1000", "announces 3 segments but lists 1"),
        ("rec 0 500 1000", "no signals"),
        ("rec 2 500 1000", "announces 2 signals but describes 1"),
        ("rec 100000 500 1000", "100000 signals"),
        ("rec x 500 1000", "not a WFDB header"),
        ("rec 1 500 100", "0.20 s long"),
        ("rec 1 500 2000", "holds 2.0 of the 4.0 seconds"),
    ],
)
def test_record_line_that_must_not_be_believed(line: str, reason: str) -> None:
    header = f"{line}\nrec.dat 16 1000 16 0 0 0 0 II\n"
    assert reason in refused(by_hand(header, np.ones((1000, 1)))).reason


def test_billion_samples_are_refused_without_a_signal_file_of_that_size() -> None:
    header = "rec 12 500 1000000000\n" + "rec.dat 16 1000 16 0 0 0 0 II\n" * 12
    assert "too long" in refused(by_hand(header, np.ones((10, 12)))).reason


def test_matlab_workspace_is_not_read_as_samples() -> None:
    header = "m 1 500 1000\nm.mat 16+24 1000/mV 16 0 0 0 0 I\n"
    data = b"MATLAB 5.0 MAT-file".ljust(4000, b"\0")
    error = refused([Upload("m.hea", header.encode()), Upload("m.mat", data)])
    assert "MATLAB workspace" in error.reason


def test_interleaved_files_are_refused_rather_than_misread() -> None:
    header = (
        "rec 3 500 1000\nrec.dat 16 1000 16 0 0 0 0 I\nb.dat 16 1000 16 0 0 0 0 II\n"
        "rec.dat 16 1000 16 0 0 0 0 III\n"
    )
    assert "mixes" in refused(by_hand(header, np.ones((1000, 2)))).reason


def test_uncalibrated_noise_record_is_refused() -> None:
    assert "no standard ECG lead" in refused(from_data("nstdb", "bw.hea", "bw.dat")).reason
