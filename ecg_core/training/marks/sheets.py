"""Sheets to learn from: paper, ruling, traces and print at a random scale, and the map of each.

Everything is drawn from recordings and numbers: no page by anybody else is used. A sheet is drawn
flat; `spoil` turns, bends, lights and photographs it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.training.marks.plates import Plates
from ecg_core.training.marks.rows import print_rows, print_words
from ecg_core.training.marks.ruling import PAPERS, rule

PENS = np.array([(20, 20, 20), (0, 0, 0), (30, 30, 60), (40, 30, 30), (70, 70, 70)], np.float32)
COLOURED_PENS = np.array(
    [(20, 40, 200), (0, 130, 40), (210, 20, 30), (90, 20, 130), (0, 110, 140), (60, 60, 255)],
    np.float32,
)


@dataclass(frozen=True)
class Drawn:
    """A flat sheet: picture (h × w × 3 float32, RGB 0..255) and its maps (h × w × 4 float32, 0..1:
    trace, grid, text, bold lines); ``bold_known`` is false where 5 mm lines stand alone."""

    picture: np.ndarray
    maps: np.ndarray
    bold_known: bool
    px_per_mm: float


def draw_sheet(r: np.random.Generator, recordings: np.ndarray, size: int) -> Drawn:
    """One flat sheet of ``size`` px on ``recordings`` (n × 12 × 1000, mV at 100 Hz)."""
    k = float(np.exp(r.uniform(np.log(2.6), np.log(11.0))))
    dark = r.random() < 0.06
    paper = (
        PAPERS[r.integers(len(PAPERS))] * r.uniform(0.85, 1.0)
        if r.random() < 0.8
        else r.uniform(90, 255, 3)
    )
    paper = np.clip(paper + r.uniform(-6, 6, 3), 0, 255).astype(np.float32)
    if dark:
        paper = r.uniform(0, 45, 3).astype(np.float32)
    picture = np.empty((size, size, 3), np.float32)
    picture[:] = paper
    grid, bold, bold_known, strength = rule(r, picture, paper, k)
    if dark:
        picture *= 0.75 if strength else 1.0
    plates = Plates(size, size, 3 if k < 4.5 else 2)
    if r.random() < 0.95:
        print_rows(r, plates, recordings, k)
    print_words(r, plates, k)
    small = [
        cv2.resize(p, (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        for p in (plates.flat, plates.steep, plates.label, plates.text)
    ]
    flat, steep, label, text = small
    label = np.maximum(label, np.maximum(flat, steep))
    text = np.maximum(text, np.asarray(plates.glyphs, np.float32) / 255)
    pen = (
        PENS[r.integers(len(PENS))]
        if r.random() < 0.85
        else COLOURED_PENS[r.integers(len(COLOURED_PENS))]
    )
    if dark:
        pen = np.array(
            [(250, 250, 250), (80, 255, 90), (255, 230, 60), (120, 220, 255)][r.integers(4)],
            np.float32,
        )
    word = pen if r.random() < 0.7 else PENS[r.integers(len(PENS))]
    if dark and word is not pen:
        word = 255 - word
    patch = (plates.patch > 0)[..., None]
    if patch.any():
        picture = np.where(patch, paper, picture)
        grid, bold = grid * ~patch[..., 0], bold * ~patch[..., 0]
        flat, steep, label = flat * ~patch[..., 0], steep * ~patch[..., 0], label * ~patch[..., 0]
    alpha = float(r.uniform(0.55, 1.0)) if r.random() < 0.7 else 1.0
    alpha = max(alpha, min(1.0, strength * 0.9))  # a trace paler than its ruling cannot be told
    ink = np.maximum(flat, steep * r.uniform(0.4, 1.0)) * alpha
    if r.random() < 0.15:  # ink that fails in places
        fine = cv2.resize(
            r.standard_normal((size // 3, size // 3)).astype(np.float32), (size, size)
        )
        ink = ink * np.clip(1 + 0.45 * fine, 0.1, 1)
    for layer, colour in ((text * float(r.uniform(0.6, 1)), word), (ink, pen)):
        picture *= 1 - layer[..., None]
        picture += layer[..., None] * colour
    maps = np.stack([label, grid, text, bold], -1).astype(np.float32)
    return Drawn(picture, maps, bold_known, k)
