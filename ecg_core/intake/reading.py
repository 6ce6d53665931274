"""Reading one case: an ECG, or an `IntakeError` and nothing else."""

from __future__ import annotations

import logging
from dataclasses import replace

from ecg_core.intake.archive import is_zip
from ecg_core.intake.bundles import split
from ecg_core.intake.foreign import ACCEPTED, refusal
from ecg_core.intake.isolation import sandbox
from ecg_core.intake.isolation.jobs import read_case
from ecg_core.intake.isolation.limits import LIMITS, FileLimits
from ecg_core.intake.isolation.transfer import Failure, failure_of
from ecg_core.intake.patients import pseudonym
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError

log = logging.getLogger(__name__)


def read(
    bundle: Bundle, limits: FileLimits = LIMITS, key: bytes | None = None
) -> EcgRecord | EcgScan:
    """Read the files of one case, as `split` grouped them, in a process with limits.

    key: makes the patient's number in the files a pseudonym; without one it is only dropped.

    Returns a record (signals with calibration) or a scan (pixels). Raises IntakeError, whose
    reason names the cause and whose hint says what to do; no other exception escapes, and a
    file that breaks its reader, eats memory or takes too long costs only itself.
    """
    _check(bundle, limits)
    if len(bundle.files) == 1 and is_zip(bundle.files[0].data[:4]):
        return _read_archive(bundle, limits, key)
    return _pseudonymous(_ecg(sandbox.run("read", bundle, bundle.name, limits), bundle), key)


def read_here(bundle: Bundle, limits: FileLimits = LIMITS) -> EcgRecord | EcgScan:
    """Read one case in this process, without limits on memory and time.

    For files that are trusted, such as research data sets: nothing is sent between processes.
    Raises IntakeError and nothing else; ZIPs are not unpacked.
    """
    _check(bundle, limits)
    try:
        return _pseudonymous(read_case(bundle, limits), None)
    except IntakeError:
        raise
    except Exception as error:
        failure = failure_of(error)
        log.error("a file could not be read: %s at %s", failure.kind, failure.place)
        raise sandbox.refusal_of(failure, bundle.name) from error


def preview(bundle: Bundle, limits: FileLimits = LIMITS) -> EcgScan:
    """One page of a document as a small picture to choose by. Raises IntakeError."""
    _check(bundle, limits)
    answer = _pseudonymous(_ecg(sandbox.run("preview", bundle, bundle.name, limits), bundle), None)
    if not isinstance(answer, EcgScan):
        raise sandbox.refusal_of(Failure("TransferError", ""), bundle.name)
    return answer


def _check(bundle: Bundle, limits: FileLimits) -> None:
    if not bundle.files:
        raise IntakeError(f"{bundle.name} is empty: it holds no files.", f"Upload {ACCEPTED}.")
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
    if len(bundle.files) == 1 and not bundle.files[0].data:
        raise refusal(bundle.files[0])


def _read_archive(bundle: Bundle, limits: FileLimits, key: bytes | None) -> EcgRecord | EcgScan:
    """The one case of a ZIP that was not split before; a ZIP of several is refused."""
    # A ZIP that must not be unpacked says so here; `split` would keep silent.
    sandbox.run("unpack", bundle.files[0], bundle.name, limits)
    cases = split(bundle.files, limits)
    if len(cases) > 1:
        raise IntakeError(
            f"{bundle.name} holds {len(cases)} ECGs or stray files, not one ECG.",
            "Upload one record or image per ZIP.",
        )
    return read(cases[0], limits, key)


def _pseudonymous(ecg: EcgRecord | EcgScan, key: bytes | None) -> EcgRecord | EcgScan:
    """The ECG without the patient's number, and with the pseudonym where there is a key."""
    known = pseudonym(ecg.patient_id, key) if key is not None else ""
    return replace(ecg, patient=known, patient_id=None)


def _ecg(answer: object, bundle: Bundle) -> EcgRecord | EcgScan:
    if not isinstance(answer, EcgRecord | EcgScan) or answer.sha256 != bundle.sha256:
        raise sandbox.refusal_of(Failure("TransferError", ""), bundle.name)
    return answer
