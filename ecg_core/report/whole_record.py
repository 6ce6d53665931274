"""The whole of a long record on further sheets: one lead, ten seconds a row, true to scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.page.drawn.from_record import resampled
from ecg_core.page.layouts import PAGE_SECONDS, PAGE_WIDTH_MM
from ecg_core.page.ten_seconds import clock
from ecg_core.report import trace_area
from ecg_core.report.shade import MM
from ecg_core.signal import filters
from ecg_core.signal.bands import Band

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

ROW_MM = 20.0
ROWS_A_SHEET = 8
MOST_SHEETS = 12
"""Sixteen minutes; a day would take a thousand sheets."""
CUT = "The record goes on: printed as far as this sheet."


@dataclass(frozen=True, eq=False)
class WholeRecord:
    """One lead of a whole record. mv: in mV, NaN where nothing was recorded. shown_s: start of the
    ten seconds on the first sheet, which are marked here."""

    lead: str
    mv: np.ndarray
    fs_hz: float
    shown_s: float

    @property
    def rows(self) -> int:
        """Rows of ten seconds."""
        return math.ceil(len(self.mv) / self.fs_hz / PAGE_SECONDS - 1e-9)

    @property
    def sheets(self) -> int:
        """How many sheets it takes, or the most that are printed."""
        return min(math.ceil(self.rows / ROWS_A_SHEET), MOST_SHEETS)


def whole_record(record: EcgRecord, band: Band, shown_s: float) -> WholeRecord:
    """A record as it is printed whole: lead II where there is one, else its first lead."""
    lead = "II" if "II" in record.leads else record.leads[0]
    row = record.leads.index(lead)
    filtered, _ = filters.apply(record.signals_mv[row : row + 1], record.fs_hz, band)
    drawn, fs_hz = resampled(filtered, record.fs_hz)
    return WholeRecord(lead, drawn[0], fs_hz, shown_s)


def draw_sheet(
    canvas: Canvas, whole: WholeRecord, sheet: int, left_mm: float, top_mm: float
) -> None:
    """One sheet of rows. sheet: from 0. left_mm, top_mm: corner of the paper area."""
    first = sheet * ROWS_A_SHEET
    rows = range(first, min(first + ROWS_A_SHEET, whole.rows))
    tall = len(rows) * ROW_MM
    trace_area.grid(canvas, left_mm, top_mm - tall, PAGE_WIDTH_MM, tall)
    samples = round(PAGE_SECONDS * whole.fs_hz)
    step = max(int(whole.fs_hz // trace_area.DRAWN_FS_HZ), 1)
    for place, row in enumerate(rows):
        top = top_mm - place * ROW_MM
        part = whole.mv[row * samples : (row + 1) * samples + 1]
        trace_area.trace(canvas, part[::step], whole.fs_hz / step, left_mm, top - ROW_MM / 2)
        trace_area.name(
            canvas, f"{whole.lead}  {clock(row * PAGE_SECONDS)}", left_mm + 1.5, top - 3
        )
        _mark(canvas, whole, row, left_mm, top)
    trace_area.pulse(canvas, left_mm - trace_area.PULSE_MM - 2.0, top_mm - ROW_MM / 2)


def _mark(canvas: Canvas, whole: WholeRecord, row: int, left_mm: float, top_mm: float) -> None:
    """A line over the seconds that the first sheet shows."""
    begin = max(whole.shown_s, row * PAGE_SECONDS)
    end = min(whole.shown_s + PAGE_SECONDS, (row + 1) * PAGE_SECONDS)
    if end <= begin:
        return
    canvas.setLineWidth(1.6)
    scale = PAGE_WIDTH_MM / PAGE_SECONDS
    x0, x1 = (left_mm + (t - row * PAGE_SECONDS) * scale for t in (begin, end))
    canvas.line(x0 * MM, (top_mm - 0.6) * MM, x1 * MM, (top_mm - 0.6) * MM)
