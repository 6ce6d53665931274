"""Scale of a page without a grid: from the length of its rows, held against pulse or print."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.correction import GAINS_MM_PER_MV
from ecg_core.page.doubts.quality import refuse
from ecg_core.page.layouts import GAIN_MM_PER_MV, PAGE_WIDTH_MM, SPEED_MM_PER_S
from ecg_core.page.scan.geometry.grid import WORK_SIZE, FoundGrid
from ecg_core.page.scan.ink import RASTER, separate, straighten
from ecg_core.page.scan.rows import keep_traces
from ecg_core.page.scan.sheets.dividers import ends_of
from ecg_core.page.scan.sheets.pulses import Pulse, pulses_of
from ecg_core.page.scan.sheets.rows import Row, rows_of
from ecg_core.page.scan.sheets.text import Letters

MAX_TILT_DEG = 4.0
MAX_DISAGREEMENT = 0.08
"""A pulse may be this much higher or lower than 10 mm by the length of the rows."""
MIN_SEEN_MM, MAX_SEEN_MM = 240.0, 420.0
"""A picture without a grid shows this much paper across."""
INK_MM = PAGE_WIDTH_MM + 0.2
"""Ink of ten seconds: to the last sample, and half a pen at both ends."""
MAX_ASLANT_MM = 2.0
"""Where print alone tells the scale, rows begin and end below one another to within this."""
ALIKE_MM = 1.5
"""Pulses that differ by less, in place and size, are the recorder's."""
PLAIN_OFF, SPREAD_MM, LEAST_HIGH_MM = 0.02, 0.4, 9.0
"""Pulses that agree to within so many mm, and are at least so high, tell the scale where rows of
other than ten seconds are off by more."""
MIN_ROWS = 3
"""Fewer rows without grid or pulse are taken for no ECG at all."""


def scale_without_grid(pixels: np.ndarray) -> FoundGrid:
    """Geometry of a page without a grid.

    Takes the rows of traces for ten seconds at 25 mm/s. The calibration pulse must agree, or speed
    and gain be printed beside the rows: a chart of other lines says neither.
    Raises PageError when there are no such rows, or nothing tells that they are an ECG's.
    """
    width = pixels.shape[1]
    angle = _tilt(pixels)
    px_per_mm = width / 285.0
    for _ in range(3):
        rows, cover = _measure(pixels, _geometry(pixels, angle, px_per_mm))
        pulses = _alike(pulses_of(cover > 0.5, rows), len(rows))
        left, right, _ = ends_of(rows, pulses)
        stretch = (right - left) / INK_MM
        if abs(stretch - 1.0) < 0.005:
            break
        px_per_mm *= stretch
        if not width / MAX_SEEN_MM < px_per_mm < width / MIN_SEEN_MM:
            raise refuse("no_grid_no_trace")
    if not pulses:
        # Any line chart has rows, and an unseen pulse would pass for part of the ten seconds.
        if len(rows) < MIN_ROWS:
            raise refuse("no_grid_no_trace")
        # Nor does anything tell, without them, how a camera stood.
        flat = np.ptp([row.span_px for row in rows], axis=0).max() <= MAX_ASLANT_MM * RASTER
        if not flat or not _is_told(cover, rows):
            raise refuse("no_scale")
    else:
        height = float(np.median([pulse.height_mm for pulse in pulses]))
        if min(abs(height / gain - 1.0) for gain in GAINS_MM_PER_MV) > MAX_DISAGREEMENT:
            what = (
                f"The rows are {right - left:.0f} mm long where the calibration pulse is "
                f"{height:.1f} mm high."
            )
            raise refuse("unknown_calibration", what=what)
    # What is left is too little to be looked at again, and enough to matter after ten seconds.
    return _geometry(pixels, angle, px_per_mm * stretch * told_by_pulses(pulses))


def told_by_pulses(pulses: tuple[Pulse, ...]) -> float:
    """How much longer a millimetre is than the length of the rows says, by the height of pulses;
    1 where they do not plainly tell.

    Columns of 2.4 s make rows of 9.6 s, and pulses by them 10.4 mm high.
    """
    heights = np.array([pulse.height_mm for pulse in pulses])
    if len(heights) < 2 or heights.min() < LEAST_HIGH_MM or np.ptp(heights) > SPREAD_MM:
        return 1.0
    high = float(np.median(heights))
    off = min((high / gain for gain in GAINS_MM_PER_MV), key=lambda ratio: abs(ratio - 1.0))
    return off if abs(off - 1.0) > PLAIN_OFF else 1.0


def _is_told(cover: np.ndarray, rows: tuple[Row, ...]) -> bool:
    """Whether print above or below the rows tells the usual speed and gain, and no other."""
    baselines = [row.baseline_px for row in rows]
    half = 0.3 * float(np.median(np.diff(baselines)))
    letters = cover.copy()
    letters[max(round(baselines[0] - half), 0) : round(baselines[-1] + half)] = 0.0
    told = Letters(letters, float(RASTER)).scale()
    gains = {*told.limb, *told.chest}
    return set(told.speeds) == {SPEED_MM_PER_S} and gains == {GAIN_MM_PER_MV}


def _alike(pulses: tuple[Pulse, ...], rows: int) -> tuple[Pulse, ...]:
    """The pulses that stand at the same place in at least half of the rows, if any."""
    best: tuple[Pulse, ...] = ()
    for one in pulses:
        alike = tuple(
            other
            for other in pulses
            if max(
                abs(other.left_mm - one.left_mm),
                abs(other.right_mm - one.right_mm),
                abs(other.height_mm - one.height_mm),
            )
            < ALIKE_MM
        )
        best = max(best, alike, key=len)
    return best if 2 * len(best) >= rows else ()


def _geometry(pixels: np.ndarray, angle: float, px_per_mm: float) -> FoundGrid:
    """The page turned about its middle, at an assumed scale."""
    height, width = pixels.shape[:2]
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0 / px_per_mm)
    to_mm = np.vstack([turn, [0.0, 0.0, 1.0]])
    centre = (width - 1) / 2, (height - 1) / 2
    area = (
        centre[0] - width / px_per_mm / 2,
        centre[1] - height / px_per_mm / 2,
        centre[0] + width / px_per_mm / 2,
        centre[1] + height / px_per_mm / 2,
    )
    return FoundGrid(to_mm, (px_per_mm, px_per_mm), -angle, 0.0, 0.0, 0.0, area)


def _measure(pixels: np.ndarray, grid: FoundGrid) -> tuple[tuple[Row, ...], np.ndarray]:
    """Rows and cover of ink (0 to 1) under an assumed geometry."""
    straight = straighten(pixels, grid.to_mm, grid.px_per_mm[0], grid.area_mm)
    cover = separate(straight.picture, straight.shown).cover
    sets = rows_of(np.where(keep_traces(cover), cover, 0.0), float(RASTER))
    if not sets:
        raise refuse("no_grid_no_trace")
    return sets[0], cover


def _tilt(pixels: np.ndarray) -> float:
    """Rotation (degrees) that makes the rows of ink sharpest when summed across."""
    scale = min(1.0, WORK_SIZE / 2 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = 255.0 - small.min(axis=2).astype(np.float32)
    height, width = grey.shape
    best, answer = -1.0, 0.0
    for angle in np.arange(-MAX_TILT_DEG, MAX_TILT_DEG + 0.01, 0.1):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
        profile = cv2.warpAffine(grey, turn, (width, height)).sum(axis=1)
        sharpness = float((np.diff(profile) ** 2).sum())
        if sharpness > best:
            best, answer = sharpness, float(angle)
    return answer
