"""I + III = II and the augmented leads: what is left of them where they are drawn over one time."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from scipy.ndimage import uniform_filter1d

from ecg_core.page.scan.sheets.sheet import Draft, Seen

MIXTURE = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "-aVR": (0.5, 0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
"""Limb leads as weights of I and II."""
ADDS_UP, LIMBS = 0.1, 6
"""Columns of chest leads leave more of the limb leads' sums unexplained, 95 % and more on seventeen
sheets of the second printer; six rows of limb leads that were divided in two left 2 % at most."""
LABEL_MM, END_MM, LEAST_MM = 7.0, 2.5, 15.0
OUTLIERS = 0.06
Placed = tuple[tuple[float, float], str, int]
"""A lead: its span (mm), its name, the row where it lies."""


def run_on(draft: Draft) -> bool:
    """Whether every other column adds up as the six limb leads of the first one do: what lies there
    is the same leads, seconds later, for chest leads never do. (Three of them do: V2 lies between
    V1 and V3 as I does between aVL and −aVR.)"""
    first = [row[0] for row in draft.leads[: draft.main]]
    count = min(len(row) for row in draft.leads[: draft.main])
    limbs = len(first) == LIMBS and all(lead in MIXTURE for lead in first)
    if count < 2 or not draft.simultaneous or not limbs:
        return False
    for column in range(1, count):
        placed = [(draft.spans(row)[column], lead, row) for row, lead in enumerate(first)]
        left = _known(draft.seen, placed)
        if left is None or left > ADDS_UP:
            return False
    return True


def unexplained(draft: Draft) -> float | None:
    """What the limb leads leave unexplained: 0 when they agree, about 1 for unrelated waves."""
    if not draft.simultaneous:
        return None
    placed = [
        (span, lead, row)
        for row in range(draft.main)
        for span, lead in zip(draft.spans(row), draft.leads[row], strict=True)
        if lead in MIXTURE
    ]
    return _known(draft.seen, placed)


def _known(seen: Seen, placed: list[Placed]) -> float | None:
    """As `unexplained`, worked out once."""
    key = tuple(placed)
    if key not in seen.limbs:
        seen.limbs[key] = _left(seen, placed)
    return seen.limbs[key]


def _left(seen: Seen, placed: list[Placed]) -> float | None:
    """As `unexplained`."""
    px, rows = seen.px_per_mm, seen.rows
    left = total = 0.0
    for (x0, x1), group in groupby(sorted(placed), key=lambda p: p[0]):
        some = list(group)
        if len(some) < 3 or np.linalg.matrix_rank(np.array([MIXTURE[p[1]] for p in some])) < 2:
            continue
        both = slice(max(round((x0 + LABEL_MM) * px), 0), max(round((x1 - END_MM) * px), 1))
        own = [rows[row] for _, _, row in some]
        drawn = np.all([row.filled[both] for row in own], axis=0)
        if drawn.sum() < LEAST_MM * px:
            continue
        window = max(round(0.5 * px), 1)
        heights = np.array([uniform_filter1d(-row.curve_px[both], window)[drawn] for row in own])
        heights -= heights.mean(axis=1, keepdims=True)
        beside = np.linalg.svd(np.array([MIXTURE[p[1]] for p in some]))[0][:, 2:]
        off = ((beside.T @ heights) ** 2).sum(axis=0) / beside.shape[1]
        whole = (heights**2).sum(axis=0) / len(some)
        most = round((1 - OUTLIERS) * len(off))
        kept = np.argpartition(off, most - 1)[:most]
        left += float(off[kept].sum())
        total += float(whole[kept].sum())
    return left / total if total > 0 else None
