"""Files that hold several ECGs: the pages of a document, the frames of a scan."""

from __future__ import annotations

from ecg_core.intake.values import Bundle, IntakeError, Upload


def check_count(count: int, file: Upload, most: int) -> None:
    """Raises IntakeError when a file has more pages than are read."""
    if count > most:
        raise IntakeError(
            f"{file.name} has {count} pages; at most {most} are read.",
            "Save the pages with ECGs as a file of their own and upload that.",
        )


def chosen(bundle: Bundle, count: int) -> int:
    """The page that the case is, from 0. Raises IntakeError where it is not said or not there."""
    if bundle.part is None and count > 1:
        raise IntakeError(
            f"{bundle.files[0].name} holds {count} pages.", "Choose one page of it, or open all."
        )
    part = bundle.part or 0
    if not 0 <= part < count:
        raise IntakeError(
            f"{bundle.files[0].name} has no page {part + 1}.", f"Its last page is page {count}."
        )
    return part
