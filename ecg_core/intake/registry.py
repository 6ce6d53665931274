"""The table of readers. A new format is a new file and a row here."""

from __future__ import annotations

from ecg_core.intake.formats import (
    aecg,
    bdf,
    csv_record,
    dicom,
    ishne,
    json_record,
    muse,
    pdf,
    raster_image,
    tiff_pages,
    vendor,
)
from ecg_core.intake.formats.wfdb import record as wfdb_record
from ecg_core.intake.reader import HEAD_BYTES, Reader
from ecg_core.intake.values import Bundle

READERS: tuple[Reader, ...] = (
    wfdb_record.reader,
    dicom.reader,
    pdf.reader,
    tiff_pages.reader,
    raster_image.reader,
    aecg.reader,
    muse.reader,
    *vendor.READERS,
    bdf.reader,
    ishne.reader,
    json_record.reader,
    csv_record.reader,
)


def reader_for(bundle: Bundle) -> Reader | None:
    """The first reader that recognises a file of the bundle, or None."""
    for reader in READERS:
        if any(reader.recognises(file.data[:HEAD_BYTES], file.name) for file in bundle.files):
            return reader
    return None
