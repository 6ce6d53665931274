"""Measurements of what is on a page: of the record it was drawn from, else of its own traces."""

from __future__ import annotations

from dataclasses import replace

from ecg_core.intake.values import EcgRecord
from ecg_core.page.recovered.samples import Recovery, recover
from ecg_core.page.values import EcgPage
from ecg_core.signal.measurements import measure, nothing
from ecg_core.signal.misread import doubted
from ecg_core.signal.values import Measurements

COARSE_PX_PER_MM = 4.0
"""Of a picture coarser than this, PR and QRS are in doubt: a pixel lasts 10 ms or more. Of 40 ECGs
of fold 9 printed at 3.4 px/mm and saved as JPEG, PR was 20 ms or more off in 1 of 24, QRS in 2 of
38."""


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
    first, *others = (measure(sheet.as_record(), off_paper=True) for sheet in sheets(recovery))
    for other in others:
        first = _with_leads_of(first, other)
    coarse = page.source_px_per_mm is not None and page.source_px_per_mm < COARSE_PX_PER_MM
    return _doubted(first) if coarse else first


def sheets(recovery: Recovery) -> list[Recovery]:
    """What was recovered of each sheet, as if it were the only one."""
    spans = sorted({lead.span for lead in recovery.leads})
    return [
        replace(
            recovery,
            leads=tuple(replace(lead, span=0) for lead in recovery.leads if lead.span == span),
        )
        for span in spans
    ]


def _doubted(found: Measurements) -> Measurements:
    """The same, with PR and QRS in doubt."""
    doubtful = {key: doubted(found.values[key], "coarse_picture") for key in ("pr", "qrs")}
    return replace(found, values=found.values | doubtful)


def _with_leads_of(first: Measurements, other: Measurements) -> Measurements:
    known = {one.lead for one in first.leads}
    judged = {
        key: said if said.value is not None else other.judged[key]
        for key, said in first.judged.items()
    }
    return replace(
        first,
        leads=(*first.leads, *(one for one in other.leads if one.lead not in known)),
        signs=(*first.signs, *(sign for sign in other.signs if sign not in first.signs)),
        judged=judged,
    )
