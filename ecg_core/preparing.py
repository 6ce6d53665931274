"""What needs no model: reading an ECG, its page and its measurements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ecg_core import intake
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan, IntakeError
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.ten_seconds import is_longer, ten_seconds
from ecg_core.page.values import EcgPage, PageError
from ecg_core.prepared import Prepared, Refusal
from ecg_core.read_as import AS_IT_COMES, ReadAs
from ecg_core.signal.measurements import measure
from ecg_core.signal.values import Measurements


def prepare(
    source: Bundle | EcgRecord | EcgScan,
    read_as: ReadAs = AS_IT_COMES,
    read: Callable[[Bundle], EcgRecord | EcgScan] = intake.read,
) -> Prepared | Refusal:
    """Read an ECG and lay out its page.

    read: how files are read; in the sandbox unless the caller trusts them.
    Raises ValueError where `read_as` asks for seconds that the record does not have.
    """
    files = source if isinstance(source, Bundle) else None
    try:
        ecg = read(source) if isinstance(source, Bundle) else source
        if isinstance(ecg, EcgRecord) and is_longer(ecg) and read_as.start_s is None:
            return Prepared(ecg, files=files)
        return Prepared(ecg, page_of(ecg, read_as), files=files)
    except IntakeError as error:
        return Refusal(error.reason, error.hint)
    except PageError as error:
        return Refusal(error.remark.text, error.remark.hint, error.remark.code)


def to_be_sent(found: Prepared | Refusal) -> Prepared | Refusal:
    """The same with its measurements, for another process: without the files, which that has, and
    of a scan that has its page without the pixels."""
    if isinstance(found, Refusal):
        return found
    if found.page is None:
        return replace(found, files=None)
    if isinstance(found.ecg, EcgRecord):
        return Prepared(found.ecg, found.page, measure_page(found.page, found.ecg))
    unseen = replace(found.ecg, pixels=np.empty((0, 0, 3), np.uint8))
    return Prepared(unseen, found.page, measure_page(found.page))


def page_of(ecg: EcgRecord | EcgScan, read_as: ReadAs = AS_IT_COMES) -> EcgPage:
    """The canonical page of a record or a scan. Raises PageError naming why there is none.

    Of a longer record the first ten seconds, unless `read_as` says others.
    """
    if isinstance(ecg, EcgScan):
        # Reading pictures is half of what is imported here; who has records does without.
        from ecg_core.page.joined import from_scan

        return from_scan(ecg, read_as.scan_layout, read_as.correction)
    shown = ten_seconds(ecg, read_as.start_s or 0.0)
    return from_record(shown, read_as.record_layout, read_as.band)


def measured(
    source: Bundle | EcgRecord | EcgScan,
    read_as: ReadAs = AS_IT_COMES,
    read: Callable[[Bundle], EcgRecord | EcgScan] = intake.read,
) -> Measurements:
    """The measurements alone, for which no model is asked.

    Raises IntakeError, PageError, or ValueError for seconds that the record does not have.
    """
    ecg = read(source) if isinstance(source, Bundle) else source
    if isinstance(ecg, EcgRecord):
        return measure(ecg, read_as.start_s or 0.0)
    return measure_page(page_of(ecg, read_as))
