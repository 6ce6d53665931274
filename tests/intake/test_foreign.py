"""What is no ECG is refused by name, and nothing but an IntakeError ever escapes."""

from __future__ import annotations

import io
import logging

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ecg_core.intake import (
    LIMITS,
    READERS,
    Bundle,
    EcgRecord,
    EcgScan,
    FileLimits,
    IntakeError,
    Upload,
    read,
    read_here,
    split,
)
from ecg_core.intake.archive import is_zip
from ecg_core.intake.foreign import FOREIGN
from ecg_core.intake.formats import raster_image
from ecg_core.leads import STANDARD_LEADS
from tests.intake.formats.test_raster_image import QUARTERS, encode
from tests.intake.records import by_hand
from tests.intake.test_archive import packed

KINDS = [
    ("ecg.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office document"),
    ("ecg.rtf", b"{\\rtf1", "RTF"),
    ("ecg.svg", b"<?xml version='1.0'?><svg xmlns='x'>", "SVG"),
    ("ecg.xml", b"<?xml version='1.0'?><SomethingElse>", "XML file"),
    ("ecg.html", b"<!DOCTYPE html><html>", "web page"),
    ("ecg.bdf", b"\xffBIOSEMI patient", "BDF recording, but it is damaged"),
    ("ecg.tar.gz", b"\x1f\x8b\x08\0", "not a ZIP"),
    ("ecg.exe", b"MZ\x90\0", "program"),
    ("ecg", b"\x7fELF\2", "program"),
    ("run.sh", b"#!/bin/sh\n", "program"),
    ("ecg.mp4", b"\0\0\0\x18ftypisom", "video"),
    ("ecg.mat73", b"\x89HDF\r\n", "MATLAB"),
    ("ecg.csv", b"time,note\n0,sinus\n", "plain text"),
    ("ecg.txt", b"Herzfrequenz normal", "plain text"),
    ("ecg.png", b"", "is empty"),
    ("ecg.dat", b"", "is empty"),
    ("ecg.bin", b"\x00\x01\x02\x03\xff\xfe" * 9, "unknown kind"),
    ("ecg.png", b"\x89PNG\r\n\x1a\n", "damaged or cut off"),
]


@pytest.mark.parametrize(("name", "data", "kind"), KINDS)
def test_cause_is_named_and_a_way_out_given(name: str, data: bytes, kind: str) -> None:
    (bundle,) = split([Upload(name, data)])
    with pytest.raises(IntakeError) as caught:
        read(bundle)
    assert kind in caught.value.reason and name in caught.value.reason
    assert len(caught.value.hint) > 15


def test_every_row_of_the_table_is_met_above() -> None:
    met = " ".join(kind for _, _, kind in KINDS)
    for row in FOREIGN:
        assert any(kind in row.seems for _, _, kind in KINDS), (row.seems, met)


def test_readers_have_names_for_clinicians() -> None:
    assert len({reader.name for reader in READERS}) == len(READERS)
    assert all(reader.clinical_name for reader in READERS)


def test_bundle_without_files_is_refused() -> None:
    with pytest.raises(IntakeError, match="no files"):
        read(Bundle("nothing", ()))


def test_size_and_number_of_files_are_limited() -> None:
    limits = FileLimits(max_file_bytes=10, max_bundle_files=2)
    with pytest.raises(IntakeError, match="MB"):
        read(Bundle("a", (Upload("a.dat", b"x" * 11),)), limits)
    with pytest.raises(IntakeError, match="3 files"):
        read(Bundle("a", (Upload("a.dat", b"x"),) * 3), limits)


def test_unexpected_error_is_logged_without_what_the_file_says(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("deep inside")

    data = encode_quarters("PNG")
    monkeypatch.setattr(raster_image, "only_file", fail)
    with caplog.at_level(logging.ERROR), pytest.raises(IntakeError) as caught:
        read_here(Bundle("Jane Doe.png", (Upload("Jane Doe.png", data),)))
    assert "deep inside" not in str(caught.value) + caplog.text
    assert "ZeroDivisionError at raster_image.py" in caplog.text and "Doe" not in caplog.text


def encode_quarters(fmt: str) -> bytes:
    return encode(Image.fromarray(QUARTERS), fmt)


def read_all(uploads: list[Upload]) -> list[EcgRecord | EcgScan | IntakeError]:
    """What became of every case: a whole ECG within the limits, or a refusal in words."""
    bundles = split(uploads)
    if not any(is_zip(upload.data[:4]) for upload in uploads):
        # Nothing that was dropped is lost, whatever it is.
        assert {f.data for b in bundles for f in b.files} == {upload.data for upload in uploads}
    found: list[EcgRecord | EcgScan | IntakeError] = []
    for bundle in bundles:
        try:
            ecg = read_here(bundle)
        except IntakeError as error:
            # Sentences, and none that quotes what no clinician could read.
            assert error.reason.endswith((".", ").")) and len(error.hint) > 10
            assert error.reason.isprintable() and error.hint.isprintable()
            found.append(error)
            continue
        assert ecg.sha256 == bundle.sha256 and (ecg.patient, ecg.patient_id) == ("", None)
        if isinstance(ecg, EcgScan):
            assert ecg.pixels.dtype == np.uint8 and ecg.pixels.shape[2] == 3
            assert 0 < ecg.pixels.size <= 3 * LIMITS.max_pixels
        else:
            assert ecg.leads == tuple(lead for lead in STANDARD_LEADS if lead in ecg.leads)
            assert ecg.signals_mv.shape[0] == len(ecg.leads) == len(ecg.original_leads) > 0
            assert not np.isinf(ecg.signals_mv).any() and np.isfinite(ecg.signals_mv).any()
            assert LIMITS.min_fs_hz <= ecg.fs_hz <= LIMITS.max_fs_hz
            assert ecg.duration_s >= LIMITS.min_duration_s
            assert all(0 <= mark.time_s <= ecg.duration_s for mark in ecg.annotations)
        found.append(ecg)
    return found


NAMES = st.sampled_from(["a.hea", "a.dat", "a.mat", "a.atr", "a.zip", "a.png", "a", "../a.hea"])
FUZZ = settings(
    max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@FUZZ
@given(st.lists(st.builds(Upload, NAMES, st.binary(max_size=600)), max_size=4))
def test_random_bytes(uploads: list[Upload]) -> None:
    # No random bytes are an ECG: each case is refused.
    assert all(isinstance(one, IntakeError) for one in read_all(uploads))


SEEDS = {
    "page.png": encode_quarters("PNG"),
    "page.jpg": encode_quarters("JPEG"),
    "page.tif": encode_quarters("TIFF"),
    "page.bmp": encode_quarters("BMP"),
    "page.webp": encode_quarters("WEBP"),
    "case.zip": packed({f.name: f.data for f in by_hand("a 1 500 9\n", np.ones((9, 1)), "a")}).data,
}


@FUZZ
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_files_with_damaged_bytes(name: str, damage: list[tuple[int, int]]) -> None:
    data = bytearray(SEEDS[name])
    for at, value in damage:
        data[at % len(data)] = value
    (found,) = read_all([Upload(name, bytes(data))])
    if bytes(data) == SEEDS[name]:
        assert isinstance(found, EcgScan) == (name != "case.zip")
    if isinstance(found, EcgScan):
        # Damage changes colours, never how large the picture is told to be.
        told = Image.open(io.BytesIO(data)).size
        assert sorted(found.pixels.shape[:2]) == sorted(told)


def test_files_that_are_damaged_above_are_read_while_they_are_whole() -> None:
    for name, data in SEEDS.items():
        (found,) = read_all([Upload(name, data)])
        assert isinstance(found, EcgScan) == (name != "case.zip")


LINE = "a.dat 16 1000(0)/mV 16 0 0 0 0 II"


@FUZZ
@given(
    st.text(st.characters(codec="utf-8"), max_size=30) | st.just("a 1 500 1000"),
    st.integers(0, len(LINE)),
    st.text("0123456789xX:+-()/.eE \tmV\u00b5aII\x00~", max_size=12),
    st.binary(max_size=2500),
    st.binary(max_size=60),
)
def test_headers_with_damaged_lines(
    first: str, at: int, insert: str, signal: bytes, marks: bytes
) -> None:
    header = f"{first}\n{LINE[:at]}{insert}{LINE[at:]}\n"
    found = read_all(
        [
            Upload("a.hea", header.encode("utf-8", "replace")),
            Upload("a.dat", signal),
            Upload("a.atr", marks),
        ]
    )
    for ecg in found:
        if isinstance(ecg, EcgRecord):
            # Never more samples than bytes were there for, in the tightest format.
            assert np.isfinite(ecg.signals_mv).sum() <= 4 * len(signal)
