"""Things drawn with lines and boxes: charts, music, bar codes, screens."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.pages.foreign.values import Maker, jpeg, png
from ecg_core.intake.values import Upload

Inputs = Iterator[tuple[str, tuple[Upload, ...]]]

COLOURS = ((31, 119, 180), (255, 127, 14), (44, 160, 44), (214, 39, 40), (20, 20, 20))


def line_chart(rng: np.random.Generator) -> Inputs:
    """Line charts: one panel or several stacked ones, black or coloured, gridded or not."""
    for number in range(16):
        page = np.full((720, 1100, 3), 255, np.uint8)
        panels = (1, 1, 3, 4, 6, 12)[number % 6]
        ruled = number % 2 == 0
        for panel in range(panels):
            top, high = 30 + panel * 660 // panels, 600 // panels
            if ruled:
                for x in range(80, 1081, 50):
                    cv2.line(page, (x, top), (x, top + high), (220, 220, 220), 1)
                for y in np.linspace(top, top + high, max(3, 13 // panels)).astype(int):
                    cv2.line(page, (80, int(y)), (1080, int(y)), (220, 220, 220), 1)
            for curve in range(3 if panels == 1 else 1):
                steps = rng.normal(0, 1, 500)
                walk = np.cumsum(steps) if number % 3 else np.convolve(steps, np.ones(9), "same")
                walk = (walk - walk.min()) / np.ptp(walk) * 0.8 * high + top + 0.1 * high
                points = np.stack([np.linspace(80, 1080, 500), walk], axis=1).astype(np.int32)
                colour = COLOURS[curve] if number % 4 else COLOURS[4]
                cv2.polylines(page, [points], False, colour, 2, cv2.LINE_AA)
            cv2.line(page, (80, top), (80, top + high), (0, 0, 0), 1)
            cv2.line(page, (80, top + high), (1080, top + high), (0, 0, 0), 1)
        yield f"{panels} panels{', gridded' if ruled else ''}", png(page)


def bar_chart(rng: np.random.Generator) -> Inputs:
    """Bar charts, upright and lying, with a few words."""
    for number in range(10):
        page = np.full((700, 1000, 3), 255, np.uint8)
        bars = int(rng.integers(4, 40))
        for bar in range(bars):
            size = rng.uniform(0.05, 0.95)
            colour = COLOURS[int(rng.integers(len(COLOURS)))]
            if number % 2:
                x = 80 + bar * 880 // bars
                cv2.rectangle(
                    page, (x, round(640 - 580 * size)), (x + 600 // bars, 640), colour, -1
                )
            else:
                y = 60 + bar * 580 // bars
                cv2.rectangle(page, (80, y), (round(80 + 880 * size), y + 400 // bars), colour, -1)
        for y in range(60, 641, 58):
            cv2.line(page, (80, y), (960, y), (225, 225, 225), 1)
        cv2.putText(page, "Admissions per month", (360, 40), 0, 0.8, (0, 0, 0), 1, cv2.LINE_AA)
        yield f"{bars} bars", png(page)


def music(rng: np.random.Generator) -> Inputs:
    """Staves of five lines with notes on stems."""
    for number in range(10):
        page = np.full((1200, 1600, 3), (254, 253, 248), np.uint8)
        staves = (3, 4, 6, 7, 12)[number % 5]
        gap = min(14, 1000 // staves // 8)
        for staff in range(staves):
            top = 80 + staff * 1080 // staves
            for line in range(5):
                cv2.line(page, (60, top + gap * line), (1540, top + gap * line), (0, 0, 0), 1)
            for x in range(120, 1520, int(rng.integers(28, 60))):
                y = top + int(rng.integers(-2, 11)) * gap // 2
                cv2.ellipse(
                    page, (x, y), (gap * 6 // 10, gap * 4 // 10), -20, 0, 360, (0, 0, 0), -1
                )
                stem = x + gap // 2
                cv2.line(page, (stem, y), (stem, y - int(3.2 * gap)), (0, 0, 0), 2)
        yield f"{staves} staves", jpeg(page)


def codes(rng: np.random.Generator) -> Inputs:
    """Bar codes and squares of black and white cells."""
    for number in range(10):
        page = np.full((700, 1000, 3), 255, np.uint8)
        if number % 2:
            side = (21, 33, 57)[number % 3]
            cells = (rng.random((side, side)) < 0.5).astype(np.uint8) * 255
            whole = cv2.resize(cells, (560, 560), interpolation=cv2.INTER_NEAREST)
            page[70:630, 220:780] = whole[:, :, None]
        else:
            rows = 1 + number // 2
            for row in range(rows):
                x, top = 60, 40 + row * 640 // rows
                while x < 930:
                    bar = int(rng.integers(2, 9))
                    cv2.rectangle(page, (x, top), (x + bar, top + 480 // rows), (0, 0, 0), -1)
                    x += bar + int(rng.integers(2, 10))
        yield "cells" if number % 2 else "bars", png(page)


def screen(rng: np.random.Generator) -> Inputs:
    """Screens of a program: bars, boxes, buttons, words; light and dark."""
    for number in range(12):
        dark = number % 3 == 2
        ground, ink = ((28, 30, 34), (220, 222, 226)) if dark else ((246, 247, 249), (40, 44, 50))
        page = np.full((900, 1440, 3), ground, np.uint8)
        cv2.rectangle(page, (0, 0), (1440, 56), (60, 70, 96), -1)
        cv2.rectangle(page, (0, 56), (240, 900), tuple(int(0.92 * c) for c in ground), -1)
        for row in range(int(rng.integers(3, 7))):
            for column in range(int(rng.integers(1, 5))):
                x, y = 270 + column * 290, 80 + row * 135
                cv2.rectangle(page, (x, y), (x + 270, y + 115), (150, 156, 166), 1 + number % 2)
                words = f"Item {rng.integers(1000)}"
                cv2.putText(page, words, (x + 12, y + 32), 0, 0.6, ink, 1, cv2.LINE_AA)
                for line in range(3):
                    end = x + 12 + int(rng.integers(60, 240))
                    cv2.line(page, (x + 12, y + 55 + 18 * line), (end, y + 55 + 18 * line), ink, 2)
        yield "dark" if dark else "light", png(page)


MAKERS: tuple[Maker, ...] = (
    Maker("line chart", line_chart),
    Maker("bar chart", bar_chart),
    Maker("music sheet", music),
    Maker("bar code", codes),
    Maker("screenshot", screen),
)
