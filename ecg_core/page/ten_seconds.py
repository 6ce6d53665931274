"""Which ten seconds of a longer record a page shows: decided here and nowhere else."""

from __future__ import annotations

from ecg_core.intake.values import EcgRecord
from ecg_core.page.layouts import PAGE_SECONDS


def is_longer(record: EcgRecord) -> bool:
    """Whether a record holds more than a page shows."""
    return record.duration_s > PAGE_SECONDS


def ten_seconds(record: EcgRecord, start_s: float = 0.0) -> EcgRecord:
    """The ten seconds from `start_s` on; a record that is no longer than a page stays whole.

    start_s: seconds from the start of the record's signals. Raises ValueError for a start outside
    the record.
    """
    return record.window(start_s, PAGE_SECONDS) if is_longer(record) else record


def clock(seconds: float) -> str:
    """A place in the record.

    >>> clock(0), clock(70), clock(3671)
    ('0:00', '1:10', '1:01:11')
    """
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
