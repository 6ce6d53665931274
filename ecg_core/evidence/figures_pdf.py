"""The figures of a case set on paper: two pages of A4 or US Letter, as PDF."""

from __future__ import annotations

import io
from collections.abc import Sequence

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
    TableStyle,
)

from ecg_core.evidence.figures import curves, metrics, rates, words
from ecg_core.evidence.figures.curves import Curve, Reliability
from ecg_core.evidence.figures.metrics import Interval
from ecg_core.evidence.values import CaseSet, Choice
from ecg_core.network.card import ModelCard

PAPERS = {"A4": A4, "US Letter": letter}
NOTICE = "Research use only. Not a diagnosis."
BODY = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=13)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=10, textColor=colors.grey)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=15, leading=20)
HEAD = ParagraphStyle("head", parent=BODY, fontName="Helvetica-Bold", fontSize=10.5, leading=16)
BLUE = colors.HexColor("#1b6480")
PALE = colors.HexColor("#d9e8ee")
SIDE_MM = 52.0


def pdf(cases: CaseSet, card: ModelCard, codes: Sequence[str], paper: str = "A4") -> bytes:
    """Sentences, rates, curves, confusion matrix and calibration of some questions.

    codes: questions with cases of both kinds. Raises KeyError for an unknown paper or code.
    """
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=PAPERS[paper],
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=14 * mm,
        bottomMargin=16 * mm,
        title=f"Performance of {cases.model} {cases.version} on {cases.title}",
        author="ECG Triage",
    )
    document.build(_story(cases, card, codes), onFirstPage=_footer, onLaterPages=_footer)
    return buffer.getvalue()


def _story(cases: CaseSet, card: ModelCard, codes: Sequence[str]) -> list[Flowable]:
    found = [rates.at(cases.question(code), cases.patients) for code in codes]
    areas = [rates.areas(cases.question(code), cases.patients) for code in codes]
    story: list[Flowable] = [
        Paragraph(_plain(f"How far can {cases.model} {cases.version} be trusted?"), TITLE),
        Paragraph(
            _plain(
                f"{cases.title}. {cases.n} ECGs of {cases.people} patients; "
                f"{int(cases.abstained.sum())} abstained, {cases.refused} gave no page. "
                f"95 % intervals by bootstrap over patients. Weights {cases.weights_sha256[:12]}."
            ),
            BODY,
        ),
        Spacer(1, 3 * mm),
        *(Paragraph("• " + _plain(words.sentence(one)), BODY) for one in found),
        Paragraph("Classes at their operating points", HEAD),
        _grid(
            [
                ["Class", "With it", "AUC", "AUPRC", "Sensitivity", "Specificity", "PPV", "NPV"],
                *(
                    [
                        Paragraph(_plain(one.name), SMALL),
                        str(one.positives),
                        _cell(area.auc),
                        _cell(area.auprc),
                        *map(_cell, (one.sensitivity, one.specificity, one.ppv, one.npv)),
                    ]
                    for one, area in zip(found, areas, strict=True)
                ),
            ],
            first_mm=34,
        ),
        Paragraph(_plain(card.thresholds_rule), SMALL),
    ]
    drawings = [_curve(curves.roc(cases.question(code), cases.patients)) for code in codes[:6]]
    story.append(KeepTogether([Paragraph("ROC curves with 95 % bands", HEAD), _side(drawings)]))
    if cases.choice is not None and cases.choice.known.any():
        story.append(KeepTogether([Paragraph("Triage classes", HEAD), _confusion(cases.choice)]))
    reliable = [curves.reliability(cases.question(code), cases.patients) for code in codes[:6]]
    diagrams = [_reliability(one) for one in reliable]
    story.append(KeepTogether([Paragraph("Calibration", HEAD), _side(diagrams)]))
    story.append(Paragraph("Do not trust the model when", HEAD))
    story += [Paragraph("• " + _plain(line), BODY) for line in card.do_not_trust_when]
    return story


def _plain(text: str) -> str:
    """Text for a paragraph: its marks are not markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cell(interval: Interval) -> str:
    """A value above its interval."""
    return words.told(interval).replace(" ", "\n", 1)


def _grid(rows: list[list[object]], first_mm: float) -> Table:
    columns = len(rows[0]) - 1
    table = Table(rows, colWidths=[first_mm * mm, *([(178 - first_mm) / columns * mm] * columns)])
    table.setStyle(
        TableStyle(
            [
                ("FONT", (0, 0), (-1, -1), "Helvetica", 7.5),
                ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 7.5),
                ("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                ("LEADING", (0, 0), (-1, -1), 9),
            ]
        )
    )
    return table


def _side(drawings: Sequence[Drawing]) -> Table:
    """Drawings three in a row."""
    rows = [list(drawings[k : k + 3]) for k in range(0, len(drawings), 3)]
    if rows:
        rows[-1] += [""] * (3 - len(rows[-1]))
    return Table(rows or [[""]], colWidths=[59 * mm] * 3)


class _Plot:
    """A unit square with axes; points are given from 0 to 1."""

    def __init__(self, title: str, subtitle: str) -> None:
        self.side = SIDE_MM * mm * 0.78
        self.left, self.foot = 7 * mm, 5 * mm
        self.drawing = Drawing(SIDE_MM * mm + 4 * mm, self.side + 15 * mm)
        self.drawing.add(
            Rect(
                self.left, self.foot, self.side, self.side, strokeColor=colors.grey, fillColor=None
            )
        )
        for name, size, up in ((title, 7.5, 6.0), (subtitle, 6.5, 2.5)):
            self.drawing.add(
                String(self.left, self.foot + self.side + up * mm, name, fontSize=size)
            )
        self.line([(0, 0), (1, 1)], colors.lightgrey, 0.6)
        for value in (0, 0.5, 1):
            x, y = self.at(value, value)
            self.drawing.add(String(x - 4, self.foot - 9, f"{value:g}", fontSize=6))
            self.drawing.add(String(0, y - 2, f"{value:g}", fontSize=6))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Position of a point on the drawing."""
        return self.left + x * self.side, self.foot + y * self.side

    def line(
        self, points: Sequence[tuple[float, float]], colour: colors.Color, wide: float
    ) -> None:
        """A line through points."""
        flat = [value for x, y in points for value in self.at(x, y)]
        self.drawing.add(PolyLine(flat, strokeColor=colour, strokeWidth=wide))


def _curve(curve: Curve) -> Drawing:
    plot = _Plot(curve.name[:38], f"AUC {words.told(curve.area)}")
    for edge in (curve.low, curve.high):
        plot.line(list(zip(curves.GRID, edge, strict=True)), PALE, 1.2)
    plot.line(list(zip(curve.x, curve.y, strict=True)), BLUE, 1.2)
    return plot.drawing


def _reliability(found: Reliability) -> Drawing:
    plot = _Plot(found.name[:38], f"ECE {words.told(found.ece)}")
    for one in found.bins:
        x, y = plot.at(one.said, one.observed.value)
        low, high = plot.at(one.said, one.observed.low), plot.at(one.said, one.observed.high)
        plot.drawing.add(Line(*low, *high, strokeColor=BLUE, strokeWidth=0.7))
        plot.drawing.add(Circle(x, y, 1.8, fillColor=BLUE, strokeColor=None))
    return plot.drawing


def _confusion(choice: Choice) -> Table:
    known = choice.known
    counts = metrics.confusion(choice.truth[known], choice.said[known], len(choice.names))
    rows: list[list[object]] = [
        ["Label \\ machine", *(Paragraph(_plain(name), SMALL) for name in choice.names)]
    ]
    for name, row in zip(choice.names, counts, strict=True):
        total = max(int(row.sum()), 1)
        cells = [f"{count}  ({count / total:.0%})" for count in row]
        rows.append([Paragraph(_plain(name), SMALL), *cells])
    return _grid(rows, first_mm=44)


def _footer(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(colors.grey)
    canvas.drawString(16 * mm, 9 * mm, NOTICE)
    canvas.drawRightString(document.pagesize[0] - 16 * mm, 9 * mm, f"Page {document.page}")
    canvas.restoreState()
