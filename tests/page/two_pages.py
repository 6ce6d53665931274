"""PDFs of two pages, limb leads on one and chest leads on the other, as carts print them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from ecg_core.intake import EcgRecord
from ecg_core.leads import CHEST_LEADS, LIMB_LEADS
from ecg_core.page.drawn.printed import PrintStyle, print_record

PAPER_MM = (297.0, 210.0)
PX_PER_MM = 8.0
HEADER = ("Name: DOE, Jane   ID: 4711-0815   12-Mar-2021 10:42", "HR 72 bpm   PR 160 ms")


def scanned(*pages: tuple[EcgRecord, str]) -> bytes:
    """Pages as pictures, without a word that a program could read; each is a record and its
    layout ("6x1 limb")."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer)
    for record, layout in pages:
        printed = print_record(record, layout, PX_PER_MM, PrintStyle(header=HEADER))
        height, width = (n / PX_PER_MM * mm for n in printed.pixels.shape[:2])
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(Image.fromarray(printed.pixels)), 0, 0, width, height)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def drawn(*pages: tuple[EcgRecord, Sequence[str]]) -> bytes:
    """Pages as lines and letters; each is a record and the leads of its rows."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=(PAPER_MM[0] * mm, PAPER_MM[1] * mm))
    for number, (record, leads) in enumerate(pages):
        canvas.setFont("Helvetica", 9)
        for line, text in enumerate(HEADER):
            canvas.drawString(22 * mm, (203 - 5 * line) * mm, text)
        canvas.drawString(
            22 * mm, 4 * mm, f"25 mm/s   10 mm/mV   0.05-150 Hz   page {number + 1}/2"
        )
        for step, colour, pen in ((1, (1.0, 0.85, 0.85), 0.3), (5, (0.95, 0.6, 0.6), 0.6)):
            canvas.setStrokeColorRGB(*colour)
            canvas.setLineWidth(pen)
            for x in range(20, 281, step):
                canvas.line(x * mm, 10 * mm, x * mm, 190 * mm)
            for y in range(10, 191, step):
                canvas.line(20 * mm, y * mm, 280 * mm, y * mm)
        canvas.setStrokeColorRGB(0.05, 0.05, 0.1)
        canvas.setLineWidth(0.9)
        for row, lead in enumerate(leads):
            zero = 190 - 30 * (row + 0.5)
            mv = record.signals_mv[record.leads.index(lead)]
            x = 25 + 25 * np.arange(len(mv)) / record.fs_hz
            path = canvas.beginPath()
            path.moveTo(x[0] * mm, (zero + 10 * mv[0]) * mm)
            for at, height in zip(x[1:], mv[1:], strict=True):
                path.lineTo(at * mm, (zero + 10 * height) * mm)
            canvas.drawPath(path)
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawString(26 * mm, (zero + 10) * mm, lead)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def halves(record: EcgRecord) -> tuple[tuple[EcgRecord, Sequence[str]], ...]:
    """The two pages of one record, for `drawn`."""
    return (record, LIMB_LEADS), (record, CHEST_LEADS)
