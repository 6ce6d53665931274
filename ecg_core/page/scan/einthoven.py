"""Whether limb leads lie where a layout says: any three of them determine one another.

Limb leads are sums of I and II. Where three or more of them are drawn over the same time, what
is left of them beside the best two-dimensional mixture must be nearly nothing. Another order,
another place or another inversion leaves about as much as unrelated waves would.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np

from ecg_core.page.layouts import Layout
from ecg_core.page.scan.ink import RASTER
from ecg_core.page.scan.rows import Row

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
LABEL_MM, END_MM = 9.0, 3.0
"""Names, ticks and neighbours disturb these parts of a column."""
LEAST_MM = 15.0
SMOOTHED_PX = RASTER // 2
OUTLIERS = 0.04
"""The worst columns, where another row's wave or a label was taken for the trace, do not count."""


def residual(plan: Layout, rows: tuple[Row, ...], start_mm: float, stretch: float) -> float | None:
    """What the limb leads leave unexplained: 0 when they agree, about 1 for unrelated waves.

    start_mm, stretch: of the time axis, as in `Panels`. None where the layout has no three limb
    leads at the same time, or too little of them was drawn.
    """
    left, total = 0.0, 0.0
    boxes = sorted(
        (box for box in plan.boxes() if box.lead in MIXTURE),
        key=lambda box: (box.x0_mm, box.x1_mm),
    )
    for (x0_mm, x1_mm), group in groupby(boxes, key=lambda box: (box.x0_mm, box.x1_mm)):
        leads = list(group)
        if len(leads) < 3:
            continue
        x0 = round((start_mm + (x0_mm + LABEL_MM) * stretch) * RASTER)
        x1 = round((start_mm + (x1_mm - END_MM) * stretch) * RASTER)
        own = [rows[round(box.y0_mm / plan.row_pitch_mm)] for box in leads]
        both = slice(max(x0, 0), max(x1, 1))
        drawn = np.all([row.filled[both] for row in own], axis=0)
        if drawn.sum() < LEAST_MM * RASTER:
            continue
        heights = np.array([_smooth(-row.curve_px[both])[drawn] for row in own])
        heights -= heights.mean(axis=1, keepdims=True)
        mixture = np.array([MIXTURE[box.lead] for box in leads])
        beside = np.linalg.svd(mixture)[0][:, 2:]
        unexplained = ((beside.T @ heights) ** 2).sum(axis=0) / beside.shape[1]
        whole = (heights**2).sum(axis=0) / len(leads)
        kept = np.argsort(unexplained)[: round((1 - OUTLIERS) * len(unexplained))]
        left += float(unexplained[kept].sum())
        total += float(whole[kept].sum())
    return left / total if total > 0 else None


def _smooth(curve: np.ndarray) -> np.ndarray:
    window = np.ones(SMOOTHED_PX) / SMOOTHED_PX
    return np.convolve(np.pad(curve, SMOOTHED_PX, mode="edge"), window, "same")[
        SMOOTHED_PX:-SMOOTHED_PX
    ]
