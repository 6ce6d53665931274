"""TIFF scans and faxes, of one page or several."""

from __future__ import annotations

from PIL import Image

from ecg_core.intake import parts
from ecg_core.intake.complaints import told_of
from ecg_core.intake.formats.raster_image import decode, only_file, opened
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgScan, Upload

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NEW_SUBFILE_TYPE = 254


def recognises(head: bytes, name: str) -> bool:
    """Whether the first bytes are those of a TIFF or BigTIFF."""
    return head.startswith(_MAGIC)


def count(file: Upload, limits: FileLimits) -> int:
    """How many pages the file has. Raises IntakeError when it is damaged or has too many."""
    with opened(file, ("TIFF",), limits) as image:
        return len(_pages(image, file, limits))


def read(bundle: Bundle, limits: FileLimits) -> EcgScan:
    """Decode one page, like any image. Raises IntakeError."""
    file = only_file(bundle)

    def turn_to_page(image: Image.Image) -> None:
        pages = _pages(image, file, limits)
        image.seek(pages[parts.chosen(bundle, len(pages))])

    told = Told()
    with told_of(told):
        pixels = decode(file, ("TIFF",), limits, turn_to_page)
    return EcgScan(bundle.name, bundle.sha256, pixels, doubts=told.doubts)


def _pages(image: Image.Image, file: Upload, limits: FileLimits) -> list[int]:
    """Frames that are pages of their own."""
    frames = getattr(image, "n_frames", 1)
    # Every page may bring a preview along.
    parts.check_count(frames, file, 2 * limits.max_pages)
    pages = []
    for index in range(frames):
        image.seek(index)
        # Bit 0 marks a smaller copy (a preview) of another page.
        if not int(getattr(image, "tag_v2", {}).get(_NEW_SUBFILE_TYPE, 0)) & 1:
            pages.append(index)
    parts.check_count(len(pages), file, limits.max_pages)
    return pages or [0]


reader = Reader("tiff_pages", "TIFF scan", recognises, read, count)
