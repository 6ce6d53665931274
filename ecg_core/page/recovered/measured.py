"""Measurements of what is on a page: of the record it was drawn from, else of its own traces."""

from __future__ import annotations

from ecg_core.intake.values import EcgRecord
from ecg_core.page.recovered.samples import recover
from ecg_core.page.values import EcgPage
from ecg_core.signal.measurements import measure, nothing
from ecg_core.signal.values import Measurements


def measure_page(page: EcgPage, record: EcgRecord | None = None) -> Measurements:
    """Measure the ten seconds that a page shows.

    record: what the page was drawn from, in full; without it the traces are read off the ink.
    """
    if record is not None:
        return measure(record, max(page.start_s - record.start_s, 0.0))
    recovery = recover(page)
    if not recovery.leads:
        return nothing("No trace could be read off this page.")
    return measure(recovery.as_record(), off_paper=True)
