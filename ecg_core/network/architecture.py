"""The one-stage network: page in, every answer out, one forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ecg_core.network.statements import SUPERCLASSES, TRIAGE_CLASSES

CELLS = (4, 4)
"""Rows and columns of the arranged page that keep features of their own."""


class Outputs(NamedTuple):
    """Logits of one batch: superclasses (B×5), statements (B×S), triage (B×4).

    A rhythm-strip network has no superclasses (B×0) and two triage classes (B×2).
    """

    superclasses: Tensor
    statements: Tensor
    triage: Tensor


@dataclass(frozen=True)
class Architecture:
    """What shapes the page network; stored in the model card.

    stem: filters of the first convolution (7×9 pixels, stride 4).
    widths, depths: channels and residual blocks of each stage; every stage halves the page.
    time_kernel: width of the second convolution of each block from the second stage on; above 3
    it is a stroke along time (1 × width) that compares neighbouring beats.
    cell_features: channels kept per cell of the page (4 rows × 4 columns of leads), so that the
    heads know which lead they read; 0 pools the whole page only.
    superclasses, triage: outputs of those heads; a network without one has 0.
    """

    statements: int
    stem: int = 32
    widths: tuple[int, ...] = (64, 96, 128)
    depths: tuple[int, ...] = (1, 2, 2)
    attention: bool = True
    residual: bool = True
    dropout: float = 0.2
    time_kernel: int = 3
    cell_features: int = 0
    superclasses: int = len(SUPERCLASSES)
    triage: int = len(TRIAGE_CLASSES)


class Heads(nn.Module):
    """Dense heads on the pooled trunk: sigmoid findings and softmax triage."""

    def __init__(
        self,
        features: int,
        statements: int,
        dropout: float,
        superclasses: int = len(SUPERCLASSES),
        triage: int = len(TRIAGE_CLASSES),
    ) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.superclasses = _dense(features, superclasses)
        self.statements = _dense(features, statements)
        self.triage = _dense(features, triage)

    def forward(self, pooled: Tensor) -> Outputs:
        x = self.drop(pooled)
        return Outputs(self.superclasses(x), self.statements(x), self.triage(x))


class NoHead(nn.Module):
    """Stands where a network has nothing to say: B×0."""

    def forward(self, pooled: Tensor) -> Tensor:
        return pooled[:, :0]


def _dense(features: int, outputs: int) -> nn.Module:
    return nn.Linear(features, outputs) if outputs else NoHead()


class BlockAttention(nn.Module):
    """Channel, then spatial attention, after CBAM (Woo et al., ECCV 2018).

    Two changes for training on a CPU: the channel gate reads the mean only, and the spatial gate
    reads one learned projection in place of the mean and maximum over channels, whose backward
    pass took as long as the convolutions.
    """

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        hidden = max(channels // reduction, 8)
        self.squeeze = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, hidden, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(hidden, channels, 1),
            nn.Sigmoid(),
        )
        self.spatial = nn.Sequential(
            nn.Conv2d(channels, 2, 1), nn.Conv2d(2, 1, 7, padding=3), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * (self.squeeze(x) * self.spatial(x))


class ResidualBlock(nn.Module):
    """Two dense convolutions, block attention, and a skip."""

    def __init__(
        self, channels_in: int, channels: int, stride: int, shape: Architecture, time_kernel: int
    ) -> None:
        super().__init__()
        second = (1, time_kernel) if time_kernel > 3 else (3, 3)
        pad = (second[0] // 2, second[1] // 2)
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, second, 1, pad, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.attention: nn.Module = BlockAttention(channels) if shape.attention else nn.Identity()
        self.skip: nn.Module | None = None
        if shape.residual:
            self.skip = nn.Identity()
            if stride != 1 or channels_in != channels:
                self.skip = nn.Sequential(
                    nn.AvgPool2d(stride, stride, ceil_mode=True),
                    nn.Conv2d(channels_in, channels, 1, bias=False),
                    nn.BatchNorm2d(channels),
                )

    def forward(self, x: Tensor) -> Tensor:
        y = self.attention(self.body(x))
        return torch.relu(y if self.skip is None else self.skip(x) + y)


class PageNetwork(nn.Module):
    """Ink page (B×1×H×W, 0 paper to 1 ink, 2 px/mm) in, `Outputs` out; any H and W."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        self.shape = shape
        self.stem = nn.Sequential(
            nn.Conv2d(1, shape.stem, (7, 9), 4, (3, 4), bias=False),
            nn.BatchNorm2d(shape.stem),
            nn.ReLU(inplace=True),
        )
        blocks: list[nn.Module] = []
        channels = shape.stem
        for stage, (width, depth) in enumerate(zip(shape.widths, shape.depths, strict=True)):
            for index in range(depth):
                kernel = shape.time_kernel if stage > 0 else 3
                stride = 2 if index == 0 else 1
                blocks.append(ResidualBlock(channels, width, stride, shape, kernel))
                channels = width
        self.trunk = nn.Sequential(*blocks)
        self.pooled_features = channels * 2
        self.cells: nn.Module | None = None
        if shape.cell_features:
            self.cells = nn.Sequential(
                nn.Conv2d(channels, shape.cell_features, 1),
                nn.AdaptiveAvgPool2d(CELLS),
                nn.Flatten(),
            )
        self.head_features = self.pooled_features + CELLS[0] * CELLS[1] * shape.cell_features
        self.heads = Heads(
            self.head_features, shape.statements, shape.dropout, shape.superclasses, shape.triage
        )

    def features(self, ink: Tensor) -> Tensor:
        """Last feature map, B×C×h×w: what Grad-CAM looks at."""
        return self.trunk(self.stem(ink))

    def describe(self, ink: Tensor) -> Tensor:
        """What the heads read, B×F: mean and peak of the map (first), then its cells."""
        x = self.features(ink)
        mean, peak = (
            nn.functional.adaptive_avg_pool2d(x, 1),
            nn.functional.adaptive_max_pool2d(x, 1),
        )
        parts = [mean.flatten(1), peak.flatten(1)]
        if self.cells is not None:
            parts.append(self.cells(x))
        return torch.cat(parts, dim=1)

    def answer(self, ink: Tensor) -> tuple[Outputs, Tensor]:
        """Logits, and the mean and peak of the last feature map (B×2C)."""
        described = self.describe(ink)
        return self.heads(described), described[:, : self.pooled_features]

    def forward(self, ink: Tensor) -> Outputs:
        return self.answer(ink)[0]
