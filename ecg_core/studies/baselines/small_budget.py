"""Train one method for so many CPU-seconds and compare it on fold 9.

Every method gets the same recordings, labels, losses and limit of CPU time; the learning rate
rises and falls with the share of the limit that is spent. Figures say how methods compare under
that limit, not what each can reach.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from ecg_core.evidence.figures import metrics
from ecg_core.network.architecture import Outputs
from ecg_core.network.statements import TRIAGE_CLASSES
from ecg_core.studies.baselines.hybrid import Boosted
from ecg_core.studies.baselines.material import VARIED, Material
from ecg_core.studies.baselines.method import Baseline, Described, Follower, MethodInput
from ecg_core.studies.baselines.two_stage import traces
from ecg_core.training import losses, teacher
from ecg_core.training.averaging import WeightAverage
from ecg_core.training.data.batches import as_input
from ecg_core.training.run import decay_groups

BATCH = 32
WARM_UP = 0.15
"""Share of the limit in which the learning rate rises."""
NETWORK_SHARE = 0.92
"""Share of the limit that the network of a hybrid trains; the rest is for its follower."""
AVERAGE_DECAY = 0.98
TIMED_PAGES = 20


@dataclass(frozen=True)
class Spent:
    """What training took."""

    cpu_seconds: float
    pages: int


def compare(method: Baseline, material: Material, limit_s: float, seed: int) -> dict[str, Any]:
    """Train, then one row: AUC of each test with its interval, cost, size."""
    torch.manual_seed(seed)
    network = method.build(len(material.data.codes)).to(memory_format=torch.channels_last)
    share = method.share * (NETWORK_SHARE if method.follower is Follower.BOOSTING else 1.0)
    trained, spent = _train(method, network, material, share * limit_s, seed)
    boosted, more_s = None, 0.0
    if method.follower is Follower.BOOSTING:
        started = time.process_time()
        boosted = Boosted(*_features(trained, method, material), seed)
        more_s = time.process_time() - started
    row: dict[str, Any] = {
        "method": method.key,
        "words": method.words,
        "limit_s": limit_s,
        "seed": seed,
        "train_records": len(material.rows),
        "cpu_seconds": round(spent.cpu_seconds + more_s, 1),
        "pages_seen": spent.pages,
        "parameters": sum(p.numel() for p in network.parameters()),
    }
    row |= _cost(trained, method, material)
    for test in material.tests:
        if method.reads is MethodInput.SIGNALS and test.name != "clean":
            continue
        truth = material.data.superclasses[test.rows]
        scores = _scores(trained, method, material, test.ink, test.rows, boosted)
        patients = material.data.patient_ids[test.rows]
        found = metrics.macro_auc(truth, scores, patients)
        row[test.name] = {
            "n": len(test.rows),
            "auc": round(found.value, 4),
            "low": round(found.low, 4),
            "high": round(found.high, 4),
        }
    return row


def _train(
    method: Baseline, network: nn.Module, material: Material, limit_s: float, seed: int
) -> tuple[nn.Module, Spent]:
    rng = np.random.default_rng(seed)
    data = material.data
    weights = losses.triage_weights(
        torch.from_numpy(data.triage[material.rows]), len(TRIAGE_CLASSES)
    )
    average = WeightAverage(network, AVERAGE_DECAY)
    optimiser = torch.optim.AdamW(decay_groups(network, 0.03), method.peak_rate, fused=True)
    network.train()
    started, pages = time.process_time(), 0
    while (spent := (time.process_time() - started) / limit_s) < 1:
        for group in optimiser.param_groups:
            group["lr"] = method.peak_rate * _rate(spent)
        picked = rng.integers(0, len(material.rows), BATCH)
        targets = losses.labels(data, material.rows[picked])
        shown = _batch(method, material, picked, rng)
        with torch.autocast("cpu", torch.bfloat16, enabled=method.bf16):
            outputs = Outputs(*(part.float() for part in network(shown)))
        loss = (
            losses.supervised(outputs, targets, losses.TWELVE_LEADS, {"triage": weights})
            if method.all_heads
            else F.binary_cross_entropy_with_logits(outputs.superclasses, targets["superclasses"])
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network)
        pages += BATCH
    return average.network, Spent(time.process_time() - started, pages)


def _rate(spent: float) -> float:
    """Share of the peak learning rate when this share of the limit is spent: up, then a cosine."""
    if spent < WARM_UP:
        return 0.05 + 0.95 * spent / WARM_UP
    return 0.5 * (1 + float(np.cos(np.pi * (spent - WARM_UP) / (1 - WARM_UP)))) + 1e-3


def _batch(
    method: Baseline, material: Material, picked: np.ndarray, rng: np.random.Generator
) -> Tensor:
    """Inputs of the picked records: a third of the pages clean, the others varied."""
    if method.reads is MethodInput.SIGNALS:
        return teacher.augmented(material.data.signals_uv[material.rows[picked]], rng)
    ink = np.empty((len(picked), *material.clean.shape[1:]), np.uint8)
    for k, record in enumerate(picked):
        copy = int(rng.integers(VARIED + 1)) if method.augmented else VARIED
        if copy < VARIED and material.varied is not None:
            ink[k] = material.varied[record * VARIED + copy]
        else:
            ink[k] = material.clean[record]
        if method.flipped and rng.random() < 0.5:
            ink[k] = ink[k, :, ::-1]
    return _ready(method, ink)


def _ready(method: Baseline, ink: np.ndarray) -> Tensor:
    if method.reads is MethodInput.TRACES:
        return torch.from_numpy(traces(ink))
    return as_input(torch.from_numpy(np.array(ink)))


def _features(
    network: nn.Module, method: Baseline, material: Material
) -> tuple[np.ndarray, np.ndarray]:
    """Features of every training record, of its clean page or one varied page in turn."""
    ink = np.array(material.clean)
    if material.varied is not None:
        ink[::2] = material.varied[:: 2 * VARIED][: len(ink[::2])]
    return _described(network, method, ink), material.data.superclasses[material.rows]


@torch.inference_mode()
def _described(network: nn.Module, method: Baseline, ink: np.ndarray) -> np.ndarray:
    assert isinstance(network, Described)
    network.eval()
    parts = [
        network.describe(_ready(method, ink[i : i + BATCH])) for i in range(0, len(ink), BATCH)
    ]
    return torch.cat(parts).numpy()


@torch.inference_mode()
def _scores(
    network: nn.Module,
    method: Baseline,
    material: Material,
    ink: np.ndarray,
    rows: np.ndarray,
    boosted: Boosted | None,
) -> np.ndarray:
    """Superclass scores, n × 5."""
    network.eval()
    if boosted is not None:
        return boosted.scores(_described(network, method, ink))
    if method.reads is MethodInput.SIGNALS:
        return teacher.answer(network, material.data.signals_uv, rows).superclasses.numpy()
    parts: list[Outputs] = [
        network(_ready(method, ink[i : i + BATCH])) for i in range(0, len(ink), BATCH)
    ]
    return torch.cat([part.superclasses for part in parts]).numpy()


@torch.inference_mode()
def _cost(network: nn.Module, method: Baseline, material: Material) -> dict[str, Any]:
    """Multiplications of one page and its latency on this thread, trace extraction included."""
    network.eval()
    page = np.array(material.clean[:1])

    def ready() -> Tensor:
        if method.reads is MethodInput.SIGNALS:
            return torch.from_numpy(material.data.signals_uv[:1].astype(np.float32) / 1000.0)
        return _ready(method, page)

    with FlopCounterMode(display=False) as counter:
        network(ready())
    spent = []
    for _ in range(TIMED_PAGES):
        started = time.perf_counter()
        network(ready())
        spent.append((time.perf_counter() - started) * 1e3)
    return {
        "macs": counter.get_total_flops() // 2,
        "latency_ms": round(float(np.median(spent)), 1),
    }
