"""What PDFium mends or leaves out without a word is said."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from ecg_core.intake import Bundle, EcgScan, FileLimits, Upload, read, read_here
from ecg_core.intake.formats import pdf_damage
from tests.intake.documents import LOCKED, RED_BLUE, SCRIPTED, filled, pdf

GREY = np.random.default_rng(5).integers(0, 255, (120, 160, 3), dtype=np.uint8)
ANEW = "The PDF's list of its parts was damaged; it was put together anew."


def scan(data: bytes) -> EcgScan:
    found = read_here(Bundle("r.pdf", (Upload("r.pdf", data),)), FileLimits(document_dpi=60))
    assert isinstance(found, EcgScan)
    return found


def said(data: bytes) -> list[str]:
    """Codes of the doubts."""
    return [doubt.code for doubt in scan(data).doubts]


def picture(kind: str, packed: bool = False) -> bytes:
    """A PDF with one picture, as JPEG or packed by Flate, both in ASCII 85 as reportlab does."""
    out, drawn = io.BytesIO(), io.BytesIO()
    Image.fromarray(GREY).save(drawn, kind)
    page = canvas.Canvas(out, pagesize=(400, 300), pageCompression=packed)
    page.drawImage(ImageReader(drawn), 0, 0, 400, 300)
    page.save()
    return out.getvalue()


def binary(filters: str, body: bytes) -> bytes:
    """A PDF whose page is drawn by one stream."""
    head = f"4 0 obj\n<</Length {len(body)}{filters}>>\nstream\n".encode()
    parts = [
        b"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n",
        b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n",
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>\nendobj\n",
        head + body + b"\nendstream\nendobj\n",
    ]
    out, places = b"%PDF-1.4\n", []
    for part in parts:
        places.append(len(out))
        out += part
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out += f"xref\n0 5\n0000000000 65535 f \n{table}".encode()
    start = out.rindex(b"xref")
    return out + f"trailer\n<</Size 5/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()


def lines(number: int) -> bytes:
    draw = np.random.default_rng(2).integers(0, 100, (number, 4))
    return "\n".join(f"{a} {b} m {c} {d} l S" for a, b, c, d in draw).encode()


@pytest.mark.parametrize(
    "data",
    [
        picture("JPEG"),
        picture("PNG"),
        picture("PNG", packed=True),
        pdf(filled(1, 0, 0)),
        binary("/Filter/FlateDecode", zlib.compress(lines(900))),
        binary("/Filter [ /FlateDecode ]", zlib.compress(lines(900), 0)),
        binary("", lines(900)),
    ],
)
def test_nothing_is_said_of_a_whole_document(data: bytes) -> None:
    found = scan(data)
    assert (found.notes, found.doubts) == ((), ())
    assert (found.pixels < 255).any()


def test_other_kinds_are_not_taken_for_damaged() -> None:
    assert said(SCRIPTED) == []
    found = read_here(Bundle("r.pdf", (Upload("r.pdf", RED_BLUE),), 0), FileLimits())
    assert found.doubts == ()
    assert b"/Encrypt" in LOCKED


def hole(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes(200) + data[middle + 200 :]


def changed(data: bytes) -> bytes:
    middle = data.index(b"stream\n") + 700
    return data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :]


@pytest.mark.parametrize(
    ("data", "damage"),
    [
        (picture("JPEG"), hole),
        (picture("PNG"), hole),
        (binary("/Filter/FlateDecode", zlib.compress(lines(900))), hole),
        (binary("/Filter/FlateDecode", zlib.compress(lines(900))), changed),
    ],
)
def test_a_drawing_that_ends_early_is_a_doubt(
    data: bytes, damage: Callable[[bytes], bytes]
) -> None:
    found = scan(damage(data))
    (doubt,) = found.doubts
    assert doubt.code == "document_damaged"
    assert doubt.text.startswith("A part of the PDF is damaged")


def test_a_cut_jpeg_is_a_doubt() -> None:
    drawn = io.BytesIO()
    Image.fromarray(GREY).save(drawn, "JPEG")
    whole = drawn.getvalue()
    head = "/Type/XObject/Subtype/Image/Width 160/Height 120/ColorSpace/DeviceRGB"
    head += "/BitsPerComponent 8/Filter/DCTDecode"
    assert said(binary(head, whole)) == []
    assert said(binary(head, whole[: len(whole) // 2])) == ["document_damaged"]


def test_a_list_of_parts_that_was_mended_is_a_note() -> None:
    data = pdf(filled(1, 0, 0))
    start = data.rindex(b"startxref")
    found = scan(data[:start] + b"startxref\n5\n%%EOF\n")
    assert (found.notes, found.doubts) == ((ANEW,), ())


def test_doubts_come_back_from_the_process_that_reads() -> None:
    found = read(Bundle("r.pdf", (Upload("r.pdf", hole(picture("PNG"))),)))
    assert [doubt.code for doubt in found.doubts] == ["document_damaged"]


def test_a_bomb_is_not_unpacked() -> None:
    body = zlib.compress(bytes(20_000_000), 9)
    size = pdf_damage._unpacked(memoryview(body), 1_000_000)
    assert size is not None and 1_000_000 < size < 1_100_000
