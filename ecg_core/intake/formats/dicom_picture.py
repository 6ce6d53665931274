"""Pictures in DICOM files (secondary capture): one frame as upright RGB pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ecg_core.intake import parts
from ecg_core.intake.formats.raster_image import range_of
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.values import Bundle, EcgScan, IntakeError, Upload

if TYPE_CHECKING:
    from pydicom import Dataset

_AS_IMAGE = "Export the ECG from the archive as a PDF or an image."


def count(dataset: Dataset, file: Upload, limits: FileLimits) -> int:
    """How many frames there are, their size checked. Raises IntakeError where there is none."""
    if "PixelData" not in dataset:
        raise IntakeError(f"{file.name} is a DICOM file that holds no ECG.", _AS_IMAGE)
    try:
        frames = int(dataset.get("NumberOfFrames") or 1)
        rows, columns = int(dataset.Rows), int(dataset.Columns)
    except (AttributeError, TypeError, ValueError) as error:
        raise IntakeError(f"{file.name} does not say how large it is.", _AS_IMAGE) from error
    if rows * columns > limits.max_pixels or max(rows, columns) > limits.max_image_side:
        raise IntakeError(
            f"{file.name} has more than {limits.max_pixels // 1_000_000} million pixels.",
            _AS_IMAGE,
        )
    parts.check_count(frames, file, limits.max_pages)
    return max(frames, 1)


def read(dataset: Dataset, bundle: Bundle, part: int, limits: FileLimits) -> EcgScan:
    """One frame; grey levels are windowed as the file says. Raises IntakeError."""
    from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_windowing
    from pydicom.pixels.utils import pixel_array

    try:
        frame = pixel_array(dataset, index=part)
        model = str(dataset.PhotometricInterpretation)
        if model == "PALETTE COLOR":
            frame = apply_color_lut(frame, dataset)
        elif model.startswith("MONOCHROME"):
            frame = apply_windowing(apply_modality_lut(frame, dataset), dataset)
        frame = _eight_bit(np.asarray(frame, np.float64), dataset, model)
    except MemoryError:
        raise
    except Exception as error:
        # Decoders of compressed frames raise whatever they do, also when one is missing.
        raise IntakeError(
            f"{bundle.name} holds a picture that cannot be decoded.", _AS_IMAGE
        ) from error
    if frame.ndim == 2:
        frame = np.repeat(frame[:, :, None], 3, axis=2)
    return EcgScan(bundle.name, bundle.sha256, np.ascontiguousarray(frame[:, :, :3]))


def _eight_bit(frame: np.ndarray, dataset: Dataset, model: str) -> np.ndarray:
    low, high = 0.0, float(2 ** int(dataset.BitsStored) - 1)
    if model == "PALETTE COLOR":
        high = 65_535.0 if frame.max() > 255 else 255.0
    elif model.startswith("MONOCHROME") and ("WindowCenter" in dataset or frame.min() < 0):
        # A window has its own range, and signed levels (as of X-rays) have no natural one.
        low, high = float(frame.min()), float(frame.max())
    elif model.startswith("MONOCHROME") and high > 255:
        # Twelve bits are often filed as sixteen.
        high = range_of(float(frame.max()))
    level = np.clip((frame - low) / max(high - low, 1.0), 0.0, 1.0) * 255
    if model == "MONOCHROME1":
        level = 255 - level
    return np.round(level).astype(np.uint8)
