"""Which ten seconds of a longer record a page shows: decided here and nowhere else."""

from __future__ import annotations

from ecg_core.intake.values import EcgRecord
from ecg_core.page.layouts import PAGE_SECONDS

LEAST_MORE_S = 1.0
"""A record that is longer than a page by less leaves no other ten seconds to choose."""


def is_longer(record: EcgRecord) -> bool:
    """Whether a record holds more than a page shows."""
    return record.duration_s > PAGE_SECONDS


def ten_seconds(record: EcgRecord, start_s: float = 0.0) -> EcgRecord:
    """The ten seconds from `start_s` on; a record that is no longer than a page stays whole.

    start_s: seconds from the start of the record's signals. Raises ValueError for a start outside
    the record.
    """
    return record.window(start_s, PAGE_SECONDS) if is_longer(record) else record


def starts_s(duration_s: float) -> tuple[float, ...]:
    """Where the tens of seconds begin that together show a record whole; the last ends with it.

    duration_s: of the record. A rest of less than a second is not shown once more.

    >>> starts_s(10.4), starts_s(34.0)
    ((0.0,), (0.0, 10.0, 20.0, 24.0))
    """
    whole = [number * PAGE_SECONDS for number in range(max(int(duration_s / PAGE_SECONDS), 1))]
    rest = duration_s - whole[-1] - PAGE_SECONDS
    return (*whole, whole[-1] + float(int(rest))) if rest >= LEAST_MORE_S else tuple(whole)


def clock(seconds: float) -> str:
    """A place in the record.

    >>> clock(0), clock(70), clock(3671)
    ('0:00', '1:10', '1:01:11')
    """
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
