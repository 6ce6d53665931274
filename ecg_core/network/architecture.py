"""The one-stage network: page in, every answer out, one forward pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ecg_core.network.statements import SUPERCLASSES, TRIAGE_CLASSES


class Outputs(NamedTuple):
    """Logits of one batch: superclasses (B×5), statements (B×S), triage (B×4)."""

    superclasses: Tensor
    statements: Tensor
    triage: Tensor


@dataclass(frozen=True)
class Architecture:
    """What shapes the page network; stored in the model card.

    stem: filters of the first convolution (7×9 pixels, stride 4).
    widths, depths: channels and residual blocks of each stage; every stage halves the page.
    """

    statements: int
    stem: int = 32
    widths: tuple[int, ...] = (64, 96, 128)
    depths: tuple[int, ...] = (1, 2, 2)
    attention: bool = True
    residual: bool = True
    dropout: float = 0.2


class Heads(nn.Module):
    """Dense heads on the pooled trunk: sigmoid findings and softmax triage."""

    def __init__(self, features: int, statements: int, dropout: float) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.superclasses = nn.Linear(features, len(SUPERCLASSES))
        self.statements = nn.Linear(features, statements)
        self.triage = nn.Linear(features, len(TRIAGE_CLASSES))

    def forward(self, pooled: Tensor) -> Outputs:
        x = self.drop(pooled)
        return Outputs(self.superclasses(x), self.statements(x), self.triage(x))


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
    """Two dense 3×3 convolutions, block attention, and a skip."""

    def __init__(self, channels_in: int, channels: int, stride: int, shape: Architecture) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
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
        for width, depth in zip(shape.widths, shape.depths, strict=True):
            for index in range(depth):
                blocks.append(ResidualBlock(channels, width, 2 if index == 0 else 1, shape))
                channels = width
        self.trunk = nn.Sequential(*blocks)
        self.heads = Heads(channels * 2, shape.statements, shape.dropout)

    def features(self, ink: Tensor) -> Tensor:
        """Last feature map, B×C×h×w: what Grad-CAM looks at."""
        return self.trunk(self.stem(ink))

    def answer(self, ink: Tensor) -> tuple[Outputs, Tensor]:
        """Logits, and the pooled features (B×2C) they were read from."""
        x = self.features(ink)
        mean, peak = (
            nn.functional.adaptive_avg_pool2d(x, 1),
            nn.functional.adaptive_max_pool2d(x, 1),
        )
        pooled = torch.cat([mean, peak], dim=1).flatten(1)
        return self.heads(pooled), pooled

    def forward(self, ink: Tensor) -> Outputs:
        return self.answer(ink)[0]
