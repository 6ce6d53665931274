"""Exports without a grid, in the manner of four recorders, and what is printed where.

White paper with header, calibration pulses, lead names, and speed and gain in print. Recorders
differ in layouts, fonts, what marks a column, where the pulse stands and what shape it has, how
rows are named, and what else is printed; size, colour, pen and compression by chance. Everything is
drawn from one seed.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from benchmarks.pages.foreign.second_printer import BLOCKS, Piece
from ecg_core.intake.values import EcgRecord

DRAWN_PX_PER_MM = 20.0
"""Ink is drawn at least so fine, then averaged."""
PAPERS_MM = {"A4": (297.0, 210.0), "letter": (279.4, 215.9)}
COLOURS = {
    "black": (0, 0, 0),
    "grey": (60, 60, 60),
    "blue": (20, 40, 170),
    "red": (190, 25, 30),
}
NAMES_MM = 3.0


@dataclass(frozen=True)
class Manner:
    """How one recorder prints.

    pulse_mm: its width. pulse: where it stands: "apart" from the trace, "joined" to it, "right" of
    it, "one" for the whole sheet, or "none". names: "on" the beginning of the trace or "above" it.
    """

    name: str
    layouts: tuple[str, ...]
    fonts: tuple[str, ...]
    names: tuple[str, ...]
    separators: tuple[str, ...]
    pulses: tuple[str, ...]
    pulse_mm: float
    columns_s: tuple[float, ...]
    says: tuple[str, ...]
    head: tuple[str, ...]


MANNERS: tuple[Manner, ...] = (
    Manner(
        "report with rules",
        ("3x4+1R", "3x4", "6x2", "3x4+3R", "12x1"),
        ("complex", "Vera.ttf"),
        ("on", "on", "above"),
        ("rule", "rule", "none"),
        ("apart", "apart", "apart", "joined"),
        2.6,
        (2.5,),
        ("0.67~25Hz  AC50  {speed:g}mm/s  {gain:g}mm/mV  SE  V1.0",),
        ("ECG REPORT", "ID : 161508     55 Years     Male      cm      kg", "Department:"),
    ),
    Manner(
        "cart with ticks",
        ("3x4+1R", "3x4+3R", "6x2", "12x1", "3x4+1R"),
        ("default", "Vera.ttf", "VeraBd.ttf"),
        ("above",),
        ("ticks", "bars", "ticks"),
        ("right", "apart", "one", "right"),
        5.0,
        (2.5,),
        ("{speed:g}mm/s    {gain:g}mm/mV    100Hz   8.0.1    12SL 237    CID: 7",),
        (
            "Vent. rate   72  BPM      Normal sinus rhythm",
            "PR interval  160  ms      Nonspecific T wave abnormality",
            "QT/QTc  398/421  ms       Referred by:            Unconfirmed",
        ),
    ),
    Manner(
        "cart with gaps",
        ("3x4+1R", "3x4+3R", "6x2", "3x4", "12x1"),
        ("VeraBd.ttf", "default", "duplex"),
        ("above", "on"),
        ("gap", "none", "dashes"),
        ("apart", "joined", "joined", "none"),
        5.0,
        (2.5, 2.5, 2.4),
        (
            "Speed: {speed:g} mm/sec   Limb: {gain:g} mm/mV   Chest: {gain:g} mm/mV   "
            "F 60~ 0.15-100 Hz",
        ),
        ("Rate   68    . Sinus rhythm", "PR    172", "QRSD   98", "- NORMAL ECG -"),
    ),
    Manner(
        "program on a desk",
        ("6x2", "12x1", "3x4+1R", "6x2+1R", "3x4"),
        ("simplex", "default", "Vera.ttf"),
        ("above", "on"),
        ("none", "ticks", "gap"),
        ("joined", "apart", "right", "none"),
        5.0,
        (2.5, 2.5, 2.5, 2.45),
        (
            "{speed:.1f} mm/s   {gain:.1f} mm/mV   0.05 - 40 Hz   50 Hz",
            "{speed:g}mm/s {gain:g}mm/mV",
        ),
        ("Surname, Name      12.03.1961      F", "HR 71/min   P 104 ms   PQ 158 ms   QRS 92 ms"),
    ),
)


@dataclass(frozen=True)
class Style:
    """What one export looks like: what its recorder leaves to chance."""

    manner: str
    layout: str
    column_s: float
    sequential: bool
    speed_mm_per_s: float
    gain_mm_per_mv: float
    names: str
    font: str
    separators: str
    pulse: str
    pulse_mm: float
    says: str
    paper: str
    colour: str
    pen_mm: float
    px_per_mm: float
    jpeg: int


@dataclass(frozen=True, eq=False)
class Export:
    """A drawn export. pixels: uint8, height × width × 3, RGB, compressed and opened again."""

    pixels: np.ndarray
    look: Style
    pieces: tuple[Piece, ...]


def style_of(number: int) -> Style:
    """The style of the export of a number: recorders and their layouts in turn."""
    rng = np.random.default_rng([11, number])
    manner = MANNERS[number % len(MANNERS)]
    layout = manner.layouts[(number // len(MANNERS)) % len(manner.layouts)]
    columns = len(BLOCKS[layout][0][0])
    roomy = len(BLOCKS[layout][0]) <= 4
    pulse = str(rng.choice(manner.pulses))
    # Where no pulse tells the scale, nobody could tell columns of another length.
    usual = 10.0 / columns
    if pulse != "none":
        usual = float(rng.choice(manner.columns_s)) * 4.0 / columns
    speed = float(rng.choice([25.0] * 9 + [50.0])) if columns > 1 else 25.0
    gain = float(rng.choice([10.0] * 8 + [5.0, 20.0 if roomy else 5.0]))
    return Style(
        manner=manner.name,
        layout=layout,
        column_s=usual * 25.0 / speed,
        sequential=bool(rng.random() < 0.5),
        speed_mm_per_s=speed,
        gain_mm_per_mv=gain,
        names=str(rng.choice(manner.names)),
        font=str(rng.choice(manner.fonts)),
        separators=str(rng.choice(manner.separators)),
        pulse=pulse,
        pulse_mm=manner.pulse_mm if manner.pulse_mm < 5.0 else 0.2 * speed,
        says=str(rng.choice(manner.says)).format(speed=speed, gain=gain),
        paper=str(rng.choice(list(PAPERS_MM))),
        colour=str(rng.choice([*COLOURS, "black", "black"])),
        pen_mm=float(rng.uniform(0.18, 0.5)),
        px_per_mm=float(rng.choice([100.0, 120.0, 150.0, 200.0, 254.0, 300.0])) / 25.4,
        jpeg=int(rng.choice([40, 60, 75, 85, 95])),
    )


def exported(record: EcgRecord, style: Style) -> Export:
    """Print the first ten seconds of a record without a grid."""
    rows, main = BLOCKS[style.layout]
    size = PAPERS_MM[style.paper]
    pieces = _pieces(rows, main, style, size)
    fine = int(np.ceil(DRAWN_PX_PER_MM / style.px_per_mm))
    px = style.px_per_mm * fine
    shape = round(size[1] * style.px_per_mm) * fine, round(size[0] * style.px_per_mm) * fine
    traces, letters = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for piece in pieces:
        _trace(traces, record, piece, style, px)
        _name(letters, piece, style, px)
    _pulses(traces, pieces, style, px)
    _separators(letters, pieces, main, style, px)
    manner = next(one for one in MANNERS if one.name == style.manner)
    for line, text in enumerate(manner.head):
        _text(letters, text, 12.0, 12.0 + 5.0 * line, 3.2, style.font, px)
    _text(letters, style.says, 12.0, size[1] - 6.0, 2.6, style.font, px)
    if style.separators == "rule":
        for y in (27.0, 27.8):
            _line(letters, [(10.0, y), (size[0] - 10.0, y)], px, 0.4)
    page = _inked(_inked(_white(shape, fine), traces, COLOURS[style.colour]), letters, (0, 0, 0))
    kept = cv2.imencode(".jpg", page[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, style.jpeg])[1]
    pixels = np.ascontiguousarray(cv2.imdecode(kept, cv2.IMREAD_COLOR)[..., ::-1])
    return Export(pixels, style, pieces)


def _pieces(
    rows: tuple[tuple[str, ...], ...], main: int, style: Style, size: tuple[float, float]
) -> tuple[Piece, ...]:
    """Where every lead lies: rows spread over what header and footer leave."""
    top, bottom = 34.0, size[1] - 14.0
    pitch = (bottom - top) / len(rows)
    columns = len(rows[0])
    width = style.column_s * style.speed_mm_per_s
    beside = 12.0 if style.pulse in ("apart", "joined", "one") else 4.0
    left = min((size[0] - columns * width) / 2 + beside / 2, size[0] - columns * width - 6.0)
    gap = 1.6 if style.separators == "gap" else 0.0
    pieces = []
    for row, leads in enumerate(rows):
        long = row >= main or columns == 1
        for column, lead in enumerate(leads):
            x0 = left if long else left + column * width
            x1 = left + columns * width if long else x0 + width - gap
            start = column * style.column_s if style.sequential and not long else 0.0
            pieces.append(Piece(lead, row, x0, x1, top + pitch * (row + 0.5), start))
    return tuple(pieces)


def _trace(ink: np.ndarray, record: EcgRecord, piece: Piece, style: Style, px: float) -> None:
    mv = record.signals_mv[record.leads.index(piece.lead)]
    t = np.arange(0.0, (piece.x1_mm - piece.x0_mm) / style.speed_mm_per_s, 0.002)
    shown = np.interp(piece.start_s + t, np.arange(len(mv)) / record.fs_hz, mv)
    x = piece.x0_mm + t * style.speed_mm_per_s
    y = piece.baseline_mm - style.gain_mm_per_mv * shown
    _line(ink, np.stack([x, y], axis=1), px, style.pen_mm)


def _name(ink: np.ndarray, piece: Piece, style: Style, px: float) -> None:
    up = 1.0 if style.names == "on" else 7.0 if len(BLOCKS[style.layout][0]) <= 7 else 4.0
    aside = 0.4 if style.names == "on" else 1.0
    lead = piece.lead
    _text(ink, lead, piece.x0_mm + aside, piece.baseline_mm - up, NAMES_MM, style.font, px)


def _pulses(ink: np.ndarray, pieces: tuple[Piece, ...], style: Style, px: float) -> None:
    if style.pulse == "none":
        return
    first = {}
    for piece in pieces:
        first.setdefault(piece.row, piece)
    some = list(first.values())
    if style.pulse == "one":
        some = some[-1:]
    for piece in some:
        wide, base = style.pulse_mm, piece.baseline_mm
        high = base - style.gain_mm_per_mv
        if style.pulse == "right":
            x = max(p.x1_mm for p in pieces) + 1.5
            ends = (x, x + wide + 2.0)
        elif style.pulse == "joined":
            x = piece.x0_mm - wide - 2.0
            ends = (x, piece.x0_mm)
        else:
            x = piece.x0_mm - wide - 5.0
            ends = (x, x + wide + 2.0)
        foot, edge = x + 1.0, x + 1.0 + wide
        corners = [(ends[0], base), (foot, base), (foot, high), (edge, high), (edge, base)]
        _line(ink, [*corners, (ends[1], base)], px, style.pen_mm)


def _separators(
    ink: np.ndarray, pieces: tuple[Piece, ...], main: int, style: Style, px: float
) -> None:
    heights = sorted({piece.baseline_mm for piece in pieces if piece.row < main})
    left = min(piece.x0_mm for piece in pieces)
    for x in sorted({piece.x0_mm for piece in pieces if piece.x0_mm > left + 1.0}):
        if style.separators == "rule":
            _line(ink, [(x, heights[0] - 8.0), (x, heights[-1] + 8.0)], px, 0.3)
        for y in heights:
            if style.separators == "ticks":
                _line(ink, [(x, y - 3.0), (x, y - 1.0)], px, 0.3)
                _line(ink, [(x, y + 1.0), (x, y + 3.0)], px, 0.3)
            elif style.separators == "bars":
                _line(ink, [(x, y - 3.5), (x, y + 3.5)], px, 0.5)
            elif style.separators == "dashes":
                for dash in np.arange(y - 9.0, y + 9.0, 2.4):
                    _line(ink, [(x, dash), (x, dash + 1.2)], px, 0.25)


def _white(shape: tuple[int, int], fine: int) -> np.ndarray:
    return np.full((shape[0] // fine, shape[1] // fine, 3), 255.0)


def _inked(page: np.ndarray, ink: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    size = page.shape[1], page.shape[0]
    cover = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)[..., None] / 255.0
    return np.rint(page * (1.0 - cover) + np.array(colour) * cover).astype(np.uint8)


def _line(
    ink: np.ndarray, points_mm: np.ndarray | list[tuple[float, float]], px: float, pen_mm: float
) -> None:
    fixed = np.rint((np.asarray(points_mm) * px - 0.5) * 16).astype(np.int32)
    cv2.polylines(ink, [fixed], False, 255, max(round(pen_mm * px), 1), cv2.LINE_AA, 4)


HERSHEY = {
    "simplex": cv2.FONT_HERSHEY_SIMPLEX,
    "duplex": cv2.FONT_HERSHEY_DUPLEX,
    "complex": cv2.FONT_HERSHEY_COMPLEX,
}


def _text(
    ink: np.ndarray, text: str, x_mm: float, y_mm: float, high_mm: float, font: str, px: float
) -> None:
    """Write a line whose capitals are so high. x_mm, y_mm: where its base line begins."""
    where = (round(x_mm * px), round(y_mm * px))
    if font in HERSHEY:
        pen = max(round(0.28 * px), 1)
        cv2.putText(ink, text, where, HERSHEY[font], high_mm * px / 21.0, 255, pen, cv2.LINE_AA)
        return
    face = _face(font, round(high_mm * px / 0.73))
    left, top, right, bottom = face.getbbox(text, anchor="ls")
    canvas = Image.new("L", (int(right - left) + 2, int(bottom - top) + 2))
    ImageDraw.Draw(canvas).text((-left, -top), text, fill=255, font=face, anchor="ls")
    y, x = where[1] + int(top), where[0] + int(left)
    part = ink[y : y + canvas.height, x : x + canvas.width]
    np.maximum(part, np.asarray(canvas)[: part.shape[0], : part.shape[1]], out=part)


@lru_cache(maxsize=64)
def _face(font: str, size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, or one that travels with reportlab."""
    if font == "default":
        face = ImageFont.load_default(size)
        assert isinstance(face, ImageFont.FreeTypeFont)
        return face
    spec = importlib.util.find_spec("reportlab")
    assert spec is not None and spec.origin is not None
    return ImageFont.truetype(str(Path(spec.origin).parent / "fonts" / font), size)
