"""Two stages: traces are followed on the page, then a one-dimensional CNN reads them."""

from __future__ import annotations

import numpy as np
from torch import nn

from ecg_core.page.arrange import PLAN
from ecg_core.page.layouts import CANVAS_MARGIN_MM, GAIN_MM_PER_MV
from ecg_core.page.values import PX_PER_MM
from ecg_core.studies.baselines.method import Baseline, MethodInput
from ecg_core.training.signal_network import SignalNetwork

ROWS, COLUMNS = len(PLAN.rows), 4
CHANNELS = ROWS * COLUMNS


def traces(ink: np.ndarray) -> np.ndarray:
    """Centre of the ink of each column around each row's zero line, in mV.

    ink: uint8, N × 264 × 500, arranged pages. Returns float32, N × 16 × 125: the four rows of
    each quarter of the page, quarter by quarter; columns without ink are at zero.
    """
    half = round(PLAN.row_pitch_mm / 2 * PX_PER_MM)
    found = []
    for row in range(ROWS):
        middle = round((PLAN.baseline_mm(row) + CANVAS_MARGIN_MM) * PX_PER_MM)
        band = ink[:, middle - half : middle + half].astype(np.float32)
        # Faint remains of the grid would pull the centre to the middle of the band.
        band *= band > 0.35 * band.max(axis=1, keepdims=True)
        up_px = half - 0.5 - np.arange(2 * half, dtype=np.float32)
        mass = band.sum(axis=1)
        centre = np.einsum("nhw,h->nw", band, up_px) / np.maximum(mass, 1.0)
        found.append(np.where(mass > 60, centre, 0.0) / (PX_PER_MM * GAIN_MM_PER_MV))
    rows = np.stack(found, axis=1).reshape(len(ink), ROWS, COLUMNS, -1)
    quarters = rows.transpose(0, 2, 1, 3).reshape(len(ink), CHANNELS, -1)
    return np.ascontiguousarray(quarters, np.float32)


def build(statements: int) -> nn.Module:
    """The signal network, as wide as the teacher, on sixteen short traces."""
    return SignalNetwork(statements, width=48, leads=CHANNELS)


method = Baseline(
    "two-stage",
    "Two stages: traces by column centroid, 1-D CNN",
    build,
    MethodInput.TRACES,
    peak_rate=4e-3,
)
