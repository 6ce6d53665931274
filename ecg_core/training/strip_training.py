"""Train the rhythm-strip network: the page network's trunk, taken on with strips.

The trunk begins as that of the released twelve-lead network, which learned on PTB-XL folds 1-8;
the heads are new. MIT-BIH recordings that choose and PTB-XL fold 9 are looked at on the way, the
test recordings never.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn
from torch.nn import functional as F

from ecg_core.leads import STANDARD_LEADS
from ecg_core.network.architecture import Architecture, Outputs, PageNetwork
from ecg_core.network.registry import models_folder
from ecg_core.network.statements import STRIP_TRIAGE
from ecg_core.network.strip_statements import STRIP_STATEMENTS
from ecg_core.training.data import mitdb, noise, pages, ptbxl, strips
from ecg_core.training.data.batches import as_input
from ecg_core.training.strip_config import StripConfig
from ecg_core.training.train import infer
from ecg_core.training.training_run import TrainingRun

TRIAGE_WEIGHT = 1.0
STATEMENT_WEIGHT = 3.0
"""The mean runs over seven statements, most of them rare in a batch."""
MONITORED_EVERY = 2
"""Every second choosing window, every fourth fold-9 recording."""


def architecture(config: StripConfig) -> Architecture:
    """The strip network's shape."""
    return Architecture(
        statements=len(STRIP_STATEMENTS),
        stem=config.stem,
        widths=config.widths,
        depths=config.depths,
        dropout=config.dropout,
        time_kernel=config.time_kernel,
        superclasses=0,
        triage=len(STRIP_TRIAGE),
    )


def begin(config: StripConfig) -> PageNetwork:
    """A network with new heads on the trunk of the model that the configuration names."""
    network = PageNetwork(architecture(config))
    if config.start_from:
        learned = load_file(models_folder() / config.start_from / "weights.safetensors")
        wanted = network.state_dict()
        taken = {k: v for k, v in learned.items() if k.startswith(("stem.", "trunk."))}
        network.load_state_dict(wanted | taken)
    return network.to(memory_format=torch.channels_last)


def loss_of(outputs: Outputs, batch: strips.StripBatch) -> Tensor:
    """Cross-entropies of statements and of normal against abnormal; what is not known is left out.

    Unknown statements are NaN, unknown classes −1.
    """
    known = torch.isfinite(batch.statements)
    loss = STATEMENT_WEIGHT * F.binary_cross_entropy_with_logits(
        outputs.statements[known], batch.statements[known]
    )
    if (batch.abnormal >= 0).any():
        triage = F.cross_entropy(outputs.triage, batch.abnormal, ignore_index=-1)
        loss = loss + TRIAGE_WEIGHT * triage
    return loss


def train(config: StripConfig, root: Path, run: Path, *, resume: bool) -> Path:
    """Train and write averaged weights; returns the weights file.

    root: folder holding mitdb/, ptb-xl/ and nstdb/. run: folder for log and checkpoint.
    """
    torch.manual_seed(config.seed)
    source = strips.load(root, mitdb.TRAIN)
    disturbance = noise.load(root / "nstdb", training=True)
    network = begin(config)
    going = TrainingRun(
        run,
        network,
        peak_rate=config.peak_rate,
        weight_decay=config.weight_decay,
        average_decay=config.average_decay,
        steps=config.steps,
        rise=0.15,
        unit="steps",
    )
    done = going.begin(resume=resume)
    watched = choosing_pages(root, source, MONITORED_EVERY)
    started, cpu, total = time.perf_counter(), time.process_time(), 0.0
    drawn = strips.batches(
        source, disturbance, config.pages, config.batch, range(done, config.steps), config.seed
    )
    network.train()
    for step, batch in enumerate(drawn, done + 1):
        loss = loss_of(network(as_input(batch.ink)), batch)
        going.step(loss)
        total += float(loss.detach())
        if step % config.look_every and step != config.steps:
            continue
        line = {
            "step": step,
            "loss": total / config.look_every,
            "seconds": time.perf_counter() - started,
            "cpu_seconds": time.process_time() - cpu,
        }
        line |= aucs(going.average.network, watched)
        going.keep(step, line)
        started, cpu, total = time.perf_counter(), time.process_time(), 0.0
        network.train()
    return going.finish()


@dataclass(frozen=True, eq=False)
class Choosing:
    """Clean strips of II and V1 (or what a recording has) that choose, with their labels."""

    name: str
    groups: np.ndarray
    ink: np.ndarray
    statements: np.ndarray
    abnormal: np.ndarray


def choosing_pages(root: Path, source: strips.StripSource, every: int) -> tuple[Choosing, ...]:
    """Every so many windows of the choosing recordings, and fold-9 recordings at half that rate."""
    rng = np.random.default_rng(0)

    def page(
        signals_uv: np.ndarray, present: tuple[str, ...], shown: tuple[str, ...]
    ) -> np.ndarray:
        return strips.draw(signals_uv, present, shown, 40.0, pages.CLEAN, None, rng)

    windows = [
        (record, start)
        for record in mitdb.load(root / "mitdb", mitdb.CHOOSE)
        for start in record.starts_s()[::every]
    ]
    told = [record.labels(start) for record, start in windows]
    rows = source.ptbxl.rows((ptbxl.CHOOSE_FOLD,))[:: 2 * every]
    return (
        Choosing(
            "DS1",
            np.array([record.name for record, _ in windows]),
            np.stack([page(r.window_uv(s), r.leads, r.leads) for r, s in windows]),
            np.stack([statements for statements, _ in told]),
            np.array([abnormal for _, abnormal in told]),
        ),
        Choosing(
            "fold 9",
            source.ptbxl.patient_ids[rows].astype(str),
            np.stack(
                [page(source.ptbxl.signals_uv[r], STANDARD_LEADS, ("II", "V1")) for r in rows]
            ),
            source.labels.statements[rows],
            source.labels.abnormal[rows],
        ),
    )


def aucs(network: nn.Module, watched: tuple[Choosing, ...]) -> dict[str, float]:
    """AUC of every answer that both kinds of label occur for."""
    found = {}
    for one in watched:
        outputs = infer(network, one.ink)
        score = torch.softmax(outputs.triage, dim=1)[:, 1].numpy()
        columns = [("abnormal", np.where(one.abnormal < 0, np.nan, one.abnormal), score)]
        columns += [
            (s.code, one.statements[:, k], outputs.statements[:, k].numpy())
            for k, s in enumerate(STRIP_STATEMENTS)
        ]
        for code, truth, scores in columns:
            known = np.isfinite(truth)
            if len(set(truth[known])) == 2:
                found[f"{one.name} {code}"] = float(roc_auc_score(truth[known], scores[known]))
    return found
