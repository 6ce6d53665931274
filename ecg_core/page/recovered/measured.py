"""Measurements of what is on a page: of the record it was drawn from, else of its own traces."""

from __future__ import annotations

from dataclasses import replace

from ecg_core.intake.values import EcgRecord
from ecg_core.page.recovered.samples import recover
from ecg_core.page.values import EcgPage
from ecg_core.signal.measurements import measure, nothing
from ecg_core.signal.values import Measurements


def measure_page(page: EcgPage, record: EcgRecord | None = None) -> Measurements:
    """Measure the ten seconds that a page shows.

    record: what the page was drawn from, in full; without it the traces are read off the ink. Of
    two sheets each is measured by itself: rhythm and intervals are those of the first, levels those
    of the sheet that shows the lead.
    """
    if record is not None:
        return measure(record, max(page.start_s - record.start_s, 0.0))
    recovery = recover(page)
    if not recovery.leads:
        return nothing("No trace could be read off this page.")
    first, *others = (measure(span.as_record(), off_paper=True) for span in recovery.spans)
    for other in others:
        first = _with_leads_of(first, other)
    return first


def _with_leads_of(first: Measurements, other: Measurements) -> Measurements:
    judged = {
        key: said if said.value is not None else other.judged[key]
        for key, said in first.judged.items()
    }
    return replace(
        first,
        leads=(*first.leads, *other.leads),
        signs=(*first.signs, *(sign for sign in other.signs if sign not in first.signs)),
        judged=judged,
    )
