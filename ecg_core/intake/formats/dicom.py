"""DICOM: ECG waveforms, pictures of ECGs (secondary capture) and PDFs in a DICOM envelope."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ecg_core.intake import parts
from ecg_core.intake.formats import dicom_picture, dicom_waveform, pdf
from ecg_core.intake.formats.raster_image import only_file
from ecg_core.intake.isolation.limits import Limits
from ecg_core.intake.patients import PatientId, patient_id
from ecg_core.intake.reader import Reader
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError, Upload

if TYPE_CHECKING:
    from pydicom import Dataset

_EARLY_GROUP = b"\x08\x00"
_VRS = (b"UL", b"UI", b"CS", b"SH", b"DA", b"LO")


def recognises(head: bytes, name: str) -> bool:
    """Whether the file is DICOM: with its preamble, or, as old archives write it, without."""
    if head[128:132] == b"DICM":
        return True
    return head.startswith(_EARLY_GROUP) and (head[4:6] in _VRS or name.lower().endswith(".dcm"))


def count(file: Upload, limits: Limits) -> int:
    """How many pages or frames the file holds; a waveform is one. Raises IntakeError."""
    with _parsed(file) as dataset:
        if "WaveformSequence" in dataset:
            return 1
        if "EncapsulatedDocument" in dataset:
            return pdf.count(_document(dataset, file), limits)
        return dicom_picture.count(dataset, file, limits)


def read(bundle: Bundle, limits: Limits) -> EcgRecord | EcgScan:
    """Read the waveform, the frame or the page. Of the header only what they need is looked at.

    Raises IntakeError when the file is damaged, holds no ECG, or is over the limits.
    """
    file = only_file(bundle)
    with _parsed(file) as dataset:
        return replace(_read(dataset, bundle, file, limits), patient_id=_patient(dataset))


def _read(dataset: Dataset, bundle: Bundle, file: Upload, limits: Limits) -> EcgRecord | EcgScan:
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


reader = Reader("dicom", "DICOM file", recognises, read, count)
