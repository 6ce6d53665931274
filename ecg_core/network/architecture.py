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


class Heads(nn.Module):
    """Dense heads on the pooled trunk: sigmoid findings and softmax triage."""

    def __init__(self, features: int, statements: int, dropout: float) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.superclasses = nn.Linear(features, len(SUPERCLASSES))
        self.statements = nn.Linear(features, statements)
        self.triage = nn.Linear(features, len(TRIAGE_CLASSES))

    def forward(self, pooled: Tensor) -> Outputs:
        x = self.drop(pooled.float())
        return Outputs(self.superclasses(x), self.statements(x), self.triage(x))


@dataclass(frozen=True)
class Architecture:
    """What shapes the page network; stored in the model card."""

    statements: int
    widths: tuple[int, int, int, int] = (24, 48, 96, 128)
    depth: tuple[int, int, int, int] = (1, 1, 1, 1)
    stem_kernel: tuple[int, int] = (7, 9)
    stem_stride: tuple[int, int] = (4, 4)
    attention: bool = True
    dropout: float = 0.2


class BlockAttention(nn.Module):
    """Channel, then spatial attention (CBAM, Woo et al., ECCV 2018)."""

    def __init__(self, channels: int, reduction: int = 8) -> None:
        super().__init__()
        hidden = max(channels // reduction, 8)
        self.squeeze = nn.Sequential(
            nn.Linear(channels, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, channels)
        )
        self.spatial = nn.Conv2d(2, 1, 7, padding=3)

    def forward(self, x: Tensor) -> Tensor:
        mean, peak = x.mean(dim=(2, 3)), x.amax(dim=(2, 3))
        gate = torch.sigmoid(self.squeeze(mean) + self.squeeze(peak))
        x = x * gate[:, :, None, None].to(x.dtype)
        summary = torch.cat([x.mean(1, keepdim=True), x.amax(1, keepdim=True)], dim=1)
        return x * torch.sigmoid(self.spatial(summary))


class ResidualBlock(nn.Module):
    """Two dense 3×3 convolutions, block attention, and a skip."""

    def __init__(
        self, channels_in: int, channels: int, stride: tuple[int, int], attention: bool
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.attention: nn.Module = BlockAttention(channels) if attention else nn.Identity()
        self.skip: nn.Module = nn.Identity()
        if stride != (1, 1) or channels_in != channels:
            pool = nn.AvgPool2d(stride, stride, ceil_mode=True) if stride != (1, 1) else nn.Identity()
            self.skip = nn.Sequential(
                pool, nn.Conv2d(channels_in, channels, 1, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(self.skip(x) + self.attention(self.body(x)))


class PageNetwork(nn.Module):
    """Ink page (B×1×H×W, 0 paper to 1 ink, 2 px/mm) in, `Outputs` out; any H and W."""

    def __init__(self, shape: Architecture) -> None:
        super().__init__()
        self.shape = shape
        kernel, first = shape.stem_kernel, shape.widths[0]
        self.stem = nn.Sequential(
            nn.Conv2d(
                1,
                first,
                kernel,
                shape.stem_stride,
                (kernel[0] // 2, kernel[1] // 2),
                bias=False,
            ),
            nn.BatchNorm2d(first),
            nn.ReLU(inplace=True),
        )
        blocks: list[nn.Module] = []
        channels = first
        for stage, (width, depth) in enumerate(zip(shape.widths, shape.depth, strict=True)):
            for index in range(depth):
                stride = (2, 2) if index == 0 and stage > 0 else (1, 1)
                blocks.append(ResidualBlock(channels, width, stride, shape.attention))
                channels = width
        self.trunk = nn.Sequential(*blocks)
        self.heads = Heads(channels * 2, shape.statements, shape.dropout)

    def features(self, ink: Tensor) -> Tensor:
        """Last feature map, B×C×h×w: what Grad-CAM looks at."""
        return self.trunk(self.stem(ink))

    def forward(self, ink: Tensor) -> Outputs:
        x = self.features(ink)
        return self.heads(torch.cat([x.mean(dim=(2, 3)), x.amax(dim=(2, 3))], dim=1))
