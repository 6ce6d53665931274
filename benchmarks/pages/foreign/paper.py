"""Paper without any ECG: blank, ruled, headed, written on; and noise."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from benchmarks.pages.foreign.values import PX_PER_MM, Maker, jpeg, png, print_waves
from ecg_core.intake.values import Upload
from ecg_core.page.drawn.damage import apply
from ecg_core.page.drawn.printed import GRIDS, PrintStyle

Inputs = Iterator[tuple[str, tuple[Upload, ...]]]

PAPERS = {
    "white": (255, 255, 255),
    "cream": (250, 243, 224),
    "grey": (205, 205, 208),
    "pink": (252, 226, 226),
}
SIZES = ((850, 1100), (1100, 850), (1500, 1060))
"""Height and width in px."""
NOTHING = np.full((1, 1000), np.nan, np.float32)
BARE = PrintStyle(header=(), footer="", label="none", pulse="none", separators="none")
WORDS = (
    *("patient", "report", "clinic", "seen", "on", "monday", "no", "complaints", "since", "last"),
    *("visit", "blood", "pressure", "echo", "follow", "up", "in", "six", "months", "interval"),
)


def blank(rng: np.random.Generator) -> Inputs:
    """Bare paper, clean and as photographed."""
    for name, colour in PAPERS.items():
        for size, condition in zip(SIZES, ("clean", "colour_scan", "phone_photo"), strict=True):
            grain = rng.normal(0, 2, (*size, 1))
            sheet = np.clip(np.array(colour) + grain, 0, 255).astype(np.uint8)
            yield f"{name}, {condition}", png(apply(condition, sheet, _seed(rng), PX_PER_MM))


def grid(rng: np.random.Generator) -> Inputs:
    """ECG paper that nothing was printed on."""
    for name in GRIDS:
        for condition in ("clean", "phone_photo"):
            style = PrintStyle(**{**vars(BARE), "grid": name, "grid_everywhere": True})
            sheet = print_waves(NOTHING, ("I",), 100.0, "3x4+1R", style)
            yield f"{name}, {condition}", jpeg(apply(condition, sheet, _seed(rng), PX_PER_MM))


def furniture(rng: np.random.Generator) -> Inputs:
    """ECG sheets with everything printed but the traces."""
    for number, (name, layout) in enumerate(
        (("pink", "3x4+1R"), ("grey", "12x1"), ("none", "3x4"), ("blue_grey", "6x2"))
    ):
        for pulse in ("left", "none"):
            style = PrintStyle(
                grid=name, pulse=pulse, separators=("full", "ticks", "none")[number % 3]
            )
            sheet = print_waves(NOTHING, ("I",), 100.0, layout, style)
            condition = ("clean", "creased_shadowed")[number % 2]
            shown = apply(condition, sheet, _seed(rng), PX_PER_MM)
            yield f"{layout}, {name}, pulse {pulse}", png(shown)


def noise(rng: np.random.Generator) -> Inputs:
    """Noise of every grain, on nothing and on a grid."""
    style = PrintStyle(**{**vars(BARE), "grid_everywhere": True})
    ruled = print_waves(NOTHING, ("I",), 100.0, "3x4+1R", style).astype(float)
    height, width = 800, 1100
    for sigma in (10, 40, 90):
        yield f"Gaussian {sigma}", png(128 + rng.normal(0, sigma, (height, width, 3)))
    for share in (0.01, 0.1, 0.4):
        speckle = np.full((height, width, 3), 255.0)
        speckle[rng.random((height, width)) < share] = 0.0
        yield f"salt and pepper {share:g}", png(speckle)
    for scale in (2, 8, 40):
        smooth = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), scale)
        yield (
            f"smooth {scale}",
            png(np.repeat((128 + 60 * smooth / smooth.std())[:, :, None], 3, 2)),
        )
    for share in (0.005, 0.03):
        speckle = ruled.copy()
        speckle[rng.random(ruled.shape[:2]) < share] = 20.0
        yield f"pepper {share:g} on a grid", png(speckle)
    for scale in (1.5, 4):
        field = cv2.GaussianBlur(rng.normal(0, 1, ruled.shape[:2]), (0, 0), scale)
        blotches = np.where((field > 1.8 * field.std())[:, :, None], 30.0, ruled)
        yield f"blotches {scale:g} on a grid", png(blotches)


def document(rng: np.random.Generator) -> Inputs:
    """Typed pages: letters, columns, tables; on white and on squared paper."""
    for number in range(14):
        squared = number % 4 == 3
        if squared:
            style = PrintStyle(**{**vars(BARE), "grid_everywhere": True, "grid": "grey"})
            page = print_waves(NOTHING, ("I",), 100.0, "3x4+1R", style)
        else:
            page = np.full((*((1400, 1000), (1000, 1400))[number % 2], 3), 255, np.uint8)
        columns = 1 + number % 3
        width = page.shape[1] // columns
        size = int(rng.integers(14, 30))
        for column in range(columns):
            for top in range(80, page.shape[0] - 40, round(size * rng.uniform(1.5, 2.4))):
                room = (width - 60) / (0.55 * size)
                _line_of_text(page, rng, (40 + column * width, top), size, room)
        if number % 5 == 2:
            for top in range(60, page.shape[0] - 20, 2 * size):
                cv2.line(page, (30, top), (page.shape[1] - 30, top), (60, 60, 60), 1)
        condition = ("clean", "colour_scan", "phone_photo")[number % 3]
        what = f"{columns} columns{', squared paper' if squared else ''}, {condition}"
        yield what, jpeg(apply(condition, page, _seed(rng), PX_PER_MM))


def scribble(rng: np.random.Generator) -> Inputs:
    """Handwriting-like loops in rows, on blank, lined and ECG paper."""
    for number in range(12):
        if number % 2:
            style = PrintStyle(**{**vars(BARE), "grid_everywhere": True, "grid": "red"})
            page = print_waves(NOTHING, ("I",), 100.0, "3x4+1R", style)
        else:
            page = np.full((900, 1400, 3), (253, 252, 246), np.uint8)
        height, width = page.shape[:2]
        rows = int(rng.choice([3, 4, 6, 8]))
        for row in range(rows):
            t = np.linspace(0, 1, 1500)
            speed, swing = rng.uniform(40, 110), rng.uniform(0.15, 0.4) * height / rows
            phase = np.cumsum(rng.normal(speed, 0.6 * speed, t.size)) / t.size
            x = 60 + (width - 120) * t + 0.5 * swing * np.sin(2 * np.pi * phase)
            y = (row + 0.5) * height / rows + swing * np.cos(2 * np.pi * phase * 1.03)
            y *= rng.uniform(0.97, 1.0)
            points = np.stack([x, y], axis=1).astype(np.int32)
            for part in np.array_split(points, int(rng.integers(1, 9))):
                cv2.polylines(page, [part[: int(0.93 * len(part))]], False, (30, 30, 80), 2, 16)
        yield f"{rows} rows{' on a grid' if number % 2 else ''}", jpeg(page)


def _line_of_text(
    page: np.ndarray, rng: np.random.Generator, where: tuple[int, int], size: int, room: float
) -> None:
    text = ""
    while len(text) < room - 12:
        text += f"{rng.choice(WORDS)} "
    cv2.putText(page, text[: int(room)], where, (25, 25, 25), cv2.FontFace("sans"), size, 400)


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1 << 30))


MAKERS: tuple[Maker, ...] = (
    Maker("blank paper", blank),
    Maker("empty ECG grid", grid),
    Maker("ECG sheet without traces", furniture),
    Maker("noise picture", noise),
    Maker("typed document", document),
    Maker("scribble", scribble),
)
