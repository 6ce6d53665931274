"""ZIPs: ordinary ones are unpacked, hostile ones are refused whole."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import numpy as np
import pytest

from ecg_core.intake import Bundle, EcgRecord, FileLimits, IntakeError, Upload, read, split
from ecg_core.intake.archive import unpack
from tests.intake.records import by_hand

HEADER = "rec 1 500 1000\nrec.dat 16 1000 16 0 0 0 0 II\n"
RECORD = {file.name: file.data for file in by_hand(HEADER, np.ones((1000, 1)))}


def packed(members: dict[str, bytes], name: str = "case.zip") -> Upload:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
    return Upload(name, buffer.getvalue())


def refusal(upload: Upload, limits: FileLimits | None = None) -> IntakeError:
    """The refusal of a ZIP, which stays one unreadable case."""
    limits = limits or FileLimits()
    bundles = split([upload], limits)
    assert [bundle.files for bundle in bundles] == [(upload,)]
    with pytest.raises(IntakeError) as caught:
        read(bundles[0], limits)
    return caught.value


def test_record_in_a_zip_is_the_record_itself() -> None:
    (from_zip,) = split([packed(RECORD)])
    (loose,) = split([Upload(name, data) for name, data in RECORD.items()])
    assert from_zip == loose
    assert isinstance(read(from_zip), EcgRecord)


def test_zip_that_was_not_split_is_read_when_it_holds_one_case() -> None:
    upload = packed(RECORD)
    assert read(Bundle("case.zip", (upload,))).name == "rec"
    two = packed({**RECORD, "b.hea": RECORD["rec.hea"].replace(b"rec", b"b")})
    with pytest.raises(IntakeError, match="2 ECGs"):
        read(Bundle("case.zip", (two,)))


def test_folders_and_system_files_do_not_matter() -> None:
    members = {f"folder/sub/{name}": data for name, data in RECORD.items()}
    junk = {
        "__MACOSX/folder/sub/._rec.hea": b"x",
        "folder/.DS_Store": b"x",
        "folder/sub/._rec.dat": b"x",
        "folder/Thumbs.db": b"x",
        "folder/RECORDS": b"rec\n",
    }
    (bundle,) = split([packed({**junk, **members})])
    assert [file.name for file in bundle.files] == ["rec.hea", "rec.dat"]
    assert read(bundle).name == "rec"


@pytest.mark.parametrize("name", ["../rec.dat", "/etc/rec.dat", "a/../../rec.dat", "C:\\rec.dat"])
def test_path_out_of_the_archive_is_refused(name: str) -> None:
    assert "outside the archive" in refusal(packed({name: b"x"})).reason


def test_link_is_refused() -> None:
    entry = zipfile.ZipInfo("rec.dat")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    assert "link" in refusal(Upload("l.zip", buffer.getvalue())).reason


def test_bomb_by_ratio_is_refused_before_unpacking() -> None:
    upload = packed({"rec.dat": bytes(20_000_000)})
    assert len(upload.data) < 100_000
    assert "unpacks to 20 MB" in refusal(upload).reason


def test_bomb_by_number_and_total_is_refused() -> None:
    limits = FileLimits(max_archive_members=10, max_unpacked_bytes=5_000)
    many = packed({f"{i}.dat": b"x" for i in range(11)})
    assert "holds 11 files" in refusal(many, limits).reason
    large = packed({f"{i}.dat": bytes(1000) for i in range(6)})
    assert "would unpack" in refusal(large, limits).reason


def test_several_zips_share_one_allowance() -> None:
    limits = FileLimits(max_unpacked_bytes=5_000)
    zips = [packed({"a.dat": bytes(3_000)}, f"{i}.zip") for i in range(2)]
    assert [bundle.name for bundle in split(zips, limits)] == ["a.dat", "1.zip"]


def test_directory_that_lies_about_a_size_is_refused() -> None:
    data = packed({"rec.dat": bytes(1_000_000)}).data
    lie = data.replace(struct.pack("<I", 1_000_000), struct.pack("<I", 1_000))
    assert lie != data
    assert "damaged" in refusal(Upload("lie.zip", lie)).reason


def test_password_is_named() -> None:
    data = bytearray(packed(RECORD).data)
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(magic, at + 4)
    assert "password" in refusal(Upload("secret.zip", bytes(data))).reason


@pytest.mark.parametrize("name", ["inner.zip", "inner.dat"])
def test_archive_in_an_archive_is_refused(name: str) -> None:
    assert "another archive" in refusal(packed({name: packed(RECORD).data})).reason


def test_office_document_is_named() -> None:
    upload = packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}, "ecg.docx")
    assert "Office document" in refusal(upload).reason


@pytest.mark.parametrize("cut", [30, 200, -10])
def test_cut_off_zip_is_refused(cut: int) -> None:
    assert "damaged" in refusal(Upload("c.zip", packed(RECORD).data[:cut])).reason


def test_empty_zip_is_refused() -> None:
    assert "no files" in refusal(packed({})).reason


def test_members_keep_their_bytes() -> None:
    members = unpack(packed(RECORD), FileLimits())
    assert {m.upload.name: m.upload.data for m in members} == RECORD
