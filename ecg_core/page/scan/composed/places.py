"""Where the leads of a sheet lie on the page, and which seconds of each are shown."""

from __future__ import annotations

import numpy as np

from ecg_core.page.doubts.quality import remark
from ecg_core.page.layouts import GAIN_MM_PER_MV, PAGE_WIDTH_MM, SPEED_MM_PER_S
from ecg_core.page.orders import ONE_LEAD
from ecg_core.page.scan.composed.moves import Move
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.sheet import Piece
from ecg_core.page.values import PX_PER_MM, LeadBox, Remark

MAX_OVERSHOOT_MM = 25.0
"""So far beyond half a pitch the outer rows may swing before the page cuts them."""
NOTED = 0.02
"""Scales and durations that differ by less than this share are as they should be."""
BRIEF = 0.8
"""Columns that show less than so much of the usual seconds are a doubt, longer ones a note."""


def first_ten(sheet: Sheet) -> tuple[Piece, ...]:
    """Of rows that follow one another, those that show the first ten seconds."""
    if sheet.draft.name != ONE_LEAD:
        return sheet.pieces
    return sheet.pieces[:1]


def vertical(flat: Flat, sheet: Sheet) -> tuple[float, float, float]:
    """Top of what is shown (mm of the picture), height of the page (mm), and how much taller the
    distance of its rows is than on the picture."""
    rows = sheet.draft.seen.rows
    shown = rows[:1] if sheet.draft.name == ONE_LEAD else rows
    baselines = np.array([row.baseline_px for row in shown]) / flat.px_per_mm
    tall = max(GAIN_MM_PER_MV / piece.gain_mm_per_mv for piece in sheet.pieces)
    pitch = float(np.median(np.diff(baselines))) if len(shown) > 1 else 40.0
    px = flat.px_per_mm
    x0 = max(round(sheet.pieces[0].x0_mm * px), 0)
    x1 = round(max(piece.x1_mm for piece in sheet.pieces) * px)
    reach = pitch / 2 + MAX_OVERSHOOT_MM
    first = max(round((baselines[0] - reach) * px), 0)
    last = round((baselines[-1] + reach) * px)
    if len(rows) > len(shown):
        last = round((rows[1].baseline_px + rows[0].baseline_px) / 2)
    inked = (first + np.flatnonzero((flat.trace[first:last, x0:x1] > 0.3).any(axis=1))) / px
    highest, lowest = (inked[0], inked[-1]) if len(inked) else (baselines[0], baselines[-1])
    up = float(np.clip(baselines[0] - highest + 1.0, pitch / 2, reach))
    down = float(np.clip(lowest - baselines[-1] + 1.0, pitch / 2, reach))
    # Whole canonical pixels.
    fine = PX_PER_MM * tall
    top = np.floor((baselines[0] - up) * fine) / fine
    bottom = np.ceil((baselines[-1] + down) * fine) / fine
    return float(top), float(bottom - top) * tall, tall


def placed(
    sheet: Sheet, pieces: tuple[Piece, ...], top: float, height: float, tall: float
) -> tuple[list[LeadBox], tuple[Move, ...], list[Remark]]:
    """Boxes of the page, where each comes from, and what is told about durations."""
    rows = sheet.draft.seen.rows
    px = rows[0].px_per_mm
    count = 1 + max(piece.row for piece in pieces)
    zeros = (np.array([row.baseline_px for row in rows[:count]]) / px - top) * tall
    between = (zeros[1:] + zeros[:-1]) / 2
    tops, bottoms = np.append(0.0, between), np.append(between, height)
    columns = sheet.draft.division.count
    own = len({piece.gain_mm_per_mv for piece in pieces}) > 1
    boxes, moves = [], []
    shown = printed = 0.0
    for piece in pieces:
        of = (
            columns if piece.row < sheet.draft.main and len(sheet.draft.leads[piece.row]) > 1 else 1
        )
        slot = PAGE_WIDTH_MM / of
        seconds = piece.end_s - piece.start_s
        width = min(seconds * SPEED_MM_PER_S, slot)
        x0 = slot * piece.column
        if of > 1 and piece.column == 0:
            shown, printed = width / SPEED_MM_PER_S, seconds
        scale_y = piece.gain_mm_per_mv / GAIN_MM_PER_MV
        zero = float(zeros[piece.row])
        from_zero = top + zero / tall
        reach = (float(tops[piece.row]), float(bottoms[piece.row])) if own else (0.0, height)
        band = _band(sheet, piece.row, between, height) if not own else reach
        boxes.append(
            LeadBox(
                piece.lead,
                x0,
                float(tops[piece.row]),
                x0 + width,
                float(bottoms[piece.row]),
                x0 / SPEED_MM_PER_S,
                (x0 + width) / SPEED_MM_PER_S,
            )
        )
        moves.append(
            Move(
                len(boxes) - 1,
                x0,
                width,
                piece.x0_mm,
                piece.speed_mm_per_s / SPEED_MM_PER_S * sheet.stretch,
                zero,
                from_zero,
                scale_y,
                *band,
            )
        )
    notes = []
    usual = PAGE_WIDTH_MM / columns / SPEED_MM_PER_S
    if columns > 1 and printed > usual * (1 + 2 * NOTED):
        notes.append(remark("first_seconds", printed=printed, shown=shown))
    elif columns > 1 and 0 < printed < usual * (1 - 2 * NOTED):
        code = "brief_columns" if printed < BRIEF * usual else "short_columns"
        notes.append(remark(code, seconds=printed, usual=usual))
    return boxes, tuple(moves), notes


def _band(sheet: Sheet, row: int, between: np.ndarray, height: float) -> tuple[float, float]:
    """Rows with the same columns are moved together, so that tall waves stay whole."""
    main, leads = sheet.draft.main, sheet.draft.leads
    if main == len(leads) or len(leads[0]) == 1 or main - 1 >= len(between):
        return 0.0, height
    edge = float(between[main - 1])
    return (0.0, edge) if row < main else (edge, height)
