"""A second ECG on a picture is told, and nothing else beside a page is one."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest

from ecg_core.page.drawn.printed import PrintStyle, print_record
from ecg_core.page.scan import beside
from ecg_core.page.scan.geometry.grid import find_grid
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.text import Name
from tests.page.sample_records import beating


def written(height: int, width: int) -> np.ndarray:
    """A white page of text."""
    page = np.full((height, width, 3), 255, np.uint8)
    for y in range(30, height - 10, 22):
        line = "The ECG shows a regular rhythm with ST elevation in V1 to V4 and"
        cv2.putText(page, line, (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1)
    return page


@pytest.mark.parametrize(
    ("second", "extra", "told"),
    [
        ("an ECG", 0.0, True),
        ("a small ECG", 0.0, True),
        ("text", 0.0, False),
        ("nothing", 0.0, False),
        ("nothing", 0.7, True),
    ],
    ids=["an ECG", "on white paper", "text", "alone", "traces beside its rows"],
)
def test_a_second_ecg_on_a_picture_is_told(second: str, extra: float, told: bool) -> None:
    page = print_record(beating(), "3x4", 5.0).pixels
    height, width = page.shape[:2]
    pages = {"text": written(height, width), "nothing": page[:0]}
    pages["an ECG"] = print_record(beating(), "3x4", 4.0, PrintStyle(grid="green")).pixels
    small = cv2.resize(pages["an ECG"], None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    white = np.full((2 * len(small), *small.shape[1:]), 255, np.uint8)
    pages["a small ECG"] = np.concatenate([white, small])
    other = np.full((len(pages[second]), width, 3), 255, np.uint8)
    other[:, : pages[second].shape[1]] = pages[second]
    glued = np.concatenate([page, other])
    grid = find_grid(page)
    assert grid is not None
    seen = SimpleNamespace(
        extra=extra,
        px_per_mm=6.0,
        pitch_mm=30.0,
        baselines_mm=np.array([30.0, 60.0]),
        trace=np.zeros((600, 3000), bool),
    )
    division = SimpleNamespace(start_mm=20.0, end_mm=270.0)
    draft = SimpleNamespace(
        seen=seen, print_=SimpleNamespace(names=()), division=division, said=(), name="3x4"
    )
    sheet = cast("Sheet", SimpleNamespace(draft=draft))
    codes = [remark.code for remark in beside.remarks_of(glued, grid, sheet, np.eye(3))]
    assert codes == ["other_ecg"] * told


@pytest.mark.parametrize(
    ("leads", "size", "shift_mm", "down_mm", "told"),
    [
        (("aVR", "aVL", "V4"), 1.0, 0.5, 150.0, True),
        (("aVR", "aVL", "V4"), 1.0, 260.0, 1.0, True),
        (("aVR", "aVL", "V4"), 1.0, 60.0, 150.0, True),
        (("aVR", "aVL", "V4"), 0.7, 10.0, 150.0, True),
        (("aVR", "aVL", "V4"), 0.3, 10.0, 150.0, False),
        (("V1", "V2"), 0.7, 10.0, 150.0, True),
        (("V1", "V5"), 1.0, 0.5, 150.0, False),
        (("V1", "II", "V5"), 1.0, 0.5, 150.0, False),
    ],
    ids=[
        "another sheet",
        "beside",
        "elsewhere",
        "smaller",
        "a table of beats",
        "two names",
        "two strips",
        "rhythm strips",
    ],
)
def test_names_that_stand_once_more_are_another_ecgs(
    leads: tuple[str, ...], size: float, shift_mm: float, down_mm: float, told: bool
) -> None:
    """Two pages, glued, passed for 6x2+2R and for 3x4+3R."""
    above = [
        Name(lead, 20.0, 30.0 + 40.0 * at, 25.0, 32.0 + 40.0 * at) for at, lead in enumerate(leads)
    ]
    below = [_moved(name, size, shift_mm, down_mm) for name in above]
    assert beside._named_twice((*above, *below)) == told


def test_names_that_stand_scattered_are_print() -> None:
    above = [
        Name(lead, 20.0, y, 25.0, y + 2.0) for lead, y in (("aVR", 30), ("aVL", 70), ("V4", 110))
    ]
    below = [
        Name(name.lead, x, y, x + 5.0, y + 2.0)
        for name, x, y in zip(above, (200.0, 30.0, 120.0), (200.0, 190.0, 180.0), strict=True)
    ]
    assert not beside._named_twice((*above, *below))


def _moved(name: Name, size: float, shift_mm: float, down_mm: float) -> Name:
    x, y = size * name.x0_mm + shift_mm, size * name.y0_mm + down_mm
    return Name(name.lead, x, y, x + 5.0 * size, y + 2.0 * size)


@pytest.mark.parametrize(
    ("x0_mm", "x1_mm", "y_mm", "told"),
    [
        (340.0, 440.0, 60.0, True),
        (340.0, 360.0, 60.0, False),
        (272.0, 300.0, 60.0, False),
        (340.0, 440.0, 95.0, False),
    ],
    ids=["another sheet", "a word", "a pulse", "a legend below"],
)
def test_traces_that_go_on_beside_the_columns_are_another_ecgs(
    x0_mm: float, x1_mm: float, y_mm: float, told: bool
) -> None:
    trace = np.zeros((600, 2700), bool)
    trace[round(y_mm * 6.0), 120:1620] = trace[
        round(y_mm * 6.0), round(x0_mm * 6) : round(x1_mm * 6)
    ] = True
    baselines = np.array([30.0, 60.0])
    seen = SimpleNamespace(px_per_mm=6.0, pitch_mm=30.0, baselines_mm=baselines, trace=trace)
    division = SimpleNamespace(start_mm=20.0, end_mm=270.0)
    assert beside._drawn_aside(SimpleNamespace(seen=seen, division=division)) == told
