"""Separating the ink of the traces from paper, grid, shadow and noise on a rectified picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ecg_core.page.scan.geometry.bend import Bend, maps
from ecg_core.page.scan.geometry.lines import CELL_MM
from ecg_core.page.scan.table_top import table_of

RASTER = 6
"""Pixels per mm of the rectified picture; 5 mm cells and canonical pixels are whole numbers."""

CELL = round(CELL_MM * RASTER)
_BLOCK_MM = 60.0
STRONG, WEAK = 0.45, 0.25
"""Ink is what is this dark, relative to the darkest ink, or less dark but joined to it."""
LEAST_LIGHT = 16
"""No paper is darker."""
LITTER = 1.3
"""So much darker than what every neighbourhood shows ink must be."""
THICK_MM = 1.6
"""No pen is this thick: table tops, hair, holes and black borders are."""


@dataclass(frozen=True, eq=False)
class Ink:
    """Ink of a rectified picture.

    cover: float32, height × width, 0 paper to 1 ink. contrast: darkness of the ink relative to
    the paper under it, 0 to 1. noise: the same of what remains beside the ink (robust sigma).
    """

    cover: np.ndarray
    contrast: float
    noise: float


@dataclass(frozen=True, eq=False)
class Straight:
    """A picture made straight, `RASTER` pixels per mm.

    picture: uint8, height × width × 3. shown: bool, where it shows anything at all. corner_mm:
    where the outer corner of its first pixel lies on the paper.
    """

    picture: np.ndarray
    shown: np.ndarray
    corner_mm: tuple[float, float]


def straighten(
    pixels: np.ndarray,
    to_mm: np.ndarray,
    px_per_mm: float,
    area_mm: tuple[float, float, float, float],
    bend: Bend | None = None,
) -> Straight:
    """The part of a picture that shows `area_mm` of the paper.

    pixels: uint8, height × width × 3. to_mm: homography from its pixels to mm. bend: what a sheet
    that is not flat adds to it; `area_mm` must then be whole 5 mm cells. Where the paper lies
    along the pixels, the corner is moved to the nearest pixel's.
    """
    shrink = min(1.0, 1.2 * RASTER / px_per_mm)
    height, width = pixels.shape[:2]
    if shrink < 0.9:
        size = (round(width * shrink), round(height * shrink))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    sx, sy = pixels.shape[1] / width, pixels.shape[0] / height
    grow = np.array([[1 / sx, 0, (1 / sx - 1) / 2], [0, 1 / sy, (1 / sy - 1) / 2], [0, 0, 1]])
    left, top, right, bottom = area_mm
    paper = np.ones(pixels.shape[:2], np.uint8)
    if bend is not None:
        across, down = maps(bend, np.linalg.inv(to_mm @ grow), area_mm, RASTER)
        shown = cv2.remap(paper, across, down, cv2.INTER_NEAREST)
        picture = cv2.remap(pixels, across, down, cv2.INTER_CUBIC)
        return Straight(picture, shown > 0, (left, top))
    move = to_mm @ grow
    if np.count_nonzero(move[[0, 1, 2, 2], [1, 0, 0, 1]]) == 0 and np.diag(move).min() > 0:
        return _resized(pixels, move / move[2, 2], area_mm)
    canvas = np.array(
        [[RASTER, 0, -RASTER * left - 0.5], [0, RASTER, -RASTER * top - 0.5], [0, 0, 1.0]]
    )
    size = (round((right - left) * RASTER), round((bottom - top) * RASTER))
    picture = cv2.warpPerspective(pixels, canvas @ move, size, flags=cv2.INTER_CUBIC)
    shown = cv2.warpPerspective(paper, canvas @ move, size, flags=cv2.INTER_NEAREST)
    return Straight(picture, shown > 0, (left, top))


def _resized(
    pixels: np.ndarray, to_mm: np.ndarray, area_mm: tuple[float, float, float, float]
) -> Straight:
    """As `straighten`, of paper that lies along the pixels: four times as fast as a warp."""
    parts, sizes, beyond, shown, corner = [], [], [], [], []
    for axis, length in ((0, pixels.shape[1]), (1, pixels.shape[0])):
        step_mm, first_mm = to_mm[axis, axis], to_mm[axis, 2]
        low, high = area_mm[axis], area_mm[axis + 2]
        size = round((high - low) * RASTER)
        start = round((low - first_mm) / step_mm + 0.5)
        end = start + int(np.ceil(size / (RASTER * step_mm))) + 1
        from_px = start + (np.arange(size) + 0.5) / (RASTER * step_mm)
        parts.append(slice(max(start, 0), max(end, 0)))
        beyond.append((max(-start, 0), max(end - length, 0)))
        shown.append((from_px >= 0) & (from_px <= length))
        sizes.append(size)
        corner.append(float(first_mm + (start - 0.5) * step_mm))
    across, down = parts
    part = cv2.copyMakeBorder(
        pixels[down, across], *beyond[1], *beyond[0], cv2.BORDER_CONSTANT, value=(0, 0, 0)
    )
    fx, fy = RASTER * to_mm[0, 0], RASTER * to_mm[1, 1]
    large = cv2.resize(part, None, fx=fx, fy=fy, interpolation=cv2.INTER_CUBIC)
    picture = np.ascontiguousarray(large[: sizes[1], : sizes[0]])
    return Straight(picture, shown[1][:, None] & shown[0], (corner[0], corner[1]))


def separate(picture: np.ndarray, shown: np.ndarray, coloured: bool = False) -> Ink:
    """Ink of a rectified picture whose left and top edges lie on 5 mm lines.

    picture: uint8, height × width × 3, RGB, `RASTER` pixels per mm. shown: bool, where it shows
    anything. coloured: the traces themselves are in colour, so that ink is what is dark in any
    channel, not in every one.
    """
    height, width = shown.shape
    third = cv2.resize(picture, (width // 3, height // 3), interpolation=cv2.INTER_AREA)
    darkness = darkness_of(picture, _paper(third, (width, height)), coloured)
    if not shown.all():
        edge = np.ones((round(1.0 * RASTER),) * 2, np.uint8)
        inside = cv2.erode(shown.view(np.uint8), edge, borderType=cv2.BORDER_REPLICATE)
        darkness *= inside
    ruled = ruling_of(darkness)
    rest = np.asarray(cv2.subtract(darkness, ruled, darkness))
    rest -= litter_of(rest)
    dark = darkest(rest[::2, ::2])
    thick = _thick(rest > STRONG * dark)
    if thick is not None:
        rest[thick] = 0.0
    contrast = darkest(rest[::2, ::2])
    some = np.ascontiguousarray(rest[::3, ::3]).ravel()
    noise = 1.4826 * _middle_of(np.abs(some - np.float32(_middle_of(some))))
    contrast = max(contrast, 4.0 * noise, 0.02)
    cover = rest / np.float32(0.8 * contrast)
    np.clip(cover, 0.0, 1.0, out=cover)
    # Where the grid is as dark as the ink, what runs on both sides of a line runs under it, too.
    hidden = ruled > 0.5 * contrast
    if hidden.any():
        bridged = cv2.morphologyEx(cover, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        np.copyto(cover, bridged, where=hidden)
    table = table_of(third, shown, RASTER)
    if table is not None:
        # Its own marks were counted: how dark ink is was learned on pictures with a table, too.
        rest[table] = cover[table] = 0.0
    mask = joined(rest > STRONG * contrast, cover > WEAK / 0.8)
    return Ink(np.asarray(cv2.copyTo(cover, mask.view(np.uint8))), min(contrast, 1.0), noise)


def darkness_of(picture: np.ndarray, paper: np.ndarray, coloured: bool) -> np.ndarray:
    """How much darker than the paper around it each pixel is: float32, 0 to 1."""
    chosen = cv2.min if coloured else cv2.max
    light: np.ndarray | None = None
    other: np.ndarray | None = None
    # Large arrays are filled again: fresh ones cost more than what is worked out in them.
    for channel, own in zip(cv2.split(picture), cv2.split(paper), strict=True):
        if light is None:
            light = np.asarray(cv2.divide(channel, own, dtype=cv2.CV_32F))
            continue
        other = np.asarray(cv2.divide(channel, own, other, dtype=cv2.CV_32F))
        chosen(light, other, light)
    assert light is not None
    return np.subtract(1.0, light, out=light)


def _paper(third: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Colour of the bare paper around every pixel: uint8, never below `LEAST_LIGHT`.

    third: the picture, a third as wide and as high. size: its own width and height.
    """
    small = cv2.dilate(third, np.ones((9, 9), np.uint8))
    small = cv2.GaussianBlur(small, (0, 0), 5.0)
    full = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR))
    return full if small.min() >= LEAST_LIGHT else np.maximum(full, LEAST_LIGHT, out=full)


def _middle_of(values: np.ndarray) -> float:
    """Their median: float32; sorting these is three times as fast as `np.median`."""
    ranked = np.sort(values)
    return float((ranked[(len(ranked) - 1) // 2] + ranked[len(ranked) // 2]) / 2)


def darkest(rest: np.ndarray) -> float:
    """The 99.3rd percentile of what may be ink."""
    # Nearly all of it is paper; sorting the rest gives the same.
    some = rest[rest > 0.0]
    last = rest.size - 1
    place = 0.993 * last - (rest.size - some.size)
    if place < 0:
        return float(np.percentile(rest, 99.3))
    low = int(place)
    pair = np.partition(some, (low, min(low + 1, some.size - 1)))
    after = pair[min(low + 1, some.size - 1)]
    return float(pair[low] + (place - low) * (after - pair[low]))


def ruling_of(darkness: np.ndarray, block_mm: float = _BLOCK_MM) -> np.ndarray:
    """What every 5 mm cell of a neighbourhood has in common: the printed lines."""
    height, width = darkness.shape
    rows, columns = -(-height // CELL), -(-width // CELL)
    padded = cv2.copyMakeBorder(
        darkness, 0, rows * CELL - height, 0, columns * CELL - width, cv2.BORDER_REPLICATE
    )
    cells = padded.reshape(rows, CELL, columns, CELL)
    ruled = np.empty_like(cells)
    across = max(1, round(columns * CELL_MM / block_mm))
    down = max(1, round(rows * CELL_MM / block_mm))
    for part in np.array_split(np.arange(rows), down):
        for piece in np.array_split(np.arange(columns), across):
            block = cells[part[0] : part[-1] + 1, :, piece[0] : piece[-1] + 1]
            # Sorting rows that lie in one piece is several times faster than `np.median`.
            ranked = np.sort(block.transpose(1, 3, 0, 2).reshape(CELL, CELL, -1), axis=2)
            half = ranked.shape[2] // 2
            usual = (ranked[:, :, half] + ranked[:, :, -half - 1]) / 2
            ruled[part[0] : part[-1] + 1, :, piece[0] : piece[-1] + 1] = usual[None, :, None]
    return ruled.reshape(padded.shape)[:height, :width]


def litter_of(rest: np.ndarray) -> np.ndarray:
    """Somewhat darker than the darker fifth of each neighbourhood still is: noise and remains of
    the grid.

    Ink never covers a fifth of a neighbourhood, so it does not count itself as litter.
    """
    height, width = rest.shape
    side = 2 * CELL
    rows, columns = max(height // side, 1), max(width // side, 1)
    fitted = cv2.resize(rest, (columns * side // 2, rows * side // 2), interpolation=cv2.INTER_AREA)
    fitted = np.maximum(
        fitted, cv2.resize(rest[1:, 1:], fitted.shape[::-1], interpolation=cv2.INTER_NEAREST)
    )
    blocks = fitted.reshape(rows, side // 2, columns, side // 2).transpose(0, 2, 1, 3)
    ranked = np.sort(blocks.reshape(rows, columns, -1), axis=2)
    level = LITTER * np.maximum(ranked[:, :, round(0.8 * (ranked.shape[2] - 1))], 0.0)
    return cv2.resize(cv2.GaussianBlur(level, (0, 0), 0.7), (width, height))


def joined(strong: np.ndarray, weak: np.ndarray) -> np.ndarray:
    """Weak pixels that hang together with a strong one."""
    either = weak | strong
    count, labels = cv2.connectedComponents(either.view(np.uint8), connectivity=8)
    # Ink is a small part of the paper: only there need anything be looked up.
    inked = np.flatnonzero(either)
    piece = labels.ravel()[inked]
    lit = np.zeros(count, bool)
    lit[piece[strong.ravel()[inked]]] = True
    joined = np.zeros(either.shape, bool)
    joined.ravel()[inked] = lit[piece]
    return joined


def _thick(mask: np.ndarray) -> np.ndarray | None:
    """What is thicker than any pen, and around it; None where nothing is."""
    size = round(THICK_MM * RASTER)
    core = cv2.erode(mask.view(np.uint8), np.ones((size, size), np.uint8))
    if not cv2.countNonZero(core):
        return None
    return np.asarray(cv2.dilate(core, np.ones((size + 5, size + 5), np.uint8))).view(bool)
