"""Answers come back as they were; anything else is refused, never run."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecg_core.intake.archive import Member
from ecg_core.intake.isolation.transfer import (
    Answer,
    Failure,
    TransferError,
    blob_sizes,
    decode,
    encode,
)
from ecg_core.intake.values import Annotation, EcgRecord, EcgScan, IntakeError, Upload

RECORD = EcgRecord(
    name="r\u00f6ntgen \ud800",
    sha256="ab" * 32,
    signals_mv=np.array([[0.5, np.nan, -1.0], [1, 2, 3]], np.float32),
    leads=("I", "V6"),
    original_leads=("i", "v6"),
    fs_hz=360.0,
    file_duration_s=3 / 360,
    start_s=1.5,
    annotations=(Annotation(0.25, "N", "(AFIB"),),
    notes=("A note.",),
)


def back(value: Answer) -> Answer:
    head, blobs = encode(value)
    assert blob_sizes(head, 10_000_000) == [len(blob) for blob in blobs]
    return decode(head, [bytes(blob) for blob in blobs])


def test_record_comes_back_bit_by_bit() -> None:
    found = back(RECORD)
    assert isinstance(found, EcgRecord)
    np.testing.assert_array_equal(found.signals_mv, RECORD.signals_mv)
    assert found.signals_mv.dtype == np.float32
    for field in ("name", "sha256", "leads", "original_leads", "fs_hz", "start_s", "annotations"):
        assert getattr(found, field) == getattr(RECORD, field)
    assert (found.file_duration_s, found.notes) == (3 / 360, ("A note.",))


def test_scan_comes_back_pixel_by_pixel_and_may_be_written_on() -> None:
    pixels = np.arange(60, dtype=np.uint8).reshape(4, 5, 3)[:, ::-1]
    found = back(EcgScan("page", "cd", pixels, ("Page 2.",)))
    assert isinstance(found, EcgScan)
    np.testing.assert_array_equal(found.pixels, pixels)
    assert found.notes == ("Page 2.",)


def test_members_counts_and_failures_come_back() -> None:
    members = (Member("a/b", Upload("x.dat", b"\0\1")), Member(".", Upload("y", b"")))
    assert back(members) == members
    assert back(17) == 17
    assert back(Failure("KeyError", "edf.py:3")) == Failure("KeyError", "edf.py:3")
    refusal = back(IntakeError("Why.", "What now."))
    assert isinstance(refusal, IntakeError)
    assert (refusal.reason, refusal.hint) == ("Why.", "What now.")


def test_answer_above_the_limit_is_refused_before_it_is_received() -> None:
    head, _ = encode(EcgScan("page", "cd", np.zeros((100, 100, 3), np.uint8)))
    with pytest.raises(TransferError):
        blob_sizes(head, 29_999)
    assert blob_sizes(head, 30_000) == [30_000]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "other"},
        {"shape": [2, 4]},
        {"shape": [-2, -3]},
        {"shape": [6]},
        {"shape": [True, 6]},
        {"leads": ["I"]},
        {"fs_hz": "fast"},
        {"annotations": [[0.0]]},
        {"name": None, "leads": None},
    ],
)
def test_record_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    head, blobs = encode(RECORD)
    bent = json.dumps(json.loads(head) | change).encode()
    with pytest.raises(TransferError):
        decode(bent, [bytes(blob) for blob in blobs])


@given(st.binary(max_size=300) | st.text(max_size=60).map(str.encode))
def test_noise_is_refused_by_one_error_only(noise: bytes) -> None:
    for call in (lambda: blob_sizes(noise, 10), lambda: decode(noise, [])):
        with pytest.raises(TransferError):
            call()


def test_pickle_is_not_opened() -> None:
    with pytest.raises(TransferError):
        decode(pickle.dumps(print), [])
