"""Named degradations of printed sheets: what scanners, phones and pockets do to paper.

Each condition is a row of small steps. A step takes a sheet and a random generator and gives a
sheet; steps that move pixels say so in the sheet's homography, so that tests know the truth.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np


@dataclass(frozen=True, eq=False)
class DamagedSheet:
    """A picture on its way through a condition.

    pixels: uint8, height × width × 3, RGB. px_per_mm: of the printed sheet, before perspective.
    homography: 3 × 3, from pixel positions (centres at whole numbers) of the untouched picture
    to positions in `pixels`.
    """

    pixels: np.ndarray
    px_per_mm: float
    homography: np.ndarray


Step = Callable[[DamagedSheet, np.random.Generator], DamagedSheet]


@dataclass(frozen=True)
class Condition:
    """A named row of steps."""

    name: str
    description: str
    steps: tuple[Step, ...]


def degrade(name: str, pixels: np.ndarray, seed: int, px_per_mm: float = 8.0) -> DamagedSheet:
    """Degrade a printed sheet under the condition `name`; the same seed gives the same pixels.

    pixels: uint8, height × width × 3, RGB, printed at `px_per_mm`. Raises KeyError for a name
    that is not in `CONDITIONS`.
    """
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    sheet = DamagedSheet(pixels, px_per_mm, np.eye(3))
    for step in CONDITIONS[name].steps:
        sheet = step(sheet, rng)
    return sheet


def apply(name: str, pixels: np.ndarray, seed: int, px_per_mm: float = 8.0) -> np.ndarray:
    """`degrade`, for those who need only the pixels."""
    return degrade(name, pixels, seed, px_per_mm).pixels


def rotate(max_deg: float) -> Step:
    """Lay the sheet askew on white."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        angle = rng.uniform(-max_deg, max_deg)
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
        return _warp(sheet, np.vstack([turn, [0.0, 0.0, 1.0]]), (width, height), (246, 246, 246))

    return step


def perspective(strength: float) -> Step:
    """Photograph the sheet from a little aside, on a table."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
        border = 0.03 * width
        moved = corners + border + rng.uniform(-1, 1, (4, 2)) * strength * min(width, height)
        size = (round(width + 2 * border), round(height + 2 * border))
        table = tuple(int(c) for c in rng.integers(40, 130, 3))
        view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
        return _warp(sheet, view, size, table)

    return step


def scale_to(px_per_mm: float) -> Step:
    """Sample the sheet more coarsely; a sheet that is coarser already stays as it is."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        factor = px_per_mm / sheet.px_per_mm
        if factor >= 1.0:
            return sheet
        size = (round(width * factor), round(height * factor))
        pixels = cv2.resize(sheet.pixels, size, interpolation=cv2.INTER_AREA)
        sx, sy = size[0] / width, size[1] / height
        shrink = np.array([[sx, 0, (sx - 1) / 2], [0, sy, (sy - 1) / 2], [0, 0, 1]])
        return DamagedSheet(pixels, px_per_mm, shrink @ sheet.homography)

    return step


def blur(low_mm: float, high_mm: float) -> Step:
    """Defocus: Gaussian with a sigma between two widths on the sheet."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        sigma = rng.uniform(low_mm, high_mm) * sheet.px_per_mm
        return replace(sheet, pixels=cv2.GaussianBlur(sheet.pixels, (0, 0), sigma))

    return step


def jpeg(low: int, high: int) -> Step:
    """Compress and decompress at a quality between two limits."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        quality = int(rng.integers(low, high + 1))
        bgr = np.ascontiguousarray(sheet.pixels[:, :, ::-1])
        coded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR))
        return replace(sheet, pixels=np.ascontiguousarray(decoded[:, :, ::-1]))

    return step


def colour_cast(strength: float) -> Step:
    """Shift white balance and exposure."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        gains = 1.0 - rng.uniform(0.0, strength, 3)
        return _shade(sheet, gains.astype(np.float32)[None, None, :])

    return step


def grey_or_binary(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
    """Scan without colour: grey levels, or black and white at a threshold near Otsu's."""
    grey = cv2.cvtColor(sheet.pixels, cv2.COLOR_RGB2GRAY)
    if rng.random() < 0.5:
        # Scanner software puts the threshold low enough for most of a pale grid to vanish.
        level = float(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[0]) + rng.uniform(-15, 15)
        grey = np.where(grey > level, 255, 0).astype(np.uint8)
    return replace(sheet, pixels=cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))


def noise(low: float, high: float) -> Step:
    """Sensor noise: Gaussian, in grey levels."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        sigma = rng.uniform(low, high)
        grain = rng.standard_normal(sheet.pixels.shape, np.float32) * sigma
        pixels = np.clip(sheet.pixels + grain, 0, 255).astype(np.uint8)
        return replace(sheet, pixels=pixels)

    return step


def uneven_light(depth: float) -> Step:
    """Light that falls off smoothly across the sheet."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        coarse = rng.uniform(1.0 - depth, 1.0, (3, 4)).astype(np.float32)
        return _shade(sheet, _stretched(coarse, sheet)[:, :, None])

    return step


def shadow(depth: float) -> Step:
    """The soft-edged shadow of a hand or a phone over one side."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        x, y = _unit_axes(sheet)
        angle, offset = rng.uniform(0, 2 * np.pi), rng.uniform(-0.3, 0.3)
        distance = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5) - offset
        dark = rng.uniform(0.5, 1.0) * depth / (1.0 + np.exp(-distance / rng.uniform(0.01, 0.04)))
        return _shade(sheet, (1.0 - dark).astype(np.float32)[:, :, None])

    return step


def folds(count: int) -> Step:
    """Creases: a dark line with light on one side and shade on the other."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        x, y = _unit_axes(sheet)
        x = x * sheet.pixels.shape[1] / sheet.pixels.shape[0]
        gain = np.ones(sheet.pixels.shape[:2], np.float32)
        for _ in range(count):
            angle = rng.choice([0.0, np.pi / 2]) + rng.normal(0, 0.08)
            through = rng.uniform(0.2, 0.8, 2) * [x.max(), 1.0]
            distance = np.cos(angle) * (x - through[0]) + np.sin(angle) * (y - through[1])
            relief = -np.sign(distance) * 0.12 * np.exp(-np.abs(distance) / 0.05)
            crack = 0.25 * np.exp(-((distance / 0.0015) ** 2))
            gain *= (1.0 + relief - crack).astype(np.float32)
        return _shade(sheet, gain[:, :, None])

    return step


def stain(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
    """A coffee-coloured blotch with a darker rim."""
    x, y = _unit_axes(sheet)
    x = x * sheet.pixels.shape[1] / sheet.pixels.shape[0]
    centre, radius = rng.uniform(0.2, 0.8, 2) * [x.max(), 1.0], rng.uniform(0.08, 0.2)
    distance = np.hypot(x - centre[0], y - centre[1]) / radius
    rim = np.exp(-(((distance - 1.0) / 0.06) ** 2))
    body = 1.0 / (1.0 + np.exp((distance - 1.0) / 0.04))
    strength = (0.18 * body + 0.12 * rim).astype(np.float32)[:, :, None]
    return _shade(sheet, 1.0 - strength * np.array([0.45, 0.8, 1.3], np.float32))


def moire(strength: float) -> Step:
    """The pattern that a camera sees on a screen: beats between its pixels and the screen's."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        height, width = sheet.pixels.shape[:2]
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        angle, period = rng.uniform(0, np.pi), rng.uniform(5.0, 14.0)
        along = (np.cos(angle) * x + np.sin(angle) * y) / np.float32(period)
        # The stripes bend with the lens, and each colour has its own phase.
        bend = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * rng.uniform(-6.0, 6.0)
        colours = [np.cos(2 * np.pi * (along + bend + phase / 3.0)) for phase in range(3)]
        return _shade(sheet, 1.0 - strength * (0.5 + 0.5 * np.stack(colours, axis=2)))

    return step


def handwriting(words: int) -> Step:
    """Notes in ballpoint, anywhere on the sheet."""

    def step(sheet: DamagedSheet, rng: np.random.Generator) -> DamagedSheet:
        pixels = sheet.pixels.copy()
        height, width = pixels.shape[:2]
        mm = sheet.px_per_mm
        for _ in range(words):
            letters = int(rng.integers(4, 9))
            t = np.linspace(0.0, 1.0, 14 * letters)
            sway = rng.uniform(0.5, 1.0, 3)
            x = 4.0 * letters * t + 1.2 * np.sin(2 * np.pi * letters * t * sway[0])
            y = 2.2 * sway[1] * np.sin(2 * np.pi * letters * t * 1.3) + rng.normal(0, 0.25, len(t))
            at = rng.uniform(0.05, 0.8, 2) * (width, height)
            points = np.stack([at[0] + x * mm, at[1] + y * mm], axis=1)
            ink = (
                int(rng.integers(20, 60)),
                int(rng.integers(30, 80)),
                int(rng.integers(120, 190)),
            )
            line = np.rint(points).astype(np.int32)
            cv2.polylines(pixels, [line], False, ink, max(1, round(0.4 * mm)), cv2.LINE_AA)
        return replace(sheet, pixels=pixels)

    return step


def _warp(
    sheet: DamagedSheet, move: np.ndarray, size: tuple[int, int], border: tuple[int, ...]
) -> DamagedSheet:
    pixels = cv2.warpPerspective(
        sheet.pixels, move, size, flags=cv2.INTER_CUBIC, borderValue=border
    )
    return replace(sheet, pixels=pixels, homography=move @ sheet.homography)


def _shade(sheet: DamagedSheet, gain: np.ndarray) -> DamagedSheet:
    return replace(sheet, pixels=np.clip(sheet.pixels * gain, 0, 255).astype(np.uint8))


def _stretched(coarse: np.ndarray, sheet: DamagedSheet) -> np.ndarray:
    height, width = sheet.pixels.shape[:2]
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def _unit_axes(sheet: DamagedSheet) -> tuple[np.ndarray, np.ndarray]:
    height, width = sheet.pixels.shape[:2]
    return (
        np.linspace(0, 1, width, dtype=np.float32)[None, :],
        np.linspace(0, 1, height, dtype=np.float32)[:, None],
    )


CONDITIONS: dict[str, Condition] = {
    condition.name: condition
    for condition in (
        Condition("clean", "Digital export: untouched.", ()),
        Condition(
            "colour_scan",
            "Flatbed scan in colour: up to 2° askew, slightly soft, JPEG, colour cast.",
            (rotate(2.0), blur(0.03, 0.08), colour_cast(0.10), noise(1.0, 3.0), jpeg(70, 92)),
        ),
        Condition(
            "bw_low_res_scan",
            "Scan at 100 dpi without colour: grey levels or pure black and white.",
            (rotate(1.0), scale_to(100 / 25.4), grey_or_binary),
        ),
        Condition(
            "phone_photo",
            "Photograph: perspective, uneven light, defocus, noise, JPEG.",
            (
                perspective(0.04),
                uneven_light(0.35),
                colour_cast(0.12),
                blur(0.05, 0.12),
                noise(3.0, 8.0),
                jpeg(60, 85),
            ),
        ),
        Condition(
            "creased_shadowed",
            "Folded and stained sheet, photographed under a shadow.",
            (
                folds(2),
                stain,
                perspective(0.03),
                shadow(0.45),
                blur(0.05, 0.10),
                noise(2.0, 5.0),
                jpeg(65, 88),
            ),
        ),
        Condition(
            "screen_photo",
            "Photograph of a screen: moiré, perspective, glare, noise, JPEG.",
            (
                moire(0.18),
                perspective(0.03),
                uneven_light(0.25),
                blur(0.03, 0.08),
                noise(2.0, 5.0),
                jpeg(65, 88),
            ),
        ),
        Condition(
            "written_on",
            "Stained sheet with three notes in ballpoint, photographed.",
            (
                stain,
                handwriting(3),
                perspective(0.03),
                uneven_light(0.30),
                blur(0.04, 0.09),
                noise(2.0, 5.0),
                jpeg(65, 88),
            ),
        ),
    )
}
"""The conditions by name."""

PROTOCOL = ("clean", "colour_scan", "bw_low_res_scan", "phone_photo", "creased_shadowed")
"""The conditions of the evidence that is published with a model; they never change."""
