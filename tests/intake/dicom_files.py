"""DICOM files for the tests."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

TWELVE_LEAD = "1.2.840.10008.5.1.4.1.1.9.1.1"
SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
ENCAPSULATED_PDF = "1.2.840.10008.5.1.4.1.1.104.1"


def code(value: str, meaning: str, scheme: str = "UCUM") -> Dataset:
    """A coded entry."""
    item = Dataset()
    item.CodeValue, item.CodeMeaning, item.CodingSchemeDesignator = value, meaning, scheme
    return item


def group(
    levels: np.ndarray,
    sources: Sequence[tuple[str, str]],
    fs_hz: float = 500.0,
    sensitivity: float | None = 5.0,
    unit: str = "uV",
    baseline: float = 0.0,
    offset_ms: float | None = None,
    originality: str = "ORIGINAL",
    label: str = "RHYTHM",
    padding: int | None = None,
) -> Dataset:
    """A multiplex group. levels: channels × samples. sources: code and meaning of each channel."""
    item = Dataset()
    item.WaveformOriginality, item.MultiplexGroupLabel = originality, label
    item.NumberOfWaveformChannels, item.NumberOfWaveformSamples = levels.shape
    item.SamplingFrequency = fs_hz
    if offset_ms is not None:
        item.MultiplexGroupTimeOffset = offset_ms
    item.ChannelDefinitionSequence = []
    for value, meaning in sources:
        channel = Dataset()
        channel.ChannelSourceSequence = [code(value, meaning, "MDC")]
        if sensitivity is not None:
            channel.ChannelSensitivity = sensitivity
            channel.ChannelSensitivityUnitsSequence = [code(unit, unit)]
            channel.ChannelSensitivityCorrectionFactor = 1.0
            channel.ChannelBaseline = baseline
        channel.ChannelSampleSkew, channel.WaveformBitsStored = "0", 16
        item.ChannelDefinitionSequence.append(channel)
    item.WaveformBitsAllocated, item.WaveformSampleInterpretation = 16, "SS"
    if padding is not None:
        item.add_new(0x5400100A, "OW", np.int16(padding).tobytes())
    item.add_new(0x54001010, "OW", levels.T.astype("<i2").tobytes())
    return item


def written(dataset: Dataset, sop_class: str) -> bytes:
    """The dataset as a file, with a patient's name in its header."""
    dataset.PatientName = "Doe^Jane"
    dataset.PatientID = dataset.get("PatientID", "12345")
    dataset.StudyDescription = "ACUTE INFARCTION"
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, generate_uid()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def waveform(*groups: Dataset, **more: object) -> bytes:
    """A 12-lead ECG object. more: other elements by keyword."""
    dataset = Dataset()
    for name, value in more.items():
        setattr(dataset, name, value)
    dataset.Modality = "ECG"
    dataset.WaveformSequence = list(groups)
    return written(dataset, TWELVE_LEAD)


def picture(pixels: np.ndarray, model: str, **more: object) -> bytes:
    """A secondary capture. pixels: (frames ×) rows × columns (× 3), uint8 or uint16."""
    dataset = Dataset()
    dataset.Modality = "OT"
    colour = pixels.shape[-1] == 3
    size = pixels.shape[-3:-1] if colour else pixels.shape[-2:]
    dataset.Rows, dataset.Columns = size
    dataset.SamplesPerPixel = 3 if colour else 1
    if colour:
        dataset.PlanarConfiguration = 0
    if pixels.ndim == (4 if colour else 3):
        dataset.NumberOfFrames = len(pixels)
    bits = 8 * pixels.dtype.itemsize
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = 0
    dataset.PhotometricInterpretation = model
    for name, value in more.items():
        setattr(dataset, name, value)
    data = pixels.tobytes()
    dataset.PixelData = data + b"\0" * (len(data) % 2)
    return written(dataset, SECONDARY_CAPTURE)


def envelope(document: bytes, kind: str = "application/pdf") -> bytes:
    """A document in a DICOM envelope."""
    dataset = Dataset()
    dataset.Modality = "DOC"
    dataset.MIMETypeOfEncapsulatedDocument = kind
    dataset.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
    return written(dataset, ENCAPSULATED_PDF)
