"""What PDFium mends or leaves out without a word: references that it built anew, cut streams.

A drawing or picture whose stream is damaged is drawn as far as it goes; the rest of the page is
white, as if nothing had been recorded. Streams packed by Flate carry a checksum, those in ASCII 85
and JPEG an end: what lies in them is not looked at, only whether they are whole. Damage amid a
JPEG is not found.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator

import pypdfium2
import pypdfium2.raw as pdfium

from ecg_core.intake.told import Told

_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_FILTER = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_DICTIONARY = 4096
"""Bytes before a stream in which its filters stand."""
_PIECE = 1 << 16
_MOST_UNPACKED = 1 << 28
"""Bytes that are unpacked in all; streams beyond them are not looked at."""
_MOST_TEXT = 1 << 21
"""Bytes of ASCII 85 that are looked at; reading it is slow."""
_JPEG_END = b"\xff\xd9"


def tell(data: bytes, document: pypdfium2.PdfDocument, told: Told) -> None:
    """Say what of a document was mended, and doubt what may be missing."""
    if not pdfium.FPDF_DocumentHasValidCrossReferenceTable(document.raw):
        told.note("The PDF's list of its parts was damaged; it was put together anew.")
    # What an encrypted document holds cannot be told from damage.
    damaged = 0 if b"/Encrypt" in data else sum(not whole for whole in _streams(data))
    if damaged:
        parts = "A part" if damaged == 1 else f"{damaged} parts"
        told.doubt("document_damaged", parts=parts, are="is" if damaged == 1 else "are")


def _streams(data: bytes) -> Iterator[bool]:
    """Of each stream whose packing tells, whether it is whole."""
    left = _MOST_UNPACKED
    for found in _STREAM.finditer(data):
        before = data[max(0, found.start() - _DICTIONARY) : found.start()]
        said = _FILTER.findall(before[before.rfind(b" obj") + 1 :])
        filters = re.findall(rb"\w+", said[-1]) if said else []
        start, end = found.end(), data.find(b"endstream", found.end())
        body = memoryview(data)[start : end if end > 0 else len(data)]
        if filters[:1] == [b"ASCII85Decode"] and len(body) <= _MOST_TEXT:
            text = _of_text(bytes(body))
            if text is None:
                yield False
                continue
            body, filters = memoryview(text), filters[1:]
        elif filters[:1] == [b"FlateDecode"]:
            # The word that ends a stream may stand in it by chance.
            body = memoryview(data)[start:]
        if filters[:1] == [b"FlateDecode"]:
            size = _unpacked(body, left)
            left -= size or 0
            yield size is not None
        elif filters == [b"DCTDecode"]:
            yield bytes(body[-16:]).rstrip(b"\r\n\t \0").endswith(_JPEG_END)


def _of_text(body: bytes) -> bytes | None:
    text, end, _ = body.partition(b"~>")
    try:
        return base64.a85decode(text) if end else None
    except ValueError:
        return None


def _unpacked(body: memoryview, most: int) -> int | None:
    """How many bytes are packed here; None where the packing is broken or ends too early."""
    unpacker, size = zlib.decompressobj(), 0
    try:
        for start in range(0, len(body), _PIECE):
            waiting = bytes(body[start : start + _PIECE])
            while waiting and not unpacker.eof:
                size += len(unpacker.decompress(waiting, _PIECE))
                waiting = unpacker.unconsumed_tail
                if size > most:
                    return size
            if unpacker.eof:
                return size
    except zlib.error:
        return None
    return None
