"""Every storage format of WFDB gives the samples that were packed into it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.intake import Upload
from tests.intake.formats.wfdb.read_record import record, refused
from tests.intake.records import waves, written


@pytest.mark.parametrize("fmt", ["16", "24", "32", "516"])
def test_storage_formats_keep_the_signal(tmp_path: Path, fmt: str) -> None:
    mv = waves(2, 3600)
    found = record(written(tmp_path, "fmt", mv, ("II", "V5"), 360.0, fmt))
    assert found.leads == ("II", "V5") and found.fs_hz == 360
    np.testing.assert_allclose(found.signals_mv, mv.T, atol=6e-4)


def packed_212(samples: np.ndarray) -> bytes:
    """Pairs of 12-bit samples in three bytes, as the WFDB manual (signal(5)) draws them."""
    pairs = samples.reshape(-1, 2) & 0xFFF
    three = [pairs[:, 0] & 0xFF, (pairs[:, 0] >> 8) | ((pairs[:, 1] >> 8) << 4), pairs[:, 1] & 0xFF]
    return np.stack(three, axis=1).astype(np.uint8).tobytes()


@pytest.mark.parametrize(
    ("fmt", "encode"),
    [
        ("61", lambda a: a.astype(">i2").tobytes()),
        ("160", lambda a: (a + 32768).astype("<u2").tobytes()),
        ("212", packed_212),
    ],
)
def test_storage_formats_that_the_library_only_reads(
    fmt: str, encode: Callable[[np.ndarray], bytes]
) -> None:
    samples = np.round(waves(2, 1000) * 1000).astype(int)
    line = f"rec.dat {fmt} 1000/mV 16 0 0 0 0 "
    header = f"rec 2 500 1000\n{line}II\n{line}V5\n"
    files = [Upload("rec.hea", header.encode()), Upload("rec.dat", encode(samples.ravel()))]
    np.testing.assert_allclose(record(files).signals_mv, samples.T / 1000, atol=1e-6)
    cut = [files[0], Upload("rec.dat", files[1].data[:-8])]
    assert "cut off" in refused(cut).reason


def packed_310(samples: np.ndarray) -> bytes:
    """Ten bits each: two in the low 11 bits of 16-bit words, a third in their high bits."""
    a, b, c = (samples.reshape(-1, 3) & 0x3FF).T
    words = np.stack([(a << 1) | ((c & 0x1F) << 11), (b << 1) | ((c >> 5) << 11)], axis=1)
    return words.astype("<u2").tobytes()


def packed_311(samples: np.ndarray) -> bytes:
    """Ten bits each, three in the low 30 bits of a 32-bit word."""
    a, b, c = (samples.reshape(-1, 3) & 0x3FF).T
    return (a | (b << 10) | (c << 20)).astype("<u4").tobytes()


@pytest.mark.parametrize(
    ("fmt", "encode"),
    [
        ("80", lambda a: (a + 128).astype("u1").tobytes()),
        ("24", lambda a: (a[:, None] >> (0, 8, 16) & 0xFF).astype("u1").tobytes()),
        ("32", lambda a: a.astype("<i4").tobytes()),
        ("310", packed_310),
        ("311", packed_311),
    ],
)
def test_storage_formats_of_few_or_many_bits(
    fmt: str, encode: Callable[[np.ndarray], bytes]
) -> None:
    samples = np.round(waves(3, 1200) * 80).astype(int)
    line = f"rec.dat {fmt} 100/mV 10 0 0 0 0 "
    header = f"rec 3 500 1200\n{line}I\n{line}II\n{line}V5\n"
    files = [Upload("rec.hea", header.encode()), Upload("rec.dat", encode(samples.ravel()))]
    np.testing.assert_allclose(record(files).signals_mv, samples.T / 100, atol=1e-6)
    endless = [Upload("rec.hea", header.replace(" 1200", "", 1).encode()), files[1]]
    np.testing.assert_allclose(record(endless).signals_mv, samples.T / 100, atol=1e-6)
    assert "cut off" in refused([files[0], Upload("rec.dat", files[1].data[:-40])]).reason


def test_first_differences_start_at_the_initial_value() -> None:
    samples = np.round(waves(2, 1000) * 300).astype(int) + 40
    steps = np.diff(samples, axis=0, prepend=[[37, 41]])
    assert np.abs(steps).max() < 128
    header = "rec 2 500 1000\nrec.dat 8 200/mV 12 0 37 0 0 I\nrec.dat 8 200/mV 12 0 41 0 0 II\n"
    files = [Upload("rec.hea", header.encode()), Upload("rec.dat", steps.astype("i1").tobytes())]
    np.testing.assert_allclose(record(files).signals_mv, samples.T / 200, atol=1e-6)


@pytest.mark.parametrize(("fmt", "gain"), [("508", 80.0), ("516", 1000.0), ("524", 100_000.0)])
@pytest.mark.parametrize("length_given", [True, False])
def test_compressed_formats(tmp_path: Path, fmt: str, gain: float, length_given: bool) -> None:
    mv = waves(3, 3600)
    wfdb.wrsamp(
        "flac",
        fs=360,
        units=["mV"] * 3,
        sig_name=["I", "II", "V1"],
        p_signal=mv,
        fmt=[fmt] * 3,
        adc_gain=[gain] * 3,
        baseline=[0] * 3,
        write_dir=str(tmp_path),
    )
    header = (tmp_path / "flac.hea").read_text()
    if not length_given:
        header = header.replace("flac 3 360 3600", "flac 3 360")
    data = (tmp_path / "flac.dat").read_bytes()
    assert data[:4] == b"fLaC"
    found = record([Upload("flac.hea", header.encode()), Upload("flac.dat", data)])
    np.testing.assert_allclose(found.signals_mv, mv.T, atol=0.51 / gain + 1e-6)


def test_compressed_file_that_announces_a_thousand_million_samples_is_not_unpacked() -> None:
    # FLAC: a stream of 2^36 - 1 samples of silence fits into any size of file.
    info = (
        (4096).to_bytes(2) * 2 + bytes(6) + (500 << 44 | 1 << 41 | 15 << 36 | 2**36 - 1).to_bytes(8)
    )
    data = b"fLaC\x80\0\0\x22" + info + bytes(16)
    for length in ("", " 1000"):
        line = "rec.dat 516 1000/mV 16 0 0 0 0 "
        header = f"rec 2 500{length}\n{line}I\n{line}II\n"
        error = refused([Upload("rec.hea", header.encode()), Upload("rec.dat", data)])
        assert "too long" in error.reason
