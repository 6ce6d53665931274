"""A second printer: sheets as other recorders draw them, and what is printed where.

Fonts, names and where they stand, columns of other lengths, sequential or simultaneous, lines
between them, pulses, words for speed and gain, and colours differ from those of
`ecg_core.page.drawn.printed`. Everything is drawn from one seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.leads import CHEST_LEADS, LIMB_LEADS, STANDARD_LEADS

CABRERA = ("aVL", "I", "-aVR", "II", "aVF", "III")
FINE = 3
"""Ink is drawn so many times finer than the picture."""
Rows = tuple[tuple[str, ...], ...]


def _columns(leads: tuple[str, ...], rows: int) -> Rows:
    return tuple(leads[row::rows] for row in range(rows))


BLOCKS: dict[str, tuple[Rows, int]] = {
    "3x4": (_columns(STANDARD_LEADS, 3), 3),
    "3x4+1R": ((*_columns(STANDARD_LEADS, 3), ("II",)), 3),
    "3x4+3R": ((*_columns(STANDARD_LEADS, 3), ("V1",), ("II",), ("V5",)), 3),
    "4x3": (_columns(STANDARD_LEADS, 4), 4),
    "6x2": (_columns(STANDARD_LEADS, 6), 6),
    "6x2+1R": ((*_columns(STANDARD_LEADS, 6), ("II",)), 6),
    "12x1": (_columns(STANDARD_LEADS, 12), 12),
    "3x4+1R Cabrera": ((*_columns((*CABRERA, *CHEST_LEADS), 3), ("II",)), 3),
    "6x2 Cabrera": (_columns((*CABRERA, *CHEST_LEADS), 6), 6),
    "6x1 limb": (_columns(LIMB_LEADS, 6), 6),
    "strip": ((("II",),), 1),
}
"""Rows of leads by name, and how many of the rows have the columns."""
GRIDS: dict[str, tuple[tuple[int, int, int], ...] | None] = {
    "pink, bold": ((255, 250, 250), (248, 208, 208), (236, 158, 158)),
    "grey, equal": ((252, 252, 252), (208, 208, 208), (208, 208, 208)),
    "green, bold": ((250, 254, 248), (206, 232, 206), (140, 196, 146)),
    "orange, equal": ((255, 250, 240), (248, 214, 172), (248, 214, 172)),
    "lilac, bold": ((252, 250, 255), (222, 212, 240), (182, 164, 218)),
    "none": None,
}
"""Paper, lines of 1 mm and lines of 5 mm."""
FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX)
SAYS = (
    "{speed:g} mm/s  {gain:g} mm/mV",
    "Speed: {speed:g}mm/sec   Gain: {gain:g}mm/mV",
    "{speed:.1f} mm/s   {gain:.1f} mm/mV   ~ 0.15 Hz - 40 Hz",
)


@dataclass(frozen=True)
class Piece:
    """One lead's part of a row: where it lies on the sheet (mm), and the time it shows."""

    lead: str
    row: int
    x0_mm: float
    x1_mm: float
    baseline_mm: float
    start_s: float


@dataclass(frozen=True)
class Look:
    """What a sheet looks like. names: where they stand, "above", "below", "before" or "none"."""

    layout: str
    grid: str
    column_s: float
    sequential: bool
    speed_mm_per_s: float
    gain_mm_per_mv: float
    names: str
    font: int
    separators: str
    pulse: str
    says: str
    px_per_mm: float


@dataclass(frozen=True, eq=False)
class Sheet:
    """A printed sheet. pixels: uint8, height × width × 3, RGB."""

    pixels: np.ndarray
    look: Look
    pieces: tuple[Piece, ...]


def look_of(number: int) -> Look:
    """The look of the sheet of a number: every layout and paper in turn, the rest by chance."""
    rng = np.random.default_rng([7, number])
    layout = tuple(BLOCKS)[number % len(BLOCKS)]
    columns = len(BLOCKS[layout][0][0])
    grid = tuple(GRIDS)[(number // 2) % len(GRIDS)]
    usual = 10.0 / columns
    column_s = usual * float(rng.choice([0.96, 0.98, 1.0, 1.0, 1.008]))
    roomy = len(BLOCKS[layout][0]) <= 4
    gain = float(rng.choice([10.0, 10.0, 10.0, 5.0, 20.0] if roomy else [10.0, 10.0, 5.0]))
    speed = float(rng.choice([25.0, 25.0, 25.0, 50.0] if columns > 1 or roomy else [25.0]))
    bare = grid == "none"
    return Look(
        layout=layout,
        grid=grid,
        column_s=column_s / (speed / 25.0),
        sequential=bool(rng.random() < 0.5),
        speed_mm_per_s=speed,
        gain_mm_per_mv=gain,
        names=str(rng.choice(["above", "above", "below", "before"])),
        font=int(rng.choice(FONTS)),
        separators=str(rng.choice(["none", "rule", "dashes", "ticks", "gap"])),
        pulse=str(rng.choice(["left", "right"] if bare else ["left", "right", "none"])),
        says=str(rng.choice(SAYS if bare or gain != 10.0 or speed != 25.0 else (*SAYS, ""))),
        px_per_mm=float(rng.choice([4.0, 5.0, 6.0, 8.0])),
    )


def printed(record: EcgRecord, look: Look) -> Sheet:
    """Print the first ten seconds of a record."""
    rows, main = BLOCKS[look.layout]
    pitch = {1: 44.0, 3: 36.0, 4: 34.0, 5: 32.0, 6: 26.0, 7: 24.0, 12: 17.0}.get(len(rows), 28.0)
    pitch *= 1.0 if look.gain_mm_per_mv <= 10.0 else 1.4
    left, top = 26.0, 24.0
    mm_s = look.speed_mm_per_s
    count = len(rows[0])
    gap = 2.0 if look.separators == "gap" else 0.0
    width = look.column_s * mm_s
    size = (left + count * width + 24.0, top + pitch * len(rows) + 18.0)
    pieces = []
    for row, leads in enumerate(rows):
        baseline = top + pitch * (row + 0.5)
        long = row >= main or count == 1
        for column, lead in enumerate(leads):
            x0 = left + (0.0 if long else column * width)
            x1 = left + count * width if long else x0 + width - gap
            start = column * look.column_s if look.sequential and not long else 0.0
            pieces.append(Piece(lead, row, x0, x1, baseline, start))
    fine = look.px_per_mm * FINE
    ink = np.zeros((round(size[1] * fine), round(size[0] * fine)), np.uint8)
    for piece in pieces:
        _trace(ink, record, piece, look, fine)
        _name(ink, piece, look, fine)
    _furniture(ink, pieces, look, fine, pitch, main, size)
    return Sheet(_inked(ink, look, size), look, tuple(pieces))


def _trace(ink: np.ndarray, record: EcgRecord, piece: Piece, look: Look, fine: float) -> None:
    lead = piece.lead.removeprefix("-")
    mv = record.signals_mv[record.leads.index(lead)] * (-1.0 if piece.lead[0] == "-" else 1.0)
    seconds = (piece.x1_mm - piece.x0_mm) / look.speed_mm_per_s
    t = np.arange(0.0, seconds, 0.004)
    known = np.arange(len(mv)) / record.fs_hz
    y = piece.baseline_mm - look.gain_mm_per_mv * np.interp(piece.start_s + t, known, mv)
    x = piece.x0_mm + t * look.speed_mm_per_s
    _line(ink, np.stack([x, y], axis=1), fine, 0.32)


def _name(ink: np.ndarray, piece: Piece, look: Look, fine: float) -> None:
    x, y = piece.x0_mm + 2.0, piece.baseline_mm - 6.5
    if look.names == "below":
        y = piece.baseline_mm + 8.5
    elif look.names == "before" and piece.x0_mm < 30.0 and look.pulse != "left":
        x, y = piece.x0_mm - 12.0, piece.baseline_mm + 1.4
    _text(ink, piece.lead, x, y, 2.8, look.font, fine)


def _furniture(
    ink: np.ndarray,
    pieces: list[Piece],
    look: Look,
    fine: float,
    pitch: float,
    main: int,
    size: tuple[float, float],
) -> None:
    rows = {piece.row: piece.baseline_mm for piece in pieces}
    left, right = min(p.x0_mm for p in pieces), max(p.x1_mm for p in pieces)
    wide = 0.2 * look.speed_mm_per_s
    for baseline in rows.values():
        if look.pulse == "none":
            break
        x = left - wide - 1.5 if look.pulse == "left" else right + 3.0
        high = baseline - look.gain_mm_per_mv
        corners = [(x - 1.5, baseline), (x, baseline), (x, high), (x + wide, high)]
        corners += [(x + wide, baseline), (x + wide + 1.0, baseline)]
        _line(ink, np.array(corners), fine, 0.32)
    begins = sorted({p.x0_mm for p in pieces if p.x0_mm > left + 1.0})
    first, last = rows[0] - pitch / 2, rows[main - 1] + pitch / 2
    for x in begins:
        if look.separators == "rule":
            _line(ink, np.array([(x, first), (x, last)]), fine, 0.3)
        elif look.separators == "dashes":
            for y in np.arange(first, last, 2.0):
                _line(ink, np.array([(x, y), (x, y + 1.0)]), fine, 0.3)
        elif look.separators == "ticks":
            for row in range(main):
                _line(ink, np.array([(x, rows[row] - 3.0), (x, rows[row] + 3.0)]), fine, 0.3)
    said = look.says.format(speed=look.speed_mm_per_s, gain=look.gain_mm_per_mv)
    _text(ink, said, left, size[1] - 5.0, 2.6, look.font, fine)
    _text(ink, "Report of a resting ECG", left, 8.0, 3.0, look.font, fine)


def _inked(ink: np.ndarray, look: Look, size: tuple[float, float]) -> np.ndarray:
    px = look.px_per_mm
    wide, high = round(size[0] * px), round(size[1] * px)
    cover = cv2.resize(ink, (wide, high), interpolation=cv2.INTER_AREA)[..., None] / 255.0
    colours = GRIDS[look.grid]
    paper = np.full((high, wide, 3), 255.0)
    if colours is not None:
        paper[:] = colours[0]
        fine = np.full(
            (round(size[1] * px * FINE), round(size[0] * px * FINE), 3), colours[0], float
        )
        for colour, every, thick in ((colours[1], 1.0, 0.12), (colours[2], 5.0, 0.2)):
            half = max(round(thick * px * FINE), 1)
            for at in np.arange(0.0, size[0], every):
                fine[:, round(at * px * FINE) : round(at * px * FINE) + half] = colour
            for at in np.arange(0.0, size[1], every):
                fine[round(at * px * FINE) : round(at * px * FINE) + half] = colour
        paper = cv2.resize(fine, (wide, high), interpolation=cv2.INTER_AREA)
    return np.rint(paper * (1.0 - cover) + 20.0 * cover).astype(np.uint8)


def _line(ink: np.ndarray, points_mm: np.ndarray, fine: float, pen_mm: float) -> None:
    fixed = np.rint((points_mm * fine - 0.5) * 16).astype(np.int32)
    cv2.polylines(ink, [fixed], False, 255, max(round(pen_mm * fine), 1), cv2.LINE_AA, 4)


def _text(
    ink: np.ndarray, text: str, x_mm: float, y_mm: float, high_mm: float, font: int, fine: float
) -> None:
    size = high_mm * fine / 21.0
    where = (round(x_mm * fine), round(y_mm * fine))
    cv2.putText(ink, text, where, font, size, 255, max(round(0.3 * fine), 1), cv2.LINE_AA)
