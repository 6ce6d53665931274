"""ZIP archives: unpacked in memory, member by member, or refused whole."""

from __future__ import annotations

import io
import logging
import stat
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath

from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import IntakeError, Upload

log = logging.getLogger(__name__)

_REPACK = "Pack only the ECG files themselves, without folders inside archives, and upload again."
_NESTED_SUFFIXES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst")
_NESTED_MAGIC = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ")
_JUNK_NAMES = {".ds_store", "thumbs.db", "desktop.ini"}
# Lists and licences that PhysioNet packs beside records; they describe files, not ECGs.
_INDEX_NAMES = {
    *("records", "annotators", "sha256sums.txt", "license.txt", "license", "license.md"),
    *("readme.txt", "readme", "readme.md", "index.html"),
}


@dataclass(frozen=True)
class Member:
    """One unpacked file and the folder of the archive it lay in."""

    folder: str
    upload: Upload


def is_zip(head: bytes) -> bool:
    """Whether the first bytes are those of a ZIP (also of Office documents)."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def unpack(archive: Upload, limits: FileLimits) -> tuple[Member, ...]:
    """Every file of a ZIP, junk of operating systems left out.

    Raises IntakeError for the whole archive when one member is unsafe (path outside, link,
    encrypted, another archive), when it unpacks to more than the limits, or is damaged.
    """
    if len(archive.data) > limits.max_file_bytes:
        raise IntakeError(f"{archive.name} is too large.", "Upload fewer records at once.")
    try:
        with zipfile.ZipFile(io.BytesIO(archive.data)) as packed:
            entries = _checked(packed, archive, limits)
            return tuple(_read(packed, entry, archive) for entry in entries)
    except NotImplementedError as error:
        raise IntakeError(
            f"{archive.name} is packed by a method that is not read.",
            "Pack it as an ordinary ZIP (deflate).",
        ) from error
    except IntakeError:
        raise
    except Exception as error:
        # A damaged ZIP makes the library raise far more than BadZipFile (IndexError, zlib.error…).
        log.info("a ZIP was refused: %s", type(error).__name__)
        raise IntakeError(
            f"{archive.name} is a damaged or cut-off ZIP.", "Pack or copy it again."
        ) from error


def _checked(packed: zipfile.ZipFile, archive: Upload, limits: FileLimits) -> list[zipfile.ZipInfo]:
    entries = packed.infolist()
    if len(entries) > limits.max_archive_members:
        raise IntakeError(
            f"{archive.name} holds {len(entries)} files; at most {limits.max_archive_members} "
            "are read.",
            "Upload fewer records at once.",
        )
    if any(entry.filename == "[Content_Types].xml" for entry in entries):
        raise IntakeError(
            f"{archive.name} seems to be an Office document (Word, Excel or PowerPoint).",
            "Open it, save the ECG as a PNG or JPEG image, and upload that.",
        )
    kept = [entry for entry in entries if not entry.is_dir() and not _is_junk(entry.filename)]
    for entry in kept:
        _check_entry(entry, archive, limits)
    if sum(entry.file_size for entry in kept) > limits.max_unpacked_bytes:
        raise IntakeError(
            f"{archive.name} would unpack to more than "
            f"{limits.max_unpacked_bytes // 1_000_000} MB.",
            "Upload fewer records at once.",
        )
    if not kept:
        raise IntakeError(f"{archive.name} holds no files.", _REPACK)
    if len({entry.filename for entry in kept}) < len(kept):
        raise IntakeError(f"{archive.name} holds the same file name twice.", _REPACK)
    return kept


def _is_junk(name: str) -> bool:
    path = PurePosixPath(name)
    lower = path.name.lower()
    return (
        "__MACOSX" in path.parts
        or path.name.startswith("._")
        or lower in _JUNK_NAMES
        or lower in _INDEX_NAMES
    )


def _check_entry(entry: zipfile.ZipInfo, archive: Upload, limits: FileLimits) -> None:
    # orig_filename: the name as stored; the other one is already cut at a NUL byte.
    name = entry.orig_filename
    parts = name.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in name:
        raise IntakeError(
            f"{archive.name} holds a file whose path leads outside the archive.", _REPACK
        )
    mode = entry.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_IFMT(mode) == 0):
        raise IntakeError(f"{archive.name} holds a link or a special file.", _REPACK)
    if entry.flag_bits & 0x1:
        raise IntakeError(
            f"{archive.name} is protected by a password.", "Pack it again without a password."
        )
    if name.lower().endswith(_NESTED_SUFFIXES):
        raise _nested(archive)
    bomb = entry.file_size > limits.max_ratio * max(entry.compress_size, 1)
    if entry.file_size > limits.max_file_bytes or (
        bomb and entry.file_size > limits.ratio_free_bytes
    ):
        raise IntakeError(
            f"{archive.name} holds a file that unpacks to {entry.file_size // 1_000_000} MB "
            f"from {entry.compress_size // 1000} kB.",
            _REPACK,
        )


def _nested(archive: Upload) -> IntakeError:
    return IntakeError(f"{archive.name} holds another archive.", _REPACK)


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, archive: Upload) -> Member:
    with packed.open(entry) as stream:
        # One byte more than announced would mean that the directory lies about the size.
        data = stream.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise zipfile.BadZipFile(entry.filename)
    if data.startswith(_NESTED_MAGIC):
        raise _nested(archive)
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    return Member(str(path.parent), Upload(path.name, data))
