"""What runs in the worker: reading a case, counting and showing pages, unpacking a ZIP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from ecg_core.intake.archive import Member, unpack
from ecg_core.intake.foreign import refusal
from ecg_core.intake.isolation import jail
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.library_warnings import heard
from ecg_core.intake.reader import Reader
from ecg_core.intake.registry import reader_for
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError, Upload

_PREVIEW_DPI = 60.0
_PREVIEW_PX = 640


def read_case(bundle: Bundle, limits: FileLimits) -> EcgRecord | EcgScan:
    """Read the files of one case in this process.

    Raises IntakeError, and whatever a library raises over a damaged file.
    """
    reader = reader_for(bundle)
    if reader is None:
        raise refusal(bundle.files[0])
    told = Told()
    with heard(told):
        ecg = _both(reader, bundle, limits) if bundle.with_next else reader.read(bundle, limits)
    # What a reader heard itself is told already; here is what it did not listen to.
    more = tuple(note for note in told.notes if note not in ecg.notes)
    return replace(ecg, notes=(*ecg.notes, *more)) if more else ecg


def _both(reader: Reader, bundle: Bundle, limits: FileLimits) -> EcgScan:
    """Two pages that follow one another, as one picture: limb leads on one, chest on the other."""
    file, part = bundle.files[0], bundle.part or 0
    if reader.parts is None or len(bundle.files) > 1:
        raise IntakeError(f"{bundle.name} has no second page.", "Open it as it is.")
    pages = [reader.read(replace(bundle, part=n), limits) for n in (part, part + 1)]
    first, second = (page if isinstance(page, EcgScan) else None for page in pages)
    if first is None or second is None:
        raise IntakeError(f"{bundle.name} holds records, no pages.", "Open them one by one.")
    told = Told()
    told.note(f"Pages {part + 1} and {part + 2} of the document are read as one ECG.")
    for page in (first, second):
        told.take(page.notes, page.doubts)
    same = reader.same_person(file, (part, part + 1), limits) if reader.same_person else None
    if not same:
        told.doubt("pages_unlike" if same is False else "pages_unnamed")
    height, width = len(first.pixels), max(page.pixels.shape[1] for page in (first, second))
    both = np.full((height + len(second.pixels), width, 3), 255, np.uint8)
    both[:height, : first.pixels.shape[1]] = first.pixels
    both[height:, : second.pixels.shape[1]] = second.pixels
    return replace(first, pixels=both, notes=told.notes, doubts=told.doubts, second_from=height)


def count_parts(upload: Upload, limits: FileLimits) -> int:
    """How many ECGs (pages, frames) a file holds. Raises IntakeError."""
    reader = reader_for(Bundle(upload.name, (upload,)))
    if reader is None or reader.parts is None:
        return 1
    return reader.parts(upload, limits)


def preview(bundle: Bundle, limits: FileLimits) -> EcgScan:
    """A page as a small picture to choose by. Raises IntakeError, also where it is a record."""
    ecg = read_case(bundle, replace(limits, document_dpi=_PREVIEW_DPI))
    if not isinstance(ecg, EcgScan):
        raise IntakeError(f"{bundle.name} is a record, not a picture.", "Open it.")
    picture = Image.fromarray(ecg.pixels)
    picture.thumbnail((_PREVIEW_PX, _PREVIEW_PX), reducing_gap=2.0)
    return replace(ecg, pixels=np.array(picture))


def _members(upload: Upload, limits: FileLimits) -> tuple[Member, ...]:
    return unpack(upload, limits)


def _still_open(_: object, limits: FileLimits) -> int:
    return jail.still_open()


JOBS: dict[str, Callable[[Any, FileLimits], Any]] = {
    "read": read_case,
    "parts": count_parts,
    "preview": preview,
    "unpack": _members,
    "still_open": _still_open,
}
