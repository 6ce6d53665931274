"""Printed sheets: geometry, colours and what is left out."""

from __future__ import annotations

import numpy as np
import pytest

from ecg_core.page.drawn.printed import GRIDS, PrintStyle, print_record
from ecg_core.page.layouts import LAYOUTS
from tests.page.sample_records import beating


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_boxes_lie_where_the_layout_says_after_the_margins(layout: str) -> None:
    style = PrintStyle(side_mm=14.0, top_mm=18.0)
    sheet = print_record(beating(), layout, 4.0, style)
    assert sheet.pixels.shape == (
        round((18.0 + LAYOUTS[layout].height_mm + 12.0) * 4),
        round(278.0 * 4),
        3,
    )
    for printed, plain in zip(sheet.boxes, LAYOUTS[layout].boxes(), strict=True):
        assert (printed.x0_mm, printed.y0_mm) == (plain.x0_mm + 14.0, plain.y0_mm + 18.0)


def test_one_millivolt_is_ten_millimetres_high() -> None:
    record = beating()
    record.signals_mv[:] = 0.0
    record.signals_mv[0, 100:110] = 1.0
    style = PrintStyle(grid="none", label="none", pulse="none", separators="none")
    sheet = print_record(record, "12x1", 8.0, style)
    box = sheet.boxes[0]
    x = round((box.x0_mm + 0.42 * 25.0) * 8)
    dark = np.flatnonzero(sheet.pixels[round(box.y0_mm * 8) - 40 : round(box.y1_mm * 8), x, 0] < 99)
    top_mm = (dark.mean() + 0.5 + round(box.y0_mm * 8) - 40) / 8
    assert (box.y0_mm + box.y1_mm) / 2 - top_mm == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize("grid", sorted(set(GRIDS) - {"none"}))
def test_bold_lines_repeat_every_five_millimetres(grid: str) -> None:
    style = PrintStyle(grid=grid, header=(), footer="", paper_mm=0.0)
    column = print_record(beating(), "3x4", 10.0, style).pixels[:, 5:45].min(axis=2).mean(axis=1)
    spectrum = np.abs(np.fft.rfft(column[:1000] - column[:1000].mean()))
    assert spectrum[20] > 5 * np.median(spectrum)
    assert np.argmax(spectrum) % 20 == 0


def test_missing_leads_leave_only_their_label() -> None:
    record = beating(leads=("I", "II"))
    bare = PrintStyle(grid="none", label="none", pulse="none", separators="none")
    sheet = print_record(record, "3x4", 6.0, bare)
    empty = sheet.boxes[-1]
    part = sheet.pixels[
        round(empty.y0_mm * 6) : round(empty.y1_mm * 6),
        round(empty.x0_mm * 6) : round(empty.x1_mm * 6),
    ]
    assert part.min() == 255


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown layout"):
        print_record(beating(), "5x7")
    with pytest.raises(ValueError, match="unknown grid"):
        print_record(beating(), style=PrintStyle(grid="purple"))
