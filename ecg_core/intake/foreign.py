"""Files that are no ECG we read: what each seems to be, and what to do instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ecg_core.intake.reader import HEAD_BYTES
from ecg_core.intake.values import IntakeError, Upload

ACCEPTED = (
    "an image (PNG, JPEG, HEIC, TIFF, GIF, BMP, WebP), a PDF, a DICOM, SCP-ECG, HL7 aECG, GE MUSE, "
    "Philips Sierra, EDF, BDF or ISHNE Holter file, a table (CSV), JSON or FHIR Observation that "
    "states unit, rate and leads, or a WFDB record (the .hea header together with its .dat or .mat "
    "files, loose or in one ZIP)"
)
_UPLOAD_THIS = f"Upload {ACCEPTED}."
_AS_IMAGE = "Open it, save the ECG page as a PNG or JPEG image, and upload that."


@dataclass(frozen=True)
class Foreign:
    """One kind of file that is refused by name.

    seems: what the file is, to follow "seems to be". matches: the test on the first bytes.
    """

    seems: str
    hint: str
    matches: Callable[[bytes], bool]


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


def _tag(*names: bytes) -> Callable[[bytes], bool]:
    return lambda head: any(b"<" + name in head.lower() for name in names)


def _is_text(head: bytes) -> bool:
    if not head or b"\0" in head:
        return False
    printable = sum(byte >= 32 or byte in b"\t\r\n\f" for byte in head)
    return printable / len(head) > 0.97


FOREIGN: tuple[Foreign, ...] = (
    Foreign(
        "an old Office document (Word, Excel or PowerPoint)",
        _AS_IMAGE,
        _starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    ),
    Foreign("an RTF document", _AS_IMAGE, _starts(b"{\\rtf")),
    Foreign("an SVG drawing", _AS_IMAGE, _tag(b"svg")),
    Foreign(
        "a web page (HTML)",
        "Save the ECG itself as an image and upload that.",
        _tag(b"!doctype html", b"html"),
    ),
    Foreign(
        "an XML file",
        "Export the ECG from the cart or archive as an image or as a WFDB record.",
        _starts(b"<?xml", b"\xef\xbb\xbf<?xml"),
    ),
    Foreign(
        "a packed archive that is not a ZIP",
        "Unpack it and upload the files, or pack them as a ZIP without password.",
        _starts(b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ"),
    ),
    Foreign(
        "an executable program",
        "Programs are never opened here. " + _UPLOAD_THIS,
        _starts(b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!"),
    ),
    Foreign("a video", "Take a still photo of the ECG.", lambda head: head[4:8] == b"ftyp"),
    Foreign(
        "a MATLAB or HDF5 file",
        "Export the ECG as a WFDB record or as an image.",
        _starts(b"MATLAB 5.0", b"\x89HDF"),
    ),
    Foreign(
        "plain text",
        "A list of numbers carries no calibration. " + _UPLOAD_THIS,
        _is_text,
    ),
)


def refusal(file: Upload) -> IntakeError:
    """The error for a file that no reader knows, naming what the file seems to be."""
    if not file.data:
        return IntakeError(f"{file.name} is empty (0 bytes).", "Export or copy the file again.")
    head = file.data[:HEAD_BYTES]
    for kind in FOREIGN:
        if kind.matches(head):
            return IntakeError(f"{file.name} seems to be {kind.seems}.", kind.hint)
    return IntakeError(f"{file.name} is a file of an unknown kind, not an ECG.", _UPLOAD_THIS)
