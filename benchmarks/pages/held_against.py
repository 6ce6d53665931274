"""A picture read, and held against what was printed on it.

What becomes of it is "read" (right, nothing to ask), "asked" (right, with a question or a doubt
that bears on it), "told" (wrong, and a doubt says so), "refused", or "silent": a lead, its order,
the gain (10 %), the speed or a time (40 ms) wrong without a word.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from benchmarks.pages.foreign.second_printer import Piece
from ecg_core.intake.values import EcgScan
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.rectify import read_scan
from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import PageError, Severity

OFF_MM, OFF_GAIN = 1.0, 0.10
"""40 ms, and how wrong a height may be."""
INSET_MM, FOOT_MM = 3.0, 4.0
BEARS = {
    "leads": {
        *("layout_close", "names_differ", "assumed", "limbs_disagree", "orientation_assumed"),
        *("one_lead", "einthoven", "rows_apart", "order_assumed", "missing_leads", "other_ecg"),
        *("columns_by_names", "pulse_within"),
    },
    "gain": {
        *("gain_close", "assumed_scale", "scale_unlikely", "two_gains", "no_grid", "other_ecg"),
    },
    "time": {
        *("columns_close", "columns_unusual", "speed_close", "assumed_scale", "scale_unlikely"),
        *("partly_cut_off", "slightly_curved", "no_grid", "other_ecg"),
        *("columns_by_names", "pulse_within"),
    },
}
"""Doubts and questions that send the reader to what is wrong."""
OUTCOMES = ("read", "asked", "told", "refused", "silent")


class Scaled(Protocol):
    """What a printed sheet is true to."""

    @property
    def px_per_mm(self) -> float:
        """Of the picture as it was drawn."""
        ...

    @property
    def speed_mm_per_s(self) -> float:
        """Of the paper."""
        ...

    @property
    def gain_mm_per_mv(self) -> float:
        """Of all leads."""
        ...


class Printed(Protocol):
    """A printed sheet, whoever drew it."""

    @property
    def look(self) -> Scaled:
        """Its scale."""
        ...

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """Where every lead lies on it."""
        ...


def held_against(sheet: Printed, picture: np.ndarray, homography: np.ndarray) -> dict[str, object]:
    """Read a picture and say what became of it.

    picture: uint8, height × width × 3, RGB. homography: from pixels of the sheet as it was drawn to
    those of the picture.
    """
    try:
        reading = read_scan(EcgScan("scan", "0" * 64, np.ascontiguousarray(picture)))
    except PageError as error:
        return {"outcome": "refused", "reason": error.remark.code}
    wrong = wrong_with(reading, sheet, homography)
    doubts = doubts_of(reading)
    bearing = set().union(*(BEARS[kind] for kind in (wrong or BEARS)))
    if not wrong:
        outcome = "asked" if doubts & bearing else "read"
    else:
        outcome = "told" if all(doubts & BEARS[kind] for kind in wrong) else "silent"
    return row_of(reading, outcome, wrong, doubts)


def row_of(
    reading: ScanReading, outcome: str, wrong: set[str], doubts: set[str]
) -> dict[str, object]:
    """A row of the evidence: what a page was read as, and how that ended."""
    return {
        "outcome": outcome,
        "found": reading.page.layout,
        "wrong": sorted(wrong),
        "doubts": sorted(doubts),
    }


def doubts_of(reading: ScanReading) -> set[str]:
    """Codes of its doubts; a question counts as one."""
    doubts = {r.code for r in reading.page.remarks if r.severity is Severity.DOUBT}
    if reading.page.question is not None:
        asked = {"speed": "speed_close", "gain": "gain_close"}
        doubts.add(asked.get(reading.page.question.code, "assumed"))
    return doubts


def wrong_with(reading: ScanReading, sheet: Printed, homography: np.ndarray) -> set[str]:
    """Which of "leads", "gain" and "time" a reading has wrong; nothing where it is right."""
    boxes = reading.page.boxes
    if [p.lead.removeprefix("-") for p in sheet.pieces] != [box.lead for box in boxes]:
        return {"leads"}
    px = sheet.look.px_per_mm
    to_px = np.array([[px, 0, -0.5], [0, px, -0.5], [0, 0, 1.0]])
    move = homography @ to_px
    wrong = set()
    # Where the trace runs on from a pulse nothing tells its first sample: all begin with the first.
    first = 0.0
    for piece, box in zip(sheet.pieces, boxes, strict=True):
        start, up = _on_page(reading, piece, move, sheet.look)
        shown_mm = 25.0 / sheet.look.speed_mm_per_s
        off = start - INSET_MM * shown_mm - box.x0_mm
        first = off if piece is sheet.pieces[0] and abs(off) < FOOT_MM else first
        if abs(off - first) > OFF_MM:
            wrong.add("time")
        if abs(_second(reading, piece, move, sheet.look) / 25.0 - 1.0) > 0.04:
            wrong.add("time")
        if abs(up / 10.0 - 1.0) > OFF_GAIN:
            wrong.add("gain")
    return wrong


def _on_page(
    reading: ScanReading, piece: Piece, move: np.ndarray, look: Scaled
) -> tuple[float, float]:
    """Where a piece begins, a little inside, on the page, and how high 1 mV stands there (mm)."""
    x, y = piece.x0_mm + INSET_MM, piece.baseline_mm
    high = 0.4 * look.gain_mm_per_mv
    places = reading.on_page(projected(move, np.array([(x, y), (x, y - high)])))
    return float(places[0, 0]), float(places[0, 1] - places[1, 1]) / 0.4


def _second(reading: ScanReading, piece: Piece, move: np.ndarray, look: Scaled) -> float:
    """How long a second of a piece is on the page (mm)."""
    x, y = piece.x0_mm + INSET_MM, piece.baseline_mm
    span = min(piece.x1_mm - piece.x0_mm - 2 * INSET_MM, 40.0)
    ends = reading.on_page(projected(move, np.array([(x, y), (x + span, y)])))
    return float(ends[1, 0] - ends[0, 0]) / (span / look.speed_mm_per_s)


def interval(count: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in per cent.

    >>> [round(end, 1) for end in interval(0, 100)]
    [0.0, 3.7]
    """
    z = 1.96
    middle = (count + z * z / 2) / (n + z * z)
    spread = z * float(np.sqrt(count * (n - count) / n + z * z / 4)) / (n + z * z)
    return 100.0 * max(middle - spread, 0.0), 100.0 * min(middle + spread, 1.0)
