"""The sheet as it is printed, beside the page composed of it: pulses, margins, names in print."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.composed.moves import Composed, Move, warped
from ecg_core.page.scan.composed.page import INVERTED, kept_rows
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.rows import INKED
from ecg_core.page.scan.sheets import laws
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.sheet import Piece
from ecg_core.page.values import SheetPicture

LEFT_MM, RIGHT_MM, LEAST_MM, BESIDE_MM = 28.0, 18.0, 3.0, 2.0
"""So far beside the leads pulses and names may stand; so much is kept where nothing does, and so
much beside what does."""
ONE_SCALE = 0.01
"""Pieces whose scales differ by more than this share cannot be shown in one picture."""
NAME_MM, PRINTED = 3.0, 0.06
"""Where the other leads have their names, so large a place of which so much is ink is a name, too,
though it was not read."""
NAMES_ENOUGH, ALIKE_MM, OFF_LINE_MM, MOST_NAMED = 3, 1.5, 2.0, 0.5
"""So many names read, or fewer that stand so much alike so far above or below their traces, tell
where others are; and the share of leads found to be named, from which all are."""
JPEG_QUALITY = 85


def as_printed(flat: Flat, sheet: Sheet, composed: Composed) -> SheetPicture | None:
    """What the scan looks like, its columns where they were printed; without print above and
    below the rows. None where leads have scales of their own, or stand upside down."""
    moves = composed.moves
    first = moves[0]
    scales = np.array([(move.scale_x, move.scale_y) for move in moves])
    if (np.ptp(scales, axis=0) > ONE_SCALE * scales[0]).any():
        return None
    pieces = sheet.pieces[: len(moves)]
    if any(piece.lead == INVERTED for piece in pieces):
        return None
    starts = [(move.from_x_mm - first.from_x_mm) / first.scale_x + first.x0_mm for move in moves]
    right = max(max(start + move.width_mm for start, move in zip(starts, moves, strict=True)), 1.0)
    right = max(right, PAGE_WIDTH_MM)
    rows = slice(0, round(composed.page.height_mm * RASTER))
    wide = slice(-round(LEFT_MM * RASTER), round((right + RIGHT_MM) * RASTER))
    px = flat.px_per_mm
    zeros = sorted({move.zero_mm for move in moves})
    half = float(np.median(np.diff(zeros))) / 2 if len(zeros) > 1 else zeros[0]
    above, below = (round(mm * RASTER) for mm in (max(zeros[0] - half, 0.0), zeros[-1] + half))
    ink = warped(np.maximum(flat.trace, flat.text), first, wide, rows, px, 0.0)[above:below]
    columns = wide.start + np.flatnonzero((ink > INKED).sum(axis=0) >= RASTER)
    across = _kept(columns, right)
    colour = warped(flat.picture, first, across, rows, px, 255.0)
    trace = warped(kept_rows(flat, sheet), first, across, rows, px, 0.0)
    near = cv2.dilate((trace > INKED).astype(np.uint8), np.ones((2 * RASTER, 2 * RASTER), np.uint8))
    for part in (slice(0, above), slice(below, None)):
        colour[part][near[part] == 0] = 255
    buffer = io.BytesIO()
    Image.fromarray(colour).save(buffer, "JPEG", quality=JPEG_QUALITY)
    return SheetPicture(
        buffer.getvalue(),
        across.start / RASTER,
        (across.stop - across.start) / RASTER,
        tuple(float(start) for start in starts),
        _named(flat, sheet, pieces, moves),
    )


def _kept(columns: np.ndarray, right_mm: float) -> slice:
    """Columns of the canvas to show, of those that are inked."""
    right = round(right_mm * RASTER)
    least, beside = round(LEAST_MM * RASTER), round(BESIDE_MM * RASTER)
    first = min(int(columns[0]) - beside, -least) if len(columns) else -least
    last = max(int(columns[-1]) + beside, right + least) if len(columns) else right + least
    return slice(max(first, -round(LEFT_MM * RASTER)), min(last, right + round(RIGHT_MM * RASTER)))


def _named(
    flat: Flat, sheet: Sheet, pieces: tuple[Piece, ...], moves: tuple[Move, ...]
) -> tuple[bool, ...]:
    """Which pieces have their name in print: it was read there, or ink stands where the names of
    the others do."""
    places: list[tuple[float, float] | None] = []
    pitch = _pitch_mm(sheet)
    for piece, move in zip(pieces, moves, strict=True):
        off = [
            (name.x0_mm - piece.x0_mm, name.y_mm - move.from_zero_mm)
            for name in sheet.draft.print_.names
            if name.lead == piece.lead
            and -LEFT_MM <= name.x0_mm - piece.x0_mm <= (piece.x1_mm - piece.x0_mm) / 2
            and abs(name.y_mm - move.from_zero_mm) < 0.75 * pitch
        ]
        places.append(min(off, key=lambda one: abs(one[1])) if off else None)
    read = {piece.lead for piece, place in zip(pieces, places, strict=True) if place is not None}
    if not read:
        return (False,) * len(pieces)
    known = np.array([place for place in places if place is not None])
    usual = np.median(known, axis=0)
    # Names often hang together with a wave or a separator.
    alike = (
        len(known) > 1 and np.ptp(known, axis=0).max() < ALIKE_MM and abs(usual[1]) > OFF_LINE_MM
    )
    enough = len(known) >= NAMES_ENOUGH or alike
    ink, px = np.maximum(flat.text, flat.trace) if enough else flat.text, flat.px_per_mm
    found = [
        place is not None or _inked(ink, px, piece.x0_mm + usual[0], move.from_zero_mm + usual[1])
        for place, piece, move in zip(places, pieces, moves, strict=True)
    ]
    # A recorder names all leads of its columns or none; strips of rhythm, each as it likes.
    main = [one for one, piece in zip(found, pieces, strict=True) if piece.row < sheet.draft.main]
    if main and enough and np.mean(main) > MOST_NAMED:
        return tuple(
            one or piece.row < sheet.draft.main for one, piece in zip(found, pieces, strict=True)
        )
    # Strokes of waves pass for I, II and III: a page on which they alone are read names nothing.
    if read <= laws.STRENGTH.keys():
        return (False,) * len(pieces)
    return tuple(found)


def _pitch_mm(sheet: Sheet) -> float:
    rows = sheet.draft.seen.rows
    lines = np.array([row.baseline_px for row in rows]) / rows[0].px_per_mm
    return float(np.median(np.diff(lines))) if len(lines) > 1 else 40.0


def _inked(ink: np.ndarray, px: float, x0_mm: float, y_mm: float) -> bool:
    """Whether print begins at a place of the picture. px: pixels per mm."""
    x, y = (
        slice(max(round(from_mm * px), 0), max(round((from_mm + NAME_MM) * px), 0))
        for from_mm in (x0_mm - NAME_MM / 6, y_mm - NAME_MM / 2)
    )
    part = ink[y, x]
    return bool(part.size and (part > INKED).mean() > PRINTED)
