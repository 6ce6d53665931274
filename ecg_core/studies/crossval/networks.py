"""The page network on labelled pages: trained from scratch, or fine-tuned from PTB-XL.

The recipes are fixed: nothing is chosen on test pages, and no page is set aside to stop early by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ecg_core.network.architecture import PageNetwork
from ecg_core.studies.crossval.pages import LabelledPages
from ecg_core.studies.crossval.views import moving, released, varied, views
from ecg_core.training.data.batches import as_input


@dataclass(frozen=True)
class Recipe:
    """How a network is trained.

    steps: of `batch` pages. head_rate, trunk_rate: peaks of the learning rates. probe: share of
    the steps at the start in which only the head learns (Kumar et al., ICLR 2022).
    """

    steps: int
    head_rate: float
    trunk_rate: float
    probe: float = 0.0
    batch: int = 32
    weight_decay: float = 0.05
    smoothing: float = 0.1
    seed: int = 7


SCRATCH = Recipe(steps=80, head_rate=3e-3, trunk_rate=3e-3)
FINE_TUNED = Recipe(steps=160, head_rate=2e-3, trunk_rate=4e-4, probe=0.25)

Draw = Callable[[np.ndarray, np.random.Generator], Tensor]
"""Training input for these rows of the training pages."""


class FourWay(nn.Module):
    """A page network, or the moving part of one, under one dense head; logits, B×K."""

    def __init__(self, body: PageNetwork, classes: int, frozen: bool) -> None:
        super().__init__()
        self.body = body.to(memory_format=torch.channels_last)
        self.frozen = frozen
        self.classes = classes
        self.head = nn.Sequential(nn.Dropout(0.3), nn.Linear(body.head_features, classes))

    def train(self, mode: bool = True) -> FourWay:
        """Pre-trained normalisation keeps its statistics: a few hundred pages give worse ones."""
        super().train(mode)
        if self.frozen:
            self.body.eval()
        return self

    def forward(self, shown: Tensor) -> Tensor:
        return self.head(self.body.describe(shown))


def from_scratch(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """The released architecture, its weights drawn at random."""
    torch.manual_seed(SCRATCH.seed)
    model = FourWay(PageNetwork(released().shape), classes, frozen=False)

    def draw(rows: np.ndarray, rng: np.random.Generator) -> Tensor:
        return as_input(torch.from_numpy(np.stack([varied(page, rng) for page in train.ink[rows]])))

    fit(model, SCRATCH, train.labels, draw)
    parts = np.array_split(test.ink, max(len(test) // 64, 1))
    return probabilities(model, [as_input(torch.from_numpy(part)) for part in parts])


def fine_tuned(train: LabelledPages, test: LabelledPages, classes: int) -> np.ndarray:
    """The released network, its last blocks trained on."""
    torch.manual_seed(FINE_TUNED.seed)
    model = FourWay(moving(), classes, frozen=True)
    seen = views(train.ink)

    def draw(rows: np.ndarray, rng: np.random.Generator) -> Tensor:
        return seen[rows, rng.integers(seen.shape[1], size=len(rows))].float()

    fit(model, FINE_TUNED, train.labels, draw)
    return probabilities(model, [part.float() for part in views(test.ink)[:, 0].split(64)])


def fit(model: FourWay, recipe: Recipe, labels: np.ndarray, draw: Draw) -> None:
    """Train a model in place; every page comes up equally often."""
    groups = [
        {"params": list(model.head.parameters()), "lr": recipe.head_rate},
        {"params": [p for p in model.body.parameters() if p.ndim > 1], "lr": recipe.trunk_rate},
        {
            "params": [p for p in model.body.parameters() if p.ndim <= 1],
            "lr": recipe.trunk_rate,
            "weight_decay": 0.0,
        },
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=recipe.weight_decay)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: _rate(s / recipe.steps))
    weights = _class_weights(labels, model.classes)
    rng = np.random.default_rng(recipe.seed)
    waiting = np.empty(0, np.int64)
    model.train()
    for step in range(recipe.steps):
        model.body.requires_grad_(step >= recipe.probe * recipe.steps)
        while len(waiting) < recipe.batch:
            waiting = np.concatenate([waiting, rng.permutation(len(labels))])
        rows, waiting = waiting[: recipe.batch], waiting[recipe.batch :]
        loss = F.cross_entropy(
            model(draw(rows, rng)),
            torch.from_numpy(labels[rows]),
            weights,
            label_smoothing=recipe.smoothing,
        )
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()


@torch.inference_mode()
def probabilities(model: FourWay, batches: list[Tensor]) -> np.ndarray:
    """Softmax of the answers, n × K."""
    model.eval()
    return np.concatenate([torch.softmax(model(batch), dim=1).numpy() for batch in batches])


def _rate(done: float) -> float:
    """Share of the peak rate once that share of the steps is done: a quarter up, then a cosine."""
    if done < 0.25:
        return min(4 * done + 0.02, 1.0)
    return 0.5 + 0.5 * float(np.cos(np.pi * (done - 0.25) / 0.75))


def _class_weights(labels: np.ndarray, classes: int) -> Tensor:
    """Square-root inverse frequency, mean one: rare classes count, calmly."""
    counts = np.maximum(np.bincount(labels, minlength=classes), 1)
    weights = counts**-0.5
    return torch.from_numpy(weights / weights.mean()).float()
