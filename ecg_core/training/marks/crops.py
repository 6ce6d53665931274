"""Endless crops of drawn sheets for training, and a fixed set of them for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch

from ecg_core.training.data import ptbxl
from ecg_core.training.marks.sheets import draw_sheet
from ecg_core.training.marks.spoil import spoil

CROP, SHEET = 256, 384
"""Sides of a crop and of the sheet that it is cut from, px."""
FROM_ONE_SHEET, WAITING = 2, 24
"""Drawing costs more than spoiling: so many crops come from one sheet, mixed with so many."""

Crop = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def recordings(root: Path, folds: tuple[int, ...], limit: int, seed: int) -> np.ndarray:
    """Recordings of PTB-XL (n × 12 × 1000, mV at 100 Hz): a random `limit` of these folds."""
    data = ptbxl.load(root)
    chosen = np.random.default_rng(seed).permutation(data.rows(folds))[:limit]
    return np.asarray(data.signals_uv[np.sort(chosen)], np.float32) / 1000


class Crops(torch.utils.data.IterableDataset[Crop]):
    """Crops for ever: picture (uint8, h × w × 3), maps (uint8, h × w × 4), whether 5 mm lines can
    be told from 1 mm lines (1.0) or are not to be judged (0.0)."""

    def __init__(self, signals: np.ndarray, seed: int) -> None:
        self._signals, self._seed = signals, seed

    def __iter__(self) -> Iterator[Crop]:
        cv2.setNumThreads(1)
        worker = torch.utils.data.get_worker_info()
        r = np.random.default_rng((self._seed, worker.id if worker else 0))
        waiting: list[tuple[np.ndarray, np.ndarray, bool]] = []
        while True:
            sheet = draw_sheet(r, self._signals, SHEET)
            for _ in range(FROM_ONE_SHEET):
                waiting.append((*spoil(r, sheet, CROP), sheet.bold_known))
            while len(waiting) > WAITING:
                picture, maps, known = waiting.pop(int(r.integers(len(waiting))))
                yield (
                    torch.from_numpy(picture),
                    torch.from_numpy((maps * 255).astype(np.uint8)),
                    torch.tensor(float(known)),
                )
