"""How an ECG is to be read, and what needs no model: its page and its measurements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ecg_core import intake
from ecg_core.intake.values import Bundle, EcgRecord, EcgScan
from ecg_core.page import Correction, EcgPage, by_hand, from_record, from_scan
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.recovered.measured import measure_page
from ecg_core.page.ten_seconds import ten_seconds
from ecg_core.page.values import Option
from ecg_core.signal.filters import Band
from ecg_core.signal.measurements import measure
from ecg_core.signal.values import Measurements


@dataclass(frozen=True)
class ReadAs:
    """How an ECG is to be read, where it is not left to the program.

    start_s: where the ten seconds of a longer record begin; None looks for the most urgent ones.
    band: filter of a record.
    record_layout: layout in which a record is drawn. scan_layout: layout of a scan when a person
    chose it; None finds it. correction: what a person set by hand on a scan.
    """

    band: Band = Band.DIAGNOSTIC
    start_s: float | None = None
    scan_layout: str | None = None
    correction: Correction = field(default_factory=Correction)
    record_layout: str = DEFAULT_LAYOUT

    def chosen(self, option: Option) -> ReadAs:
        """The same with an answer to the page's question. Raises ValueError for an unknown one."""
        layout, correction = by_hand.chosen(option, self.scan_layout, self.correction)
        return replace(self, scan_layout=layout, correction=correction)

    @staticmethod
    def of(page: EcgPage) -> ReadAs:
        """What was set by hand when this page was read off its scan."""
        layout, correction = by_hand.from_json(page.correction)
        return ReadAs(scan_layout=layout, correction=correction)


AS_IT_COMES = ReadAs()
"""Everything is left to the program."""


def page_of(ecg: EcgRecord | EcgScan, read_as: ReadAs = AS_IT_COMES) -> EcgPage:
    """The canonical page of a record or a scan. Raises PageError naming why there is none.

    Of a longer record the first ten seconds, unless `read_as` says others.
    """
    if isinstance(ecg, EcgScan):
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
