"""First sample, checksum and number of samples of a WFDB header are held against its files."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, IntakeError, Upload, read_here
from ecg_core.intake.formats.wfdb.stated import matlab_header
from ecg_core.leads import STANDARD_LEADS
from tests.intake.records import from_data
from tests.intake.vendor_files import twelve

LEVELS = twelve(5000)
MV = LEVELS / 200


def files(
    levels: np.ndarray = LEVELS,
    frames: int = 5000,
    signals: int = 12,
    dtype: str = "<i2",
    before: bytes = b"",
    fmt: str = "16",
    stated: bool = True,
) -> tuple[Upload, Upload]:
    """A record whose header states the first samples and checksums of `LEVELS`.

    levels, dtype, before: what its file holds in truth.
    """
    sums = (LEVELS[:, :frames].sum(axis=1) + 32768) % 65536 - 32768
    lines = [
        f"rec.dat {fmt} 200/mV 16 0 {row[0] if stated else 0} {total if stated else 0} 0 {lead}"
        for row, total, lead in zip(LEVELS, sums, STANDARD_LEADS, strict=True)
    ]
    header = f"rec {signals} 500 {frames}\n" + "\n".join(lines[:signals]) + "\n"
    samples = before + levels.T.astype(dtype).tobytes()
    return Upload("rec.hea", header.encode()), Upload("rec.dat", samples)


def read(*uploads: Upload) -> EcgRecord:
    found = read_here(Bundle("case", uploads))
    assert isinstance(found, EcgRecord)
    return found


def codes(found: EcgRecord) -> list[str]:
    return [doubt.code for doubt in found.doubts]


def test_a_record_as_stated_is_not_doubted() -> None:
    found = read(*files())
    assert found.doubts == () and found.notes == ()
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-6)
    assert codes(read(*files(dtype=">i2", fmt="61"))) == []


def test_the_other_order_of_bytes_is_doubted_by_every_signal() -> None:
    found = read(*files(dtype=">i2"))
    assert "checksum" in codes(found)
    assert all(lead in found.doubts[0].text for lead in STANDARD_LEADS)


def test_one_changed_sample_is_doubted_by_its_signal_alone() -> None:
    levels = LEVELS.copy()
    levels[7, 2500] += 300
    (doubt,) = read(*files(levels)).doubts
    assert doubt.text.endswith("holds: signal V2.")


def test_zeros_in_place_of_checksums_state_nothing() -> None:
    assert codes(read(*files(np.roll(LEVELS, 5, axis=1), stated=False))) == []


def test_more_signals_than_the_header_lists_are_refused_and_never_mixed() -> None:
    for signals in (1, 3, 6, 8, 11):
        said = f"12 samples for each moment, but its header describes {signals}:"
        with pytest.raises(IntakeError, match=said):
            read(*files(signals=signals, stated=False))


@pytest.mark.parametrize("frames", [2500, 3333, 4000])
def test_a_file_that_goes_on_is_told(frames: int) -> None:
    found = read(*files(frames=frames))
    assert found.signals_mv.shape == (12, frames) and codes(found) == []
    (note,) = found.notes
    assert note.startswith(f"rec.dat goes on for {10 - frames / 500:.1f} s beyond what its header")


def test_more_samples_of_a_packed_format_are_a_doubt() -> None:
    lines = "\n".join(f"rec.dat 80 100/mV 8 0 0 0 0 {lead}" for lead in ("I", "II"))
    data = (LEVELS[:4] // 8 + 128).astype(np.uint8).T.tobytes()
    header = Upload("rec.hea", f"rec 2 500 5000\n{lines}\n".encode())
    assert codes(read(header, Upload("rec.dat", data))) == ["more_samples"]


def test_the_header_of_matlab_is_no_sample() -> None:
    before = struct.pack("<5i", 30, 12, 5000, 0, 4) + b"val\0"
    found = read(*files(before=before))
    np.testing.assert_allclose(found.signals_mv, MV, atol=1e-6)
    assert "24 bytes of MATLAB" in found.notes[0] and codes(found) == []
    assert read(*files(before=before, fmt="16+24")).notes == ()
    assert matlab_header(before + bytes(11)) == 0 == matlab_header(b"val")


@pytest.mark.parametrize(
    ("comment", "years"),
    [
        ("# Age: 8", 8),
        ("#Age: 8 Sex: M Dx: x", 8),
        ("# <age>: 8 <sex>: M <diagnoses> (none)", 8),
        ("# 69 M 1085 1629 x1", 69),
        ("# age: 8 months", 0),
        ("# Age (years): 15", 15),
        ("# age: 63 M", 63),
        ("# Age: 300", None),
        ("# stage: 3", None),
        ("# Age group: 3", None),
        ("# Age: unknown", None),
    ],
)
def test_ages_as_records_state_them(comment: str, years: int | None) -> None:
    header, data = files()
    assert read(Upload("rec.hea", header.data + comment.encode()), data).age_years == years


@pytest.mark.parametrize("name", ["100", "119", "231"])
def test_records_of_mit_bih_are_as_their_headers_state(name: str) -> None:
    uploads = from_data("mitdb", f"{name}.hea", f"{name}.dat")
    found = read(*uploads)
    assert codes(found) == [] and found.age_years is not None
