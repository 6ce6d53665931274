"""The network that tells trace, grid and print apart, on sheets whose marks are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from ecg_core.page.scan.mark_maps import MarkMaps, marks_of, scale_for

PX_PER_MM = 8


def sheet() -> tuple[np.ndarray, np.ndarray]:
    """Pink ruled paper, a level trace with spikes at mid-height and a name above it; and where
    the trace is."""
    page = np.full((320, 640, 3), 255, np.uint8)
    for at in range(0, 640, PX_PER_MM):
        colour = (235, 150, 150) if at % (5 * PX_PER_MM) == 0 else (250, 210, 210)
        page[:, at] = colour
        page[at : at + 1] = colour
    t = np.arange(20, 620)
    y = 160 - 80 * np.exp(-(((t % 150) - 75.0) ** 2) / 18)
    points = np.round(np.stack([t, y], 1)).astype(np.int32)
    trace = np.zeros(page.shape[:2], np.uint8)
    cv2.polylines(trace, [points], False, 255, 2, cv2.LINE_AA)
    page[trace > 100] = 20
    cv2.putText(page, "aVF", (40, 60), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (10, 10, 10), 2, cv2.LINE_AA)
    return page, trace > 100


def overlap(marks: MarkMaps, trace: np.ndarray) -> float:
    seen = marks.trace > 0.5
    return float(2 * (seen & trace).sum() / (seen.sum() + trace.sum()))


def test_trace_is_told_from_grid_and_name() -> None:
    page, trace = sheet()
    marks = marks_of(page, scale=1.0)
    assert overlap(marks, trace) > 0.75
    lettered = np.zeros(trace.shape, bool)
    lettered[30:70, 35:110] = True
    assert marks.text[lettered & (page.max(axis=2) < 60)].mean() > 0.5
    assert marks.grid[4::8, 300].mean() < marks.grid[0::8, 300].mean()


def test_light_on_dark_needs_no_inversion() -> None:
    page, trace = sheet()
    assert overlap(marks_of(255 - page, scale=1.0), trace) > 0.6


@pytest.mark.parametrize(
    ("height", "width", "scale"),
    [(1700, 2200, 1.0), (3024, 4032, 2200 / 4032), (171, 294, 2.0), (600, 3300, 2 / 3)],
)
def test_large_pictures_are_reduced_and_small_ones_doubled(
    height: int, width: int, scale: float
) -> None:
    assert scale_for(height, width) == pytest.approx(scale)


def test_maps_cover_the_picture_at_the_scale_they_name() -> None:
    marks = marks_of(np.full((101, 333, 3), 255, np.uint8))
    assert marks.scale == 2.0
    assert marks.trace.shape == marks.text.shape == marks.bold.shape == (202, 666)
    assert marks.trace.max() < 0.5
