"""Small files that unpack to more than a machine holds are given up, each by its own cause."""

from __future__ import annotations

import base64
import io
import struct
from dataclasses import replace

import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import DeflatedExplicitVRLittleEndian

from ecg_core.intake import LIMITS, IntakeError, Upload, read, split
from tests.intake.documents import pdf
from tests.intake.vendor_files import lzw, sierra, twelve


def refusal(name: str, data: bytes, seconds: int = 3) -> IntakeError:
    limits = replace(LIMITS, max_memory_bytes=200_000_000, max_seconds=seconds)
    (bundle,) = split([Upload(name, data)], limits)
    with pytest.raises(IntakeError) as caught:
        read(bundle, limits)
    return caught.value


def test_lzw_in_a_sierra_file() -> None:
    packed = lzw(bytes(16_000))
    chunks = (struct.pack("<iHh", len(packed), 0, 0) + packed) * 8_000
    text = sierra(twelve(600)).decode("utf-16")
    start = text.index(">", text.index("<parsedwaveforms")) + 1
    end = text.index("</parsedwaveforms>")
    text = text[:start] + base64.b64encode(chunks).decode() + text[end:]
    data = text.encode("utf-16")
    assert len(data) < 8_000_000
    assert "was stopped" in refusal("ecg.xml", data, seconds=1).reason


def test_deflated_dicom() -> None:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID = "1.2.3"
    dataset.add_new(0x00420011, "OB", bytes(250_000_000))
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    assert len(buffer.getvalue()) < 400_000
    assert "took more memory" in refusal("ecg.dcm", buffer.getvalue()).reason


def test_forms_in_a_pdf_that_draw_each_other_a_million_million_times() -> None:
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 800 500]/Resources<</XObject<</F %d 0 R>>>>"
    again = b"/Length 50>>stream\n" + b"/F Do" * 10 + b"\nendstream"
    forms = tuple(form % (4 + depth) + again for depth in range(11))
    last = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 11>>stream\n0 0 1 1 re f\nendstream"
    data = pdf(
        b"/F Do",
        page_extra=b"/Resources<</XObject<</F 3 0 R>>>>",
        more_objects=(*forms, last),
    )
    assert "was stopped" in refusal("ecg.pdf", data, seconds=1).reason


@pytest.mark.parametrize("tag", ["AnnotatedECG", "RestingECG", "restingecgdata"])
def test_elements_nested_a_hundred_thousand_deep(tag: str) -> None:
    deep = f"<{tag}>{'<a>' * 100_000}{'</a>' * 100_000}</{tag}>".encode()
    assert "damaged or incomplete" in refusal("ecg.xml", deep).reason
