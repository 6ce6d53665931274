"""From a flat picture and its sheet to the canonical page."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ecg_core.intake.values import EcgScan
from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import remark
from ecg_core.page.layouts import GAIN_MM_PER_MV, PAGE_WIDTH_MM, SPEED_MM_PER_S
from ecg_core.page.orders import ONE_LEAD
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
MAX_OVERSHOOT_MM = 25.0
"""So far beyond half a pitch the outer rows may swing before the page cuts them."""
REACH_MM, SLACK_MM, STROKE_MM = 0.8, 1.2, 4.0
"""A separator stands this near to where a column begins; of its stroke, what lies as near as this
to the traces on both sides stays; shorter strokes are none."""
NOTED, SQUEEZED = 0.02, 1.5
BRIEF = 0.8
"""Columns that show less than so much of the usual seconds are a doubt, longer ones a note."""


@dataclass(frozen=True)
class Move:
    """How one piece comes from the picture to the page.

    box: index into the page's boxes. x0_mm, width_mm, scale_x: place of the page, length there,
    and mm of the picture per mm of the page; from_x_mm: where it begins on the picture. zero_mm,
    from_zero_mm, scale_y: the zero line on both, and mm of the picture per mm of the page.
    top_mm, bottom_mm: of the page.
    """

    box: int
    x0_mm: float
    width_mm: float
    from_x_mm: float
    scale_x: float
    zero_mm: float
    from_zero_mm: float
    scale_y: float
    top_mm: float
    bottom_mm: float

    @property
    def affine(self) -> np.ndarray:
        """2 × 3, from mm of the page to mm of the picture."""
        return np.array(
            [
                [self.scale_x, 0.0, self.from_x_mm - self.x0_mm * self.scale_x],
                [0.0, self.scale_y, self.from_zero_mm - self.zero_mm * self.scale_y],
            ]
        )

    def covers(self, place_mm: np.ndarray, slack_mm: float = 0.0) -> np.ndarray:
        """Which places of the picture (n × 2, mm) it moves: bool, n."""
        x, y = self.on_page(place_mm).T
        inside = (x >= self.x0_mm - slack_mm) & (x < self.x0_mm + self.width_mm + slack_mm)
        return np.asarray(inside & (y >= self.top_mm) & (y < self.bottom_mm))

    def on_page(self, place_mm: np.ndarray) -> np.ndarray:
        """Places of the picture (n × 2, mm) on the page."""
        return np.stack(
            [
                (place_mm[:, 0] - self.from_x_mm) / self.scale_x + self.x0_mm,
                (place_mm[:, 1] - self.from_zero_mm) / self.scale_y + self.zero_mm,
            ],
            axis=1,
        )


@dataclass(frozen=True, eq=False)
class Composed:
    """The page, and how its pieces came there."""

    page: EcgPage
    moves: tuple[Move, ...]

    def on_page(self, places_mm: np.ndarray) -> np.ndarray:
        """Places of the flat picture (n × 2, mm) on the page, each with the piece it lies in or is
        nearest to."""
        every = np.array([move.on_page(places_mm) for move in self.moves])
        away = np.array(
            [
                np.maximum(m.x0_mm - p[:, 0], p[:, 0] - m.x0_mm - m.width_mm).clip(0)
                + 100.0 * np.maximum(m.top_mm - p[:, 1], p[:, 1] - m.bottom_mm).clip(0)
                for m, p in zip(self.moves, every, strict=True)
            ]
        )
        nearest = away.argmin(axis=0)
        return np.asarray(every[nearest, np.arange(len(places_mm))])


def page_of(
    scan: EcgScan, flat: Flat, sheet: Sheet, px_per_mm: float, with_picture: bool = True
) -> Composed:
    """The canonical page of a sheet. px_per_mm: resolution of the scan."""
    pieces = _first_ten(sheet)
    flat = replace(flat, trace=kept_rows(flat, sheet))
    top, height, tall = _vertical(flat, sheet)
    boxes, moves, notes = _placed(sheet, pieces, top, height, tall)
    size = (round(PAGE_WIDTH_MM * RASTER), round(height * RASTER))
    cover = np.zeros(size[::-1], np.float32)
    trace = _without_separators(flat, sheet)
    # The pen is measured where nothing was rescaled, where that can be.
    rescaled = any(max(abs(m.scale_x - 1), abs(m.scale_y - 1)) > 2 * NOTED for m in moves)
    if not rescaled and flat.px_per_mm == RASTER:
        trace = penned(trace)
    distinct = _distinct(moves)
    for move in distinct:
        x, y = _target(move, size)
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
    colour = _picture(flat, moves, distinct, size, drawn) if with_picture else None
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


def _first_ten(sheet: Sheet) -> tuple[Piece, ...]:
    """Of rows that follow one another, those that show the first ten seconds."""
    if sheet.draft.name != ONE_LEAD:
        return sheet.pieces
    return sheet.pieces[:1]


def kept_rows(flat: Flat, sheet: Sheet) -> np.ndarray:
    """The traces less what lies wholly above the first row or below the last: print there must
    not reach the page, while a tall wave hangs together with its row."""
    rows, px = sheet.draft.seen.rows, flat.px_per_mm
    baselines = np.array([row.baseline_px for row in rows])
    half = float(np.median(np.diff(baselines))) / 2 if len(rows) > 1 else 20.0 * px
    above, below = int(np.ceil(baselines[0] - half)), int(np.floor(baselines[-1] + half))
    kept = flat.trace.copy()
    # Of each margin, with the line of pixels that what reaches the rows crosses.
    for part, crossed in ((slice(0, max(above, 0)), -1), (slice(max(below, 0), None), 0)):
        margin = kept[part]
        if not margin.size or not margin.any():
            continue
        count, labels, _ = pieces_of((margin > INKED).astype(np.uint8))
        away = np.ones(count, bool)
        away[labels[crossed]] = away[0] = False
        margin[away[labels]] = 0.0
    return kept


def _vertical(flat: Flat, sheet: Sheet) -> tuple[float, float, float]:
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


def _placed(
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


def _without_separators(flat: Flat, sheet: Sheet) -> np.ndarray:
    """Ink of the traces, strokes between two columns cut back to where the traces are."""
    px = flat.px_per_mm
    cleaned = flat.trace.copy()
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
        strip[(np.asarray(tall).ravel() > 0) & ~keep] = 0.0
    return cleaned


def _thickened(trace: np.ndarray, move: Move) -> np.ndarray:
    """Ink whose upright strokes stay as dark when time is squeezed."""
    if move.scale_x < SQUEEZED:
        return trace
    return np.asarray(cv2.dilate(trace, np.ones((1, round(1.5 * move.scale_x)), np.uint8)))


def _target(move: Move, size: tuple[int, int]) -> tuple[slice, slice]:
    """Columns and rows of the page's canvas (width and height, px) that a piece covers."""
    edges = (move.x0_mm, move.x0_mm + move.width_mm), (move.top_mm, move.bottom_mm)
    x, y = (
        slice(*(min(max(round(mm * RASTER), 0), most) for mm in some))
        for some, most in zip(edges, size, strict=True)
    )
    return x, y


def warped(
    picture: np.ndarray, move: Move, x: slice, y: slice, px_per_mm: float, border: float
) -> np.ndarray:
    """Columns and rows of the page's canvas (`RASTER` px per mm), as one piece lies there."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    to_mm = np.diag([1 / RASTER, 1 / RASTER, 1.0]) @ half
    to_px = np.linalg.inv(half) @ np.diag([px_per_mm, px_per_mm, 1.0])
    corner = np.array([[1, 0, x.start], [0, 1, y.start], [0, 0, 1.0]])
    inverse = (to_px @ np.vstack([move.affine, [0, 0, 1]]) @ to_mm @ corner)[:2]
    fine = inverse[0, 0] > 1.2 or inverse[1, 1] > 1.2
    if fine:
        picture = cv2.blur(picture, (max(round(inverse[0, 0]), 1), max(round(inverse[1, 1]), 1)))
    return cv2.warpAffine(
        picture,
        inverse,
        (x.stop - x.start, y.stop - y.start),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderValue=(border, border, border),
    )


def _distinct(moves: tuple[Move, ...]) -> list[Move]:
    """Moves that bring other parts of the picture, or bring them elsewhere: leads that stand below
    one another come together."""
    found: dict[tuple[float, ...], Move] = {}
    for move in moves:
        bounds = (move.x0_mm, move.width_mm, move.top_mm, move.bottom_mm)
        found[(*np.round(move.affine, 9).ravel().tolist(), *bounds)] = move
    return list(found.values())


def _picture(
    flat: Flat,
    moves: tuple[Move, ...],
    distinct: list[Move],
    size: tuple[int, int],
    drawn: np.ndarray,
) -> np.ndarray:
    """What the scan looks like, on the page; without print above and below the rows."""
    colour = np.full((*size[::-1], 3), 255, np.uint8)
    for move in distinct:
        x, y = _target(move, size)
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
