"""Columns that stand as evenly as the marks between them and the ends of their rows allow.

A printer draws columns as long as they should be; a mark that is seen may be a letter or a wave
beside it. So columns are as wide as usual, and begin where most marks say, unless all marks agree
on another width: paper that ran too fast or too slowly.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from ecg_core.page.scan.sheets.dividers import FOOT_MM, NEAR_MM

PEN_END_MM = 0.11
"""A pen's round end stands so far beyond the first and the last sample."""
USUAL_MM = (62.5, 125.0, 75.0, 60.0, 55.0, 83.3, 50.0, 250.0, 31.25)
USUAL = 0.015
STRONG, MOST_NEAR, PLACE_MM, END_MM = 0.5, 4, 0.3, 0.5
"""Marks near a beginning are as strong as this, per the strongest; so many are tried; they stand
this exactly where it is, the ends of rows a little less so."""
ASTRAY, FREE, FREELY = 4.0, 5.0, 0.03
"""A mark counts against columns by the square of how far off it is, per `PLACE_MM`, and no more
than the first; it must count so much less before columns are not taken for as wide as usual; they
are changed by no more than the last."""
FOOT_END_MM = 2.0
"""The first sample follows a pulse's foot so soon, where the trace runs on from it."""


@dataclass(frozen=True, eq=False)
class Begin:
    """Where a column begins, or the last one ends: places (mm) that it may have, to within how
    many mm."""

    step: int
    places_mm: np.ndarray
    within_mm: float


@dataclass(frozen=True, eq=False)
class Agreed:
    """Of what is told, that which stands evenly, and how much the rest speaks against it."""

    off: float
    steps: np.ndarray
    places_mm: np.ndarray
    weights: np.ndarray


def evenly(
    start_mm: float,
    width_mm: float,
    count: int,
    strength: np.ndarray,
    px: float,
    ends: tuple[float, float, str],
    runs_on: tuple[bool, bool] = (False, False),
) -> tuple[float, float]:
    """Begin and width (mm) of the columns by the marks near their beginnings that stand the most
    evenly, and by the ends of the rows; as wide as usual unless marks and ends say otherwise.

    start_mm, width_mm, count: the columns, roughly. strength: of the marks, in every column of the
    picture. px: pixels per mm. ends: of the rows (mm), and how their begin is known. runs_on: which
    of them are the picture's, and tell nothing.
    """
    told: list[Begin] = []
    for index in range(1, count):
        x = (start_mm + index * width_mm) * px
        first = max(round(x - NEAR_MM * px), 0)
        near = strength[first : round(x + NEAR_MM * px) + 1]
        if near.size and near.max() > 0.3:
            strong = np.flatnonzero(near >= STRONG * near.max())
            parts = np.split(strong, np.flatnonzero(np.diff(strong) > 1) + 1)
            parts = sorted(parts, key=lambda part: -float(near[part].max()))[:MOST_NEAR]
            places = np.array([(first + float(part.mean()) + 0.5) / px for part in parts])
            told.append(Begin(index, places, PLACE_MM))
    if not told:
        return start_mm, width_mm
    begin = ends[0] - FOOT_MM if ends[2] == "pulse" else ends[0] + PEN_END_MM
    loose = FOOT_END_MM if ends[2] == "pulse" else END_MM
    of_rows = ((0, begin, loose), (count, ends[1] - PEN_END_MM, END_MM))
    for (step, place, sure), beyond in zip(of_rows, runs_on, strict=True):
        if not beyond and abs(place - start_mm - step * width_mm) < NEAR_MM:
            told.append(Begin(step, np.array([place]), sure))
    usual = min(USUAL_MM, key=lambda mm: abs(width_mm / mm - 1.0))
    if abs(width_mm / usual - 1.0) > 2 * USUAL:
        usual = width_mm
    held = _against(told, usual)
    others = [
        _against(told, (b - a) / (after.step - before.step))
        for before, after in itertools.combinations(told, 2)
        for a, b in itertools.product(before.places_mm, after.places_mm)
        if abs((b - a) / (after.step - before.step) / width_mm - 1.0) < FREELY
    ]
    best = min(others, key=lambda agreed: agreed.off, default=held)
    if best.off + FREE >= held.off or len(best.steps) < 2:
        return float(np.average(held.places_mm - held.steps * usual, weights=held.weights)), usual
    width, start = np.polyfit(best.steps, best.places_mm, 1, w=np.sqrt(best.weights))
    return float(start), float(width)


def _against(told: list[Begin], width: float) -> Agreed:
    """What agrees with columns of this width that begin where most say."""
    steps = np.array([one.step for one in told], float)
    within = np.array([one.within_mm for one in told])
    found = []
    for start in (place - one.step * width for one in told for place in one.places_mm):
        due = start + steps * width
        places = np.array(
            [
                one.places_mm[np.abs(one.places_mm - x).argmin()]
                for one, x in zip(told, due, strict=True)
            ]
        )
        off = ((places - due) / within) ** 2
        near = off < ASTRAY
        cost = float(np.minimum(off, ASTRAY).sum())
        found.append(Agreed(cost, steps[near], places[near], within[near] ** -2.0))
    return min(found, key=lambda agreed: agreed.off)
