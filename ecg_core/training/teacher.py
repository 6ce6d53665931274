"""Signal networks: trained on folds 1-8, their soft answers kept for every recording.

They are the ceiling that the page network is measured against and the teachers it is distilled
from. Adding one is a row in `TEACHERS`; a page network names those whose mean it imitates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from ecg_core.network.architecture import Outputs
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.training import loop, losses
from ecg_core.training.config import Learning
from ecg_core.training.data import ptbxl
from ecg_core.training.signal_network import SignalNetwork

SAMPLES = 800
"""Eight seconds at 100 Hz are read of each recording while training."""


@dataclass(frozen=True, kw_only=True)
class TeacherConfig(Learning):
    """How a teacher is trained, and its shape."""

    batch: int = 64
    peak_rate: float = 4e-3
    weight_decay: float = 0.03
    average_decay: float = 0.998
    epochs: int = 10
    width: int = 48
    kernel: int = 7


TEACHERS: dict[str, TeacherConfig] = {
    one.name: one
    for one in (
        TeacherConfig(name="resnet-48", seed=11),
        # Of all statements and of triage by stage, for 3.0.
        TeacherConfig(name="resnet-48-all", seed=12),
        TeacherConfig(name="resnet-40", seed=13, width=40, kernel=9, epochs=8),
        # Wider, in bfloat16.
        TeacherConfig(name="resnet-64", seed=14, width=64, precision="bfloat16"),
        TeacherConfig(
            name="resnet-96", seed=15, width=96, kernel=5, epochs=8, precision="bfloat16"
        ),
    )
}


def augmented(signals_uv: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Random 8 s of each recording in mV, with gain, offset and broadband noise varied."""
    batch, _, samples = signals_uv.shape
    starts = rng.integers(0, samples - SAMPLES + 1, batch)
    x = np.stack([s[:, a : a + SAMPLES] for s, a in zip(signals_uv, starts, strict=True)])
    x = x.astype(np.float32) / 1000.0
    x *= rng.uniform(0.85, 1.15, (batch, 1, 1)).astype(np.float32)
    noise = rng.standard_normal(x.shape, dtype=np.float32)
    x += noise * rng.uniform(0, 0.04, (batch, 1, 1)).astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, (batch, 12, 1))
    cycles = rng.uniform(0.05, 0.4, (batch, 1, 1))
    drift = np.sin(2 * np.pi * cycles * np.arange(SAMPLES) / ptbxl.FS_HZ + phase)
    x += (drift * rng.uniform(0, 0.15, (batch, 1, 1))).astype(np.float32)
    return torch.from_numpy(x)


class TeacherTask:
    """Training of a signal network, as the loop asks for it."""

    unit, rise = "epochs", 0.25

    def __init__(self, config: TeacherConfig, data: ptbxl.PtbXl) -> None:
        self.config, self.data = config, data

    @cached_property
    def rows(self) -> np.ndarray:
        """Rows of the data set that train."""
        return self.data.rows(ptbxl.TRAIN_FOLDS)

    @property
    def steps(self) -> int:
        """Batches of the whole run."""
        return len(self.rows) // self.config.batch * self.config.epochs

    def network(self) -> SignalNetwork:
        """A network of the configuration's shape."""
        return SignalNetwork(len(self.data.codes), self.config.width, self.config.kernel)

    def also(self, network: nn.Module) -> Mapping[str, nn.Module]:
        """Nothing else learns."""
        return {}

    def rounds(self, done: int) -> Iterator[loop.Round]:
        """One an epoch."""
        count = len(self.rows) // self.config.batch
        for epoch in range(done, self.config.epochs):
            yield loop.Round(epoch + 1, self._batches(epoch, count), count)

    def _batches(self, epoch: int, count: int) -> Iterator[tuple[Tensor, np.ndarray]]:
        rng = np.random.default_rng((self.config.seed, epoch))
        order = rng.permutation(self.rows)
        for step in range(count):
            picked = np.sort(order[step * self.config.batch : (step + 1) * self.config.batch])
            yield augmented(self.data.signals_uv[picked], rng), picked

    @cached_property
    def _class_weights(self) -> dict[str, Tensor]:
        triage = torch.from_numpy(self.data.triage[self.rows])
        return {"triage": losses.triage_weights(triage, len(TRIAGE_CLASSES))}

    def loss(
        self,
        network: nn.Module,
        also: Mapping[str, nn.Module],
        batch: tuple[Tensor, np.ndarray],
    ) -> Tensor:
        """Cross-entropies of the labels."""
        signals, rows = batch
        truth = losses.labels(self.data, rows)
        return losses.supervised(network(signals), truth, losses.TWELVE_LEADS, self._class_weights)

    def look(self, network: nn.Module) -> dict[str, float]:
        """Mean AUC of the superclasses on fold 9."""
        choose = self.data.rows((ptbxl.CHOOSE_FOLD,))
        answers = answer(network, self.data.signals_uv, choose)
        truth = self.data.superclasses[choose]
        return {"fold 9": float(roc_auc_score(truth, answers.superclasses.numpy()))}


@torch.inference_mode()
def answer(network: nn.Module, signals_uv: np.ndarray, rows: np.ndarray) -> Outputs:
    """Logits on the whole ten seconds of `rows`."""
    network.eval()
    return loop.joined(
        network(torch.from_numpy(signals_uv[rows[i : i + 128]].astype(np.float32) / 1000.0))
        for i in range(0, len(rows), 128)
    )


def believed(
    names: Sequence[str], data: ptbxl.PtbXl, runs: Path, *, resume: bool = False
) -> Outputs:
    """Mean probabilities of the named teachers for every recording; missing ones are trained.

    runs: folder with a folder for each teacher. Raises KeyError for an unknown name.
    """
    return losses.mean([_believes(TEACHERS[name], data, runs, resume=resume) for name in names])


def _believes(config: TeacherConfig, data: ptbxl.PtbXl, runs: Path, *, resume: bool) -> Outputs:
    task, kept = TeacherTask(config, data), runs / f"teacher-{config.name}" / "answers.npz"
    if not kept.exists():
        network = task.network()
        network.load_state_dict(load_file(loop.train(task, kept.parent, resume=resume)))
        logits = answer(network, data.signals_uv, np.arange(len(data.folds)))
        partial = kept.with_suffix(".partial.npz")
        np.savez(partial, **{name: value.numpy() for name, value in logits._asdict().items()})
        partial.replace(kept)
    with np.load(kept) as archive:
        found = Outputs(*(torch.from_numpy(archive[name]) for name in Outputs._fields))
    return losses.probabilities(found, losses.TWELVE_LEADS)
