"""The bands in which an ECG is shown, and what is printed of them; `filters` applies them.

They follow the AHA/ACC/HRS recommendations (Kligfield et al., Circulation 2007;115:1306-24):
0.05-150 Hz for diagnosis; 0.5-40 Hz is the usual monitor band, which distorts the ST segment.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    """Which band-pass a record is drawn with."""

    DIAGNOSTIC = "diagnostic"
    MONITOR = "monitor"
    AS_RECORDED = "as_recorded"


@dataclass(frozen=True)
class BandEdges:
    """Corner frequencies in Hz and what a clinician calls the band."""

    high_pass_hz: float
    low_pass_hz: float
    name: str


BANDS: dict[Band, BandEdges | None] = {
    Band.DIAGNOSTIC: BandEdges(0.05, 150.0, "Diagnostic band"),
    Band.MONITOR: BandEdges(0.5, 40.0, "Monitor band"),
    Band.AS_RECORDED: None,
}


def label(band: Band, mains_hz: float | None) -> str:
    """The filter in force, as printed on the page.

    >>> label(Band.DIAGNOSTIC, 50.0)
    '0.05–150 Hz, mains filter 50 Hz'
    >>> label(Band.AS_RECORDED, None)
    'as recorded, no filter'
    """
    edges = BANDS[band]
    if edges is None:
        return "as recorded, no filter"
    text = f"{edges.high_pass_hz:g}–{edges.low_pass_hz:g} Hz"
    return text if mains_hz is None else f"{text}, mains filter {mains_hz:g} Hz"
