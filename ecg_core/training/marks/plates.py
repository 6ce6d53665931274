"""What is printed on a sheet, stroke by stroke: traces, pulses, separators, letters."""

from __future__ import annotations

import functools
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont


@functools.lru_cache
def font_files() -> tuple[str, ...]:
    """The Latin text faces that matplotlib brings with it and those of the system, if any."""
    own = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    wanted = (
        "DejaVuSans",
        "DejaVuSerif",
        "STIXGeneral",
        "cmr10",
        "cmss10",
        "cmtt10",
        "cmb10",
        "Vera",
    )
    return tuple(
        str(p)
        for p in sorted(own.glob("*.ttf"))
        if p.name.startswith(wanted) and "Display" not in p.name
    )


@functools.lru_cache(maxsize=1024)
def font(file: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, size)


class Plates:
    """Masks of what is printed, at ``s`` times the sheet's resolution."""

    def __init__(self, h: int, w: int, s: int) -> None:
        self.s, self.shape = s, (h, w)
        self.flat, self.steep, self.label, self.text = (
            np.zeros((h * s, w * s), np.uint8) for _ in range(4)
        )
        self.glyphs = Image.new("L", (w, h))
        self.patch = np.zeros((h, w), np.uint8)

    def stroke(self, plate: np.ndarray, points: np.ndarray, width: float) -> None:
        q = np.round(points * (8 * self.s)).astype(np.int32)
        cv2.polylines(plate, [q], False, 255, max(1, round(width * self.s)), cv2.LINE_AA, 3)

    def trace(self, points: np.ndarray, width: float, steep: float) -> None:
        """Ink of one trace; ``steep`` < 1 narrows what runs up and down, as thermal heads do."""
        if width < 1.25:
            self.stroke(self.label, points, 1.25)
        if steep >= 1 or len(points) < 3:
            self.stroke(self.flat, points, width)
            return
        d = np.diff(points, axis=0)
        up = np.abs(d[:, 1]) > 2.5 * np.abs(d[:, 0]) + 1e-6
        cuts = np.flatnonzero(np.diff(up.astype(np.int8))) + 1
        for a, b in zip((0, *cuts), (*cuts, len(up)), strict=True):
            part = points[a : b + 1]
            if up[a]:
                self.stroke(self.steep, part, width * (0.5 + 0.5 * steep))
                if width >= 1.25:
                    self.stroke(self.label, part, width)
            else:
                self.stroke(self.flat, part, width)

    def line(self, x0: float, y0: float, x1: float, y1: float, width: float) -> None:
        self.stroke(self.text, np.array([[x0, y0], [x1, y1]]), width)

    def write(
        self, r: np.random.Generator, text: str, x: float, y: float, height: float, face: int
    ) -> None:
        files = font_files()
        if face < len(files):
            size = max(6, round(height * 1.35))
            ImageDraw.Draw(self.glyphs).text(
                (x, y - size), text, fill=255, font=font(files[face], size)
            )
        else:  # plotter letters
            hershey = (0, 2, 3, 4, 1)[face % 5]
            cv2.putText(
                self.text,
                text,
                (int(x * self.s), int(y * self.s)),
                hershey,
                height * self.s / 22,
                255,
                max(1, round(height * self.s * r.uniform(0.06, 0.16))),
                cv2.LINE_AA,
            )


def pulse(x: float, y: float, k: float, high: float, wide: float, shape: int) -> np.ndarray:
    lead = 1.0 * k if shape else 0.0
    return np.array(
        [
            [x - lead, y],
            [x, y],
            [x, y - high],
            [x + wide, y - high],
            [x + wide, y],
            [x + wide + lead, y],
        ]
    )


def separator(r: np.random.Generator, plates: Plates, x: float, y: float, k: float) -> None:
    w = k * r.uniform(0.15, 0.7)
    kind = r.integers(5)
    if kind == 0:
        plates.line(x, y - r.uniform(2, 5) * k, x, y + r.uniform(2, 5) * k, w)
    elif kind == 1:
        plates.line(x, y - r.uniform(6, 14) * k, x, y + r.uniform(6, 14) * k, w * 0.6)
    elif kind == 2:  # dashes
        step, top, end = r.uniform(1, 3) * k, y - r.uniform(4, 20) * k, y + r.uniform(4, 20) * k
        for q in np.arange(top, end, step):
            plates.line(x, q, x, q + step * 0.5, w * 0.7)
    elif kind == 3:  # a mark above and one below
        a = r.uniform(2, 6) * k
        plates.line(x, y - a, x, y - a - 3 * k, w)
        plates.line(x, y + a, x, y + a + 3 * k, w)
    else:
        for q in (0, 1.0 * k):
            plates.line(x + q, y - 3 * k, x + q, y + 3 * k, w * 0.6)
