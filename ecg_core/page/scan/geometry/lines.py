"""Two sets of parallel lines in a picture: their mean period and direction, from spectra."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import fft

TILE = 256
CELL_MM = 5.0
# A picture shows between 200 mm and 700 mm of paper along its longer side; a factor under five,
# so that a 1 mm line can never pass for a 5 mm line.
SEEN_MM = (200.0, 700.0)
MAX_STRETCH = 1.2
MAX_SHEAR_DEG = 8.0
# Dots printed every millimetre line up along their diagonals, too: a turned grid must stand out
# clearly above an upright one.
MAX_TURN_DEG = 15.0
TURNED_HANDICAP = 1.5
_HARMONICS = np.arange(1, 7)
_WEIGHTS = np.array([1.0, 1.0, 1.0, 1.0, 1.6, 0.4])
_ANGLES_DEG = np.arange(-45.0, 45.0, 0.5)
_PERIOD_STEP = 1.008


@dataclass(frozen=True)
class Lines:
    """One set of parallel lines: 5 mm period in px, direction of its normal in degrees.

    order: the harmonic of the 5 mm period that carries the phase (5: the 1 mm lines).
    """

    period: float
    angle_deg: float
    score: float
    order: int


def lined(small: np.ndarray, leave_out_ink: bool = True) -> np.ndarray:
    """How much darker than its surroundings each pixel is, with ink left out where it can be."""
    red, green, blue = cv2.split(small)
    darkest = cv2.min(cv2.min(red, green), blue).astype(np.float32)
    around = _around(darkest)
    lines = 1.0 - darkest / np.maximum(around, 16.0)
    # A seventh of the pixels, in a pattern that falls into step with no grid.
    cap = max(float(np.percentile(lines.ravel()[::7], 93)), 0.01)
    if not leave_out_ink:
        return np.asarray(np.clip(lines, -cap, cap))
    # Ink is far darker than a printed grid, except in black and white, where nothing is.
    ink = cv2.dilate((lines > 1.6 * cap).astype(np.uint8), np.ones((3, 3), np.uint8))
    paper = (1 - ink).astype(np.float32)
    around = _around(darkest * paper, paper)
    lines = (1.0 - darkest / np.maximum(around, 16.0)) * paper
    return np.asarray(np.clip(lines, -cap, cap))


def _around(picture: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
    """Mean of what lies around every pixel (Gaussian of 6 px), by weight where there is one.

    What is so smooth is as true on a copy half as fine.
    """
    height, width = picture.shape

    def mean(part: np.ndarray) -> np.ndarray:
        even = cv2.copyMakeBorder(part, 0, height % 2, 0, width % 2, cv2.BORDER_REFLECT_101)
        half = cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(half, (0, 0), 2.95)

    found = mean(picture) if weight is None else mean(picture) / np.maximum(mean(weight), 0.05)
    return np.asarray(cv2.resize(found, None, fx=2.0, fy=2.0)[:height, :width])


def find_lines(lines: np.ndarray) -> tuple[Lines, Lines] | None:
    """Mean period and direction of both sets of lines."""
    spectrum = _mean_spectrum(lines)
    if spectrum is None:
        return None
    longer = max(lines.shape)
    low, high = longer / SEEN_MM[1] * CELL_MM, longer / SEEN_MM[0] * CELL_MM
    steps = int(np.log(high / low) / np.log(_PERIOD_STEP)) + 1
    periods = low * _PERIOD_STEP ** np.arange(steps)
    across = _comb(spectrum, periods, 0.0)
    down = _comb(spectrum, periods, 90.0)
    reach = int(np.log(MAX_STRETCH) / np.log(_PERIOD_STEP))
    turn = int(MAX_SHEAR_DEG / (_ANGLES_DEG[1] - _ANGLES_DEG[0]))
    kernel = np.ones((2 * reach + 1, 2 * turn + 1), np.uint8)
    both = np.minimum(across, cv2.dilate(down, kernel)) + 0.5 * (across + cv2.dilate(down, kernel))
    both[:, np.abs(_ANGLES_DEG) > MAX_TURN_DEG] -= TURNED_HANDICAP
    i, a = np.unravel_index(int(np.argmax(both)), both.shape)
    near = np.full_like(down, -np.inf)
    near[max(i - reach, 0) : i + reach + 1, max(a - turn, 0) : a + turn + 1] = 0.0
    j, b = np.unravel_index(int(np.argmax(down + near)), down.shape)
    return (
        _one_set(spectrum, periods[i], _ANGLES_DEG[a], 0.0, across[i, a]),
        _one_set(spectrum, periods[j], _ANGLES_DEG[b], 90.0, down[j, b]),
    )


def _one_set(
    spectrum: np.ndarray, period: float, angle_deg: float, turn_deg: float, score: float
) -> Lines:
    angle = np.radians(angle_deg + turn_deg)
    heights = {
        order: float(_sample(spectrum, np.array([[order / period]]), np.array([angle]))[0, 0])
        for order in (1, 2, 5)
    }
    order = 1 if heights[1] > 0.5 else max(heights, key=lambda k: heights[k])
    return Lines(float(period), float(angle_deg), float(score), order)


def _sample(spectrum: np.ndarray, frequency: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Spectrum at frequencies (n × 1, cycles/px) along directions (m): n × m."""
    at_x = (frequency * np.cos(angles) * 2 * TILE + TILE).astype(np.float32)
    at_y = (frequency * np.sin(angles) * 2 * TILE + TILE).astype(np.float32)
    return np.where(frequency < 0.48, cv2.remap(spectrum, at_x, at_y, cv2.INTER_LINEAR), 0.0)


def _mean_spectrum(lines: np.ndarray) -> np.ndarray | None:
    """Log amplitude (2·TILE square, zero frequency in the middle) above its surroundings."""
    height, width = lines.shape
    tile = min(TILE, height, width)
    if tile < 64:
        return None
    window = np.outer(np.hanning(tile), np.hanning(tile)).astype(np.float32)
    total = np.zeros((2 * TILE, TILE + 1))
    rows = np.linspace(0, height - tile, max(1, round(1.5 * height / tile))).astype(int)
    columns = np.linspace(0, width - tile, max(1, round(1.5 * width / tile))).astype(int)
    for top in rows:
        for left in columns:
            part = lines[top : top + tile, left : left + tile]
            wave = fft.rfft2((part - part.mean()) * window, (2 * TILE, 2 * TILE))
            power = wave.real**2 + wave.imag**2
            norm = power.sum()
            if norm > 0:
                total += power / norm
    full = np.zeros((2 * TILE, 2 * TILE))
    full[:, TILE:] = np.fft.fftshift(total[:, :TILE], axes=0)
    full[1:, 1:TILE] = full[:0:-1, :TILE:-1]
    log = np.log(full + full.max() * 1e-5 + 1e-20).astype(np.float32)
    return np.clip(0.5 * (log - cv2.blur(log, (41, 41))), -1.0, 3.0)


def _comb(spectrum: np.ndarray, periods: np.ndarray, turn_deg: float) -> np.ndarray:
    """Score (periods × angles): harmonics of 1/period against the places between them."""
    angles = np.radians(_ANGLES_DEG + turn_deg)
    score = np.zeros((len(periods), len(angles)))
    spent = np.zeros((len(periods), 1))
    for order, weight in zip(_HARMONICS, _WEIGHTS, strict=True):
        frequency = (order / periods)[:, None]
        between = ((order - 0.5) / periods)[:, None]
        score += weight * _sample(spectrum, frequency, angles)
        score -= 0.7 * weight * _sample(spectrum, between, angles)
        spent += weight * (frequency < 0.48)
    return score / np.maximum(spent, 1.0)
