"""WFDB records: the right leads at the right height, or a refusal that says what is missing."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
import wfdb

from ecg_core.intake import Upload
from ecg_core.leads import STANDARD_LEADS
from tests.intake.formats.wfdb.read_record import record, refused
from tests.intake.records import by_hand, from_data, waves, written


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
