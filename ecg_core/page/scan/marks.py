"""Telling the marks on a straightened picture apart: waves and pulses, and all other ink."""

from __future__ import annotations

import cv2
import numpy as np

from ecg_core.page.doubts import quality
from ecg_core.page.doubts.quality import refuse
from ecg_core.page.scan.broken import on_lines, with_broken
from ecg_core.page.scan.connected import pieces_of, vertical_runs
from ecg_core.page.scan.flat import Flat
from ecg_core.page.scan.ink import RASTER, Ink, Straight, separate
from ecg_core.page.scan.print.lettering import read
from ecg_core.page.scan.rows import BRIDGE_MM, INKED, LONG_MM, TALL_MM, keep_traces
from ecg_core.page.scan.sheets.text import lead_of
from ecg_core.page.values import PageError

BESIDE_MM, MOSTLY = 5.0, 0.6
"""A piece of which more than this lies farther beside the ruled paper is no trace."""
BORDER_MM, WHOLLY, EDGE_MM = 3.5, 0.9, 12.0
"""Nor is a long one that lies so wholly within so much of the border, or beyond it."""
THICKEST_MM = 1.8
"""Half of a trace is thinner than this, unless it is blurred."""
RULE_MM, LEVEL_MM = 40.0, 12.0
"""No wave is upright for so long; no pen runs along a line of the grid, one pixel thick."""
COLOUR, DEEP, COLOURED, ALL_ACROSS = 50, 210, 0.03, 0.75
"""A colour's channels are so far apart, the darkest no lighter than this (of 255); grids in such a
colour cover more of the paper, other things fewer of its columns."""
NAME_MM, MOST_NAMES = 9.0, 40
"""No name is taller; and so many pieces are read whether they are one."""
BESIDE_EACH_OTHER = np.ones((3, round(BRIDGE_MM * RASTER) | 1), np.uint8)
UNSURE = ("", "I", "II", "III")
"""Strokes of a wave pass for the simplest names."""
LEAST_TRACE = 0.003
"""Less of a page is never trace."""


def flat_of(
    straight: Straight,
    ruled_mm: tuple[float, float, float, float],
    coloured: bool | None = None,
) -> Flat:
    """The marks of a straightened picture; traces in colour are tried when there are no dark ones.

    ruled_mm: left, top, right and bottom of the ruled paper: waves may leave it, but do not begin
    beyond it, where table tops and edges of paper are. coloured: traces are looked for in any
    colour, or in dark ink alone; None for what the picture suggests.
    Raises PageError when nothing on it can be a trace.
    """
    problem: PageError | None = None
    best: tuple[float, Ink, np.ndarray] | None = None
    ways = (coloured,) if coloured is not None else (False, True)
    if coloured is None and _drawn_in_colour(straight):
        ways = (True, False)
    for way in ways:
        ink = separate(straight.picture, straight.shown, way)
        if ink.contrast < quality.NO_CONTRAST:
            problem = problem or refuse("not_an_ecg")
            continue
        if ink.contrast < quality.MIN_CONTRAST or ink.contrast < quality.MIN_SNR * ink.noise:
            problem = problem or refuse("too_blurred", contrast=ink.contrast, noise=ink.noise)
            continue
        traces = _on_paper(_without_rules(ink.cover), straight, ruled_mm)
        share = float(traces.mean())
        if best is None or share > 3.0 * best[0]:
            best = (share, ink, traces)
        if share > LEAST_TRACE:
            break
    if best is None:
        assert problem is not None
        raise problem
    _, ink, traces = best
    traces = with_broken(ink.cover, _without_names(ink.cover, traces))
    # Fast broad waves are steep everywhere: what is tall in them is still thin across.
    across, down = (vertical_runs(part[:, ::7]) for part in (traces.T, traces))
    thick = min(
        float(np.median(end - start)) if len(start) else 0.0 for _, start, end in (across, down)
    )
    if thick > THICKEST_MM * RASTER:
        raise refuse("too_blurred", contrast=ink.contrast, noise=ink.noise)
    picture = straight.picture
    if not straight.shown.all():
        blank = (~straight.shown).view(np.uint8) * np.uint8(255)
        picture = np.asarray(cv2.bitwise_or(picture, cv2.merge((blank, blank, blank))))
    trace = np.asarray(cv2.copyTo(ink.cover, traces.view(np.uint8)))
    return Flat(
        picture,
        trace,
        ink.cover - trace,
        straight.shown,
        float(RASTER),
        straight.corner_mm,
    )


def _drawn_in_colour(straight: Straight) -> bool:
    """Whether a thin line in colour runs all across: a trace on a grid that is grey, or pale."""
    red, green, blue = cv2.split(straight.picture)
    low = np.asarray(cv2.min(cv2.min(red, green), blue))
    high = np.asarray(cv2.max(cv2.max(red, green), blue))
    deep = (high - low > COLOUR) & (low < DEEP) & straight.shown
    if cv2.countNonZero(deep.view(np.uint8)) >= COLOURED * deep.size:
        return False
    return bool(deep.any(axis=0)[straight.shown.any(axis=0)].mean() > ALL_ACROSS)


def _without_rules(cover: np.ndarray) -> np.ndarray:
    """Traces less the upright lines between columns, which would make one piece of all they touch:
    traces, and names; and less what is left of the grid's lines."""
    mask = (cover > INKED).view(np.uint8)
    # Beyond the picture, there is no ink.
    padded = np.pad(mask, ((1, 1), (0, 0)))
    lines = np.flatnonzero(on_lines(len(cover)))
    thin = mask[lines] & ~padded[lines] & ~padded[lines + 2] & 1
    level = cv2.morphologyEx(thin, cv2.MORPH_OPEN, np.ones((1, round(LEVEL_MM * RASTER)), np.uint8))
    if level.any():
        gone = np.zeros(mask.shape, bool)
        gone[lines] = np.asarray(level) > 0
        cover = np.where(gone, np.float32(0.0), cover)
        mask[gone] = 0
    tall = round(RULE_MM * RASTER)
    _, start, end = vertical_runs(mask)
    # Beyond the picture, a line may go on.
    if (end - start).max(initial=0) < tall // 2:
        return keep_traces(cover)
    rules = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((tall, 1), np.uint8))
    if not np.asarray(rules).any():
        return keep_traces(cover)
    ruled = np.asarray(cv2.dilate(rules, np.ones((1, 3), np.uint8))) > 0
    traces = keep_traces(np.where(ruled, 0.0, cover).astype(np.float32))
    across = cv2.morphologyEx(traces.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((1, 7), np.uint8))
    return np.asarray(traces | (ruled & (np.asarray(across) > 0) & (mask > 0)))


def _without_names(cover: np.ndarray, traces: np.ndarray) -> np.ndarray:
    """Traces less names of leads that are as tall as waves only because of the digit lowered behind
    their letter."""
    mask = traces.view(np.uint8)
    count, labels, boxes = pieces_of(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, BESIDE_EACH_OTHER))
    wide, tall = boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]
    compact = (wide < LONG_MM * RASTER) & (tall < NAME_MM * RASTER)
    compact[0] = False
    if not compact.any():
        return traces
    pieces, own, parts = pieces_of(mask)
    tallest = np.zeros(count, int)
    column, row, _ = vertical_runs(mask)
    of = np.zeros(pieces, int)
    of[own[row, column]] = labels[row, column]
    np.maximum.at(tallest, of[1:], parts[1:, cv2.CC_STAT_HEIGHT])
    some = np.flatnonzero(compact & (tallest < TALL_MM * RASTER))[:MOST_NAMES]
    crops = [
        cover[max(y - 3, 0) : y + h + 3, max(x - 4, 0) : x + w + 4]
        for x, y, w, h, _ in boxes[some].tolist()
    ]
    named = [n for n, said in zip(some, read(crops), strict=True) if lead_of(said) not in UNSURE]
    if not named:
        return traces
    return np.asarray(traces & ~np.isin(labels, named))


def _on_paper(
    traces: np.ndarray, straight: Straight, ruled_mm: tuple[float, float, float, float]
) -> np.ndarray:
    """Traces less the pieces that lie mostly beside the ruled paper, or along its border: edges of
    paper, and their shadows."""
    corner = np.array(straight.corner_mm)

    def within(mm: float) -> tuple[slice, slice]:
        low = np.maximum((np.array(ruled_mm[:2]) - corner - mm) * RASTER, 0).round().astype(int)
        high = np.maximum((np.array(ruled_mm[2:]) - corner + mm) * RASTER, 0).round().astype(int)
        return slice(low[1], high[1]), slice(low[0], high[0])

    beside, border = traces.copy(), traces.copy()
    beside[within(BESIDE_MM)] = False
    border[within(-BORDER_MM)] = False
    if not border.any():
        return traces
    count, labels, stats = pieces_of(traces.astype(np.uint8))
    area = stats[:, cv2.CC_STAT_AREA]
    longer = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    gone = np.bincount(labels[beside], minlength=count) > MOSTLY * area
    along = np.bincount(labels[border], minlength=count) > WHOLLY * area
    gone |= along & (longer > EDGE_MM * RASTER)
    gone[0] = False
    return np.asarray(traces & ~gone[labels])
