"""Waveforms back from a page: every lead's samples in mV, from its ink.

The canonical ink says where the traces are; where a page still has its rectified picture, the ink
is taken from there once more, three times as fine. Every row is followed from left to right
(`strokes`), the pen's width is taken off (`pen`), and each box gives one lead. A lead whose ink is
missing or hangs together with another row's for too long is left out and named, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import STANDARD_LEADS
from ecg_core.page.arrange import baselines_mm
from ecg_core.page.layouts import (
    GAIN_MM_PER_MV,
    PAGE_SECONDS,
    PAGE_WIDTH_MM,
    SPEED_MM_PER_S,
)
from ecg_core.page.recovered import pen_path
from ecg_core.page.recovered.bars import ColumnBar, bars_of, spans, without
from ecg_core.page.recovered.fine_ink import ink_of
from ecg_core.page.recovered.fitted import Edges, fit_lines
from ecg_core.page.recovered.pen import line_of, pen_width
from ecg_core.page.values import EcgPage, LeadBox, Trace

FINE_PX_PER_MM = 4.0
"""From this resolution on the edges of the ink say to a part of a pixel where the pen was."""
TALL_GAIN = 0.15
"""So much a path gains for each mm that its ink is taller than the pen: steep strokes are not left
for what the grid left between their feet."""
FS_HZ = 250.0
"""Sampling rate of recovered leads; a picture of 6 px/mm shows 150 columns a second."""
MIN_DRAWN, MAX_SHARED = 0.8, 0.05
"""A lead of which less is drawn, or more in ink that is another row's, too, is left out."""
MAX_BRIDGE_MM = 1.0
"""Gaps in the ink up to this long are bridged; longer ones stay gaps (NaN)."""
REACH_PITCHES = 1.6
"""So far from its zero line, in row pitches, a row's waves are looked for."""
EDGE_MM = 0.4
"""Next to a separator and the neighbouring lead, so much of a box is not judged."""
BORDER_MM = 0.35
"""Tall ink so near to the next lead is a separator's, or may as well be."""
AT_END_MM, BAR_MM, CROSSED_MM, FLANK_MM, TALL_PENS = 0.8, 0.9, 0.5, 3.5, 2.0
"""A separator or flank begins this near to the end of a lead; it is no wider than that; a trace
that crosses it leaves so much of it above and below; a flank is as tall; taller than so many pens
is tall."""
CUT_MM = 0.8
"""Upright gaps in the ink up to this long are closed."""


@dataclass(frozen=True, eq=False)
class RecoveredLead:
    """One lead's waveform, read off its ink.

    box: index into the page's boxes. span: of that box. mv: float32 samples at `FS_HZ` from
    `start_s` on, 0 at the row's zero line, NaN in gaps. baseline_mm: page height of that line.
    quality: share of the columns drawn in ink of the lead's own, 0 to 1. drawn, shared: shares of
    the columns with ink, and with ink that touches another row's.
    """

    lead: str
    box: int
    start_s: float
    mv: np.ndarray
    baseline_mm: float
    quality: float
    drawn: float
    shared: float
    span: int = 0

    @property
    def in_record_s(self) -> float:
        """When it begins in `Recovery.as_record`, where a second sheet follows the first."""
        return self.span * PAGE_SECONDS + self.start_s


@dataclass(frozen=True, eq=False)
class Recovery:
    """What could be read off a page.

    leads: in the order of the page's boxes. left_out: lead names that no box of the page gave.
    px_per_mm: resolution of the ink that was followed.
    """

    leads: tuple[RecoveredLead, ...]
    left_out: tuple[str, ...]
    px_per_mm: float
    source_name: str
    source_sha256: str

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The leads as a page drawn from a record would hold them."""
        return tuple(Trace(lead.box, lead.mv, FS_HZ, lead.baseline_mm) for lead in self.leads)

    def as_record(self) -> EcgRecord:
        """The ten seconds of the page as a record, NaN where a lead is not shown.

        Of a lead that is printed twice, the longer trace is taken; a second sheet's follow those of
        the first. Raises ValueError when no lead was recovered.
        """
        if not self.leads:
            raise ValueError("no lead could be recovered from the page")
        names = tuple(lead for lead in STANDARD_LEADS if lead in {r.lead for r in self.leads})
        sheets = 1 + max(lead.span for lead in self.leads)
        ten = round(PAGE_SECONDS * FS_HZ)
        signals = np.full((len(names), sheets * ten), np.nan, np.float32)
        for row, name in enumerate(names):
            longest = max((r for r in self.leads if r.lead == name), key=lambda r: r.mv.size)
            first = round(longest.in_record_s * FS_HZ)
            length = min(longest.mv.size, (longest.span + 1) * ten - first)
            signals[row, first : first + length] = longest.mv[:length]
        notes = ["Samples read off a page, not recorded."]
        if sheets > 1:
            notes.append("The second sheet follows the first here; they were not recorded so.")
        if self.left_out:
            notes.append(f"Not recovered: {', '.join(self.left_out)}.")
        return EcgRecord(
            self.source_name,
            self.source_sha256,
            signals,
            names,
            names,
            FS_HZ,
            sheets * PAGE_SECONDS,
            notes=tuple(notes),
        )


def recover(page: EcgPage, use_picture: bool = True) -> Recovery:
    """Read every lead's waveform off the page.

    use_picture: take the ink of a scan from its finer picture where there is one.
    """
    cover, px_per_mm = ink_of(page, use_picture)
    baselines = np.array(baselines_mm(page.boxes))
    rounded = np.round(baselines, 3).tolist()
    rows_mm = np.unique(rounded)
    pitch = float(np.median(np.diff(rows_mm))) if len(rows_mm) > 1 else page.height_mm / 2
    fine = px_per_mm >= FINE_PX_PER_MM
    bars = bars_of(cover, page.boxes, rounded, px_per_mm) if fine else {}
    if fine:
        cover = without(cover, (bar for own in bars.values() for bar in own))
        # Where a line of the grid was taken off a steep stroke, the stroke goes on.
        stroke = np.ones((round(CUT_MM * px_per_mm) | 1, 1), np.uint8)
        cover = np.asarray(cv2.morphologyEx(cover, cv2.MORPH_CLOSE, stroke))
    over, under = zip(*(spans(bars.get(z, ()), cover.shape[1]) for z in rows_mm), strict=True)
    pieces = (pen_path.sharp_pieces_of if fine else pen_path.pieces_of)(cover)
    reach = REACH_PITCHES * pitch
    gain = TALL_GAIN if fine else 0.0
    begins = [round(box.x0_mm * px_per_mm) for box in page.boxes] if fine else []
    hidden = np.array(over), np.array(under)
    zeros_px = rows_mm * px_per_mm
    paths = pen_path.follow(pieces, zeros_px, reach * px_per_mm, px_per_mm, gain, begins, hidden)
    if not any((path >= 0).any() for path in paths):
        names = tuple(dict.fromkeys(box.lead for box in page.boxes))
        return Recovery((), names, px_per_mm, page.source_name, page.source_sha256)
    rows = pen_path.apart(pieces, paths, zeros_px.tolist(), px_per_mm)
    pen_px = pen_width(*(np.concatenate([getattr(r, e) for r in rows]) for e in ("top", "bottom")))
    of = [int(np.argmin(np.abs(rows_mm - zero_mm))) for zero_mm in baselines]
    parts = [
        _part(rows[row], bars.get(zero, []), box, pen_px, px_per_mm)
        for row, zero, box in zip(of, rounded, page.boxes, strict=True)
    ]
    lines = [part.line for part in parts]
    if fine:
        lines = fit_lines([Edges(p.top, p.bottom, p.line[0::2]) for p in parts], pen_px)
    found = [
        _lead(number, box, zero_mm, rows[row], part.drawn_line(line), px_per_mm)
        for number, (box, zero_mm, row, part, line) in enumerate(
            zip(page.boxes, baselines, of, parts, lines, strict=True)
        )
    ]
    kept = tuple(lead for lead in found if lead.drawn >= MIN_DRAWN and lead.shared <= MAX_SHARED)
    given = {lead.lead for lead in kept}
    left_out = dict.fromkeys(lead.lead for lead in found if lead.lead not in given)
    return Recovery(kept, tuple(left_out), px_per_mm, page.source_name, page.source_sha256)


@dataclass(frozen=True, eq=False)
class _Part:
    """What belongs to one lead of a row's ink.

    own: its columns, of `width`. top, bottom: edges in px, NaN where none are seen. line: heights
    of the line in px, in each column and half-way between. under: columns that a bar covers.
    """

    own: slice
    width: int
    top: np.ndarray
    bottom: np.ndarray
    line: np.ndarray
    under: np.ndarray

    def drawn_line(self, line: np.ndarray) -> np.ndarray:
        """A line of the lead in the whole row, NaN far from its ink: in each column and half-way
        between."""
        both = np.isfinite(self.top)
        # Under a bar between what is seen the line goes on; at an end it is not guessed.
        between = np.maximum.accumulate(both) & np.maximum.accumulate(both[::-1])[::-1]
        drawn = both | (self.under & between)
        seen = np.full(2 * self.width - 1, np.nan)
        part = seen[2 * self.own.start : 2 * self.own.stop - 1]
        part[0::2] = np.where(drawn, line[0::2], np.nan)
        part[1::2] = np.where(drawn[:-1] & drawn[1:], line[1::2], np.nan)
        return seen


def _part(
    row: pen_path.Strokes, bars: list[ColumnBar], box: LeadBox, pen_px: float, px_per_mm: float
) -> _Part:
    """One lead's part of a row. A lead ends where its box does, whatever its neighbour draws
    there."""
    first, last = (round(x * px_per_mm) for x in (box.x0_mm, box.x1_mm))
    own = slice(max(first, 0), min(last, len(row.top)))
    top, bottom = row.top[own].copy(), row.bottom[own].copy()
    under = np.isfinite(spans(bars, len(row.top))[0][own])
    outer = (box.x0_mm < 1.0, abs(box.x1_mm - PAGE_WIDTH_MM) < 1.0)
    for side, at_margin in (
        () if bars else zip((slice(None), slice(None, None, -1)), outer, strict=True)
    ):
        foreign = _foreign(top[side], bottom[side], pen_px, px_per_mm, at_margin)
        top[side][:foreign] = bottom[side][:foreign] = np.nan
    line = line_of(top, bottom, pen_px)[1:-1]
    return _Part(own, len(row.top), top, bottom, line, under)


def _foreign(
    top: np.ndarray, bottom: np.ndarray, pen_px: float, px_per_mm: float, at_margin: bool
) -> int:
    """So many columns from the start of a lead hold a separator, and what lies before it, or a
    pulse's flank.

    A steep wave leaves its tall ink at one end, where the trace goes on; a separator is crossed by
    it. A pulse stands only at the margins, and is taller than most waves.
    """
    with np.errstate(invalid="ignore"):
        tall = bottom - top > TALL_PENS * pen_px
    # A separator on the very border: half of it is the neighbour's.
    border = 0 if at_margin else round(BORDER_MM * px_per_mm)
    foreign = int(np.cumprod(tall[:border]).sum())
    x = foreign
    while x < round(AT_END_MM * px_per_mm):
        start = x
        while x < len(tall) and tall[x]:
            x += 1
        if x > start and x < len(tall) and (x - start) < BAR_MM * px_per_mm + pen_px:
            goes_on = (top[x] + bottom[x]) / 2
            above, below = goes_on - top[start:x].min(), bottom[start:x].max() - goes_on
            crossed = min(above, below) > CROSSED_MM * px_per_mm + pen_px / 2
            flank = at_margin and start == 0 and above > FLANK_MM * px_per_mm
            if crossed or flank:
                foreign = x
        x += 1
    return foreign


def _lead(
    number: int,
    box: LeadBox,
    zero_mm: float,
    row: pen_path.Strokes,
    line_px: np.ndarray,
    px_per_mm: float,
) -> RecoveredLead:
    """The samples of a line (px, twice a column of its row)."""
    judged = slice(
        round((box.x0_mm + EDGE_MM) * px_per_mm), round((box.x1_mm - EDGE_MM) * px_per_mm)
    )
    drawn = np.isfinite(row.top[judged])
    shared = row.shared[judged]
    samples = np.arange(round((box.end_s - box.start_s) * FS_HZ)) / FS_HZ
    at_px = (box.x0_mm + samples * SPEED_MM_PER_S) * px_per_mm
    mv = np.full(len(samples), np.nan)
    known = np.flatnonzero(np.isfinite(line_px))
    if len(known) and drawn.any():
        # The line has two values a column, the first in the middle of the first.
        known_px = known / 2.0 + 0.5
        mv = (zero_mm - np.interp(at_px, known_px, line_px[known]) / px_per_mm) / GAIN_MM_PER_MV
        after = np.searchsorted(known_px, at_px).clip(1, len(known) - 1)
        before = known_px[after - 1]
        outside = np.maximum(known_px[0] - at_px, at_px - known_px[-1])
        gap = np.maximum(known_px[after] - before, outside)
        # The pixels at its sides reach half a column into a gap each.
        mv[gap > MAX_BRIDGE_MM * px_per_mm + 1.0] = np.nan
    own = drawn & ~shared
    return RecoveredLead(
        box.lead,
        number,
        box.start_s,
        mv.astype(np.float32),
        zero_mm,
        float(own.mean()) if own.size else 0.0,
        float(drawn.mean()) if own.size else 0.0,
        float(shared.mean()) if own.size else 0.0,
        box.span,
    )
