"""What libtiff only prints about a damaged fax is told as a doubt."""

from __future__ import annotations

import os

import numpy as np
import pytest
from PIL import Image

from ecg_core.intake import Bundle, EcgScan, IntakeError, Upload, read, read_here
from ecg_core.intake.complaints import told_of
from ecg_core.intake.told import Told
from tests.intake.formats.test_raster_image import encode

LINES = np.full((400, 640), 255, np.uint8)
for k in range(0, 640, 3):
    LINES[(k * k) % 380 : (k * k) % 380 + 20, k] = 0
FAX = encode(Image.fromarray(LINES).convert("1"), "TIFF", compression="group4")


def damaged(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x15]) + data[middle + 1 :]


def scan(data: bytes) -> EcgScan:
    found = read_here(Bundle("fax.tif", (Upload("fax.tif", data),)))
    assert isinstance(found, EcgScan)
    return found


def test_a_whole_fax_is_no_doubt() -> None:
    assert scan(FAX).doubts == ()
    np.testing.assert_array_equal(scan(FAX).pixels[:, :, 0], LINES)


def test_a_fax_with_a_damaged_line_is_a_doubt() -> None:
    assert [doubt.code for doubt in scan(damaged(FAX)).doubts] == ["picture_damaged"]
    found = read(Bundle("fax.tif", (Upload("fax.tif", damaged(FAX)),)))
    assert [doubt.code for doubt in found.doubts] == ["picture_damaged"]


@pytest.mark.parametrize(
    ("said", "doubts"),
    [
        (b"", 0),
        (b"TIFFReadDirectory: Warning, Unknown field with tag 34377 (0x8649) encountered.\n", 0),
        (b"JPEGLib: Warning, Corrupt JPEG data: premature end of data segment.\n", 1),
        (b"Fax4Decode: Bad code word at line 150 of strip 1 (x 1493).\n" * 9000, 1),
    ],
)
def test_what_is_taken_for_damage(said: bytes, doubts: int) -> None:
    told = Told()
    with told_of(told):
        for line in said.splitlines(keepends=True):
            try:
                os.write(2, line)
            except BlockingIOError:
                break
    assert len(told.doubts) == doubts


def test_the_error_stream_is_given_back_whatever_happens() -> None:
    before = os.fstat(2).st_ino, len(os.listdir("/proc/self/fd"))
    with pytest.raises(IntakeError), told_of(Told()):
        raise IntakeError("no", "no")
    assert (os.fstat(2).st_ino, len(os.listdir("/proc/self/fd"))) == before


@pytest.mark.parametrize("more", [{}, {"progressive": True}])
def test_a_jpeg_with_a_hole_is_a_doubt_also_behind_the_locks(more: dict[str, object]) -> None:
    rows = np.random.default_rng(1).integers(0, 255, (300, 400, 3), dtype=np.uint8)
    whole = encode(Image.fromarray(rows), "JPEG", quality=85, **more)
    middle = len(whole) // 2
    hole = whole[:middle] + bytes(300) + whole[middle + 300 :]
    for data, codes in ((whole, []), (hole, ["picture_damaged"])):
        found = read(Bundle("a.jpg", (Upload("a.jpg", data),)))
        assert [doubt.code for doubt in found.doubts] == codes
