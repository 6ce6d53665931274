"""Train the page network: one loop, checkpoints each epoch, `--resume` after a kill.

Pages are drawn on the fly by two workers while the network trains. Everything measured goes to
log.jsonl in the run folder; fold 9 chooses, fold 10 is never read here.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.network.architecture import Architecture, Outputs, PageNetwork
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.training import losses
from ecg_core.training.config import TrainConfig
from ecg_core.training.data import extra_targets, noise, pages, ptbxl
from ecg_core.training.data.batches import DrawnBatches, as_input, loader
from ecg_core.training.training_run import TrainingRun

MONITORED = (("3x4+1R", False), ("12x1", False), ("3x4+1R", True), ("6x2", True))
"""Fold-9 pages looked at after each epoch: layout, and whether degraded."""
MONITORED_POSITIVES = 10
"""Statements rarer than this in the monitored half of fold 9 say little."""


def architecture(config: TrainConfig, statements: int) -> Architecture:
    """The network's shape for a configuration."""
    return Architecture(
        statements,
        config.stem,
        config.widths,
        config.depths,
        config.attention,
        config.residual,
        config.dropout,
        config.time_kernel,
        config.cell_features,
    )


def train(
    config: TrainConfig,
    data: ptbxl.PtbXl,
    noise_root: Path,
    run: Path,
    teacher: Outputs | None,
    *,
    resume: bool,
) -> Path:
    """Train on folds 1-8 and write averaged weights; returns the weights file.

    run: folder for log.jsonl, checkpoint.pt and weights.safetensors.
    teacher: logits for every recording, or None to train on hard labels alone.
    """
    torch.manual_seed(config.seed)
    network = PageNetwork(architecture(config, len(data.codes)))
    network = network.to(memory_format=torch.channels_last)
    known = torch.from_numpy(extra_targets.targets(data)) if config.measured_weight else None
    teller = nn.Linear(network.head_features, 0 if known is None else known.shape[1])
    going = TrainingRun(
        run,
        network,
        peak_rate=config.peak_rate,
        weight_decay=config.weight_decay,
        average_decay=config.average_decay,
        steps=len(data.rows(ptbxl.TRAIN_FOLDS)) // config.batch * config.epochs,
        rise=0.2,
        unit="epochs",
        also={"teller": teller},
    )
    done = going.begin(resume=resume)
    monitor = _fold9_pages(data, noise_root, config.seed) if done < config.epochs else []
    for epoch in range(done, config.epochs):
        started, cpu = time.perf_counter(), time.process_time()
        loss = _one_epoch(config, data, noise_root, epoch, network, teller, going, teacher, known)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
        line = {"epoch": epoch + 1, "loss": loss, "seconds": seconds, "cpu_seconds": cpu_seconds}
        line |= _fold9_aucs(going.average.network, data, monitor)
        going.keep(epoch + 1, line)
    (run / "config.json").write_text(json.dumps(asdict(config), indent=1))
    return going.finish()


def _one_epoch(
    config: TrainConfig,
    data: ptbxl.PtbXl,
    noise_root: Path,
    epoch: int,
    network: PageNetwork,
    teller: nn.Linear,
    going: TrainingRun,
    teacher: Outputs | None,
    known: Tensor | None,
) -> float:
    network.train()
    weights = losses.triage_weights(
        torch.from_numpy(data.triage[data.rows(ptbxl.TRAIN_FOLDS)]), len(TRIAGE_CLASSES)
    )
    total = 0.0
    batches = loader(DrawnBatches(data, noise_root, config, epoch))
    bar = tqdm(batches, desc=f"epoch {epoch + 1}/{config.epochs}", unit="batch", mininterval=5)
    for ink, rows in bar:
        described = network.describe(as_input(ink))
        outputs = network.heads(described)
        picked = rows.numpy()
        loss = losses.supervised(outputs, losses.targets(data, picked), weights)
        if teacher is not None:
            soft = Outputs(*(head[rows] for head in teacher))
            share = config.teacher_share
            loss = (1 - share) * loss + share * losses.distilled(outputs, soft)
        if known is not None:
            told = losses.measured(teller(described), known[rows])
            loss = loss + config.measured_weight * told
        going.step(loss)
        total += float(loss.detach())
        bar.set_postfix(loss=f"{total / (bar.n + 1):.4f}", refresh=False)
    return total / len(batches)


def _fold9_pages(data: ptbxl.PtbXl, noise_root: Path, seed: int) -> list[tuple[str, np.ndarray]]:
    """Every second fold-9 record, in the monitored layouts; test noise, fixed seed."""
    rows = data.rows((ptbxl.CHOOSE_FOLD,))[::2]
    unseen = noise.load(noise_root, training=False)
    found = []
    for layout, degraded in MONITORED:
        rng = np.random.default_rng((seed, 9))
        plan = pages.plan_for(layout, rng, vary=False)
        recipe = pages.PageRecipe(degraded=1.0, lead_off=0.0) if degraded else pages.CLEAN
        ink = np.stack(
            [pages.draw_arranged(data.signals_uv[r], plan, recipe, unseen, rng) for r in rows]
        )
        found.append((f"{layout} {'degraded' if degraded else 'clean'}", ink))
    return found


def _fold9_aucs(
    network: nn.Module, data: ptbxl.PtbXl, monitor: list[tuple[str, np.ndarray]]
) -> dict[str, float]:
    rows = data.rows((ptbxl.CHOOSE_FOLD,))[::2]
    truth, statements = data.superclasses[rows], data.statements[rows]
    enough = statements.sum(axis=0) >= MONITORED_POSITIVES
    aucs = {}
    for name, ink in monitor:
        outputs = infer(network, ink)
        aucs[name] = float(roc_auc_score(truth, outputs.superclasses.numpy()))
        if enough.any():
            scores = outputs.statements.numpy()[:, enough]
            aucs[f"{name}, statements"] = float(roc_auc_score(statements[:, enough], scores))
    return aucs


@torch.inference_mode()
def infer(network: nn.Module, ink: np.ndarray, batch: int = 64) -> Outputs:
    """Logits for a stack of pages (uint8, N×H×W)."""
    network.eval()
    parts = [
        network(as_input(torch.from_numpy(ink[i : i + batch]))) for i in range(0, len(ink), batch)
    ]
    return Outputs(*(torch.cat(heads) for heads in zip(*parts, strict=True)))


def load_teacher(path: Path) -> Outputs:
    """The soft answers that `ecg_core.training.teacher` wrote."""
    with np.load(path) as archive:
        return Outputs(*(torch.from_numpy(archive[name]) for name in Outputs._fields))
