"""Small files that unpack to more than a machine holds, or name files that are not theirs."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from benchmarks.service.hostile.damaged import Hostile
from ecg_core.intake import Upload
from tests.intake.dicom_files import group, picture, waveform
from tests.intake.documents import pdf
from tests.intake.formats.test_dicom import SOURCES
from tests.intake.test_battery import SAMPLES
from tests.intake.vendor_files import TWELVE, aecg, edf, muse, scp, twelve

_ROOTS = ("AnnotatedECG", "RestingECG", "restingecgdata")
_SIGNALS = twelve(600)
_LONG = (0xFFFFFFFF, 0xFFFFFFFE, 0x7FFFFFFE, 0x10000000)


def bombs() -> Iterator[Hostile]:
    """Of every kind that is known to be tried."""
    for of, made in (
        ("zip", _zips()),
        ("picture", _pictures()),
        ("pdf", _pdfs()),
        ("xml", _xml()),
        ("dicom", _dicoms()),
        ("record", _records()),
    ):
        for name, data in made:
            yield Hostile("bomb", of, (Upload(name, data),))
    for lines in (
        b"r 1 500 999999999999\nr.dat 16 200 16 0 0 0 0 I\n",
        b"r 999999999 500 1000\nr.dat 16 200 16 0 0 0 0 I\n",
        b"r/999999999 1 500 1000\nr 1000\n",
        b"r 1 500 1000\n" + b"r.dat 16x999999999 200 16 0 0 0 0 I\n",
        b"r 1 500 1000\n" + b"# x\n" * 200_000,
        b"r 1 500 2000000\nr.dat 61:4294967295 200 16 0 0 0 0 I\n",
    ):
        yield Hostile("bomb", "wfdb", (Upload("r.hea", lines), Upload("r.dat", bytes(4000))))


def paths(canary: Path) -> Iterator[Hostile]:
    """Files that name others: in archives, records, documents and entities. canary: a folder
    outside, which they try to read from and to write to."""
    secret, new = canary / "secret", canary / "planted"
    outside = (f"../{new.name}", str(new), "a/../../../planted", "C:\\planted", "\\\\host\\x\\y")
    for name in (*outside, "..\\planted", "a\0b", "/", "./../planted", "~/planted"):
        yield Hostile("path outside", "zip", (Upload("e.zip", _zip({name: b"x" * 99})),))
    for kind in (stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK):
        entry = zipfile.ZipInfo("r.dat")
        entry.external_attr = (kind | 0o777) << 16
        data = _zip({entry: str(secret).encode()})
        yield Hostile("path outside", "zip", (Upload("e.zip", data),))
    for name in (str(secret), "../canary/secret", "/etc/passwd", "/proc/self/environ", "/dev/zero"):
        header = f"r 1 500 40\n{name} 16 200 16 0 0 0 0 I\n".encode()
        master = f"r/1 1 500 40\n{name} 40\n".encode()
        files = (Upload("r.hea", header), Upload(Path(name).name, bytes(80)))
        yield Hostile("path outside", "wfdb", files)
        yield Hostile("path outside", "wfdb", (Upload("r.hea", header),))
        yield Hostile("path outside", "wfdb", (Upload("r.hea", master), Upload("r.dat", bytes(80))))
        yield Hostile("path outside", "wfdb", (Upload(f"../{name}.hea", header),))
        entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{name}">]>'
        for root in _ROOTS:
            whole = f'<?xml version="1.0"?>{entity}<{root}>&x;</{root}>'.encode()
            yield Hostile("path outside", "xml", (Upload("e.xml", whole),))
        action = f"/OpenAction<</S/Launch/F({name})>>".encode()
        page = pdf(b"0 0 9 9 re f", catalog_extra=action)
        yield Hostile("path outside", "pdf", (Upload("e.pdf", page),))
        embedded = b"<</Type/XObject/Subtype/Image/F(%s)/Width 9/Height 9>>" % name.encode()
        page = pdf(b"/F Do", more_objects=(embedded + b"stream\n\nendstream",))
        yield Hostile("path outside", "pdf", (Upload("e.pdf", page),))
        picture_of = f'<svg><image href="file://{name}"/></svg>'.encode()
        yield Hostile("path outside", "svg", (Upload("e.png", picture_of),))


def _zip(members: dict[str, bytes] | dict[zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return buffer.getvalue()


def _zips() -> Iterator[tuple[str, bytes]]:
    flat = _zip({"r.dat": bytes(100_000_000)})
    yield "ratio.zip", flat
    yield "many.zip", _zip({f"{n}.dat": b"" for n in range(20_000)})
    yield "total.zip", _zip({f"{n}.dat": bytes(7_000_000) for n in range(60)})
    yield "nested.zip", _zip({"inner.zip": flat})
    lie = flat.replace(struct.pack("<I", 100_000_000), struct.pack("<I", 1000))
    yield "lies.zip", lie
    yield "recursive.zip", _zip({"r.zip": _zip({"r.zip": _zip({"r.zip": b"PK"})})})
    yield "twice.zip", _doubled(_zip({"a.dat": b"x" * 99, "b.dat": b"y" * 99}))


def _doubled(archive: bytes) -> bytes:
    """A directory that names one member a thousand times."""
    at = archive.index(b"PK\1\2")
    end = archive.index(b"PK\5\6")
    entry = archive[at : archive.index(b"PK\1\2", at + 4)]
    directory = entry * 1000
    tail = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1000, 1000, len(directory), at, 0)
    assert archive[end : end + 4] == b"PK\5\6"
    return archive[:at] + directory + tail


def _pictures() -> Iterator[tuple[str, bytes]]:
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (1, 2**31 - 1), (30_000, 30_000)):
        yield "size.png", _png(width, height)
    packed = b"a\0\0" + zlib.compress(bytes(200_000_000))
    yield "text.png", _png(40, 20, _chunk(b"zTXt", packed))
    yield "profile.png", _png(40, 20, _chunk(b"iCCP", packed))
    sizes = (99, 0, 54, 40, 60_000, 60_000, 1, 24, *[0] * 6)
    yield "size.bmp", b"BM" + struct.pack("<IIIIiiHHIIiiII", *sizes)
    screen = struct.pack("<HH", 65_535, 65_535)
    yield "size.gif", b"GIF89a" + screen + b"\xf7\0\0" + bytes(768) + b";"
    said = ((256, 4, 60_000), (257, 4, 60_000), (258, 3, 8), (259, 3, 1), (262, 3, 1))
    tags = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in said)
    body = b"II*\0" + struct.pack("<IH", 8, len(said)) + tags
    yield "size.tif", body + bytes(4)
    yield "endless.tif", body + struct.pack("<I", 8)
    png = SAMPLES["png"].files[0].data
    yield "size.jpg", b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9) + png
    sized = struct.pack("<I", 10) + bytes(4) + b"\xff" * 6
    yield "size.webp", b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8X" + sized


def _png(width: int, height: int, more: bytes = b"") -> bytes:
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = _chunk(b"IDAT", zlib.compress(bytes(20_000_000), 9))
    return b"\x89PNG\r\n\x1a\n" + header + more + pixels + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _pdfs() -> Iterator[tuple[str, bytes]]:
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 800 500]/Resources<</XObject<</F %d 0 R>>>>"
    again = b"/Length 50>>stream\n" + b"/F Do" * 10 + b"\nendstream"
    forms = tuple(form % (4 + depth) + again for depth in range(11))
    last = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 11>>stream\n0 0 1 1 re f\nendstream"
    extra = b"/Resources<</XObject<</F 3 0 R>>>>"
    yield "forms.pdf", pdf(b"/F Do", page_extra=extra, more_objects=(*forms, last))
    itself = form % 3 + again
    yield "itself.pdf", pdf(b"/F Do", page_extra=extra, more_objects=(itself,))
    yield "size.pdf", pdf(b"0 0 9 9 re f", size_pt=(1e7, 1e7))
    yield "nan.pdf", pdf(b"nan inf 9 9 re f", size_pt=(float("nan"), float("inf")))
    yield "pages.pdf", pdf(*[b""] * 5000)
    packed = zlib.compress(b"0 0 9 9 re f\n" * 20_000_000, 9)
    stream = b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    whole = pdf(b"", more_objects=(stream,))
    yield "stream.pdf", whole.replace(b"/Contents 5 0 R", b"/Contents 3 0 R")


def _xml() -> Iterator[tuple[str, bytes]]:
    lines = ['<!ENTITY a0 "lol">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    laughs = f"<!DOCTYPE a [{''.join(lines)}]>"
    long = f'<!DOCTYPE a [<!ENTITY b "{"x" * 100_000}">]>'
    for root in _ROOTS:
        yield "laughs.xml", f'<?xml version="1.0"?>{laughs}<{root}>&a11;</{root}>'.encode()
        yield "long.xml", f'<?xml version="1.0"?>{long}<{root}>{"&b;" * 30_000}</{root}>'.encode()
        yield "deep.xml", f"<{root}>{'<a>' * 100_000}{'</a>' * 100_000}</{root}>".encode()
        wide = " ".join(f"a{n}='x'" for n in range(200_000))
        yield "wide.xml", f"<{root} {wide}/>".encode()


def _dicoms() -> Iterator[tuple[str, bytes]]:
    deflated = Dataset()
    deflated.file_meta = FileMetaDataset()
    deflated.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    deflated.file_meta.MediaStorageSOPClassUID = deflated.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    deflated.file_meta.MediaStorageSOPInstanceUID = deflated.SOPInstanceUID = "1.2.3"
    deflated.add_new(0x00420011, "OB", bytes(2_000_000_000 // 8))
    buffer = io.BytesIO()
    deflated.save_as(buffer, enforce_file_format=True)
    yield "deflated.dcm", buffer.getvalue()
    whole = waveform(group(_SIGNALS, SOURCES))
    shown = picture(np.zeros((20, 40), np.uint8), "MONOCHROME2")
    for data, kinds in ((whole, (b"OW\0\0", b"SQ\0\0")), (shown, (b"OB\0\0", b"OW\0\0"))):
        for kind in kinds:
            at = data.rfind(kind)
            if at < 0:
                continue
            for length in _LONG:
                changed = data[: at + 4] + struct.pack("<I", length) + data[at + 8 :]
                yield "length.dcm", changed
    for name, value in (("Rows", 65_535), ("Columns", 65_535), ("NumberOfFrames", 2_000_000_000)):
        yield "size.dcm", picture(np.zeros((20, 40), np.uint8), "MONOCHROME2", **{name: value})
    item = b"\xfe\xff\0\xe0\xff\xff\xff\xff"
    sequence = struct.pack("<HH", 0x0040, 0x0555) + b"SQ\0\0\xff\xff\xff\xff"
    yield "deep.dcm", whole[:400] + (sequence + item) * 50_000


def _records() -> Iterator[tuple[str, bytes]]:
    whole = edf(list(_SIGNALS), TWELVE, [200] * 12)
    yield "records.edf", _put(whole, 236, b"99999999")
    yield "signals.edf", _put(whole, 252, b"9999")
    recorded = scp(_SIGNALS, TWELVE)
    for at in (2, 16, 26, 40):
        for length in _LONG:
            yield "length.scp", _put(recorded, at, struct.pack("<I", length))
    ishne = SAMPLES["ishne"].files[0].data
    for at in (10, 14, 18, 22):
        for length in (0x7FFFFFFF, 0xFFFFFFFF):
            yield "length.ecg", _put(ishne, at, struct.pack("<I", length))
    for name, data, tag, more in (
        ("digits.xml", aecg(_SIGNALS, TWELVE), b"<digits>", b"1 "),
        ("base64.xml", muse(_SIGNALS, TWELVE), b"<WaveFormData>", b"AA"),
    ):
        yield name, data.replace(tag, tag + more * 3_000_000, 1)
    yield "line.csv", b"I (mV)," * 3_000_000
    yield "rows.csv", b"# fs: 500\nI (mV)\n" + b"1\n" * 20_000_000
    yield "deep.json", b'{"leads":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    leads: dict[str, object] = {f"x{n}": [1] for n in range(200_000)}
    yield "many.json", json.dumps({"sampling_rate": 500, "unit": "uV", "leads": leads}).encode()
    short = json.dumps({"sampling_rate": 500, "unit": "uV", "leads": {"I": [0]}})
    yield "digits.json", short.replace("[0]", "[" + "9" * 5_000_000 + "]").encode()


def _put(data: bytes, at: int, what: bytes) -> bytes:
    return data[:at] + what + data[at + len(what) :]
