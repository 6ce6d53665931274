"""Photographs, scans and exports as upright RGB pixels: one picture a file."""

from __future__ import annotations

import io
import logging
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pi_heif
from PIL import Image, ImageOps

from ecg_core.intake.complaints import tell_of_jpeg
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgScan, IntakeError, Upload

log = logging.getLogger(__name__)

_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "AVIF", "HEIF")
_JPEG = b"\xff\xd8\xff"
_MAGIC = (b"\x89PNG\r\n\x1a\n", _JPEG, b"GIF87a", b"GIF89a")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif")
_BMP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)


def recognises(head: bytes, name: str) -> bool:
    """Whether the first bytes are those of one of the image formats."""
    if head.startswith(_MAGIC) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return True
    if head[4:8] == b"ftyp":
        return head[8:12] in _HEIF_BRANDS
    # "BM" alone is too little: the size of the second header tells a bitmap from chance.
    return (
        head[:2] == b"BM"
        and len(head) >= 18
        and struct.unpack_from("<I", head, 14)[0] in _BMP_HEADER_SIZES
    )


def read(bundle: Bundle, limits: FileLimits) -> EcgScan:
    """Decode one image file.

    Orientation tags are applied, transparency is laid on white, and every colour model is
    brought to 8-bit RGB. Raises IntakeError before decoding when the image is over the limits.
    """
    file = only_file(bundle)
    frames = 1

    def first(image: Image.Image) -> None:
        nonlocal frames
        frames = getattr(image, "n_frames", 1)

    pixels = decode(file, _FORMATS, limits, first)
    told = Told()
    if frames > 1:
        told.note(f"The file holds {frames} pictures; the first is shown.")
    if file.data.startswith(_JPEG):
        tell_of_jpeg(file.data, told)
    return EcgScan(bundle.name, bundle.sha256, pixels, told.notes, doubts=told.doubts)


def only_file(bundle: Bundle) -> Upload:
    """The one file of a case that is a picture or a document."""
    if len(bundle.files) != 1:
        raise IntakeError(
            f"{bundle.name} holds {len(bundle.files)} files where one image was expected.",
            "Upload each page as its own image.",
        )
    return bundle.files[0]


def decode(
    file: Upload,
    formats: tuple[str, ...],
    limits: FileLimits,
    choose: Callable[[Image.Image], None],
) -> np.ndarray:
    """RGB pixels (height × width × 3, uint8) of the frame that `choose` seeks in the open image.

    Raises IntakeError, before anything is decoded when the frame is over the limits.
    """
    with opened(file, formats, limits) as image:
        choose(image)
        _check_size(image, file, limits)
        # In place: most images lie as they should, and a copy costs half as much as decoding.
        ImageOps.exif_transpose(image, in_place=True)
        return _rgb(image, file)


@contextmanager
def opened(file: Upload, formats: tuple[str, ...], limits: FileLimits) -> Iterator[Image.Image]:
    """An image whose pixels are not decoded yet; whatever Pillow raises becomes IntakeError."""
    damaged = IntakeError(
        f"{file.name} is an image, but it is damaged or cut off.",
        "Copy or export the image again and upload the new file.",
    )
    pi_heif.register_heif_opener()
    try:
        with warnings.catch_warnings():
            # Pillow's own warning would come before the limits can speak.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(file.data), formats=formats)
        yield image
    except Image.DecompressionBombError as error:
        raise _too_large(file, limits) from error
    except (IntakeError, MemoryError):
        raise
    except Exception as error:
        # Decoders of damaged pictures raise far more than OSError (TypeError, IndexError…).
        log.info("an image was refused: %s", type(error).__name__)
        raise damaged from error


def _too_large(file: Upload, limits: FileLimits) -> IntakeError:
    return IntakeError(
        f"{file.name} has more than {limits.max_pixels // 1_000_000} million pixels.",
        "Scan the page at 300 to 600 dpi, or crop the image to the ECG.",
    )


def _check_size(image: Image.Image, file: Upload, limits: FileLimits) -> None:
    if max(image.size) > limits.max_image_side or image.width * image.height > limits.max_pixels:
        raise _too_large(file, limits)


def _rgb(image: Image.Image, file: Upload) -> np.ndarray:
    if image.mode.startswith("I") or image.mode == "F":
        grey = _eight_bit(np.asarray(image), file)
        return np.ascontiguousarray(np.repeat(grey[:, :, None], 3, axis=2))
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "RGBa", "La"):
        rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        image = Image.alpha_composite(paper, rgba)
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))


def _eight_bit(levels: np.ndarray, file: Upload) -> np.ndarray:
    """Grey levels deeper than 8 bits, brought to 0 to 255 by the range that they fill."""
    highest = float(levels.max())
    if not np.isfinite(levels).all() or levels.min() < 0 or highest > 65_535:
        raise IntakeError(
            f"{file.name} holds grey levels without a known range.",
            "Save the image with 8 bits per channel (PNG or JPEG).",
        )
    return (levels * (255.0 / range_of(highest))).astype(np.uint8)


def range_of(highest: float) -> float:
    """The full level of a picture by its brightest pixel: paper is nearly white.

    Scanners and archives put 8, 10, 12 or 14 bits into types of 16 or 32; taken for all of the
    type's range, such a page would be black. Wide types may also hold shares of 1.

    >>> range_of(4095.0), range_of(3600.0), range_of(65535.0), range_of(0.9)
    (4095.0, 4095.0, 65535.0, 1.0)
    """
    if highest <= 1.0:
        return 1.0
    return next(2.0**bits - 1 for bits in (8, 10, 12, 14, 16) if highest <= 2.0**bits - 1)


reader = Reader("raster_image", "image of an ECG", recognises, read)
