"""One run of training, whatever is learned: its steps, its log, and going on after a kill.

A run folder holds log.jsonl, checkpoint.pt and at the end weights.safetensors.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from ecg_core.training.averaging import WeightAverage

GRADIENT_NORM = 1.0


class TrainingRun:
    """A network that learns, its averaged copy, and how far it is.

    also: modules that learn with the network and are not shipped, by name. steps: of the whole
    one-cycle schedule, its rise taking the share `rise`. unit: what is counted, as the
    checkpoint names it ("epochs", "steps").
    """

    def __init__(
        self,
        folder: Path,
        network: nn.Module,
        *,
        peak_rate: float,
        weight_decay: float,
        average_decay: float,
        steps: int,
        rise: float,
        unit: str,
        also: Mapping[str, nn.Module] | None = None,
    ) -> None:
        self.folder, self.network, self.also = folder, network, dict(also or {})
        self.average = WeightAverage(network, average_decay)
        self.optimiser = torch.optim.AdamW(
            decay_groups(nn.ModuleList([network, *self.also.values()]), weight_decay),
            peak_rate,
            fused=True,
        )
        self.schedule = OneCycleLR(self.optimiser, peak_rate, total_steps=steps, pct_start=rise)
        self._counted = f"{unit}_done"

    @property
    def _checkpoint(self) -> Path:
        return self.folder / "checkpoint.pt"

    @property
    def _log(self) -> Path:
        return self.folder / "log.jsonl"

    def begin(self, *, resume: bool) -> int:
        """How many units are done: with `resume` what the checkpoint says, otherwise none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (resume and self._checkpoint.exists()):
            self._log.unlink(missing_ok=True)
            return 0
        state = torch.load(self._checkpoint, weights_only=True)
        for name, part in self._parts().items():
            part.load_state_dict(state[name])
        self.average.steps = state["average_steps"]
        torch.set_rng_state(state["rng"])
        return int(state[self._counted])

    def step(self, loss: Tensor) -> None:
        """Learn from one batch."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), GRADIENT_NORM)
        self.optimiser.step()
        self.schedule.step()
        self.average.update(self.network)

    def keep(self, done: int, line: Mapping[str, object]) -> None:
        """Write the checkpoint after `done` units, and a line of the log."""
        state: dict[str, object] = {name: part.state_dict() for name, part in self._parts().items()}
        state |= {"average_steps": self.average.steps, "rng": torch.get_rng_state()}
        # In one step, so that a kill leaves the old or the new one.
        partial = self._checkpoint.with_suffix(".partial")
        torch.save(state | {self._counted: done}, partial)
        partial.replace(self._checkpoint)
        with self._log.open("a") as log:
            log.write(json.dumps(line) + "\n")
        print(json.dumps(line), file=sys.stderr, flush=True)

    def finish(self) -> Path:
        """Write the averaged weights; returns their file."""
        weights = self.folder / "weights.safetensors"
        averaged = self.average.network.state_dict()
        save_file({name: value.contiguous() for name, value in averaged.items()}, weights)
        return weights

    def _parts(self) -> dict[str, nn.Module | torch.optim.Optimizer | OneCycleLR]:
        return {
            "network": self.network,
            **self.also,
            "average": self.average.network,
            "optimiser": self.optimiser,
            "schedule": self.schedule,
        }


def decay_groups(network: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    """Weight decay for the kernels, none for biases and normalisation."""
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [
        {"params": kernels, "weight_decay": weight_decay},
        {"params": others, "weight_decay": 0.0},
    ]
