"""Train the signal network on folds 1-8 and keep its soft answers for every recording.

It is the ceiling that the page network is measured against and the teacher it is distilled from.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.network.architecture import Outputs
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.training import losses
from ecg_core.training.averaging import WeightAverage
from ecg_core.training.data import ptbxl
from ecg_core.training.signal_network import SignalNetwork


@dataclass(frozen=True)
class TeacherConfig:
    """How the teacher is trained."""

    epochs: int = 10
    batch: int = 64
    peak_rate: float = 4e-3
    weight_decay: float = 0.03
    width: int = 48
    kernel: int = 7
    seed: int = 11


def augmented(signals_uv: np.ndarray, rng: np.random.Generator) -> Tensor:
    """Random 8 s of each recording in mV, with gain, offset and broadband noise varied."""
    batch, _, samples = signals_uv.shape
    length = 800
    starts = rng.integers(0, samples - length + 1, batch)
    x = np.stack([s[:, a : a + length] for s, a in zip(signals_uv, starts, strict=True)])
    x = x.astype(np.float32) / 1000.0
    x *= rng.uniform(0.85, 1.15, (batch, 1, 1)).astype(np.float32)
    noise = rng.standard_normal(x.shape, dtype=np.float32)
    x += noise * rng.uniform(0, 0.04, (batch, 1, 1)).astype(np.float32)
    phase = rng.uniform(0, 2 * np.pi, (batch, 12, 1))
    cycles = rng.uniform(0.05, 0.4, (batch, 1, 1))
    drift = np.sin(2 * np.pi * cycles * np.arange(length) / ptbxl.FS_HZ + phase)
    x += (drift * rng.uniform(0, 0.15, (batch, 1, 1))).astype(np.float32)
    return torch.from_numpy(x)


def train(data: ptbxl.PtbXl, config: TeacherConfig) -> nn.Module:
    """Train on folds 1-8, report fold 9 each epoch on stderr, return the averaged network."""
    torch.manual_seed(config.seed)
    rng = np.random.default_rng(config.seed)
    network = SignalNetwork(len(data.codes), config.width, config.kernel)
    network = network.to(memory_format=torch.channels_last)
    average = WeightAverage(network, decay=0.998)
    rows, choose = data.rows(ptbxl.TRAIN_FOLDS), data.rows((ptbxl.CHOOSE_FOLD,))
    weights = losses.triage_weights(torch.from_numpy(data.triage[rows]), len(TRIAGE_CLASSES))
    optimiser = torch.optim.AdamW(
        network.parameters(), config.peak_rate, weight_decay=config.weight_decay
    )
    steps = len(rows) // config.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.peak_rate, total_steps=steps * config.epochs, pct_start=0.25
    )
    for epoch in range(config.epochs):
        network.train()
        order = rng.permutation(rows)
        started = time.perf_counter()
        for step in tqdm(range(steps), desc=f"teacher {epoch + 1}/{config.epochs}", leave=False):
            picked = np.sort(order[step * config.batch : (step + 1) * config.batch])
            outputs = network(augmented(data.signals_uv[picked], rng))
            targets = losses.targets(data, picked)
            loss = losses.supervised(outputs, targets, weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
            average.update(network)
        answers = answer(average.network, data.signals_uv, choose)
        auc = roc_auc_score(data.superclasses[choose], answers.superclasses.numpy())
        seconds = time.perf_counter() - started
        print(
            f"epoch {epoch + 1} fold-9 AUC {auc:.4f} {seconds:.0f} s", file=sys.stderr, flush=True
        )
    return average.network


@torch.inference_mode()
def answer(network: nn.Module, signals_uv: np.ndarray, rows: np.ndarray) -> Outputs:
    """Logits on the whole ten seconds of `rows`."""
    network.eval()
    parts = [
        network(torch.from_numpy(signals_uv[rows[i : i + 128]].astype(np.float32) / 1000.0))
        for i in range(0, len(rows), 128)
    ]
    return Outputs(*(torch.cat(heads) for heads in zip(*parts, strict=True)))


def write_answers(data: ptbxl.PtbXl, config: TeacherConfig, path: Path) -> None:
    """Train the teacher and keep its logits for every recording (NumPy archive)."""
    outputs = answer(train(data, config), data.signals_uv, np.arange(len(data.folds)))
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npz")
    np.savez(partial, **{name: value.numpy() for name, value in outputs._asdict().items()})
    partial.replace(path)
