"""The contract of the family: what a method reads, how it is built, what may follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor, nn
from torch.nn import functional

from ecg_core.network.architecture import Heads, Outputs


class MethodInput(StrEnum):
    """What a method is given: arranged pages (B×H×W, 0 to 1), traces followed on those pages
    (B×16×125, mV), or the signals themselves (B×12×1000, mV)."""

    PAGES = "pages"
    TRACES = "traces"
    SIGNALS = "signals"


class Follower(StrEnum):
    """A classical classifier fitted on the network's features when half of the time is spent."""

    NONE = "none"
    BOOSTING = "boosting"


@dataclass(frozen=True)
class Baseline:
    """One row of a table: its key, its words, and everything that makes it different.

    build: number of statements → a network that answers `Outputs` and describes B×F features.
    augmented: learns from varied pages too, not only from clean ones. flipped: every second page
    is mirrored in time. all_heads: statements and triage classes are learned beside superclasses.
    px_per_mm: of the clean pages; only 2 has varied pages. share: of the common time limit.
    bf16: multiplies in 16 bits while it trains.
    """

    key: str
    words: str
    build: Callable[[int], nn.Module]
    reads: MethodInput = MethodInput.PAGES
    peak_rate: float = 2e-3
    augmented: bool = True
    flipped: bool = False
    all_heads: bool = True
    px_per_mm: float = 2.0
    share: float = 1.0
    bf16: bool = False
    follower: Follower = Follower.NONE


class Described(nn.Module):
    """A backbone that gives B×F features, and the heads of the page network on them.

    ready: turns pages B×1×H×W into what the backbone was made for.
    """

    def __init__(
        self, backbone: nn.Module, features: int, statements: int, ready: Callable[[Tensor], Tensor]
    ) -> None:
        super().__init__()
        self.backbone, self.ready = backbone, ready
        self.heads = Heads(features, statements, dropout=0.2)

    def describe(self, x: Tensor) -> Tensor:
        """Features, B×F."""
        return torch.flatten(self.backbone(self.ready(x)), 1)

    def forward(self, x: Tensor) -> Outputs:
        outputs: Outputs = self.heads(self.describe(x))
        return outputs


def small_photograph(ink: Tensor) -> Tensor:
    """Half the resolution, white paper and black ink in three equal channels, −1 to 1.

    The literature shrinks pages to 224 × 224; this is 132 × 250, and true to scale.
    """
    return (1.0 - 2.0 * functional.avg_pool2d(ink, 2)).expand(-1, 3, -1, -1)
