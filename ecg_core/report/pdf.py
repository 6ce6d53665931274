"""The report as PDF, for A4 or US Letter in landscape, with the ECG true to scale."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import ecg_core
from ecg_core.page.layouts import (
    GAIN_MM_PER_MV,
    PAGE_SECONDS,
    PAGE_WIDTH_MM,
    SPEED_MM_PER_S,
)
from ecg_core.page.ten_seconds import clock
from ecg_core.report import told, trace_area, whole_record
from ecg_core.report.content import NOTICE, PAPER_MM, Content, Decided, Paper
from ecg_core.report.shade import MM
from ecg_core.report.trace_area import INK
from ecg_core.report.whole_record import WholeRecord

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

GREY = (0.35, 0.38, 0.40)
MARGIN_MM = 8.0
TYPE_SIZES = (7.0, 6.5, 6.0, 5.5, 5.0)
LEADING = 0.46
"""Millimetres of line for each point of type."""
DRAFT_HEAD_MM, SIGNED_HEAD_MM = 15.0, 20.0
"""What stands above the ECG: the numbers of a draft; conclusion and signature once signed."""
ELSEWHERE, BELOW = "… continued in the application", "… in full below"
NUMBERS_MM = 8.5
LIMITS = (
    "Measured and judged by software that is wrong at times: sensitivity and specificity are on "
    "the model's card. ECG true to scale only when printed at 100 %."
)


def render(content: Content, paper: Paper = Paper.A4) -> bytes:
    """The report as a PDF of one page; of a long record the whole follows on further sheets."""
    from reportlab.pdfgen.canvas import Canvas

    _register_fonts()
    width, height = PAPER_MM[paper]
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(width * MM, height * MM), pageCompression=1)
    canvas.setTitle(content.say("ECG report"))
    canvas.setAuthor("")
    canvas.setCreator(f"ECG Triage {ecg_core.__version__}")
    left = (width - PAGE_WIDTH_MM) / 2
    top = height - MARGIN_MM
    _head(canvas, content, left, top)
    area_top = top - (DRAFT_HEAD_MM if content.signed is None else SIGNED_HEAD_MM)
    heat = content.attention.heat if _shaded(content) and content.attention else None
    trace_area.draw(canvas, content.page, content.waves, left, area_top, heat)
    if heat is not None:
        note = told.shade_note(content)
        _right(canvas, left + PAGE_WIDTH_MM - 1, area_top - 3.2, note, 6.5, "Report")
    below = area_top - trace_area.height_mm(content.page, content.waves)
    _scale(canvas, content, left, below - 3.6)
    _foot(canvas, content, left, below - 8.5, MARGIN_MM + 5.0)
    _notice(canvas, content, left, MARGIN_MM)
    canvas.showPage()
    if content.whole is not None:
        _whole(canvas, content, content.whole, left, top)
    canvas.save()
    return buffer.getvalue()


def _whole(canvas: Canvas, content: Content, whole: WholeRecord, left: float, top: float) -> None:
    """The further sheets, each with what it is, whose it is and what it is not."""
    printed = whole_record.ROWS_A_SHEET * PAGE_SECONDS
    for sheet in range(whole.sheets):
        begin, end = sheet * printed, min((sheet + 1) * printed, len(whole.mv) / whole.fs_hz)
        names = "   ".join(part for part in (content.patient, content.title) if part)
        title = content.say(f"The whole record, {clock(begin)} to {clock(end)}")
        _text(canvas, left, top - 3.2, title, 11, bold=True)
        _text(canvas, left + 95, top - 3.2, _cut(names, 60), 8.5)
        _right(canvas, left + PAGE_WIDTH_MM, top - 3.2, content.say(NOTICE))
        whole_record.draw_sheet(canvas, whole, sheet, left, top - 8.0)
        parts = [
            f"{SPEED_MM_PER_S:g} mm/s   {GAIN_MM_PER_MV:g} mm/mV",
            content.say(
                "line over a row: the ten seconds of the first sheet, which alone were judged"
            ),
        ]
        last = sheet == whole.sheets - 1
        if last and whole.rows > whole.sheets * whole_record.ROWS_A_SHEET:
            parts.append(content.say(whole_record.CUT))
        _text(canvas, left, MARGIN_MM + 4.0, "   ".join(parts), 6.5, colour=GREY)
        _notice(canvas, content, left, MARGIN_MM)
        canvas.showPage()


def _register_fonts() -> None:
    """DejaVu Sans, which has the letters of most names; it comes with matplotlib."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    if "Report" in pdfmetrics.getRegisteredFontNames():
        return
    spec = importlib.util.find_spec("matplotlib")
    assert spec is not None and spec.origin is not None
    folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont("Report", str(folder / "DejaVuSans.ttf")))
    pdfmetrics.registerFont(TTFont("ReportBold", str(folder / "DejaVuSans-Bold.ttf")))


def _text(
    canvas: Canvas,
    x: float,
    y: float,
    text: str,
    size: float = 7.5,
    bold: bool = False,
    colour: tuple[float, float, float] = INK,
) -> None:
    canvas.setFillColorRGB(*colour)
    canvas.setFont("ReportBold" if bold else "Report", size)
    canvas.drawString(x * MM, y * MM, text)


def _head(canvas: Canvas, content: Content, left: float, top: float) -> None:
    names = "   ".join(part for part in (content.patient, content.title) if part)
    _text(canvas, left, top - 3.2, content.say("ECG report"), 11, bold=True)
    _text(canvas, left + 30, top - 3.2, _cut(names, 105), 8.5)
    _right(canvas, left + PAGE_WIDTH_MM, top - 3.2, content.say(NOTICE))
    if content.signed is None:
        _numbers(canvas, content, left, top - 8.2)
    else:
        _signature(canvas, content, content.signed, left, top - 4.6)


def _numbers(canvas: Canvas, content: Content, left: float, y: float) -> None:
    x = left
    for name, value in told.header_numbers(content.measurements):
        _text(canvas, x, y, content.say(name), 6.5, colour=GREY)
        _text(canvas, x, y - 4.0, content.say(value), 8.5, bold=True)
        x += 42.0 if "/" in value or "±" in value else 24.0


def _conclusion(content: Content) -> tuple[float, list[str]]:
    """Type size and lines of what was signed, as much as has room above the ECG."""
    text = content.text or content.say("Signed without a text of its own.")
    below = content.say(BELOW)
    return _fitting([text], PAGE_WIDTH_MM, SIGNED_HEAD_MM - 10.4, below, (9.0, 8.0, 7.0))


def _signature(canvas: Canvas, content: Content, by: Decided, left: float, top: float) -> None:
    """The conclusion; below it the decision with its priority, and who signed when."""
    size, lines = _conclusion(content)
    for number, line in enumerate(lines):
        _text(canvas, left, top - (number + 1) * size * LEADING, line, size)
    signed = (
        f"{by.decision}. Signed by {by.reader}, {by.when:%Y-%m-%d %H:%M} UTC, event {by.event}."
    )
    said, sizes = content.say(signed), (8.5, *TYPE_SIZES)
    size, (line, *_) = _fitting([said], PAGE_WIDTH_MM, 8.5 * LEADING, "", sizes)
    _text(canvas, left, top - SIGNED_HEAD_MM + 6.6, line, size, bold=True)


def _right(
    canvas: Canvas, x: float, y: float, text: str, size: float = 7.5, font: str = "ReportBold"
) -> None:
    canvas.setFillColorRGB(*INK)
    canvas.setFont(font, size)
    canvas.drawRightString(x * MM, y * MM, text)


def _shaded(content: Content) -> bool:
    """Whether attention lies under the traces; what an abstaining model saw is not shown."""
    return content.shade and content.attention is not None and not content.prediction.abstained


def _scale(canvas: Canvas, content: Content, left: float, y: float) -> None:
    """What is printed under the ECG, and a bar to check the printer with."""
    size = trace_area.scale(content.page, content.waves)
    speed, gain = SPEED_MM_PER_S * size, GAIN_MM_PER_MV * size
    parts = [f"{speed:.3g} mm/s", f"{gain:.3g} mm/mV"]
    if size < 1.0:
        parts.insert(0, f"NOT 25 mm/s: too tall for this sheet, printed at {size:.1%} of its size")
    if content.page.filter_name:
        parts.append(content.page.filter_name)
    if content.measurements.off_paper:
        parts.append("traces read off a page")
    if content.page.start_s:
        parts.append(f"from {content.page.start_s:.0f} s on")
    reduced = size < 1.0
    colour = INK if reduced else GREY
    said = "   ".join(content.say(part) for part in parts)
    _text(canvas, left, y, said, 6.5, bold=reduced, colour=colour)
    right = left + PAGE_WIDTH_MM
    canvas.setStrokeColorRGB(*GREY)
    canvas.setLineWidth(0.8)
    canvas.line((right - 50) * MM, (y + 0.8) * MM, right * MM, (y + 0.8) * MM)
    for x in (right - 50, right):
        canvas.line(x * MM, (y - 0.4) * MM, x * MM, (y + 2.0) * MM)
    _text(canvas, right - 92, y, content.say("This bar is 50 mm at 100 %"), 6.5, colour=GREY)


def _foot(canvas: Canvas, content: Content, left: float, top: float, bottom: float) -> None:
    if content.signed is None:
        columns = [
            ("Draft, not signed", [content.say(content.text)], 116.0),
            ("The machine's answer", told.answer(content), 66.0),
            ("Decision", told.decision(content), 60.0),
        ]
    else:
        _numbers(canvas, content, left, top)
        top -= NUMBERS_MM
        said, room = told.in_a_line(content), TYPE_SIZES[0] * LEADING
        size, (line, *_) = _fitting([said], PAGE_WIDTH_MM, room)
        _text(canvas, left, top, line, size)
        top -= 4.5
        columns = [("Readings", told.decision(content), 100.0)]
        if content.say(BELOW) in _conclusion(content)[1]:
            columns.insert(0, ("Conclusion in full", [content.text], 146.0))
    x = left
    for title, lines, width in columns:
        _text(canvas, x, top, content.say(title), 8, bold=True)
        size, shown = _fitting(lines, width, top - bottom - 1.0, content.say(ELSEWHERE))
        for number, line in enumerate(shown):
            _text(canvas, x, top - 0.8 - (number + 1) * size * LEADING, line, size)
        x += width + 4.0


def _fitting(
    lines: list[str],
    width_mm: float,
    height_mm: float,
    more: str = ELSEWHERE,
    sizes: tuple[float, ...] = TYPE_SIZES,
) -> tuple[float, list[str]]:
    """The largest type in which everything fits, with its lines; what never fits says so.

    more: what stands in the place of the rest.
    """
    for size in sizes:
        wrapped = _wrapped(lines, width_mm, size)
        room = int(height_mm / (size * LEADING) + 1e-6)
        if len(wrapped) <= room:
            return size, wrapped
    return size, [*wrapped[: room - 1], more]


def _wrapped(lines: Iterable[str], width_mm: float, size: float) -> list[str]:
    from reportlab.lib.utils import simpleSplit

    found: list[str] = []
    for line in lines:
        found += simpleSplit(line, "Report", size, width_mm * MM) or [""]
    return found


def _notice(canvas: Canvas, content: Content, left: float, bottom: float) -> None:
    model = content.prediction.model
    parts = [
        f"Model {model.name} {model.version}, weights {model.weights_sha256[:12]}",
        f"ECG Triage {ecg_core.__version__}",
    ]
    if content.case_id:
        parts.append(f"case {content.case_id}")
    if content.input_sha256:
        parts.append(f"input {content.input_sha256[:12]}")
    if content.printed_utc is not None:
        parts.append(f"printed {content.printed_utc:%Y-%m-%d %H:%M} UTC")
    _text(canvas, left, bottom + 3.0, content.say(LIMITS), 6.0, colour=GREY)
    _text(canvas, left, bottom, " · ".join(map(content.say, parts)), 6.0, colour=GREY)


def _cut(text: str, longest: int) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= longest else one_line[: longest - 1] + "…"
