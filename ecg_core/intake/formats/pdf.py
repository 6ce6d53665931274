"""PDF pages, rendered to pixels: nothing in a PDF is run.

Its text is looked at for one question, whether two pages name the same person and time; nothing of
it leaves this file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from ecg_core.intake import parts
from ecg_core.intake.formats import pdf_damage
from ecg_core.intake.formats.raster_image import only_file
from ecg_core.intake.isolation.limits import FileLimits
from ecg_core.intake.reader import Reader
from ecg_core.intake.told import Told
from ecg_core.intake.values import Bundle, EcgScan, IntakeError, Upload
from ecg_core.leads import signed_lead

_POINTS_PER_INCH = 72.0
_TIME = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_DAY = re.compile(r"\d{1,4}[-./](?:\d{1,2}|[a-z]{3,9})[-./]\d{2,4}")
_NUMBER = re.compile(r"\S*\d{4}\S*")
"""Rates and intervals have fewer digits."""
_OF_A_PAGE = re.compile(
    r"\W*|\d{1,3}|limb|chest|leads?|extremit\w*|precordial|brust\w*|page|seite|of|von"
    r"|(?:\d+(?:[.,]\d+)?)?\s*(?:mm/s|mm/mv|hz|ms|bpm|mv)|\d+/\d+"
)
"""Words in which the pages of one ECG differ, or which all ECGs bear."""
_LONGEST_SIDE_PX = 6_000
_AGAIN = "Export or copy it again, or save the ECG page as a PNG image and upload that."


def recognises(head: bytes, name: str) -> bool:
    """Whether the first bytes are those of a PDF; some writers put a few bytes before them."""
    return b"%PDF-" in head


def count(file: Upload, limits: FileLimits) -> int:
    """How many pages the document has. Raises IntakeError when it cannot be opened."""
    with opened(file, limits) as document:
        return len(document)


def read(bundle: Bundle, limits: FileLimits) -> EcgScan:
    """Render one page at `limits.document_dpi`, coarser where its side would pass 6000 pixels.

    Raises IntakeError when the document is protected, damaged or has too many pages.
    """
    file = only_file(bundle)
    with opened(file, limits) as document:
        part = parts.chosen(bundle, len(document))
        pixels = _rendered(document[part], limits)
        told = Told()
        if len(document) > 1 and not bundle.with_next:
            told.note(
                f"Page {part + 1} of {len(document)}; leads that are missing here may be on "
                "another page of the document."
            )
        if pdfium.FPDFDoc_GetJavaScriptActionCount(document.raw) > 0:
            told.note("The PDF holds scripts; they were not run.")
        pdf_damage.tell(file.data, document, told)
    return EcgScan(bundle.name, bundle.sha256, pixels, told.notes, doubts=told.doubts)


@contextmanager
def opened(file: Upload, limits: FileLimits) -> Iterator[pypdfium2.PdfDocument]:
    """The document, with its number of pages checked. Raises IntakeError."""
    try:
        document = pypdfium2.PdfDocument(file.data)
        with document:
            if len(document) == 0:
                raise IntakeError(f"{file.name} is a PDF without pages.", _AGAIN)
            parts.check_count(len(document), file, limits.max_pages)
            yield document
    except pypdfium2.PdfiumError as error:
        if error.err_code in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise IntakeError(
                f"{file.name} is a PDF that is protected by a password.",
                "Save it without a password, or save the ECG page as a PNG image.",
            ) from error
        raise IntakeError(f"{file.name} is a PDF, but it is damaged or cut off.", _AGAIN) from error


def _rendered(page: pypdfium2.PdfPage, limits: FileLimits) -> np.ndarray:
    longest_pt = max(page.get_size())
    scale = min(limits.document_dpi / _POINTS_PER_INCH, _LONGEST_SIDE_PX / max(longest_pt, 1.0))
    # Forms are left out: filling them in is what would run their scripts.
    bitmap = page.render(scale=scale, may_draw_forms=False, rev_byteorder=True)
    return np.array(bitmap.to_numpy()[:, :, :3])


def same_person(file: Upload, pages: tuple[int, int], limits: FileLimits) -> bool | None:
    """Whether the words of two pages name the same person and time; None where too few do.

    The same are pages with one time, or one day and number, on both, where the words of one page
    are among those of the other, but for names of leads and what pages differ in anyway.
    """
    with opened(file, limits) as document:
        one, other = (_words(document[page]) for page in pages)
    told, also_told = ({w for w in words if _tells(w)} for words in (one, other))
    if told - also_told and also_told - told:
        return False
    common = told & also_told
    days = {word for word in common if _DAY.fullmatch(word)}
    timed = any(_TIME.fullmatch(word) for word in common)
    if not timed and not (days and common - days):
        return None
    return None if one - other and other - one else True


def _tells(word: str) -> bool:
    return any(sort.fullmatch(word) for sort in (_TIME, _DAY, _NUMBER))


def _words(page: pypdfium2.PdfPage) -> set[str]:
    text = page.get_textpage().get_text_bounded().casefold()
    words = {word.strip(".,;:()[]") for word in text.split()}
    return {word for word in words if not _OF_A_PAGE.fullmatch(word) and signed_lead(word) is None}


reader = Reader("pdf", "PDF document", recognises, read, count, same_person)
