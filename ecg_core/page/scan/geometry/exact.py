"""Grids that a program drew: every line runs along a row or a column of pixels.

Exports are the commonest pages and the easiest: their lines stand out of two profiles of the
picture, where any other page takes spectra of all of it. Whatever is not plainly such a grid is
left to `grid.find_grid`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy import fft
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from ecg_core.page.scan.geometry.lines import CELL_MM, SEEN_MM

BANDS, LINES_A_BAND = 6, 47
"""Each profile is taken in so many bands, made of so many rows or columns."""
CLEAR = 6.0
"""Lines of 5 mm and their overtones stand out of the profile's other waves at least so far."""
BARE = 0.5
"""Between them nothing stands out so far, relative to the weakest of them."""
OVERTONES = (1, 2, 3, 4)
BETWEEN = (0.5, 1.5, 3.5)
"""Not 2.5: in whole pixels, lines of half a pixel more a millimetre alternate."""
FINEST_PX = 12.0
"""Closer 5 mm lines have no lines of 1 mm that could be seen between them."""
MAX_STRETCH = 1.01
"""Programs draw as many pixels to a millimetre across as down."""
EXACT_MM = 0.05
"""No line is farther (rms) from where an exact grid has it, and none drifts so far."""
FINE = 5
"""Overtone of the 5 mm lines on which their place is measured."""
MIN_KEPT, MAX_UNSURE = 0.9, 0.25
"""So much of the lines lies where they are expected; and bold lines coincide with fine ones, to
this part of their distance."""
SAME = 0.02
"""A period goes into another one to within this."""
MAIN = 0.5
"""No wave of a grid is much stronger than those of its lines of 5 mm and of 1 mm, and the strongest
is one of their overtones."""
MIN_COVERED = 0.5
"""Ruled part of each side of the picture; less is left to the finer method."""


@dataclass(frozen=True)
class Exact:
    """An exact grid: mm of paper at pixel 0, mm per pixel, ruled part (mm) and rms (mm), each
    across and down."""

    first_mm: tuple[float, float]
    step_mm: tuple[float, float]
    ruled_mm: tuple[tuple[float, float], tuple[float, float]]
    covered: float
    residual_mm: float
    contrast: float


@dataclass(frozen=True)
class _Axis:
    first_mm: float
    step_mm: float
    ruled_mm: tuple[float, float]
    covered: float
    residual_mm: float
    contrast: float


def find_exact(pixels: np.ndarray) -> Exact | None:
    """The grid of a picture whose lines run along its pixels; None for any other.

    pixels: uint8, height × width × 3, RGB.
    """
    # In their darkest channel blue lines may be as dark as bold black ones.
    return _in_channel(pixels, darkest=True) or _in_channel(pixels, darkest=False)


def _in_channel(pixels: np.ndarray, darkest: bool) -> Exact | None:
    """As `find_exact`, of pixels in their darkest or their lightest channel."""
    longer = max(pixels.shape)
    found: list[_Axis] = []
    for columns in (True, False):
        axis = _axis(_profiles(pixels, columns, darkest), longer)
        if axis is None:
            return None
        found.append(axis)
    across, down = found
    if not 1 / MAX_STRETCH < across.step_mm / down.step_mm < MAX_STRETCH:
        return None
    return Exact(
        (across.first_mm, down.first_mm),
        (across.step_mm, down.step_mm),
        (across.ruled_mm, down.ruled_mm),
        min(across.covered, down.covered),
        float(np.hypot(across.residual_mm, down.residual_mm) / np.sqrt(2.0)),
        min(across.contrast, down.contrast),
    )


def _profiles(pixels: np.ndarray, across: bool, darkest: bool = True) -> np.ndarray:
    """Light of the columns of a picture (across), or of its rows, in their darkest, or lightest,
    channel, in `BANDS` from one end of them to the other: bands × width, or height.

    The lighter quarter of some rows, or columns, drawn by chance so that they fall into step with
    nothing: it shows whole lines alone, even where traces and print cover most of a column.
    """
    draw = np.random.default_rng(0)
    edges = np.linspace(0, pixels.shape[0 if across else 1], BANDS + 1).astype(int)
    bands = []
    outer = cv2.min if darkest else cv2.max
    for top, bottom in itertools.pairwise(edges):
        rows = np.sort(draw.choice(np.arange(top, bottom), min(LINES_A_BAND, bottom - top), False))
        part = pixels[rows] if across else np.take(pixels, rows, axis=1)
        red, green, blue = cv2.split(part)
        light = np.asarray(outer(outer(red, green), blue))
        some = np.ascontiguousarray(light.T) if across else light
        place = 3 * len(rows) // 4
        bands.append(np.partition(some, place, axis=1)[:, place].astype(np.float32))
    return np.array(bands)


def _axis(profiles: np.ndarray, longer: int) -> _Axis | None:
    """Lines across profiles of a picture whose longer side is `longer` pixels."""
    shortest, longest = (longer / mm * CELL_MM for mm in (SEEN_MM[1], SEEN_MM[0]))
    if profiles.shape[1] < 8 * longest:
        return None
    around = uniform_filter1d(profiles, round(2 * longest), axis=1)
    lines = 1.0 - profiles / np.maximum(around, 16.0)
    fit, contrast = None, 0.0
    passed: list[float] = []
    for period, outstanding in _periods(lines, max(shortest, FINEST_PX), longest):
        # Lines that were not exact enough are not their own overtones instead.
        times = np.array(passed) / period
        if passed and np.abs(times - np.rint(times)).min() < SAME:
            continue
        fit = _fitted(lines, period)
        if fit is not None:
            contrast = outstanding
            break
        passed.append(period)
    if fit is None:
        return None
    phase, slope, spread, ruled, covered = fit
    step_mm = slope * CELL_MM / (2 * np.pi)
    first_mm = phase * CELL_MM / (2 * np.pi)
    ends = (first_mm + step_mm * ruled[0], first_mm + step_mm * ruled[1])
    return _Axis(first_mm, step_mm, ends, covered, spread * CELL_MM / (2 * np.pi), contrast)


def _periods(lines: np.ndarray, shortest: float, longest: float) -> Iterator[tuple[float, float]]:
    """What may be the period of the 5 mm lines (px), and how far they stand out (natural log).

    The longest first: overtones of lines are lines, too. Print and columns repeat as well.
    """
    width = lines.shape[1]
    size = fft.next_fast_len(4 * width, real=True)
    waves = fft.rfft(lines * np.hanning(width), size, axis=1)
    power = np.sqrt((waves.real**2 + waves.imag**2).mean(axis=0))
    usual = float(np.median(power[size // round(2 * longest) : round(0.45 * size)]))
    if usual <= 0.0:
        return
    first = size // round(longest)
    strongest = first + int(power[first : round(0.45 * size)].argmax())
    # The main lobe of the window is eight bins wide.
    peak = np.array(cv2.dilate(power[None], np.ones((1, 9), np.uint8))).ravel()
    bins = np.arange(round(size / longest), round(size / shortest) + 1)
    bins = bins[(power[bins] == peak[bins]) & (power[bins] > CLEAR * usual)]
    for place in bins:
        # The highest overtone places the period best.
        exact = float(place)
        heights = []
        for order in OVERTONES:
            near = round(order * exact)
            window = power[near - order - 1 : near + order + 2]
            if not window.size:
                return
            exact = (near - order - 1 + int(window.argmax())) / order
            heights.append(float(window.max()))
        fine = round(FINE * exact)
        own = max(heights[0], *power[fine - FINE : fine + FINE + 1])
        times = strongest / exact
        if own < MAIN * power[strongest] or abs(times - round(times)) > SAME * FINE:
            continue
        weakest = min(heights)
        between = [power[round(order * exact)] for order in BETWEEN]
        if weakest > CLEAR * usual and max(between) < BARE * weakest:
            yield size / exact, float(np.log(weakest / usual))


def _fitted(
    lines: np.ndarray, period: float
) -> tuple[float, float, float, tuple[float, float], float] | None:
    """Phase of the 5 mm lines at pixel 0, phase per pixel, rms about both (radians), where the
    lines begin and end (px) and the share of the picture between; None where not exact.

    The lines of 1 mm, or the overtone in their place, tell finest; which of them are bold is
    asked once.
    """
    slope = 2 * np.pi * FINE / period
    every = max(1, round(period / 2))
    at = (np.arange(lines.shape[1] // every) + 0.5) * every - 0.5
    for _ in range(2):
        z, weight = _beats(lines, slope, at)
        trusted = weight > 0
        step = (z[:, 1:] * z[:, :-1].conj())[trusted[:, 1:] & trusted[:, :-1]].sum()
        slope += float(np.angle(step)) / every
    z, weight = _beats(lines, slope, at)
    phase = float(np.angle((z * weight).sum()))
    rest = np.angle(z * np.exp(-1j * phase))
    across, along = np.meshgrid(np.linspace(-1.0, 1.0, len(at)), np.linspace(-1.0, 1.0, len(z)))
    terms = np.stack([np.ones(z.size), across.ravel(), along.ravel(), across.ravel() ** 2])
    kept = (weight * (np.abs(rest) < 1.0)).ravel()
    if kept.sum() < MIN_KEPT * weight.sum():
        return None
    model = np.linalg.lstsq((terms * kept) @ terms.T, (terms * kept) @ rest.ravel(), rcond=None)[0]
    limit = EXACT_MM * 2 * np.pi * FINE / CELL_MM
    spread = float(np.sqrt(np.average((rest.ravel() - model[:2] @ terms[:2]) ** 2, weights=kept)))
    if spread > limit or np.abs(model[2:]).max() > limit:
        return None
    half = (at[-1] - at[0]) / 2
    slope += model[1] / half
    phase += model[0] - model[1] * (at[0] + half) / half
    bold, trust = _beats(lines, slope / FINE, at)
    turns = (float(np.angle((bold * trust).sum())) * FINE - phase) / (2 * np.pi)
    if abs(turns - round(turns)) > MAX_UNSURE:
        return None
    seen = np.flatnonzero((weight > 0).mean(axis=0) > 0.5)
    if len(seen) < MIN_COVERED * len(at):
        return None
    ends = (float(at[seen[0]]), float(at[seen[-1]]))
    phase += 2 * np.pi * round(turns)
    return phase / FINE, slope / FINE, spread / FINE, ends, len(seen) / len(at)


def _beats(lines: np.ndarray, slope: float, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How lines differ from a wave of so many radians a pixel, around places half a cell apart:
    bands × places, complex, and how far each is to be trusted."""
    every = round(at[1] - at[0])
    beat = lines[:, : len(at) * every] * np.exp(-1j * slope * np.arange(len(at) * every))
    blocks = beat.reshape(len(lines), len(at), every).sum(axis=2)
    z = gaussian_filter1d(blocks.real, 2.0, axis=1) + 1j * gaussian_filter1d(blocks.imag, 2.0, 1)
    strength = np.abs(z)
    usual = max(float(np.percentile(strength, 70)), 1e-9)
    return z, np.where(strength > 0.4 * usual, np.minimum(strength / usual, 1.0), 0.0)
