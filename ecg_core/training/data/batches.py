"""Batches of freshly drawn pages; every batch is reproducible from seed, epoch and position."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ecg_core.network.statements import TRIAGE_CLASSES, Triage
from ecg_core.training.config import TwelveLeadConfig
from ecg_core.training.data import injury_current, noise, pages, ptbxl

WORKERS = 2
HIDES_INJURY = ("CLBBB", "PACE", "WPW", "INJAS", "INJAL", "INJIN", "INJLA", "INJIL")
"""Statements whose ST segments say something else already: nothing is laid over these."""


class Batch(NamedTuple):
    """Arranged pages (uint8, B×H×W) with the rows of the data set they show.

    injured: bool, B; whether a current of acute injury was laid over the recording, whose own
    labels then no longer hold.
    """

    ink: Tensor
    rows: Tensor
    injured: Tensor


class DrawnBatches(Dataset[Batch]):
    """The batches of one epoch, drawn on demand: item i is batch i.

    Raises ValueError where only some folds were loaded: batches are drawn from the file of all.
    """

    def __init__(
        self, data: ptbxl.PtbXl, noise_root: Path, config: TwelveLeadConfig, epoch: int
    ) -> None:
        if not isinstance(data.signals_uv, np.memmap):
            raise ValueError("Training draws from the file of all recordings, not from some folds.")
        self.signals_file = str(data.signals_uv.filename)
        self.config = config
        self.epoch = epoch
        self.noise_root = noise_root
        rng = np.random.default_rng((config.seed, epoch))
        order = rng.permutation(data.rows(ptbxl.TRAIN_FOLDS))
        self.batches = [
            np.sort(order[i : i + config.batch])
            for i in range(0, len(order) - config.batch + 1, config.batch)
        ]
        told = {code: data.statements[:, k] for k, code in enumerate(data.codes)}
        self.injurable = ~np.any([told[c] for c in HIDES_INJURY if c in told], axis=0)
        self.injurable &= data.triage != TRIAGE_CLASSES.index(Triage.ACUTE_MI)
        self.normal = data.triage == TRIAGE_CLASSES.index(Triage.NORMAL)
        self._opened: tuple[np.ndarray, np.ndarray] | None = None

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> Batch:
        if self._opened is None:
            # In the worker: signals are mapped, never copied from process to process.
            cv2.setNumThreads(1)
            self._opened = (
                np.load(self.signals_file, mmap_mode="r"),
                noise.load(self.noise_root, training=True),
            )
        signals_uv, disturbance = self._opened
        rng = np.random.default_rng((self.config.seed, self.epoch, index))
        rows = self.batches[index]
        names, shares = zip(*self.config.layouts, strict=True)
        ink, injured = [], []
        for row, layout in zip(rows, rng.choice(names, size=len(rows), p=shares), strict=True):
            plan = pages.plan_for(str(layout), rng, vary=True)
            recipe = self.config.pages
            signals, changed = self._lifted(signals_uv[row], row, rng)
            injured.append(changed)
            ink.append(pages.draw_arranged(signals, plan, recipe, disturbance, rng))
        drawn, planted = torch.from_numpy(np.stack(ink)), torch.tensor(injured)
        return Batch(drawn, torch.from_numpy(rows), planted)

    def _lifted(
        self, signals_uv: np.ndarray, row: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, bool]:
        """The recording with its ST segments lifted in the recipe's shares, and whether by injury.

        Nothing is drawn from `rng` for a recipe without, so that earlier recipes repeat.
        """
        recipe = self.config.pages
        if recipe.injured and self.injurable[row] and rng.random() < recipe.injured:
            lifted = injury_current.injured(signals_uv.astype(np.float32) / 1000.0, rng)
            if lifted is not None:
                return lifted * 1000.0, True
        if recipe.repolarised and self.normal[row] and rng.random() < recipe.repolarised:
            waves_mv = signals_uv.astype(np.float32) / 1000.0
            return injury_current.early_repolarised(waves_mv, rng) * 1000.0, False
        return signals_uv, False


def loader(batches: DrawnBatches) -> DataLoader[Batch]:
    """Draws ahead in worker processes while the network trains.

    Workers start from a fork server: forking a process that already runs OpenMP and OpenCV
    threads deadlocks. Without workers pages are drawn in this process.
    """
    if not WORKERS:
        return DataLoader(batches, batch_size=None)
    return DataLoader(
        batches,
        batch_size=None,
        num_workers=WORKERS,
        prefetch_factor=3,
        multiprocessing_context="forkserver",
    )


def as_input(ink: Tensor) -> Tensor:
    """Ink bytes B×H×W as the network reads them: B×1×H×W, 0 paper to 1 ink, channels last."""
    scaled = ink.unsqueeze(1).to(torch.float32).div_(255)
    return scaled.contiguous(memory_format=torch.channels_last)
