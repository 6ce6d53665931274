"""Page: records and scans become the one canonical page the network reads."""

from __future__ import annotations

from ecg_core.intake.values import EcgRecord, EcgScan
from ecg_core.page.correction import Correction
from ecg_core.page.drawn.from_record import from_record
from ecg_core.page.joined import from_scan
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.values import EcgPage, PageError
from ecg_core.signal.filters import Band

__all__ = ["Correction", "EcgPage", "PageError", "from_record", "from_scan", "read_scan", "to_page"]


def to_page(
    ecg: EcgRecord | EcgScan, layout: str = DEFAULT_LAYOUT, band: Band = Band.DIAGNOSTIC
) -> EcgPage:
    """The canonical page of whatever intake read; layout and band only concern records.

    Raises PageError naming why there is no page.
    """
    if isinstance(ecg, EcgScan):
        return from_scan(ecg)
    return from_record(ecg, layout, band)
