"""WFDB records: the right leads at the right height, or a refusal that says what is missing."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.intake import EcgRecord, IntakeError, Upload, read, split
from ecg_core.leads import STANDARD_LEADS
from tests.intake.records import by_hand, from_data, waves, written


def record(uploads: list[Upload]) -> EcgRecord:
    bundles = split(uploads)
    assert len(bundles) == 1
    found = read(bundles[0])
    assert isinstance(found, EcgRecord)
    return found


def refused(uploads: list[Upload]) -> IntakeError:
    with pytest.raises(IntakeError) as caught:
        read(split(uploads)[0])
    return caught.value


def test_twelve_leads_in_any_order_come_out_in_standard_order(tmp_path: Path) -> None:
    shuffled = ("V6", "aVF", "I", "V1", "III", "aVL", "V3", "II", "V2", "aVR", "V5", "V4")
    mv = waves(12, 5000)
    found = record(written(tmp_path, "odd", mv, shuffled))
    assert found.leads == STANDARD_LEADS
    assert found.name == "odd" and found.fs_hz == 500 and found.duration_s == 10
    assert found.signals_mv.dtype == np.float32
    for row, lead in enumerate(found.leads):
        np.testing.assert_allclose(
            found.signals_mv[row], mv[:, shuffled.index(lead)], atol=6e-4, rtol=0
        )


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


def test_skewed_signals_are_brought_together() -> None:
    samples = np.stack([np.arange(1000), np.arange(1000) + 7], axis=1)
    header = "rec 2 500 1000\nrec.dat 16 1000/mV 16 0 0 0 0 I\nrec.dat 16:7 1000/mV 16 0 0 0 0 II\n"
    found = record(by_hand(header, samples))
    # Lead II lags by seven samples in the file: what stands at 7 belongs to the start.
    np.testing.assert_allclose(found.signals_mv[0], np.arange(1000) / 1000, atol=1e-6)
    np.testing.assert_allclose(found.signals_mv[1, :990], np.arange(14, 1004) / 1000, atol=1e-6)
    assert np.isnan(found.signals_mv[1, 993:]).all()


def test_leads_of_different_rates_meet_at_the_highest() -> None:
    seconds = 4
    fast = np.sin(2 * np.pi * 5 * np.arange(500 * seconds) / 500)
    slow = np.sin(2 * np.pi * 5 * np.arange(125 * seconds) / 125)
    frames = np.concatenate([fast.reshape(-1, 4), slow[:, None]], axis=1) * 1000
    header = "rec 2 125 500\nrec.dat 16x4 1000/mV 16 0 0 0 0 II\nrec.dat 16 1000/mV 16 0 0 0 0 V1\n"
    found = record(by_hand(header, np.round(frames)))
    assert found.fs_hz == 500 and found.leads == ("II", "V1")
    assert "V1: recorded at a lower rate" in found.notes[0]
    inner = slice(100, -100)
    np.testing.assert_allclose(found.signals_mv[1, inner], fast[inner], atol=0.01)
    np.testing.assert_allclose(found.signals_mv[0], fast, atol=6e-4)


def test_two_leads_named_like_a_holter(tmp_path: Path) -> None:
    mv = waves(2, 3600)
    found = record(written(tmp_path, "holter", mv, ("V5", "MLII"), 360.0))
    assert found.leads == ("II", "V5") and found.original_leads == ("MLII", "V5")
    np.testing.assert_allclose(found.signals_mv, mv[:, ::-1].T, atol=6e-4)


def test_matlab_file_of_the_wfdb_kind() -> None:
    samples = np.arange(2 * 1000).reshape(1000, 2)
    head = b"\x1e\0\0\0\2\0\0\0\xe8\3\0\0\0\0\0\0\4\0\0\0val\0"
    header = "m 2 500 1000\nm.mat 16+24 1000/mV 16 0 0 0 0 I\nm.mat 16+24 1000/mV 16 0 0 0 0 II\n"
    found = record(
        [
            Upload("m.mat", head + samples.astype("<i2").tobytes()),
            Upload("m.hea", header.encode()),
        ]
    )
    np.testing.assert_allclose(found.signals_mv, samples.T / 1000, atol=1e-6)


@pytest.mark.parametrize(
    ("gain", "mv_of_unit_1000"),
    [
        ("1000/mV", 1.0),
        ("1000", 1.0),
        ("1/uV", 1.0),
        ("1/µV", 1.0),
        ("1000000/V", 1.0),
        ("200(1000)/mV", 0.0),
        ("-1000/mV", -1.0),
        ("1e3/mV", 1.0),
    ],
)
def test_gain_baseline_and_unit_give_millivolt(gain: str, mv_of_unit_1000: float) -> None:
    header = f"rec 1 500 1000\nrec.dat 16 {gain} 16 0 0 0 0 II\n"
    found = record(by_hand(header, np.full((1000, 1), 1000)))
    np.testing.assert_allclose(found.signals_mv, mv_of_unit_1000, atol=1e-6)


def test_micro_sign_of_old_carts_is_read() -> None:
    header = "rec 1 500 1000\nrec.dat 16 1/µV 16 0 0 0 0 II\n".encode("latin-1")
    data = np.full(1000, 250, "<i2").tobytes()
    found = record([Upload("rec.hea", header), Upload("rec.dat", data)])
    np.testing.assert_allclose(found.signals_mv, 0.25, atol=1e-6)


def test_zero_level_defaults_to_the_converters_middle() -> None:
    header = "rec 1 500 1000\nrec.dat 16 200 11 1024 0 0 0 MLII\n"
    found = record(by_hand(header, np.full((1000, 1), 1224)))
    np.testing.assert_allclose(found.signals_mv, 1.0, atol=1e-6)


def test_invalid_samples_stay_unknown() -> None:
    samples = np.full((1000, 1), 500)
    samples[100:200] = -32768
    found = record(by_hand("rec 1 500 1000\nrec.dat 16 1000/mV 16 0 0 0 0 II\n", samples))
    assert np.isnan(found.signals_mv[0, 100:200]).all()
    np.testing.assert_allclose(found.signals_mv[0, :100], 0.5, atol=1e-6)


def test_several_samples_a_frame_are_not_averaged_away() -> None:
    # 125 frames a second with four samples of ECG each and one of another signal.
    frames = np.zeros((250, 5))
    ecg = np.arange(1000)
    frames[:, :4] = ecg.reshape(250, 4)
    header = (
        "rec 2 125 250\nrec.dat 16x4 1000/mV 16 0 0 0 0 II\nrec.dat 16x1 100/mmHg 16 0 0 0 0 ABP\n"
    )
    found = record(by_hand(header, frames))
    assert found.fs_hz == 500 and found.duration_s == 2
    np.testing.assert_allclose(found.signals_mv[0], ecg / 1000, atol=1e-6)


def test_length_comes_from_the_file_when_the_header_gives_none() -> None:
    found = record(by_hand("rec 1 500\nrec.dat 16 1000 16 0 0 0 0 V1\n", np.ones((1500, 1))))
    assert found.duration_s == 3 and found.leads == ("V1",)


def test_second_lead_of_one_name_is_noted() -> None:
    header = "rec 2 500 1000\nrec.dat 16 1000 16 0 0 0 0 II\nrec.dat 16 1000 16 0 0 0 0 MLII\n"
    found = record(by_hand(header, np.tile([1, 2], (1000, 1))))
    assert found.leads == ("II",) and found.signals_mv[0, 0] == pytest.approx(0.001)
    assert any("more than once" in note for note in found.notes)


def test_comments_are_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    header = (
        "# Patient: Erika Mustermann\nrec 1 500 1000\n#Diagnosis: acute infarction\n"
        "rec.dat 16 1000 16 0 0 0 0 II\n# Reason: Mustermann\n"
    )
    with caplog.at_level(logging.DEBUG):
        found = record(by_hand(header, np.ones((1000, 1))))
    for told in (repr(found), caplog.text):
        assert "Mustermann" not in told and "infarction" not in told


def test_annotations_come_along_without_their_free_text(tmp_path: Path) -> None:
    uploads = written(tmp_path, "ann", waves(1, 3600), ("II",), 360.0)
    wfdb.wrann(
        "ann",
        "atr",
        np.array([36, 360, 720]),
        ["+", "N", '"'],
        aux_note=["(AFIB", "", "Mr Smith"],
        write_dir=str(tmp_path),
    )
    uploads.append(Upload("ann.atr", (tmp_path / "ann.atr").read_bytes()))
    marks = record(uploads).annotations
    assert [(m.time_s, m.symbol, m.note) for m in marks] == [
        (0.1, "+", "(AFIB"),
        (1.0, "N", ""),
        (2.0, '"', ""),
    ]


def test_broken_annotations_do_not_cost_the_record(tmp_path: Path) -> None:
    uploads = written(tmp_path, "ann", waves(1, 3600), ("II",), 360.0)
    found = record([*uploads, Upload("ann.atr", b"\x01")])
    assert found.annotations == ()
    assert found.duration_s == 10


def test_longer_record_gives_its_windows(tmp_path: Path) -> None:
    mv = waves(2, 60 * 250)
    found = record(written(tmp_path, "long", mv, ("II", "V1"), 250.0))
    part = found.window(20.0)
    assert found.file_duration_s == 60 and part.duration_s == 10 and part.start_s == 20
    np.testing.assert_allclose(part.signals_mv[0], mv[5000:7500, 0], atol=6e-4)


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


def test_record_of_another_hospital_with_frank_leads() -> None:
    names = ("s0010_re.hea", "s0010_re.dat", "s0010_re.xyz")
    uploads = from_data("ptbdb/patient001", *names)
    found = record(uploads)
    assert found.leads == STANDARD_LEADS and found.fs_hz == 1000 and found.duration_s == 38.4
    # The first stored values of the header, over a gain of 2000 units per mV.
    np.testing.assert_allclose(found.signals_mv[:3, 0], [-489 / 2000, -458 / 2000, 31 / 2000])
    assert any("vx, vy, vz" in note for note in found.notes)
    limb_only = record([file for file in uploads if not file.name.endswith(".xyz")])
    np.testing.assert_array_equal(limb_only.signals_mv, found.signals_mv)
    assert any("s0010_re.xyz was not uploaded" in note for note in limb_only.notes)
    missing = refused([file for file in uploads if not file.name.endswith(".dat")])
    assert "s0010_re.dat" in missing.reason


def test_holter_record_with_annotations() -> None:
    found = record(from_data("mitdb", "100.hea", "100.dat", "100.atr"))
    assert found.leads == ("II", "V5") and found.original_leads == ("MLII", "V5")
    assert found.signals_mv.shape == (2, 650_000)
    # (995 - 1024) / 200 and (1011 - 1024) / 200
    np.testing.assert_allclose(found.signals_mv[:, 0], [-0.145, -0.065], atol=1e-6)
    assert sum(mark.symbol == "N" for mark in found.annotations) == 2239


def test_twelve_lead_record_in_capitals() -> None:
    found = record(from_data("ptb-xl/records100/00000", "00001_lr.hea", "00001_lr.dat"))
    assert found.leads == STANDARD_LEADS and found.original_leads[3] == "AVR"
    i, ii, iii = found.signals_mv[:3]
    assert np.abs(i + iii - ii).max() < 0.005


def test_uncalibrated_noise_record_is_refused() -> None:
    assert "no standard ECG lead" in refused(from_data("nstdb", "bw.hea", "bw.dat")).reason
