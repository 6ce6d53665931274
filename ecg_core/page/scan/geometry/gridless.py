"""Scale of a page without a grid: from the length of its rows, held against pulse or print."""

from __future__ import annotations

import itertools
from dataclasses import replace

import cv2
import numpy as np

from ecg_core.page.correction import GAINS_MM_PER_MV, SPEEDS_MM_PER_S
from ecg_core.page.doubts.quality import refuse
from ecg_core.page.layouts import PAGE_WIDTH_MM
from ecg_core.page.scan.bare import is_bare
from ecg_core.page.scan.geometry.grid import WORK_SIZE, FoundGrid
from ecg_core.page.scan.ink import RASTER, separate, straighten
from ecg_core.page.scan.rows import keep_traces
from ecg_core.page.scan.sheets.dividers import ends_of
from ecg_core.page.scan.sheets.pulses import Pulse, pulses_of
from ecg_core.page.scan.sheets.rows import Row, rows_of
from ecg_core.page.scan.sheets.scale import PrintedScale
from ecg_core.page.scan.sheets.text import Letters

MAX_TILT_DEG = 4.0
MAX_DISAGREEMENT = 0.08
"""A pulse may be this much higher or lower than 10 mm by the length of the rows."""
MIN_SEEN_MM, MAX_SEEN_MM = 240.0, 420.0
"""A picture without a grid shows this much paper across."""
INK_MM = PAGE_WIDTH_MM + 0.2
"""Ink of ten seconds: to the last sample, and half a pen at both ends."""
MAX_ASLANT_MM = 0.7
"""The last row begins or ends below the first to within this, on a page that lies flat."""
ALIKE_MM = 1.5
"""Pulses that differ by less, in place and size, are the recorder's."""
PLAIN_OFF, SPREAD_MM, LEAST_HIGH_MM = 0.02, 0.4, 9.0
"""Pulses that agree to within so many mm, and are at least so high, tell the scale where rows of
other than ten seconds are off by more."""
USUAL_LONGER = (1.0, 250.2 / 240.2)
ROUGH_OFF = 0.08
"""Pulses off the gain in print by no more than this do not speak of other rows than 250 mm, or not
much."""
LASTS_S, LASTS_OFF = (0.2, 0.1), 0.2
"""Pulses last so long; some recorders draw them half as wide."""
ONE_OFF = 0.03
"""A pulse alone is as high as the gain in print by no more than this."""
ALONE_MM = 12.0
"""So far above and below a single row its waves are no print."""
TURNS = 4
"""So many times at most rows are measured on paper that is as large as they said before."""
MIN_ROWS = 3
"""Fewer rows without grid or pulse are taken for no ECG at all."""


def scale_without_grid(pixels: np.ndarray) -> FoundGrid:
    """Geometry of a page without a grid.

    Takes the rows of traces for 250 mm, ten seconds at 25 mm/s, unless calibration pulses are as
    high as the gain in print by another scale. The pulses must agree, or speed and gain be printed
    beside the rows: a chart of other lines says neither.
    Raises PageError when there are no such rows, or nothing tells that they are an ECG's.
    """
    width = pixels.shape[1]
    angle = _tilt(pixels)
    px_per_mm = width / 285.0
    for turns_left in reversed(range(TURNS)):
        rows, cover = _measure(pixels, _geometry(pixels, angle, px_per_mm))
        every = pulses_of(cover > 0.5, rows)
        pulses = _alike(every, len(rows))
        left, right, _ = ends_of(rows, pulses)
        stretch = (right - left) / INK_MM
        if abs(stretch - 1.0) < 0.005 or not turns_left:
            break
        px_per_mm *= stretch
        if not width / MAX_SEEN_MM < px_per_mm < width / MIN_SEEN_MM:
            raise refuse("no_grid_no_trace")
    # What is left is too little to be looked at again, and enough to matter after ten seconds.
    px_per_mm *= stretch
    pulses, every = (tuple(_larger(p, 1.0 / stretch) for p in some) for some in (pulses, every))
    # Nothing but rows that lie straight tells how a camera stood.
    flat = _aslant_mm(rows) <= MAX_ASLANT_MM
    told = _told(cover, rows)
    if not pulses:
        # Any line chart has rows, and an unseen pulse would pass for part of the ten seconds.
        if len(rows) < MIN_ROWS:
            raise refuse("no_grid_no_trace")
        if not flat or len(set(told.speeds)) != 1 or len({*told.limb, *told.chest}) != 1:
            raise refuse("no_scale")
        # Some recorders print one pulse for the sheet.
        gain = told.limb[0] if told.limb else told.chest[0]
        agreed = is_bare(pixels) and any(abs(p.height_mm / gain - 1.0) < ONE_OFF for p in every)
        return replace(_geometry(pixels, angle, px_per_mm), agreed=agreed)
    by_print = told_by_print(pulses, told)
    height = float(np.median([pulse.height_mm for pulse in pulses]))
    if by_print is None:
        if min(abs(height / gain - 1.0) for gain in GAINS_MM_PER_MV) > MAX_DISAGREEMENT:
            what = (
                f"The rows are {right - left:.0f} mm long where the calibration pulse is "
                f"{height:.1f} mm high."
            )
            raise refuse("unknown_calibration", what=what)
        return _geometry(pixels, angle, px_per_mm * told_by_pulses(pulses))
    agreed = flat and len(pulses) > 1 and is_bare(pixels)
    return replace(_geometry(pixels, angle, px_per_mm * by_print), agreed=agreed)


def _larger(pulse: Pulse, times: float) -> Pulse:
    """A pulse on paper that is so many times as large."""
    return replace(
        pulse,
        left_mm=pulse.left_mm * times,
        right_mm=pulse.right_mm * times,
        height_mm=pulse.height_mm * times,
        foot_mm=pulse.foot_mm * times,
    )


def told_by_print(pulses: tuple[Pulse, ...], told: PrintedScale) -> float | None:
    """How much longer a millimetre is than the length of the rows says, by pulses that are as high
    as the gain in print and, if they are as wide as others, last as long as the speed says; None
    where print and pulses do not tell one scale.

    pulses: at least one, on a picture whose rows were taken for ten seconds at 25 mm/s.
    """
    gains = {*told.limb, *told.chest} & set(GAINS_MM_PER_MV)
    speeds = set(told.speeds) & set(SPEEDS_MM_PER_S)
    if len(gains) != 1 or len(speeds) != 1:
        return None
    gain, speed = gains.pop(), speeds.pop()
    heights = [pulse.height_mm for pulse in pulses]
    high, wide = (float(np.median(some)) for some in (heights, [p.width_mm for p in pulses]))
    longer = high / gain
    if abs(longer - 1.0) <= ROUGH_OFF:
        plain = len(heights) > 1 and np.ptp(heights) <= SPREAD_MM and high >= LEAST_HIGH_MM
        return _usual_near(longer) if plain else 1.0
    lasts = wide / longer / speed
    return longer if min(abs(lasts / usual - 1.0) for usual in LASTS_S) < LASTS_OFF else None


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
    return _usual_near(off)


def _usual_near(longer: float) -> float:
    """The same, or what rows of ten seconds or of four times 2.4 s are longer, where that is near:
    their ends are finer than a pulse."""
    usual = min(USUAL_LONGER, key=lambda one: abs(longer / one - 1.0))
    return usual if abs(longer / usual - 1.0) <= PLAIN_OFF else longer


def _told(cover: np.ndarray, rows: tuple[Row, ...]) -> PrintedScale:
    """Speed and gain in print above or below the rows."""
    baselines = [row.baseline_px for row in rows]
    half = 0.3 * float(np.median(np.diff(baselines))) if len(rows) > 1 else ALONE_MM * RASTER
    letters = cover.copy()
    letters[max(round(baselines[0] - half), 0) : round(baselines[-1] + half)] = 0.0
    return Letters(letters, float(RASTER)).scale()


def _aslant_mm(rows: tuple[Row, ...]) -> float:
    """How far the last row begins and ends beside the first, by the slopes of most pairs of rows;
    the less of both: rows of one long lead end a blank later than columns."""
    spans = np.array([row.span_px for row in rows], float) / RASTER
    pairs = list(itertools.combinations(range(len(rows)), 2))
    if not pairs:
        return 0.0
    slopes = np.array([(spans[j] - spans[i]) / (j - i) for i, j in pairs])
    return float(np.abs(np.median(slopes, axis=0)).min()) * (len(rows) - 1)


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
    """Rotation (degrees) that makes rows sharpest when summed across, and pulses, print and rules
    when summed down: of traces that wander, rows alone tell a little more or less."""
    scale = min(1.0, WORK_SIZE / 2 / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = 255.0 - small.min(axis=2).astype(np.float32)
    height, width = grey.shape
    best, answer = -np.inf, 0.0
    for angle in np.arange(-MAX_TILT_DEG, MAX_TILT_DEG + 0.01, 0.1):
        turn = cv2.getRotationMatrix2D((width / 2, height / 2), float(angle), 1.0)
        turned = cv2.warpAffine(grey, turn, (width, height))
        across, down = turned.sum(axis=1), turned.sum(axis=0)
        sharpness = sum(float(np.log((np.diff(one) ** 2).sum() + 1.0)) for one in (across, down))
        if sharpness > best:
            best, answer = sharpness, float(angle)
    return answer
