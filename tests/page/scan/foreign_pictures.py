"""Pictures that are not ECGs, drawn from scratch: each must be refused with a named reason."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ecg_core.intake.values import EcgRecord
from ecg_core.page.drawn.printed import PrintStyle, print_record


def noise() -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (700, 1100, 3), dtype=np.uint8)


def blank_paper() -> np.ndarray:
    grain = np.random.default_rng(2).normal(245, 2, (700, 1100, 3))
    return np.clip(grain, 0, 255).astype(np.uint8)


def blank_grid() -> np.ndarray:
    nothing = EcgRecord(
        "none", "0" * 64, np.full((1, 1000), np.nan, np.float32), ("I",), ("I",), 100.0, 10.0
    )
    style = PrintStyle(header=(), footer="", label="none", pulse="none", separators="none")
    return print_record(nothing, "3x4", 5.0, style).pixels


def text_page() -> np.ndarray:
    page = np.full((1100, 850, 3), 255, np.uint8)
    words = "The quick brown fox jumps over the lazy dog and reads an electrocardiogram"
    for line in range(30):
        cv2.putText(page, words, (40, 60 + 34 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0, 0, 0), 1)
    return page


def landscape() -> np.ndarray:
    y, x = np.mgrid[0:800, 0:1200].astype(np.float32)
    hills = 400 + 120 * np.sin(x / 190) + 40 * np.sin(x / 61)
    sky = np.stack([120 + y / 8, 160 + y / 10, 230 - y / 20], axis=2)
    ground = np.stack([60 + x / 40, 110 - y / 30, 50 + x * 0], axis=2)
    return np.where((y > hills)[:, :, None], ground, sky).astype(np.uint8)


def line_chart() -> np.ndarray:
    chart = np.full((600, 900, 3), 255, np.uint8)
    for x in range(80, 880, 100):
        cv2.line(chart, (x, 40), (x, 540), (215, 215, 215), 1)
    for y in range(40, 560, 100):
        cv2.line(chart, (80, y), (880, y), (215, 215, 215), 1)
    rng = np.random.default_rng(3)
    for colour in ((31, 119, 180), (255, 127, 14), (44, 160, 44)):
        walk = 300 + np.cumsum(rng.normal(0, 6, 800))
        points = np.stack([np.arange(80, 880), walk], axis=1).astype(np.int32)
        cv2.polylines(chart, [points], False, colour, 2, cv2.LINE_AA)
    return chart


def thumbnail() -> np.ndarray:
    return np.full((120, 200, 3), 230, np.uint8)


FOREIGN: tuple[Callable[[], np.ndarray], ...] = (
    noise,
    blank_paper,
    blank_grid,
    text_page,
    landscape,
    line_chart,
    thumbnail,
)
