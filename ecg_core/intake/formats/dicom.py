"""DICOM: ECG waveforms, pictures of ECGs (secondary capture) and PDFs in a DICOM envelope."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ecg_core.intake import age, parts
from ecg_core.intake.formats import dicom_picture, dicom_waveform, pdf
from ecg_core.intake.formats.raster_image import only_file
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.library_warnings import heard
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError, Upload

if TYPE_CHECKING:
    from pydicom import Dataset

_META_GROUP, _EARLY_GROUP = b"\x02\x00", b"\x08\x00"
_VRS = (b"UL", b"UI", b"CS", b"SH", b"DA", b"LO", b"OB")
_FIRST_ELEMENTS = (b"\x08\x00\x05\x00", b"\x08\x00\x08\x00", b"\x08\x00\x16\x00")
"""Character set, image type, SOP class: what files without VRs begin with."""
_LONGEST_FIRST = 256
_AGE = re.compile(r"(\d{1,4})\s*([YMWD]?)", re.IGNORECASE)
"""Of three digits and a letter by the standard; archives leave the letter out."""


def recognises(head: bytes, name: str) -> bool:
    """Whether the file is DICOM: with its preamble, or, as old archives write it, without."""
    if head[128:132] == b"DICM":
        return True
    if not head.startswith((_META_GROUP, _EARLY_GROUP)):
        return False
    if head[4:6] in _VRS or name.lower().endswith(".dcm"):
        return True
    length = int.from_bytes(head[4:8], "little")
    return head.startswith(_FIRST_ELEMENTS) and 0 < length <= _LONGEST_FIRST and length % 2 == 0


def count(file: Upload, limits: FileLimits) -> int:
    """How many pages or frames the file holds; a waveform is one. Raises IntakeError."""
    with _parsed(file) as dataset:
        if "WaveformSequence" in dataset:
            return 1
        if "EncapsulatedDocument" in dataset:
            return pdf.count(_document(dataset, file), limits)
        return dicom_picture.count(dataset, file, limits)


def read(bundle: Bundle, limits: FileLimits) -> EcgRecord | EcgScan:
    """Read the waveform, the frame or the page. Of the header only what they need is looked at.

    Raises IntakeError when the file is damaged, holds no ECG, or is over the limits.
    """
    file = only_file(bundle)
    told = Told()
    with heard(told), _parsed(file) as dataset:
        ecg = _read(dataset, bundle, file, limits)
        ecg = replace(ecg, patient_id=_patient(dataset), age_years=_age(dataset))
    return replace(ecg, notes=(*ecg.notes, *told.notes))


def _read(
    dataset: Dataset, bundle: Bundle, file: Upload, limits: FileLimits
) -> EcgRecord | EcgScan:
    if "WaveformSequence" in dataset:
        return dicom_waveform.read(dataset, bundle, limits)
    if "EncapsulatedDocument" in dataset:
        page = pdf.read(replace(bundle, files=(_document(dataset, file),)), limits)
        return replace(page, sha256=bundle.sha256)
    part = parts.chosen(bundle, dicom_picture.count(dataset, file, limits))
    return dicom_picture.read(dataset, bundle, part, limits)


def _patient(dataset: Dataset) -> PatientId | None:
    """The patient's number; its issuer by its universal id (as aECG writes it), else by name."""
    issuer = dataset.get("IssuerOfPatientID")
    for item in dataset.get("IssuerOfPatientIDQualifiersSequence") or ():
        issuer = item.get("UniversalEntityID") or issuer
    return patient_id(dataset.get("PatientID"), issuer)


def _age(dataset: Dataset) -> int | None:
    """As stated ("009Y", "030M"), else from birth to the recording."""
    if match := _AGE.fullmatch(str(dataset.get("PatientAge") or "").strip()):
        return age.years(float(match[1]), match[2] or "y")
    born = age.day(str(dataset.get("PatientBirthDate") or ""))
    for name in ("AcquisitionDateTime", "ContentDate", "StudyDate"):
        if (recorded := age.day(str(dataset.get(name) or ""))) is not None:
            return age.between(born, recorded)
    return None


@contextmanager
def _parsed(file: Upload) -> Iterator[Dataset]:
    """The parsed file; whatever it raises, also when an element is first used, is IntakeError."""
    # Slow to import, and only the worker reads.
    import pydicom

    try:
        yield pydicom.dcmread(io.BytesIO(file.data), force=True)
    except (IntakeError, MemoryError):
        raise
    except Exception as error:
        # Elements are decoded when they are used, and raise whatever their decoders do.
        raise IntakeError(
            f"{file.name} is a DICOM file, but it is damaged or cut off.",
            "Export it from the archive again.",
        ) from error


def _document(dataset: Dataset, file: Upload) -> Upload:
    kind = str(dataset.get("MIMETypeOfEncapsulatedDocument", "application/pdf"))
    data = bytes(dataset.EncapsulatedDocument or b"")
    if kind != "application/pdf" and not pdf.recognises(data[:1024], file.name):
        raise IntakeError(
            f"{file.name} is a DICOM envelope around a document that is no PDF.",
            "Export the ECG from the archive as a PDF or an image.",
        )
    return Upload(file.name, data)


def same_person(file: Upload, pages: tuple[int, int], limits: FileLimits) -> bool | None:
    """Of pages of a document what their words say; frames of one object are of one person."""
    with _parsed(file) as dataset:
        if "EncapsulatedDocument" in dataset:
            return pdf.same_person(_document(dataset, file), pages, limits)
    return True


reader = Reader("dicom", "DICOM file", recognises, read, count, same_person)
