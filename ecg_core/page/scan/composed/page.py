"""From a flat picture and its sheet to the canonical page."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import remark
from ecg_core.page.layouts import GAIN_MM_PER_MV, PAGE_WIDTH_MM
from ecg_core.page.scan.composed.moves import Composed, Move, distinct, target, warped
from ecg_core.page.scan.composed.places import NOTED, first_ten, placed, vertical
from ecg_core.page.scan.composed.within import without_pulses
from ecg_core.page.scan.connected import pieces_of
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.penned import penned
from ecg_core.page.scan.rows import INKED
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.sheet import Piece
from ecg_core.page.values import PX_PER_MM, EcgPage, LeadBox, Remark

INVERTED = "-aVR"
"""The lead that Cabrera's order prints upside down; the page shows it as aVR."""
REACH_MM, SLACK_MM, STROKE_MM = 0.8, 1.2, 4.0
"""A separator stands this near to where a column begins; of its stroke, what lies as near as this
to the traces on both sides stays; shorter strokes are none."""
SQUEEZED = 1.5
"""Where time is squeezed by so much or more, upright strokes are thickened first."""


def page_of(
    scan: EcgScan, flat: Flat, sheet: Sheet, px_per_mm: float, with_picture: bool = True
) -> Composed:
    """The canonical page of a sheet. px_per_mm: resolution of the scan."""
    pieces = first_ten(sheet)
    flat = replace(flat, trace=without_pulses(kept_rows(flat, sheet), sheet.draft))
    top, height, tall = vertical(flat, sheet)
    boxes, moves, notes = placed(sheet, pieces, top, height, tall)
    size = (round(PAGE_WIDTH_MM * RASTER), round(height * RASTER))
    cover = np.zeros(size[::-1], np.float32)
    trace = _without_separators(flat, sheet)
    # The pen is measured where nothing was rescaled, where that can be.
    rescaled = any(max(abs(m.scale_x - 1), abs(m.scale_y - 1)) > 2 * NOTED for m in moves)
    if not rescaled and flat.px_per_mm == RASTER:
        trace = penned(trace)
    apart = distinct(moves)
    for move in apart:
        x, y = target(move, size)
        if x.start == x.stop or y.start == y.stop:
            continue
        part = warped(_thickened(trace, move), move, x, y, flat.px_per_mm, 0.0)
        np.maximum(cover[y, x], part, out=cover[y, x])
    drawn = penned(cover, upright=True) if rescaled or flat.px_per_mm != RASTER else cover
    small = cv2.resize(
        drawn,
        (round(PAGE_WIDTH_MM * PX_PER_MM), round(height * PX_PER_MM)),
        interpolation=cv2.INTER_AREA,
    )
    colour = _picture(flat, moves, apart, size, drawn) if with_picture else None
    for box in boxes:
        if box.lead == INVERTED:
            for picture in (small,) if colour is None else (small, colour):
                _invert(picture, box)
    missing, still = _absent(sheet, pieces)
    remarks: list[Remark] = [*sheet.remarks, *notes]
    if missing:
        remarks.append(remark("missing_leads", leads=", ".join(missing)))
    if still:
        remarks.append(remark("flat_leads", leads=", ".join(still)))
    page = EcgPage(
        ink=np.rint(255.0 * np.clip(small, 0.0, 1.0)).astype(np.uint8),
        layout=sheet.layout,
        boxes=tuple(replace(box, lead=box.lead.removeprefix("-")) for box in boxes),
        source="scan",
        source_name=scan.name,
        source_sha256=scan.sha256,
        missing_leads=missing,
        remarks=tuple(remarks),
        source_px_per_mm=px_per_mm,
        picture=colour,
        question=sheet.question,
    )
    return Composed(page, moves)


def kept_rows(flat: Flat, sheet: Sheet) -> np.ndarray:
    """The traces less what lies wholly above the first row or below the last: print there must
    not reach the page, while a tall wave hangs together with its row."""
    rows, px = sheet.draft.seen.rows, flat.px_per_mm
    baselines = np.array([row.baseline_px for row in rows])
    half = float(np.median(np.diff(baselines))) / 2 if len(rows) > 1 else 20.0 * px
    above, below = int(np.ceil(baselines[0] - half)), int(np.floor(baselines[-1] + half))
    kept = flat.trace
    # Of each margin, with the line of pixels that what reaches the rows crosses.
    for part, crossed in ((slice(0, max(above, 0)), -1), (slice(max(below, 0), None), 0)):
        margin = kept[part]
        if not margin.size or not margin.any():
            continue
        count, labels, _ = pieces_of((margin > INKED).astype(np.uint8))
        away = np.ones(count, bool)
        away[labels[crossed]] = away[0] = False
        if away.any():
            kept = kept.copy() if kept is flat.trace else kept
            kept[part][away[labels]] = 0.0
    return kept


def _without_separators(flat: Flat, sheet: Sheet) -> np.ndarray:
    """Ink of the traces, strokes between two columns cut back to where the traces are."""
    px = flat.px_per_mm
    cleaned = flat.trace
    reach = round(REACH_MM * px)
    edges = [x0 for x0, _ in sheet.draft.division.edges()][1:]
    for edge in edges:
        x = round(edge * px)
        if not 2 * reach < x < cleaned.shape[1] - 2 * reach:
            continue
        allowed = np.zeros(cleaned.shape[0], bool)
        for side in (x - 2 * reach, x + 2 * reach):
            allowed |= (flat.trace[:, side - 2 : side + 3] > 0.3).any(axis=1)
        keep = np.convolve(allowed, np.ones(round(SLACK_MM * px) | 1), "same") > 0
        strip = cleaned[:, x - reach : x + reach + 1]
        solid = np.asarray((strip > 0.3).any(axis=1)).astype(np.uint8)[:, None]
        tall = cv2.morphologyEx(
            solid, cv2.MORPH_OPEN, np.ones((round(STROKE_MM * px), 1), np.uint8)
        )
        gone = (np.asarray(tall).ravel() > 0) & ~keep
        if gone.any():
            cleaned = cleaned.copy() if cleaned is flat.trace else cleaned
            cleaned[gone, x - reach : x + reach + 1] = 0.0
    return cleaned


def _thickened(trace: np.ndarray, move: Move) -> np.ndarray:
    """Ink whose upright strokes stay as dark when time is squeezed."""
    if move.scale_x < SQUEEZED:
        return trace
    return np.asarray(cv2.dilate(trace, np.ones((1, round(1.5 * move.scale_x)), np.uint8)))


def _picture(
    flat: Flat,
    moves: tuple[Move, ...],
    apart: list[Move],
    size: tuple[int, int],
    drawn: np.ndarray,
) -> np.ndarray:
    """What the scan looks like, on the page; without print above and below the rows."""
    colour = np.full((*size[::-1], 3), 255, np.uint8)
    for move in apart:
        x, y = target(move, size)
        if x.start == x.stop or y.start == y.stop:
            continue
        colour[y, x] = warped(flat.picture, move, x, y, flat.px_per_mm, 255.0)
    near = cv2.dilate((drawn > 0.2).astype(np.uint8), np.ones((2 * RASTER, 2 * RASTER), np.uint8))
    zeros = sorted({move.zero_mm for move in moves})
    half = float(np.median(np.diff(zeros))) / 2 if len(zeros) > 1 else zeros[0]
    above, below = round((zeros[0] - half) * RASTER), round((zeros[-1] + half) * RASTER)
    for part in (slice(0, max(above, 0)), slice(below, None)):
        colour[part][near[part] == 0] = 255
    return colour


def _invert(picture: np.ndarray, box: LeadBox) -> None:
    """Turn the waves of a box upside down about its zero line, in place."""
    px_per_mm = picture.shape[1] / PAGE_WIDTH_MM
    row = round((box.y0_mm + box.y1_mm) / 2 * px_per_mm)
    half = round((box.y1_mm - box.y0_mm) / 2 * px_per_mm)
    x = slice(round(box.x0_mm * px_per_mm), round(box.x1_mm * px_per_mm))
    part = picture[max(row - half, 0) : row + half + 1, x]
    part[:] = part[::-1].copy()


def _absent(sheet: Sheet, pieces: tuple[Piece, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leads without a trace, and leads whose trace is a straight line."""
    px = sheet.draft.seen.px_per_mm
    missing, still = [], []
    for piece in pieces:
        row = sheet.draft.seen.rows[piece.row]
        part = slice(max(round((piece.x0_mm + 2) * px), 0), max(round((piece.x1_mm - 2) * px), 0))
        filled, curve = row.filled[part], row.curve_px[part]
        if not filled.size or filled.mean() < quality.MISSING_SHARE:
            missing.append(piece.lead.removeprefix("-"))
        elif np.ptp(curve[filled]) < quality.FLAT_MM * px * piece.gain_mm_per_mv / GAIN_MM_PER_MV:
            still.append(piece.lead.removeprefix("-"))
    return tuple(dict.fromkeys(missing)), tuple(dict.fromkeys(still))
