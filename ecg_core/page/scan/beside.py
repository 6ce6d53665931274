"""Whether more than one ECG is on a picture: two pages glued, or printed, on one sheet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from ecg_core.page.doubts.quality import remark
from ecg_core.page.scan.geometry.grid import FoundGrid, find_grids
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.papers import others, papers_of
from ecg_core.page.scan.sheets.decide import Sheet
from ecg_core.page.scan.sheets.laws import STRENGTH
from ecg_core.page.scan.sheets.sheet import Draft
from ecg_core.page.scan.sheets.text import Name
from ecg_core.page.values import Remark

LEAST_MM, LEAST_PX = (25.0, 80.0), (100, 300)
"""A strip of paper is so high and so wide at least."""
BUSY, SPARSE, STEP, EVERY = 0.12, 0.06, 10, 3
"""Ruled paper has so many pixels, off its usual shade by more than a step; text has fewer. White
paper around it leaves at least so many as the second says."""
COVERED, PARTLY, SMALLER = 0.4, 0.1, 0.9
"""A grid is followed over so much of what it is printed on; over so much of a part of a picture,
that much smaller, on which there may be other paper."""
TWICE, BELOW_MM, ASIDE_MM, NEAR_MM = 3, 10.0, 100.0, 5.0
"""So many names that stand once more so far below, or so far beside, to within the last the other
way, are another sheet's: rhythm strips repeat a name or two."""
FAR_MM, DRAWN = 30.0, 0.6
"""Pulses, names and what a patient is called stand no farther from the columns; traces of another
sheet do, over so much of a strip's length."""
SIZES, REPEATED = (0.4, 2.5), {"V1", "V5"}
"""Another sheet is so much smaller or larger; rhythm strips repeat these, with II."""
RESTING = 0.5
"""Traces that rest beside the rows in more of the columns are those of others."""


def remarks_of(
    pixels: np.ndarray, grid: FoundGrid, sheet: Sheet, to_flat_mm: np.ndarray
) -> tuple[Remark, ...]:
    """What is to be told of a picture beside the sheet that was read on it.

    pixels: uint8, height × width × 3, RGB, dark lines on light paper. grid: of the sheet.
    to_flat_mm: homography from mm of the plane to mm of the flat picture.
    """
    more = _drawn_beside(sheet.draft, sheet.draft.seen.extra)
    more = more or any(_ruled(part) for part in _rests(pixels, grid))
    if more or others(papers_of(pixels), sheet.draft, to_flat_mm @ grid.to_mm):
        return (remark("other_ecg"),)
    return ()


def remarks_without_grid(draft: Draft) -> tuple[Remark, ...]:
    """The same of a page without a grid, as far as traces and names tell it."""
    more = _drawn_beside(draft, draft.seen.extra_but_rules)
    return (remark("other_ecg"),) if more else ()


def _drawn_beside(draft: Draft, extra: float) -> bool:
    return extra > RESTING or _named_twice(draft.print_.names) or _drawn_aside(draft)


def _drawn_aside(draft: Draft) -> bool:
    """Whether traces go on far left or right of the columns, where these are on the picture."""
    seen, division, px = draft.seen, draft.division, draft.seen.px_per_mm
    reach = seen.pitch_mm / 2
    top, foot = seen.baselines_mm.min() - reach, seen.baselines_mm.max() + reach
    along = np.any(seen.trace[max(round(top * px), 0) : max(round(foot * px), 1)], axis=0)
    before = along[: max(round((division.start_mm - FAR_MM) * px), 0)]
    behind = along[max(round((division.end_mm + FAR_MM) * px), 0) :]
    return any(part.sum() > LEAST_MM[1] * px * DRAWN for part in (before, behind))


def _named_twice(names: tuple[Name, ...]) -> bool:
    """Whether names stand once more below or beside themselves; strokes pass for I, II and III."""
    pairs = [
        (one, other) if one.y_mm < other.y_mm else (other, one)
        for one, other in combinations(names, 2)
        if one.lead == other.lead and one.lead not in STRENGTH
    ]
    apart = [(one.lead, abs(one.x0_mm - two.x0_mm), two.y_mm - one.y_mm) for one, two in pairs]
    beside = {lead for lead, across, down in apart if across > ASIDE_MM and down < NEAR_MM}
    below = [pair for pair in pairs if pair[1].y_mm - pair[0].y_mm > BELOW_MM]
    return len(beside) >= TWICE or _arranged_alike(below)


def _arranged_alike(pairs: list[tuple[Name, Name]]) -> bool:
    """Whether names stand once more below themselves as the same page, at any size, would have
    them; of only two such, one at least is of a lead that no rhythm strip repeats."""
    for (one, two), (other, another) in combinations(pairs, 2):
        before, after = _way_mm(one, other), _way_mm(two, another)
        if one.lead == other.lead or np.hypot(*before) < LEAST_MM[0]:
            continue
        size = float(before @ after / (before @ before))
        if not SIZES[0] < size < SIZES[1]:
            continue
        leads = {
            first.lead
            for first, second in pairs
            if np.abs(_way_mm(two, second) - size * _way_mm(one, first)).max() < NEAR_MM
        }
        if len(leads) >= TWICE or (len(leads) == TWICE - 1 and not leads <= REPEATED):
            return True
    return False


def _way_mm(start: Name, end: Name) -> np.ndarray:
    return np.array([end.x0_mm - start.x0_mm, end.y_mm - start.y_mm])


def _rests(pixels: np.ndarray, grid: FoundGrid) -> Iterator[np.ndarray]:
    """What of a picture lies above, below, left and right of the paper that is ruled."""
    x0, y0, x1, y1 = _corners(pixels, grid)
    for part in (pixels[:y0], pixels[y1:], pixels[y0:y1, :x0], pixels[y0:y1, x1:]):
        if _is_strip(part, grid):
            yield part


def _corners(pixels: np.ndarray, grid: FoundGrid) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of the paper that a grid is printed on, in pixels."""
    height, width = pixels.shape[:2]
    left, top, right, bottom = grid.area_mm
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    ruled = projected(np.linalg.inv(grid.to_mm), corners)
    x0, y0 = np.clip(ruled.min(axis=0), 0, [width, height]).astype(int)
    x1, y1 = np.clip(ruled.max(axis=0), 0, [width, height]).astype(int)
    return int(x0), int(y0), int(x1), int(y1)


def _is_strip(part: np.ndarray, grid: FoundGrid) -> bool:
    """Whether a part of a picture is as large as a strip of paper, by a grid's scale."""
    least = np.maximum(np.array(LEAST_MM) * float(np.mean(grid.px_per_mm)), LEAST_PX)
    return bool((np.array(part.shape[:2]) >= least).all())


def _ruled(part: np.ndarray) -> bool:
    """Whether a part of a picture is ruled like paper for ECGs."""
    some = part[::EVERY, ::EVERY].reshape(-1, 3).astype(np.int16)
    busy = (np.abs(some - np.median(some, axis=0)).max(axis=1) > STEP).mean()
    if busy < SPARSE:
        return False
    for grid in find_grids(np.ascontiguousarray(part))[:1]:
        if busy >= BUSY and grid.covered >= COVERED:
            return True
        # A smaller one may stand on white paper.
        x0, y0, x1, y1 = _corners(part, grid)
        own = part[y0:y1, x0:x1]
        if grid.covered >= PARTLY and _is_strip(own, grid) and own.size < SMALLER * part.size:
            return _ruled(own)
    return False
