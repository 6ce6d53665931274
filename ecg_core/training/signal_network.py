"""A one-dimensional residual network on the twelve signals: the ceiling and the teacher.

It never ships. It answers two questions: what the same labels allow when the signal itself is
read (Strodthoff et al. 2021 report 0.925-0.930 macro-AUC for supervised signal models), and what
soft answers the page network should imitate on the training folds.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ecg_core.network.architecture import Heads, Outputs


class ResidualUnit(nn.Module):
    """Two wide temporal convolutions with a squeeze-and-excitation gate and a skip."""

    def __init__(self, channels_in: int, channels: int, stride: int, kernel: int) -> None:
        super().__init__()
        pad = (0, kernel // 2)
        self.body = nn.Sequential(
            nn.Conv2d(channels_in, channels, (1, kernel), (1, stride), pad, bias=False),
            nn.BatchNorm2d(channels),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels, channels, (1, kernel), 1, pad, bias=False),
            nn.BatchNorm2d(channels),
        )
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, channels // 4, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels // 4, channels, 1),
            nn.Sigmoid(),
        )
        self.skip: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            self.skip = nn.Sequential(
                nn.AvgPool2d((1, stride), (1, stride), ceil_mode=True),
                nn.Conv2d(channels_in, channels, 1, bias=False),
                nn.BatchNorm2d(channels),
            )

    def forward(self, x: Tensor) -> Tensor:
        y = self.body(x)
        return torch.relu(self.skip(x) + y * self.gate(y))


class SignalNetwork(nn.Module):
    """Twelve leads × samples at 100 Hz (mV) in, the heads of the page network out."""

    def __init__(self, statements: int, width: int = 64, kernel: int = 7, leads: int = 12) -> None:
        super().__init__()
        widths = (width, width * 3 // 2, width * 2, width * 3)
        self.stem = nn.Sequential(
            nn.Conv2d(leads, width, (1, 11), (1, 2), (0, 5), bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(inplace=True),
        )
        units: list[nn.Module] = []
        channels = width
        for stage, stage_width in enumerate(widths):
            for unit in range(2):
                stride = 2 if unit == 0 and stage > 0 else 1
                units.append(ResidualUnit(channels, stage_width, stride, kernel))
                channels = stage_width
        self.trunk = nn.Sequential(*units)
        self.heads = Heads(channels * 2, statements, dropout=0.3)

    def forward(self, signals_mv: Tensor) -> Outputs:
        """signals_mv: batch × leads × samples."""
        x = signals_mv.unsqueeze(2).contiguous(memory_format=torch.channels_last)
        x = self.trunk(self.stem(x))
        mean, peak = (
            nn.functional.adaptive_avg_pool2d(x, 1),
            nn.functional.adaptive_max_pool2d(x, 1),
        )
        return self.heads(torch.cat([mean, peak], dim=1).flatten(1))
