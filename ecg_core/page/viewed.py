"""The waves of a page, lead by lead over its ten seconds: what a viewer lays out anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page import layouts
from ecg_core.page.drawn.from_record import Filtered, derive_limb_leads, filtered
from ecg_core.page.values import EcgPage
from ecg_core.signal.bands import Band


@dataclass(frozen=True, eq=False)
class Waves:
    """Leads of at most ten seconds on one clock.

    mv: float32, len(leads) × samples, NaN where nothing is known. leads: in `STANDARD_LEADS`
    order. start_s: where the page begins in the whole recording.
    """

    leads: tuple[str, ...]
    mv: np.ndarray
    fs_hz: float
    start_s: float = 0.0


def waves_of_record(record: EcgRecord, band: Band = Band.DIAGNOSTIC) -> Waves:
    """The first ten seconds of a record as its page draws them, all of every lead.

    Filter, sampling rate and derived limb leads are those of `from_record`.
    """
    return waves_of(filtered(record, band))


def waves_of(one: Filtered) -> Waves:
    """The same of what is filtered already."""
    waves = dict(one.waves)
    if len(waves) > 2:
        derive_limb_leads(waves)
    leads = tuple(lead for lead in STANDARD_LEADS if lead in waves)
    mv = np.stack([waves[lead] for lead in leads])
    return Waves(leads, mv, one.fs_hz, one.record.start_s)


def waves_of_page(page: EcgPage) -> Waves | None:
    """What the traces of a page show, each lead at its own seconds; None without traces.

    A lead that is drawn twice keeps the longer trace, filled up from the shorter one.
    """
    if not page.traces:
        return None
    fs_hz = page.traces[0].fs_hz
    samples = round(layouts.PAGE_SECONDS * fs_hz) + 1
    found: dict[str, np.ndarray] = {}
    for trace in sorted(page.traces, key=lambda one: -len(one.mv)):
        box = page.boxes[trace.box]
        lead = found.setdefault(box.lead, np.full(samples, np.nan, np.float32))
        first = round(box.start_s * fs_hz)
        part = lead[first : first + len(trace.mv)]
        known = trace.mv[: len(part)]
        part[:] = np.where(np.isfinite(part), part, known)
    leads = tuple(lead for lead in STANDARD_LEADS if lead in found)
    return Waves(leads, np.stack([found[lead] for lead in leads]), fs_hz, page.start_s)
