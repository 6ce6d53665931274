"""Where the traces lie on a scan that was read: what is outside is no ECG."""

from __future__ import annotations

import numpy as np

from ecg_core.page.scan.scan_reading import ScanReading
from ecg_core.page.values import PEN_MM


def trace_area(reading: ScanReading, size_px: tuple[int, int]) -> tuple[int, int, int, int]:
    """First and last pixel row, first and last pixel column of the traces on a scan.

    The lead boxes and the width of a pen around them. size_px: height and width of the scan.
    """
    height, width = size_px
    boxes = reading.page.boxes
    x_mm = (min(box.x0_mm for box in boxes) - PEN_MM, max(box.x1_mm for box in boxes) + PEN_MM)
    y_mm = (min(box.y0_mm for box in boxes) - PEN_MM, max(box.y1_mm for box in boxes) + PEN_MM)
    top, bottom = (to_px(reading, sum(x_mm) / 2, y)[1] for y in y_mm)
    left, right = (to_px(reading, x, sum(y_mm) / 2)[0] for x in x_mm)
    return (*_inside(top, bottom, height), *_inside(left, right, width))


def to_px(reading: ScanReading, x_mm: float, y_mm: float) -> tuple[float, float]:
    """Where a place of the page lies on the scan, as if the sheet were flat."""
    point = np.linalg.inv(reading.to_mm) @ (x_mm, y_mm, 1.0)
    return float(point[0] / point[2]), float(point[1] / point[2])


def _inside(first: float, last: float, most: int) -> tuple[int, int]:
    """Two pixel places in order, on the picture."""
    low, high = np.clip(np.round(sorted((first, last))), 0, most)
    return int(low), int(high)
