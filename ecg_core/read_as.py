"""How an ECG is to be read, where it is not left to the program."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ecg_core.page import by_hand
from ecg_core.page.correction import Correction
from ecg_core.page.layouts import DEFAULT_LAYOUT
from ecg_core.page.values import EcgPage, Option
from ecg_core.signal.bands import Band


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
