"""Reading one case: an ECG, or an `IntakeError` and nothing else."""

from __future__ import annotations

import logging

from ecg_core.intake.archive import is_zip, unpack
from ecg_core.intake.bundles import split
from ecg_core.intake.foreign import ACCEPTED, refusal
from ecg_core.intake.limits import LIMITS, Limits
from ecg_core.intake.registry import reader_for
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError

log = logging.getLogger(__name__)


def read(bundle: Bundle, limits: Limits = LIMITS) -> EcgRecord | EcgScan:
    """Read the files of one case, as `split` grouped them.

    Returns a record (signals with calibration) or a scan (pixels). Raises IntakeError, whose
    reason names the cause and whose hint says what to do; no other exception escapes.
    """
    try:
        return _read(bundle, limits)
    except IntakeError:
        raise
    except Exception as error:
        log.exception("unexpected error while reading %s", bundle.name)
        raise IntakeError(
            f"{bundle.name} could not be read as an ECG; the file is damaged or unusual.",
            "Export or copy it again, or upload an image of the page instead.",
        ) from error


def _read(bundle: Bundle, limits: Limits) -> EcgRecord | EcgScan:
    if not bundle.files:
        raise IntakeError(f"{bundle.name} holds no files.", f"Upload {ACCEPTED}.")
    if len(bundle.files) > limits.max_bundle_files:
        raise IntakeError(
            f"{bundle.name} holds {len(bundle.files)} files; at most {limits.max_bundle_files} "
            "make up one ECG.",
            "Upload fewer files at once.",
        )
    for file in bundle.files:
        if len(file.data) > limits.max_file_bytes:
            raise IntakeError(
                f"{file.name} has {len(file.data) / 1e6:.0f} MB; at most "
                f"{limits.max_file_bytes / 1e6:.0f} MB are read.",
                "Cut the record, or scan the page at 300 dpi.",
            )
    first = bundle.files[0]
    if len(bundle.files) == 1 and not first.data:
        raise refusal(first)
    if len(bundle.files) == 1 and is_zip(first.data[:4]):
        return _read_archive(bundle, limits)
    reader = reader_for(bundle)
    if reader is None:
        raise refusal(first)
    return reader.read(bundle, limits)


def _read_archive(bundle: Bundle, limits: Limits) -> EcgRecord | EcgScan:
    """The one case of a ZIP that was not split before; a ZIP of several is refused."""
    unpack(bundle.files[0], limits)
    cases = split(bundle.files, limits)
    if len(cases) > 1:
        raise IntakeError(
            f"{bundle.name} holds {len(cases)} ECGs or stray files, not one ECG.",
            "Upload one record or image per ZIP.",
        )
    return _read(cases[0], limits)
