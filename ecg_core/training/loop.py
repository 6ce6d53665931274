"""Train a network: one loop for every task, a checkpoint each round, `--resume` after a kill.

A task says what is drawn, what is learned and what is looked at; everything measured goes to
log.jsonl in the run folder. Folds that choose are looked at, those that report never.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from ecg_core.network.architecture import Outputs
from ecg_core.training.config import Learning
from ecg_core.training.data.batches import as_input
from ecg_core.training.run import TrainingRun


@dataclass(frozen=True, eq=False)
class Round:
    """A stretch of training between two checkpoints.

    done: units done when it ends. batches: what is learned from; count: how many they are.
    """

    done: int
    batches: Iterable[Any]
    count: int


class Task(Protocol):
    """What the loop asks of a task.

    unit: what rounds count, "epochs" or "steps". steps: of the whole one-cycle schedule, its rise
    taking the share `rise`.
    """

    unit: str
    rise: float

    @property
    def config(self) -> Learning:
        """How it is trained."""

    @property
    def steps(self) -> int:
        """Batches of the whole run."""

    def network(self) -> nn.Module:
        """The network as it begins."""

    def also(self, network: nn.Module) -> Mapping[str, nn.Module]:
        """Modules that learn with the network and are not shipped, by name."""

    def rounds(self, done: int) -> Iterator[Round]:
        """The rounds that are left once `done` units are done."""

    def loss(self, network: nn.Module, also: Mapping[str, nn.Module], batch: Any) -> Tensor:
        """What one batch costs: forward pass and loss."""

    def look(self, network: nn.Module) -> dict[str, float]:
        """What is measured after a round, on cases that choose."""


def train(task: Task, run: Path, *, resume: bool) -> Path:
    """Train and write averaged weights; returns the weights file.

    run: folder for log.jsonl, checkpoint.pt and weights.safetensors.
    """
    config = task.config
    torch.manual_seed(config.seed)
    network = task.network().to(memory_format=torch.channels_last)
    going = TrainingRun(
        run,
        network,
        peak_rate=config.peak_rate,
        weight_decay=config.weight_decay,
        average_decay=config.average_decay,
        steps=task.steps,
        rise=task.rise,
        unit=task.unit,
        also=task.also(network),
    )
    for part in task.rounds(going.begin(resume=resume)):
        started, cpu = time.perf_counter(), time.process_time()
        loss = one_round(task, going, part)
        seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
        line: dict[str, object] = {task.unit.removesuffix("s"): part.done, "loss": loss}
        line |= {"seconds": seconds, "cpu_seconds": cpu_seconds}
        going.keep(part.done, line | task.look(going.average.network))
    (run / "config.json").write_text(json.dumps(asdict(config), indent=1))
    return going.finish()


def one_round(task: Task, going: TrainingRun, part: Round) -> float:
    """Learn from every batch of a round; returns the mean loss."""
    going.network.train()
    faster = task.config.precision == "bfloat16"
    total = 0.0
    title = f"{task.config.name}, until {part.done} {task.unit}"
    bar = tqdm(part.batches, title, part.count, unit="batch", mininterval=5)
    for batch in bar:
        with torch.autocast("cpu", torch.bfloat16, enabled=faster):
            loss = task.loss(going.network, going.also, batch)
        going.step(loss)
        total += float(loss.detach())
        bar.set_postfix(loss=f"{total / (bar.n + 1):.4f}", refresh=False)
    return total / part.count


@torch.inference_mode()
def infer(network: nn.Module, ink: np.ndarray, batch: int = 64) -> Outputs:
    """Logits for a stack of pages (uint8, N×H×W)."""
    network.eval()
    parts = [
        network(as_input(torch.from_numpy(ink[i : i + batch]))) for i in range(0, len(ink), batch)
    ]
    return joined(parts)


def joined(parts: Iterable[Outputs]) -> Outputs:
    """Outputs of several batches as those of one."""
    return Outputs(*(torch.cat(heads) for heads in zip(*parts, strict=True)))
