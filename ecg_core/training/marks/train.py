"""The training loop of the marks network: crops in, averaged weights out."""

from __future__ import annotations

import json
import math
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch
from torch.nn import functional as F

from ecg_core.page.scan.mark_maps.network import MarksNet
from ecg_core.training.marks.crops import Crops, recordings

TRAIN_FOLDS = (1, 2, 3, 4, 5, 6, 7, 8)
CROSS_ENTROPY, DICE = (2.0, 0.7, 1.5, 0.5), (1.5, 0.7, 1.0, 0.4)
"""Weights of the two losses for trace, grid, text and bold lines."""
DICE_WEIGHT, DICE_FLOOR = 0.25, 20.0
LONGEST_GRADIENT = 2.0
WARM_UP = 100


@dataclass(frozen=True)
class MarksConfig:
    """One training run. phases: how many steps at which peak learning rate, each falling as a
    cosine; crops: a step sees so many. recordings: so many of folds 1 to 8 are drawn."""

    name: str
    version: str
    summary: str
    seed: int
    crops: int
    recordings: int
    weight_decay: float
    average_decay: float
    phases: tuple[tuple[int, float], ...]


def is_marks(path: Path) -> bool:
    """Whether a configuration is for the marks network: it says `reads = "marks"`."""
    return tomllib.loads(path.read_text(encoding="utf-8")).get("reads") == "marks"


def read(path: Path) -> MarksConfig:
    """Read a configuration. Raises TypeError or KeyError naming what is wrong with it."""
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    plain.pop("reads")
    phases = tuple((int(steps), float(rate)) for steps, rate in plain.pop("phases"))
    return MarksConfig(phases=phases, **plain)


def loss_of(
    logits: torch.Tensor, maps: torch.Tensor, bold_known: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Cross-entropy and soft Dice of a batch, and the Dice of each map (4)."""
    counts = torch.ones_like(logits[:, :, 0, 0])
    counts[:, 3] = bold_known
    entropy = F.binary_cross_entropy_with_logits(logits, maps, reduction="none")
    scale = logits.new_tensor(CROSS_ENTROPY)[None, :, None, None]
    p = logits.sigmoid()
    both = 2 * (p * maps).sum((2, 3)) + DICE_FLOOR
    missed = (1 - both / ((p * p + maps * maps).sum((2, 3)) + DICE_FLOOR)) * counts
    loss = (entropy * scale * counts[..., None, None]).mean()
    loss = loss + DICE_WEIGHT * (missed * logits.new_tensor(DICE)).mean()
    return loss, 1 - missed.detach().mean(0)


def rate_at(step: int, config: MarksConfig) -> float:
    """The learning rate of a step, counted from 0 over all phases."""
    for steps, peak in config.phases:
        if step < steps:
            fall = 0.5 * (1 + math.cos(math.pi * step / steps)) + 0.01
            return peak * min(1.0, (step + 1) / WARM_UP) * fall
        step -= steps
    return 0.0


def train(
    config: MarksConfig, ptbxl_root: Path, run_folder: Path, resume: bool = False
) -> dict[str, torch.Tensor]:
    """Train as the configuration says and give the averaged weights.

    run_folder: gets `checkpoint.pt` and `log.jsonl`. resume: go on from that checkpoint.
    """
    run_folder.mkdir(parents=True, exist_ok=True)
    checkpoint, log = run_folder / "checkpoint.pt", run_folder / "log.jsonl"
    torch.manual_seed(config.seed)
    network = MarksNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=config.weight_decay)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    first = 0
    if resume and checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        average, first = kept["average"], int(kept["step"])
    signals = recordings(ptbxl_root, TRAIN_FOLDS, config.recordings, config.seed)
    # Another seed after a pause, or the first crops would come again.
    crops = Crops(signals, config.seed + first)
    loader = torch.utils.data.DataLoader(crops, config.crops, num_workers=1, prefetch_factor=4)
    total = sum(steps for steps, _ in config.phases)
    began = time.time()
    for step, (pictures, maps, known) in zip(range(first, total), loader, strict=False):
        for group in optimiser.param_groups:
            group["lr"] = rate_at(step, config)
        x = pictures.permute(0, 3, 1, 2).float() / 255
        y = maps.permute(0, 3, 1, 2).float() / 255
        loss, dice = loss_of(network(x), y, known)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
        optimiser.step()
        keep = min(config.average_decay, (step + 1) / (step + 21))
        for name, value in network.state_dict().items():
            if value.dtype.is_floating_point:
                average[name].mul_(keep).add_(value, alpha=1 - keep)
            else:
                average[name].copy_(value)
        if (step + 1) % 25 == 0 or step + 1 == total:
            line = {"step": step + 1, "loss": round(loss.item(), 4), "dice": dice.tolist()}
            line["seconds"] = round(time.time() - began)
            with log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
            state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save({**state, "average": average, "step": step + 1}, checkpoint)
    return average
