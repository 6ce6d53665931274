"""Whether the waves on a page can be the heart beats of twelve leads.

Measured on the ink alone, so that records and scans are held to the same limits. A level line inks
as much as the pen is wide in every column; what a row inks beyond that are its strokes. Heart beats
are rare, steep and common to all rows, and the line returns to where it came from. Noise strokes
everywhere, other biosignals stroke softly or each row for itself, and square waves do not return.
Test signals spend as long near their extremes as between them, an ECG stays near its zero line.

The limits were set on 5,000 pages of PTB-XL's training folds, none of which they doubt. Ventricular
fibrillation and asystole have no such beats either: pages are doubted, never refused.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import find_peaks

from ecg_core.page.arrange import baselines_mm
from ecg_core.page.doubts.quality import remark
from ecg_core.page.layouts import STRIP
from ecg_core.page.orders import is_known
from ecg_core.page.values import PX_PER_MM, EcgPage, Remark

MIN_CONCENTRATION = 0.62
MIN_AGREEMENT = 0.55
MIN_STROKE_MM = 1.4
MAX_STEPPING = 0.85
MIN_BEATS = 3
MIN_PEAKEDNESS, MIN_SHARPEST = 2.2, 4.5
"""Kurtosis of heights: 1.0 of a square wave, 1.5 of a sine, 1.8 of a sawtooth or triangle, of a
normal distribution 3; the lowest median of 343 pages of PTB-XL fold 9, every bundle branch block,
paced rhythm and flutter among them, is 3.25."""
FLAT_MM = 1e-3
"""A line that moves by less lies still: what is left of its waves is rounding."""
QUARTERS, UPPER = 4, 75
"""Rows are cut in four; half of the parts must be even and the upper quartile below the second
limit: leads of a vast ST elevation are as even as a square wave (1.7), but then others are not (5.3
where the median is 2.2)."""
STRIP_MIN_CONCENTRATION = 0.57
STRIP_MIN_STROKE_MM = 0.7
STRIP_MAX_STEPPING = 0.7
"""On a strip fewer rows beat together. Its limits lie beyond 726 strips of one and two leads from
MIT-BIH recordings 112, 119 and 203 and from PTB-XL fold 9, none of which they doubt."""

PLAIN_BEATS, PLAIN_AGREEMENT, PLAIN_CONCENTRATION, FAINTEST = 5, 0.55, 0.52, 0.4
"""Rows that beat so often and so much together are an ECG's although their strokes are shorter,
down to this share of the limit, or spread wider. Set by eleven real and two drawn pages that were
doubted: low voltage, fast broad complexes, ST elevations whose line stays 0.81 of a swing away."""

NAMED_CONCENTRATION = 0.42
"""A strip on a grid whose leads are named is an ECG's; fast broad complexes stroke all along."""
BUSIEST_SHARE = 0.2
REACH_MM, CLIP_MM = 15.0, 10.0
"""A row's strokes are counted this near its zero line, and each column's up to this length."""
SMOOTHED_PX = 3
APART_PX = 13
"""Beats are at least 0.26 s apart."""
SIDE_PX, BEFORE_PX, AFTER_PX = 5, (-10, -5), (6, 11)
"""A beat reaches 0.1 s to each side; the line is compared up to 0.2 s before and after it."""
MIN_SWING_MM = 1.5
"""A row swings at least so far in a beat that is asked whether it returns."""


@dataclass(frozen=True)
class Beating:
    """What was measured.

    concentration: share of the strokes in the busiest fifth of the columns. agreement: median
    correlation of a row's strokes with those of the other rows; 1 for a single row.
    stroke_mm: length of the long strokes (98th percentile), mean of the rows. stepping: median
    shift of the line from before to after a beat, in parts of the beat's swing; NaN without
    beats. beats: how many stand out. peakedness: kurtosis of a row's heights in a quarter of the
    page, median and upper quartile of all; NaN of a page without lines.
    """

    concentration: float
    agreement: float
    stroke_mm: float
    stepping: float
    beats: int
    peakedness: tuple[float, float]


def remarks(page: EcgPage) -> tuple[Remark, ...]:
    """Doubts about a page whose waves cannot be the heart beats of its leads; usually none.

    Strips of one to three leads have limits of their own, and their rows need not agree.
    """
    strip = page.layout == STRIP
    if not strip and not is_known(page.layout):
        return ()
    least_stroke_mm = STRIP_MIN_STROKE_MM if strip else MIN_STROKE_MM
    least_share = STRIP_MIN_CONCENTRATION if strip else MIN_CONCENTRATION
    codes = {one.code for one in page.remarks}
    if strip and "geometry" in codes and "assumed" not in codes:
        least_share = NAMED_CONCENTRATION
    most_stepping = STRIP_MAX_STEPPING if strip else MAX_STEPPING
    found = measure(page)
    doubts = []
    beating = found.beats >= PLAIN_BEATS and (
        found.concentration >= least_share or (not strip and found.agreement >= PLAIN_AGREEMENT)
    )
    if beating and not strip and found.agreement >= PLAIN_AGREEMENT:
        # Wide complexes at a fast rate fill the page, but in all rows at once.
        least_share = min(least_share, PLAIN_CONCENTRATION)
    # Low waves that plainly beat are a low voltage, no asystole.
    if found.stroke_mm < least_stroke_mm * (FAINTEST if beating else 1.0):
        doubts.append(remark("no_waves", stroke=found.stroke_mm, limit=least_stroke_mm))
    elif found.concentration < least_share or found.beats < MIN_BEATS:
        doubts.append(remark("no_beats", share=found.concentration, limit=least_share))
    elif found.stepping > most_stepping:
        doubts.append(remark("steps", share=found.stepping, limit=most_stepping))
    elif not strip and _even(*found.peakedness):
        doubts.append(remark("even_waves", peaked=found.peakedness[0], limit=MIN_PEAKEDNESS))
    if not strip and found.agreement < MIN_AGREEMENT:
        doubts.append(remark("rows_apart", share=found.agreement, limit=MIN_AGREEMENT))
    return tuple(doubts)


def measure(page: EcgPage) -> Beating:
    """How the rows of a page beat."""
    strokes, heights = _rows(page)
    busy = strokes.sum(axis=0)
    ranked = np.sort(busy)[::-1]
    busiest = ranked[: round(BUSIEST_SHARE * len(ranked))].sum()
    long = float(np.percentile(busy, 98))
    beats, _ = find_peaks(busy, height=max(0.4 * long, 1e-6), distance=APART_PX)
    return Beating(
        concentration=float(busiest / max(ranked.sum(), 1e-6)),
        agreement=_agreement(strokes, _columns(page)),
        stroke_mm=long / len(strokes),
        stepping=_stepping(heights, beats),
        beats=len(beats),
        peakedness=_peakedness(heights),
    )


def _rows(page: EcgPage) -> tuple[np.ndarray, np.ndarray]:
    """Strokes and middle of the ink of every row and column that shows a lead, both in mm."""
    baselines = np.unique(np.round(baselines_mm(page.boxes), 3))
    pitch = float(np.median(np.diff(baselines))) if len(baselines) > 1 else 2 * REACH_MM
    reach = min(REACH_MM, pitch / 2)
    strokes, heights = [], []
    for baseline in baselines:
        top = max(round((baseline - reach) * PX_PER_MM), 0)
        band = page.ink[top : round((baseline + reach) * PX_PER_MM)].astype(np.float32) / 255
        inked = band.sum(axis=0)
        down = np.arange(len(band), dtype=np.float32) @ band
        strokes.append(np.clip((inked - np.median(inked[page.shown])) / PX_PER_MM, 0.0, CLIP_MM))
        heights.append(down / np.maximum(inked, 1e-3) / PX_PER_MM)
    smooth = uniform_filter1d(np.array(strokes), SMOOTHED_PX, axis=1, mode="constant")
    return smooth[:, page.shown], np.array(heights)[:, page.shown]


def _columns(page: EcgPage) -> np.ndarray:
    """How many leads each row shows, top to bottom."""
    heights = np.round(baselines_mm(page.boxes), 3)
    return np.unique(heights, return_counts=True)[1]


def _agreement(strokes: np.ndarray, columns: np.ndarray) -> float:
    """Of each row with all others, or with those of as many columns: some printers show the same
    seconds in every column, and others in the strips below."""
    if len(strokes) < 2:
        return 1.0
    found = []
    for number, row in enumerate(strokes):
        own = columns == columns[number]
        groups = [np.ones(len(strokes), bool), *([own] if own.sum() > 1 else [])]
        best = 0.0
        for some in groups:
            others = strokes[some].sum(axis=0) - row
            if min(row.std(), others.std()) > 1e-3:
                best = max(best, float(np.corrcoef(row, others)[0, 1]))
        found.append(best)
    return float(np.median(found))


def _even(middle: float, upper: float) -> bool:
    return middle < MIN_PEAKEDNESS and upper < MIN_SHARPEST


def _peakedness(heights: np.ndarray) -> tuple[float, float]:
    found = [
        float(peaked)
        for quarter in np.array_split(heights, QUARTERS, axis=1)
        if quarter.size and len(moving := quarter[np.ptp(quarter, axis=1) > FLAT_MM])
        for peaked in _kurtosis(moving)
    ]
    if not found:
        return float("nan"), float("nan")
    return float(np.median(found)), float(np.percentile(found, UPPER))


def _kurtosis(rows: np.ndarray) -> np.ndarray:
    """Fourth moment of each row about its mean, per square of the second; 3 for normal ones."""
    square = (rows - rows.mean(axis=1, keepdims=True)) ** 2
    return np.asarray((square**2).mean(axis=1) / square.mean(axis=1) ** 2)


def _stepping(heights: np.ndarray, beats: np.ndarray) -> float:
    inside = beats[(beats + BEFORE_PX[0] >= 0) & (beats + AFTER_PX[1] <= heights.shape[1])]
    shifts = []
    for beat in inside:
        swing = np.ptp(heights[:, beat - SIDE_PX : beat + SIDE_PX + 1], axis=1)
        before, after = (
            np.median(heights[:, beat + first : beat + last], axis=1)
            for first, last in (BEFORE_PX, AFTER_PX)
        )
        swings = swing >= MIN_SWING_MM
        shifts.extend(np.abs(after - before)[swings] / swing[swings])
    return float(np.median(shifts)) if len(shifts) > 3 else float("nan")
