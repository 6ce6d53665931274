"""Heart rate and rhythm measured on a page's rhythm strip: the plainest an ECG page tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import find_peaks

from ecg_core.page.arrange import NEIGHBOUR_SHARE, baselines_mm
from ecg_core.page.layouts import SPEED_MM_PER_S
from ecg_core.page.values import PX_PER_MM, EcgPage

PX_PER_S = SPEED_MM_PER_S * PX_PER_MM
REFRACTORY_S = 0.25
QRS_S = 0.1
INKED = 96


@dataclass(frozen=True)
class PageRhythm:
    """Rate (per minute) from the median interval between beats, and how intervals vary.

    spread: standard deviation, step: root mean square of successive differences, shortest,
    longest: all as parts of the median interval. Everything is NaN below 3 beats.
    """

    rate_bpm: float
    spread: float
    step: float
    shortest: float
    longest: float


NO_RHYTHM = PageRhythm(*[float("nan")] * 5)


def rhythm(page: EcgPage) -> PageRhythm:
    """Rhythm of the longest row, the last where several are as long.

    A beat is where the strokes stand tallest: the ink of each column, less the pen, summed over a
    tenth of a second, at peaks of at least 0.4 of the tallest.
    """
    intervals_s = np.diff(beat_columns(page)) / PX_PER_S
    if len(intervals_s) < 2:
        return NO_RHYTHM
    median_s = float(np.median(intervals_s))
    parts = intervals_s / median_s
    step = float(np.sqrt(np.mean(np.diff(parts) ** 2)))
    return PageRhythm(
        60 / median_s, float(parts.std()), step, float(parts.min()), float(parts.max())
    )


def beat_columns(page: EcgPage) -> np.ndarray:
    """Pixel column of each beat of the rhythm strip."""
    tall = _stroke_heights(page)
    energy = np.convolve(tall, np.ones(round(QRS_S * PX_PER_S)), "same")
    if energy.max(initial=0.0) <= 0:
        return np.empty(0, np.int64)
    floor = 0.4 * np.percentile(energy, 98)
    return np.asarray(find_peaks(energy, height=floor, distance=round(REFRACTORY_S * PX_PER_S))[0])


def _stroke_heights(page: EcgPage) -> np.ndarray:
    """Height of the ink in each column of the rhythm strip beyond the usual pen, px."""
    boxes = page.boxes
    longest = max(box.x1_mm - box.x0_mm for box in boxes)
    row = max(i for i, box in enumerate(boxes) if box.x1_mm - box.x0_mm > longest - 1.0)
    baselines = baselines_mm(boxes)
    steps = np.diff(np.unique(np.round(baselines, 3)))
    reach = NEIGHBOUR_SHARE * (float(np.median(steps)) if len(steps) else 40.0) / 2
    y0, y1 = (max(round((baselines[row] + d) * PX_PER_MM), 0) for d in (-reach, reach))
    x0, x1 = (round(x * PX_PER_MM) for x in (boxes[row].x0_mm, boxes[row].x1_mm))
    heights = (page.ink[y0:y1, x0:x1] > INKED).sum(axis=0).astype(float)
    return np.maximum(heights - np.median(heights), 0.0)
