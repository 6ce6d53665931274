"""Ruled papers that stand apart on one picture: strips of a figure, ECGs of a collage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ecg_core.page.orders import ONE_LEAD
from ecg_core.page.scan.geometry.grid import find_grids
from ecg_core.page.scan.geometry.homography import projected
from ecg_core.page.scan.sheets.sheet import Draft

BLANK, BLANK_PX, EVERY = 10, 6, 3
"""A band across the picture is blank where its shades differ by no more, in so many rows."""
LEAST_PX, LEAST_SHARE, MOST = (60, 150), 0.25, 6
"""Papers are so high and so wide, and so wide per the picture; the largest are asked whether they
are ruled, so many at most: a page of text has many parts."""
COVERED, ASLANT_DEG = 0.7, 1.5
"""A paper's grid is followed over so much of it, and lies along it: lines of text do not."""
WITHIN = 0.5
"""A row lies on a paper that holds so much of it."""
Box = tuple[int, int, int, int]


def papers_of(pixels: np.ndarray) -> tuple[Box, ...]:
    """Left, top, right and bottom (px) of the ruled papers between which blank bands run; nothing
    where the picture is one.

    pixels: uint8, height × width × 3, RGB.
    """
    green = pixels[:, :, 1]
    parts = [
        (left, top + above, right, top + below)
        for left, right, top, bottom in (
            (left, right, top, bottom)
            for top, bottom in _parts(green)
            for left, right in _parts(green[top:bottom].T)
        )
        for above, below in _parts(green[top:bottom, left:right])
    ]
    wide = max(LEAST_PX[1], LEAST_SHARE * green.shape[1])
    large = [
        part for part in parts if part[3] - part[1] >= LEAST_PX[0] and part[2] - part[0] >= wide
    ]
    if len(large) < 2:
        return ()
    large.sort(key=lambda box: -(box[2] - box[0]) * (box[3] - box[1]))
    return tuple(box for box in large[:MOST] if _ruled(pixels[box[1] : box[3], box[0] : box[2]]))


def _ruled(part: np.ndarray) -> bool:
    """Whether a part of a picture is ruled like paper for ECGs, all over."""
    for grid in find_grids(np.ascontiguousarray(part))[:1]:
        along = abs(grid.angle_deg) < ASLANT_DEG and not grid.oblong
        return along and grid.covered >= COVERED
    return False


def _parts(rows: np.ndarray) -> Iterator[tuple[int, int]]:
    """Where parts begin and end, between which whole rows are blank."""
    some = rows[:, ::EVERY]
    blank = np.ones(len(rows), bool)
    if some.size:
        blank = np.asarray(some.max(axis=1) - some.min(axis=1) <= BLANK)
    edge = np.diff(np.pad(blank, 1).astype(np.int8))
    starts, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1)
    wide = (ends - starts >= BLANK_PX) | (starts == 0) | (ends == len(rows))
    begins = [0, *ends[wide].tolist()]
    stops = [*starts[wide].tolist(), len(rows)]
    for start, end in zip(begins, stops, strict=True):
        if end > start:
            yield start, end


def others(papers: tuple[Box, ...], draft: Draft, to_flat_mm: np.ndarray) -> bool:
    """Whether papers stand on the picture that the rows of a sheet do not lie on, or rows of one
    lead lie on several although nothing tells that they go on.

    to_flat_mm: homography from pixels of the picture to mm of the flat one.
    """
    if len(papers) < 2:
        return False
    division = draft.division
    held = []
    for left, top, right, bottom in papers:
        corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)
        mm = projected(to_flat_mm, corners)
        (x0, y0), (x1, y1) = mm.min(axis=0), mm.max(axis=0)
        shared = min(x1, division.end_mm) - max(x0, division.start_mm)
        along = shared > WITHIN * (division.end_mm - division.start_mm)
        rows = (draft.seen.baselines_mm >= y0) & (draft.seen.baselines_mm <= y1)
        held.append(int(rows.sum()) if along else 0)
    told = next((said.value for said in draft.said if said.law == "spoken"), 0.0)
    apart = draft.name == ONE_LEAD and not told and np.count_nonzero(held) > 1
    return bool(apart or 0 in held)
